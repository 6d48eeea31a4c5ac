"""Where measurements and reported responses of one reader differ, and which record decided."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from person import START, person, response

from equipoise.assessments.recist.policy import RECIST_1_1
from equipoise.endpoints.course import course_by
from equipoise.endpoints.discrepancies import AGAINST_BASELINE, find_discrepancies
from equipoise.endpoints.policies import RECIST_POLICY
from equipoise.endpoints.source_records import deciding_sources

CUTOFF = date(2021, 12, 31)


def on(days: int) -> str:
    return (START + timedelta(days)).isoformat()


def lesion(link: str, role: str, days: int = -7, location: str = "LIVER"):
    return "TU", {"TULNKID": link, "TUORRES": role, "TULOC": location, "TUDTC": on(days)}


def length(link: str, mm: str, days: int):
    row = {"TRLNKID": link, "TRTESTCD": "LDIAM", "TRORRES": mm, "TRORRESU": "mm"}
    return "TR", row | {"VISIT": f"DAY {days}", "TRDTC": on(days)}


def state(link: str, said: str, days: int):
    row = {"TRLNKID": link, "TRTESTCD": "TUMSTATE", "TRORRES": said}
    return "TR", row | {"VISIT": f"DAY {days}", "TRDTC": on(days)}


def reported(days: int, said: str, test: str = "OVRLRESP", visit: str = ""):
    domain, row = response(on(days), said, test)
    return domain, row | {"VISIT": visit or f"DAY {days}"}


def course(*rows, cutoff=CUTOFF):
    return course_by(person(*rows), RECIST_POLICY.choices(), cutoff)


def differences(*rows, cutoff=CUTOFF):
    return list(find_discrepancies(course(*rows, cutoff=cutoff), RECIST_1_1))


TARGET = [lesion("T1", "TARGET"), length("T1", "50", -7)]
GROWN = [*TARGET, length("T1", "30", 56), length("T1", "40", 112)]


def test_what_agrees_is_no_discrepancy():
    assert differences(*GROWN, reported(56, "PR"), reported(112, "PD")) == []


def test_a_response_that_differs_is_told_with_clause_and_numbers():
    (told,) = differences(*GROWN, reported(56, "PR"), reported(112, "SD"))

    assert (told.kind, told.visit, told.date) == ("DIFFERS", "DAY 112", START + timedelta(112))
    assert (told.parameter, told.reported, told.derived) == ("OVRLRESP", "SD", "PD")
    assert told.reference == "RECIST 1.1 Table 1 row 7, 4.3.1"
    assert (told.sum, told.baseline, told.nadir) == (Decimal(40), Decimal(50), Decimal(30))
    assert (told.reported_source, told.derived_sources) == (6, (4,))


def test_judged_against_baseline_alone_it_would_agree():
    told = differences(*GROWN, reported(56, "PR"), reported(112, "SD"))

    assert [one.remark for one in told] == [AGAINST_BASELINE]
    told = differences(*GROWN, reported(56, "PR"), reported(112, "CR"))
    assert [one.remark for one in told] == [""]


def test_a_sum_that_is_not_complete_is_no_number():
    rows = [*TARGET, state("T1", "NOT EVALUATED", 56)]
    (told,) = differences(*rows, reported(56, "SD"))

    assert (told.derived, told.sum, told.baseline) == ("NE", None, Decimal(50))


def test_a_visit_of_which_only_one_side_is_known():
    rows = [*TARGET, length("T1", "50", 56)]
    lone = differences(*rows, reported(112, "SD"))

    assert [(one.kind, one.visit) for one in lone] == [
        ("NOT MEASURED", "DAY 112"),
        ("NOT REPORTED", "DAY 56"),
    ]
    assert [one.date for one in lone] == [START + timedelta(112), START + timedelta(56)]
    assert differences(*rows) == []  # this reader reported nothing at all


@pytest.mark.parametrize(("days", "told"), [(56, 1), (55, 0)])
def test_a_visit_after_the_cutoff_is_not_looked_at(days, told):
    rows = [*TARGET, length("T1", "50", 56)]
    cutoff = START + timedelta(days)

    assert len(differences(*rows, reported(20, "SD"), cutoff=cutoff)) - 1 == told


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(reported(56, "Y", "CLINPROG"), id="no response"),
        pytest.param(reported(113, "SD"), id="after the cutoff"),
        pytest.param(reported(0, "SD"), id="on the day of randomization"),
        pytest.param(("RS", {"RSTESTCD": "OVRLRESP", "RSORRES": "SD"}), id="of no day"),
    ],
)
def test_what_is_no_response_until_the_cutoff_is_not_compared(row):
    cutoff = START + timedelta(112)

    assert differences(*GROWN, reported(56, "PR"), reported(112, "PD"), row, cutoff=cutoff) == []


def test_a_response_belongs_to_the_visit_of_its_day_else_of_its_name():
    rows = [*TARGET, length("T1", "30", 56), length("T1", "50", 112)]

    assert differences(*rows, reported(56, "PR", visit="ANOTHER"), reported(112, "PD")) == []
    assert differences(*rows, reported(58, "PR", visit="DAY 56"), reported(112, "PD")) == []


@pytest.mark.parametrize(
    ("test", "said", "derived", "reference"),
    [
        ("TRGRESP", "SD", "PR", "RECIST 1.1 Table 1 row 4, 4.3.1"),
        ("NTRGRESP", "PD", "NON-CR/NON-PD", "RECIST 1.1 4.3.3"),
    ],
)
def test_targets_and_non_targets_are_compared_too(test, said, derived, reference):
    rows = [*TARGET, lesion("N1", "NON-TARGET"), state("N1", "PRESENT", -7)]
    rows += [length("T1", "30", 56), state("N1", "PRESENT", 56)]
    (told,) = differences(*rows, reported(56, "PR"), reported(56, said, test))

    assert (told.parameter, told.derived, told.reference) == (test, derived, reference)


def test_without_targets_there_is_no_response_of_targets():
    rows = [lesion("N1", "NON-TARGET"), state("N1", "PRESENT", -7), state("N1", "PRESENT", 56)]

    assert differences(*rows, reported(56, "NON-CR/NON-PD"), reported(56, "", "TRGRESP")) == []


@pytest.mark.parametrize(
    ("rows", "decided"),
    [
        pytest.param([length("T1", "40", 56)], 5, id="the first target of the visit"),
        pytest.param(
            [state("N1", "UNEQUIVOCAL PROGRESSION", 56), length("T1", "40", 56)], 5, id="non-target"
        ),
        pytest.param([length("T1", "40", 56), lesion("NEW1", "NEW", 56)], 6, id="a new lesion"),
        pytest.param(
            [length("T1", "GONE", 56), state("N1", "PRESENT", 56)], 6, id="non-target is left"
        ),
    ],
)
def test_the_record_that_decided_is_named(rows, decided):
    base = [*TARGET, lesion("N1", "NON-TARGET"), state("N1", "PRESENT", -7)]
    rows = [
        ("TU", row | {"VISIT": "DAY 56"}) if domain == "TU" else (domain, row)
        for domain, row in rows
    ]

    assert deciding_sources(course(*base, *rows))[1] == decided


def test_a_response_of_targets_has_their_clause_whatever_decided_the_visit():
    new = ("TU", lesion("NEW1", "NEW", 56)[1] | {"VISIT": "DAY 56"})
    rows = [*TARGET, length("T1", "30", 56), new]
    (told,) = differences(*rows, reported(56, "PD"), reported(56, "SD", "TRGRESP"))

    assert (told.derived, told.reference) == ("PR", "RECIST 1.1 Table 1 row 4, 4.3.1")


def test_without_targets_their_response_has_the_clause_of_the_visit():
    rows = [lesion("N1", "NON-TARGET"), state("N1", "PRESENT", -7), state("N1", "PRESENT", 56)]
    (told,) = differences(*rows, reported(56, "NON-CR/NON-PD"), reported(56, "SD", "TRGRESP"))

    assert (told.derived, told.reference) == ("", "RECIST 1.1 Table 2 row 2")


def test_of_two_non_targets_the_one_that_progressed_is_named():
    rows = [*TARGET]
    for link in ("N1", "N2"):
        rows += [lesion(link, "NON-TARGET"), state(link, "PRESENT", -7)]
    rows += [state("N1", "PRESENT", 56), state("N2", "PD", 56), length("T1", "50", 56)]

    assert deciding_sources(course(*rows))[1] == 8


def test_a_scan_on_the_day_after_randomization_is_derived():
    assert course(*TARGET, length("T1", "50", 1)).derived.days == (1,)
    assert course(*TARGET, length("T1", "50", 0)).derived.days == ()


def test_a_target_that_nobody_mentioned_leaves_the_first_of_the_visit():
    rows = [*TARGET, lesion("T2", "TARGET"), length("T2", "20", -7), length("T1", "50", 56)]

    assert deciding_sources(course(*rows))[1] == 5


def test_a_target_that_decided_alone_is_named():
    rows = [*TARGET, lesion("T2", "TARGET"), length("T2", "20", -7)]
    rows += [length("T1", "50", 56), state("T2", "NOT EVALUATED", 56)]

    assert deciding_sources(course(*rows))[1] == 6


def test_without_lesions_nothing_decided():
    assert deciding_sources(course()) == ()


def test_a_sum_of_nothing_is_told_as_a_number():
    left = [lesion("N1", "NON-TARGET"), state("N1", "PRESENT", -7), state("N1", "PRESENT", 56)]
    (told,) = differences(*TARGET, length("T1", "0", 56), *left, reported(56, "SD"))

    assert (told.derived, told.sum, told.baseline) == ("PR", Decimal(0), Decimal(50))
