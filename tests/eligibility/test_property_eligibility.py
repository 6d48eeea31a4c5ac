"""What holds for every rule and every participant: silence admits nobody, and only what is asked
about matters.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from generated_rules import CATEGORIES, RULE, RULES, TESTS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.eligibility import evaluate, overall
from equipoise.eligibility.evaluate import Asked, evaluate_criterion
from equipoise.protocol.model import Criterion
from equipoise.subject.records import Record, read_record
from equipoise.subject.state import Attested, Subject
from equipoise.terms.verdict import Verdict, all_of, any_of

INDEX = date(2021, 3, 10)


@st.composite
def dates(draw: st.DrawFn) -> str:
    day = (INDEX - timedelta(days=draw(st.integers(-3, 40)))).isoformat()
    return draw(st.sampled_from([day, day, day, day[:7], day[:4], ""]))


VALUES = st.sampled_from(["0.5", "1.5", "1.50", "2", "3", "9", "clotted", "", "<1"])
ROWS = st.one_of(
    st.tuples(
        st.just("LB"),
        st.fixed_dictionaries(
            {
                "LBTESTCD": TESTS,
                "LBORRES": VALUES,
                "LBORRESU": st.sampled_from(["10*9/L", "K/uL", "g/L", "", "drops"]),
                "LBORNRHI": st.sampled_from(["", "1", "2"]),
                "LBDTC": dates(),
                "LBSTAT": st.sampled_from(["", "", "NOT DONE"]),
                "LBREASND": st.sampled_from(["", "NOT DONE", "LOST"]),
            }
        ),
    ),
    st.tuples(
        st.just("LB"),
        st.fixed_dictionaries(
            {
                "LBTESTCD": st.just("HCG"),
                "LBORRES": st.sampled_from(["POSITIVE", "NEGATIVE", "?"]),
                "LBDTC": dates(),
            }
        ),
    ),
    st.tuples(
        st.just("QS"),
        st.fixed_dictionaries(
            {
                "QSTESTCD": st.just("ECOG101"),
                "QSORRES": st.sampled_from(["0", "1", "2", "", "?"]),
                "QSDTC": dates(),
            }
        ),
    ),
    st.tuples(
        st.just("MH"),
        st.fixed_dictionaries(
            {
                "MHCAT": CATEGORIES,
                "MHOCCUR": st.sampled_from(["Y", "N", "U", ""]),
                "MHDECOD": st.sampled_from(["", "C44.3", "D06", "C50", "C78", "C787"]),
                "MHMORPH": st.sampled_from(["", "8090/3", "M8090/3", "8070/3"]),
                "MHSTDTC": st.sampled_from(["", "2010", "2016-03", "2019-01-01", "2022"]),
                "MHDTC": dates(),
                "MHENDTC": st.sampled_from(["", "2015", "2016", "2018-02-03"]),
            }
        ),
    ),
    st.tuples(
        st.just("CM"),
        st.fixed_dictionaries(
            {
                "CMCAT": st.just("PRIOR ANTICANCER THERAPY"),
                "CMLINE": st.sampled_from(["1", "2", "3", ""]),
                "CMTRT": st.sampled_from(["CETUXIMAB", "IRINOTECAN", "something"]),
                "CMCLAS": st.sampled_from(["", "ANTI-EGFR", "IRINOTECAN"]),
                "CMOUTCOME": st.sampled_from(["", "PROGRESSION", "TOXICITY"]),
                "CMSTDTC": dates(),
                "CMPDDTC": dates(),
            }
        ),
    ),
    st.tuples(
        st.just("GF"),
        st.fixed_dictionaries(
            {
                "GFSPEC": st.just("TISSUE"),
                "GFTESTCD": st.just("RASSTAT"),
                "GFORRES": st.sampled_from(["WILD TYPE", "MUTATED", ""]),
                "GFDTC": dates(),
            }
        ),
    ),
    st.tuples(
        st.just("TU"),
        st.fixed_dictionaries(
            {
                "TULNKID": st.sampled_from(["T1", "T2"]),
                "TUORRES": st.sampled_from(["TARGET", "NON-TARGET"]),
                "TULOC": st.sampled_from(["", "LIVER", "LYMPH NODE"]),
            }
        ),
    ),
    st.tuples(
        st.just("TR"),
        st.fixed_dictionaries(
            {
                "TRLNKID": st.sampled_from(["T1", "T2"]),
                "TRTESTCD": st.sampled_from(["LDIAM", "SAXIS"]),
                "TRORRES": st.sampled_from(["9", "10", "15", "40", ""]),
                "TRORRESU": st.sampled_from(["mm", "cm", "?"]),
                "TRDTC": dates(),
            }
        ),
    ),
    st.tuples(
        st.just("DS"),
        st.fixed_dictionaries(
            {
                "DSDECOD": st.just("INFORMED CONSENT OBTAINED"),
                "DSTERM": st.just("1.0"),
                "DSSTDTC": dates(),
            }
        ),
    ),
)
PERSON = st.one_of(
    st.none(),
    st.tuples(
        st.just("DM"),
        st.fixed_dictionaries(
            {
                "SEX": st.sampled_from(["M", "F", ""]),
                "BRTHDTC": st.sampled_from(["", "1958", "2003", "2003-03-10"]),
            }
        ),
    ),
)
SAMPLE = st.one_of(
    st.none(),
    st.tuples(
        dates(),
        st.sampled_from(["PASS", "FAIL"]),
        st.sampled_from(["0.05", "0.001", ""]),
        st.sampled_from(["NOT DETECTED", "DETECTED"]),
        st.sampled_from(["0.0005", "0.01"]),
    ),
)


@st.composite
def participants(draw: st.DrawFn) -> Subject:
    rows = (
        draw(st.lists(ROWS, max_size=12))
        + [row for row in [draw(PERSON)] if row]
        + _sample(draw(SAMPLE))
    )
    records = [
        read_record(domain, values, place) for place, (domain, values) in enumerate(rows, start=1)
    ]
    answers = draw(st.lists(st.tuples(st.booleans(), st.integers(-2, 40)), max_size=3))
    said = tuple(
        Attested("C", yes, "dr", INDEX - timedelta(days=ago), 100 + place)
        for place, (yes, ago) in enumerate(answers)
    )
    return Subject(id="S", attestations=said).with_records(records)


def _sample(told: tuple[str, str, str, str, str] | None) -> list[tuple[str, dict[str, str]]]:
    if told is None:
        return []
    on, passed, fraction, call, limit = told
    base = {"GFSPEC": "PLASMA", "GFREFID": "P", "GFDTC": on}
    read = {**base, "GFTESTCD": "CODON", "GFGENSR": "KRAS", "GFLOD": limit}
    return [
        ("GF", {**base, "GFTESTCD": "QC", "GFORRES": passed}),
        ("GF", {**base, "GFTESTCD": "TUMFRAC", "GFORRES": fraction}),
        (
            "GF",
            {
                **read,
                "GFCODON": "12",
                "GFORRES": call,
                "GFVAF": "0.02" if call == "DETECTED" else "",
            },
        ),
        ("GF", {**read, "GFCODON": "61", "GFORRES": "NOT DETECTED"}),
    ]


UNRELATED = [
    ("LB", {"LBTESTCD": "CEA", "LBORRES": "900", "LBORRESU": "ug/L", "LBDTC": "2021-03-10"}),
    (
        "MH",
        {"MHCAT": "GENERAL MEDICAL HISTORY", "MHOCCUR": "Y", "MHDECOD": "I10", "MHSTDTC": "2021"},
    ),
    ("CM", {"CMCAT": "CONCOMITANT MEDICATION", "CMTRT": "ASPIRIN", "CMSTDTC": "2021-03-09"}),
    ("VS", {"VSTESTCD": "TEMP", "VSORRES": "41", "VSORRESU": "C", "VSDTC": "2021-03-10"}),
    ("AE", {"AETERM": "rash", "AETOXGR": "4", "AESTDTC": "2021-03-09"}),
    ("QS", {"QSTESTCD": "EORTC01", "QSORRES": "4", "QSDTC": "2021-03-10"}),
    ("DS", {"DSDECOD": "SCREENED", "DSSTDTC": "2021-03-01"}),
    ("GF", {"GFSPEC": "TISSUE", "GFTESTCD": "MSI", "GFORRES": "STABLE", "GFDTC": "2021-03-01"}),
]


def ask(rule: Any, subject: Subject) -> Verdict:
    return evaluate(rule, Asked(subject, INDEX, "C")).verdict


@given(RULE)
@settings(max_examples=200, deadline=None)
def test_the_protocol_and_the_evaluation_agree_about_a_participant_without_data(rule):
    assert ask(rule, Subject(id="S")) is rule.without_data()


@given(st.lists(RULE, min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_participant_without_data_is_never_eligible_under_a_protocol_that_loads(rules):
    assume(all_of(rule.without_data() for rule in rules) is not Verdict.MET)
    criteria = [
        Criterion.model_construct(id=f"C{n}", registered=None, short="", rule=rule, from_="record")
        for n, rule in enumerate(rules)
    ]

    findings = [evaluate_criterion(criterion, Subject(id="S"), INDEX) for criterion in criteria]

    assert overall(findings) is not Verdict.MET


@given(RULE, participants())
@settings(max_examples=200, deadline=None)
def test_unrelated_facts_change_nothing(rule, subject):
    added = [
        read_record(domain, values, 500 + place) for place, (domain, values) in enumerate(UNRELATED)
    ]

    assert evaluate(rule, Asked(subject.with_records(added), INDEX, "C")) == evaluate(
        rule, Asked(subject, INDEX, "C")
    )


@given(RULE, participants(), st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_in_which_records_are_kept_changes_nothing(rule, subject, random):
    """Their sources say in which order they were entered; the order of the collection says
    nothing.
    """

    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(rows, len(rows)))

    kept: dict[type[Record], tuple[Any, ...]] = {
        domain: shuffled(rows) for domain, rows in subject.by_domain.items()
    }
    other = Subject(id="S", attestations=shuffled(subject.attestations), by_domain=kept)

    assert ask(rule, other) is ask(rule, subject)


@given(
    st.lists(st.tuples(st.sampled_from(["1", "2", "?"]), dates()), min_size=2, max_size=5),
    st.randoms(),
)
@settings(max_examples=150, deadline=None)
def test_many_rows_of_one_test_are_ordered_by_date_and_entry_alone(rows, random):
    rule = RULES.validate_python(
        {"kind": "lab", "test": "NEUT", "at_least": "1.5 10*9/L", "within_days": 30}
    )
    told = [
        {"LBTESTCD": "NEUT", "LBORRES": value, "LBORRESU": "10*9/L", "LBDTC": on}
        for value, on in rows
    ]
    records = [read_record("LB", values, place) for place, values in enumerate(told, start=1)]

    kept = Subject(id="S").with_records(records)
    other = Subject(id="S").with_records(random.sample(records, len(records)))

    assert evaluate(rule, Asked(other, INDEX)) == evaluate(rule, Asked(kept, INDEX))


@given(RULE, participants())
@settings(max_examples=150, deadline=None)
def test_unknown_and_nothing_else_has_a_reason_and_something_to_do(rule, subject):
    found = evaluate(rule, Asked(subject, INDEX, "C"))

    assert (found.reason is not None) == (found.verdict is Verdict.UNKNOWN)
    assert bool(found.advice) == (found.verdict is Verdict.UNKNOWN)
    assert found.detail


@given(RULE, participants())
@settings(max_examples=150, deadline=None)
def test_evidence_is_of_this_participant(rule, subject):
    known = {record.source for rows in subject.by_domain.values() for record in rows}
    known |= {said.source for said in subject.attestations}

    assert set(evaluate(rule, Asked(subject, INDEX, "C")).evidence) <= known


@given(st.lists(RULE, min_size=1, max_size=4), participants())
@settings(max_examples=200, deadline=None)
def test_the_laws_of_kleene_hold_for_combinations(rules, subject):
    def combined(kind: str, parts: list[Any]) -> Verdict:
        return ask(RULES.validate_python({"kind": kind, "of": parts}), subject)

    verdicts = [ask(rule, subject) for rule in rules]
    denied = [RULES.validate_python({"kind": "not", "of": rule}) for rule in rules]

    assert combined("all", rules) is all_of(verdicts)
    assert combined("any", rules) is any_of(verdicts)
    assert combined("all", denied) is combined("any", rules).negate()  # De Morgan
    assert combined("any", denied) is combined("all", rules).negate()
    assert combined("all", rules[::-1]) is combined("all", rules)


VERDICTS = st.lists(st.sampled_from(Verdict), max_size=6)


@given(VERDICTS)
def test_kleene_is_the_order_of_least_and_greatest(verdicts):
    """*not met* < *unknown* < *met*: `all` is the least, `any` the greatest; of nothing, met and
    not met.
    """
    order = [Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.MET]
    places = [order.index(verdict) for verdict in verdicts]

    assert all_of(verdicts) is order[min(places, default=2)]
    assert any_of(verdicts) is order[max(places, default=0)]


@given(st.decimals("0.1", "30", places=3), st.integers(0, 20), st.integers(1, 14))
def test_one_number_one_limit_one_window(value, ago, within):
    """The plain case against plain arithmetic."""
    rule = RULES.validate_python(
        {"kind": "lab", "test": "NEUT", "at_least": "1.5 10*9/L", "within_days": within}
    )
    on = (INDEX - timedelta(days=ago)).isoformat()
    values = {"LBTESTCD": "NEUT", "LBORRES": str(value), "LBORRESU": "K/uL", "LBDTC": on}
    told = Subject(id="S").with_records([read_record("LB", values, 1)])

    inside = Verdict.MET if value >= Decimal("1.5") else Verdict.NOT_MET
    assert ask(rule, told) is (inside if ago <= within else Verdict.UNKNOWN)
