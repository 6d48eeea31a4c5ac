"""What the protocol declares of an endpoint is what is analyzed, and what the report says."""

from __future__ import annotations

from datetime import date

import pytest

from changed import CONFIRMED, DERIVED, MASKED, OS_PRIMARY, PFS_PRIMARY, shipped_with
from equipoise.analysis.analyze import Analysis, analyze
from equipoise.analysis.interim import levels_of_looks, standing_of
from equipoise.analysis.results.endpoints import BinaryEndpoint, TimeToEventEndpoint
from equipoise.conduct import disposition, protocol_versions
from equipoise.conduct.record import Refused
from equipoise.planning.check import refusals
from equipoise.protocol.model import Protocol
from equipoise.protocol.places import ProtocolError
from equipoise.protocol.refusal import Use
from equipoise.report.trial.declared import influenced, masking_limit
from equipoise.report.trial.page import write_report
from equipoise.report.trial.terminal import primary_lines
from story import Story

WHO, OTHER, CUTOFF = "S01-001", "S01-002", date(2021, 12, 31)
UNTESTED = (
    "values: {drug: CETUXIMAB, doses: [500 mg/m2, 400 mg/m2, 300 mg/m2], every_days: 14}",
    "values: {}",
)
POPULATION = "population: ITT\n      variable: best overall response of CR, PR or SD"


def told(protocol: Protocol, *scans: tuple[str, str, str]) -> Story:
    """A few randomized, in both arms; the first has the scans: day, response as read, diameter of
    the target.
    """
    story = Story(protocol=protocol)
    story.begin()
    for subject in (WHO, OTHER, "S01-003", "S01-004"):
        story.ready(subject)
        story.randomize(subject)
    for number, (on, response, diameter) in enumerate(scans, 1):
        story.scan(WHO, on, number, response, diameter)
    return story


def analyzed(protocol: Protocol, *scans: tuple[str, str, str]) -> Analysis:
    return analyze(told(protocol, *scans).known(CUTOFF))


def reached(analysis: Analysis, endpoint: str) -> bool:
    found = analysis.results.endpoints[endpoint]
    assert isinstance(found, BinaryEndpoint)
    return found.subjects[WHO].value


def responded(analysis: Analysis) -> bool:
    duration = analysis.results.endpoints["DOR"]
    assert isinstance(duration, TimeToEventEndpoint)
    return WHO in duration.rules["DOR"].subjects


PR_THEN_PD = (("2021-05-05", "PR", "30"), ("2021-06-30", "PD", "60"))
PR_TWICE = (("2021-05-05", "PR", "30"), ("2021-06-30", "PR", "30"))


@pytest.mark.parametrize(
    ("changes", "scans", "response"),
    [
        pytest.param((), PR_THEN_PD, True, id="unconfirmed"),
        pytest.param((CONFIRMED,), PR_THEN_PD, False, id="asked for, and none came"),
        pytest.param((CONFIRMED,), PR_TWICE, True, id="asked for, and seen again after 56 days"),
        pytest.param(
            ((CONFIRMED[0], CONFIRMED[1].replace("28", "57")),), PR_TWICE, False, id="too soon"
        ),
    ],
)
def test_a_response_counts_as_confirmed_where_confirmation_is_declared(changes, scans, response):
    """RECIST 1.1 Table 3; the rate and the duration of response agree."""
    analysis = analyzed(shipped_with(*changes), *scans)

    assert (reached(analysis, "ORR"), responded(analysis)) == (response, response)
    assert reached(analysis, "DCR")
    policy = analysis.results.endpoints["DCR"].policy
    assert ("unconfirmed" in policy) is not bool(changes)


@pytest.mark.parametrize("changes", [(), (DERIVED,)])
def test_the_reading_that_is_declared_primary_decides(changes):
    """The MDT reads a response that the lesions do not show."""
    scans = (("2021-05-05", "PR", "49"), ("2021-06-30", "PD", "80"))
    analysis = analyzed(shipped_with(*changes), *scans)
    disease_control = analysis.results.endpoints["ORR"]

    assert reached(analysis, "ORR") is not bool(changes)
    assert responded(analysis) is not bool(changes)
    assert disease_control.policy.startswith("derived") is bool(changes)
    other = analysis.results.endpoints["DCR"].sensitivity["other_reading"]
    assert other.reached[WHO]  # stable or responding, either way
    report = write_report(analysis, told(shipped_with(*changes), *scans).storage.read())
    reading = "The response derived from the lesions" if changes else "The reading of the local MDT"
    assert f"{reading} is primary" in report


def test_the_declared_population_is_the_one_analyzed():
    protocol = shipped_with((POPULATION, POPULATION.replace("ITT", "EVALUABLE")))
    analysis = analyzed(protocol, ("2021-05-05", "SD", "45"))
    primary = analysis.results.endpoints["DCR"]
    assert isinstance(primary, BinaryEndpoint)

    assert primary.population == "EVALUABLE"
    assert set(primary.subjects) == {WHO}  # the other has no scan after baseline
    assert sorted(arm.n for arm in primary.comparison.arms.values()) == [0, 1]
    assert set(primary.sensitivity["best_case"].reached) == {WHO}
    report = write_report(analysis, ())
    assert "Among: ITT with a baseline scan and at least one later scan" in report
    assert "Analyzed (EVALUABLE): 1" in report
    assert "Left out of the analysis: 3" in report or "Left out of the analysis: 2" in report


def test_only_the_declared_tests_are_run():
    protocol = shipped_with(("primary_test: boschloo", "primary_test: fisher"))
    protocol_results = analyzed(protocol, ("2021-05-05", "SD", "45")).results.endpoints

    assert list(protocol_results["DCR"].comparison.tests) == ["fisher", "cmh"]
    assert list(protocol_results["ORR"].comparison.tests) == ["boschloo", "fisher"]


EMA_ALONE = ("rules: [FDA, EMA], stratified: true", "rules: [EMA], stratified: false")
TREATMENT_POLICY = (
    "event: new anticancer therapy, strategy: hypothetical",
    "event: new anticancer therapy, strategy: treatment policy",
)


@pytest.mark.parametrize(
    ("changes", "label", "test"),
    [
        (PFS_PRIMARY, "Progression-free survival, FDA rules", "stratified log-rank"),
        (OS_PRIMARY, "Overall survival", "stratified log-rank"),
        (
            (*PFS_PRIMARY, EMA_ALONE, TREATMENT_POLICY),
            "Progression-free survival, EMA rules",
            "log-rank",
        ),
    ],
)
def test_a_primary_time_to_event_is_reported_as_the_primary_result(changes, label, test):
    story = told(shipped_with(*changes), *PR_THEN_PD)
    for subject in (OTHER, "S01-003", "S01-004"):
        story.scan(subject, "2021-05-05", 1, "PD", "70")
        story.done(
            "2021-07-05",
            "investigator",
            disposition.record_death,
            subject,
            died_on=f"2021-07-0{subject[-1]}",
            cause="DISEASE UNDER STUDY",
        )
    analysis = analyze(story.known(CUTOFF))
    lines, effect = primary_lines(analysis.results)
    report = write_report(analysis, story.storage.read())

    assert all(line.startswith(label) for line in lines)
    assert f"{label}, the one primary endpoint" in report
    primary = next(e for e in analysis.results.endpoints.values() if e.role == "primary")
    first = next(iter(primary.rules.values())).comparison
    assert first.test == test
    assert f"p = {first.p_value:.4f}" in effect


def test_a_name_of_a_set_of_rules_is_the_protocols_own():
    protocol = shipped_with(
        *PFS_PRIMARY, ("  FDA:\n", "  STRICT:\n"), ("rules: [FDA, EMA]", "rules: [STRICT, EMA]")
    )

    assert {refusal.use for refusal in refusals(protocol)} == {Use.DESIGNED}  # needs proportions
    assert list(analyzed(protocol, *PR_THEN_PD).results.endpoints["PFS"].rules) == ["STRICT", "EMA"]


LOOKS = ("  looks: []", "  looks: [{participants: 25}]")


def test_with_looks_the_primary_test_is_held_to_what_they_leave():
    """Lan and DeMets' O'Brien-Fleming at half and all, 0.05 two-sided: rpact (asOF) has bounds
    2.962588 and 1.968596.
    """
    protocol = shipped_with(LOOKS)
    first, last = levels_of_looks(protocol)

    assert (first, last) == pytest.approx((0.003050645, 0.0489990), rel=1e-4)
    few = analyzed(protocol, *PR_THEN_PD)
    assert few.results.level is None
    assert analyzed(shipped_with(), *PR_THEN_PD).results.level == 0.05


FEW = ("  participants: 50", "  participants: 4")
LOOK_AT_TWO = ("  looks: []", "  looks: [{participants: 2}]")
STARTS = {WHO: 10, OTHER: 11, "S01-003": 20, "S01-004": 21}
"""Subject -> the day in March 2021 of the randomization; the scans of the primary endpoint take 119
days."""


def over_time(*, locked: bool = False) -> Story:
    """Four randomized on different days, two of them early; the first is stable."""
    story = Story(protocol=shipped_with(FEW, LOOK_AT_TWO)).begin()
    for subject, day in STARTS.items():
        story.ready(subject, date(2021, 3, day))
        story.randomize(subject, date(2021, 3, day))
    story.scan(WHO, "2021-05-05", 1, "SD", "45")
    if locked:
        story.close("2021-06-01")
    return story


@pytest.mark.parametrize(
    ("cutoff", "look", "counted"),
    [
        pytest.param(date(2021, 7, 7), None, 4, id="one could be judged: no look"),
        pytest.param(date(2021, 7, 8), 0, 2, id="two: the look counts these"),
        pytest.param(date(2021, 7, 17), 0, 2, id="three: still the look at two"),
        pytest.param(date(2021, 7, 18), 1, 4, id="four: the end"),
    ],
)
def test_a_look_counts_those_whose_scans_are_due_and_no_later_ones(cutoff, look, counted):
    """Somebody randomized yesterday has failed nothing yet."""
    results = analyze(over_time().known(cutoff)).results
    levels = levels_of_looks(shipped_with(FEW, LOOK_AT_TWO))
    primary = results.endpoints["DCR"]
    assert isinstance(primary, BinaryEndpoint)

    assert results.level == (None if look is None else pytest.approx(levels[look]))
    assert list(primary.subjects) == list(STARTS)[:counted]
    assert set(primary.sensitivity["worst_case"].reached) == set(primary.subjects)
    secondary = results.endpoints["ORR"]
    assert isinstance(secondary, BinaryEndpoint)
    assert set(secondary.subjects) == set(STARTS)


def test_a_locked_trial_that_is_smaller_than_planned_spends_the_rest():
    """All of 0.05 that the look left is there for the last analysis, however small."""
    story = over_time(locked=True)
    early = analyze(story.known(date(2021, 6, 2))).results

    assert early.level == pytest.approx(levels_of_looks(story.protocol)[-1])
    standing = standing_of(
        shipped_with(("  participants: 50", "  participants: 6"), LOOK_AT_TWO),
        analyze(story.known(date(2021, 12, 31))).courses,
        date(2021, 12, 31),
        locked=True,
    )
    planned = levels_of_looks(
        shipped_with(("  participants: 50", "  participants: 6"), LOOK_AT_TWO)
    )
    assert standing.counted is None
    assert standing.level is not None
    assert planned[-1] < standing.level < 0.05


LATE = (("2021-05-05", "SD", "45"), ("2021-06-30", "PR", "30"), ("2021-08-25", "PD", "60"))


def test_control_that_lasts_is_confirmed_where_the_endpoint_is():
    with_late = ("sensitivity: [boschloo, fisher]", "sensitivity: [boschloo, late_control]")
    loose, strict = shipped_with(with_late), shipped_with(with_late, CONFIRMED)

    for protocol, lasting in ((loose, True), (strict, False)):
        response = analyzed(protocol, *LATE).results.endpoints["ORR"]
        assert isinstance(response, BinaryEndpoint)
        assert response.sensitivity["late_control"].reached[WHO] is lasting
        assert response.subjects[WHO].value is lasting


# ------------------------------------------------------------------ words


def report_of(*changes: tuple[str, str]) -> str:
    story = told(shipped_with(*changes), ("2021-05-05", "SD", "45"))
    return write_report(analyze(story.known(CUTOFF)), story.storage.read())


BLIND_READER = ("  blinded: false", "  blinded: true")


@pytest.mark.parametrize(
    ("changes", "said", "left_out"),
    [
        ((), ["An open label", "knew the arm", "by stratum is shown"], []),
        ((BLIND_READER,), ["read blinded", "That care was not influenced"], ["knew the arm"]),
        (OS_PRIMARY, ["An open label"], ["rest on the response as read", "by stratum is shown"]),
        (PFS_PRIMARY, ["An open label"], ["by stratum is shown", "Nothing is tested within"]),
    ],
)
def test_the_report_says_what_holds_for_the_declared_endpoint(changes, said, left_out):
    report = report_of(*changes)

    assert [words for words in said if words not in report] == []
    assert [words for words in left_out if words in report] == []


@pytest.mark.parametrize(
    ("masking", "blinded", "title"),
    [
        ("OPEN LABEL", False, "An open label"),
        ("SINGLE BLIND", True, "A single blind"),
        ("DOUBLE BLIND", False, "A reading that is not declared blinded"),
        ("DOUBLE BLIND", True, None),
    ],
)
def test_what_masking_leaves_open(masking, blinded, title):
    words = masking.lower()
    protocol = shipped_with(
        ("masking: OPEN LABEL", f"masking: {masking}"),
        ("design: randomized, open label", f"design: randomized, {words}"),
        *([BLIND_READER] if blinded else []),
    )
    limit = masking_limit(protocol)

    assert (limit and limit[0]) == title
    assert bool(list(influenced(protocol))) is (title is not None)


# ------------------------------------------------------------------ refused


def refused(*changes: tuple[str, str]) -> list[str]:
    return [str(refusal) for refusal in refusals(shipped_with(*changes))]


def tumor_form(adjusted: str) -> tuple[str, str]:
    """A field of the form for scans as the protocol changes it."""
    return "  adjust:\n", f"  adjust:\n    TUMOR_ASSESSMENT:\n      {adjusted}\n"


SUMMARY = ("summary: median", "summary: hazard ratio")


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ((("new_therapy: censor", "new_therapy: event"),), "censoring.FDA.strategy", "composite"),
        (
            (("therapy_ends_assessability: true", "therapy_ends_assessability: false"),),
            "endpoints.DCR.estimand.intercurrent",
            "treatment policy",
        ),
        (
            (("clinical_progression: censor", "clinical_progression: event"),),
            "censoring.FDA.strategy",
            "composite",
        ),
        (
            (("summary: median", "summary: hazard ratio"),),
            "endpoints.DOR.estimand.summary",
            "median",
        ),
        ((("    responses: [CR, PR]\n", ""),), "endpoints.ORR.responses", "best responses"),
        ((UNTESTED, ("drug: CETUXIMAB, from", "from")), "treatment", "exactly one drug"),
        (
            (("rule: treated_as_planned", "rule: randomized"),),
            "endpoints.DCR.analysis.sensitivity",
            "treated_as_planned",
        ),
        (
            (("population: ITT", "population: SAFETY"),),
            "endpoints.DCR.estimand.population",
            "as received",
        ),
        ((*PFS_PRIMARY, LOOKS), "design.looks", "by events"),
        (
            (("      pr_stays_pr: true\n", ""),),
            "assessment.recist",
            "missing ['pr_stays_pr']",
        ),
        ((("pr_stays_pr: true", "pr_stays_pr: 2"),), "assessment.recist", "write true or false"),
        ((("diameter: 10 mm", "diameter: 10 kg"),), "assessment.recist", "expected a length"),
        (
            (tumor_form("response: {required: false}"),),
            "forms.TUMOR_ASSESSMENT",
            "RSORRES that is required",
        ),
        (
            (tumor_form("response: {codes: [CR, PR, STABLE]}"),),
            "forms.TUMOR_ASSESSMENT",
            "codes out of NE, CR, PR, SD",
        ),
        (
            (tumor_form("response: {variable: null}"),),
            "forms.TUMOR_ASSESSMENT",
            "expected a field for RSORRES",
        ),
        (
            (tumor_form("date: {type: date}"),),
            "forms.TUMOR_ASSESSMENT",
            "RSDTC that is required and a `day`",
        ),
        (
            (
                ("role: primary", "role: secondary"),
                (
                    "label: Duration of response\n    role: secondary",
                    "label: Duration of response\n    role: primary",
                ),
            ),
            "endpoints.DOR.role",
            "secondary",
        ),
        ((("rules: [OS]", "rules: [SURVIVAL]"),), "endpoints.OS.analysis.rules", "OS"),
        (
            (("  EMA:\n", "  OS:\n"), ("rules: [FDA, EMA]", "rules: [FDA, OS]")),
            "censoring.OS",
            "expected another",
        ),
    ],
)
def test_what_no_rule_carries_out_is_refused_with_its_field(changes, field, expected):
    sentences = refused(*changes)

    assert any(s.startswith(f"{field}: ") and expected in s for s in sentences), sentences


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((MASKED[0],), "registration.design says"),
        ((MASKED[1],), "registration.design says"),
        ((("population: ITT", "population: EVERYBODY"),), "expected the id of a population"),
        ((("death: composite", "missed visits: hypothetical"),), "new anticancer therapy"),
        ((("responses: [CR, PR, SD]", "responses: [CR, PR, STABLE]"),), "STABLE"),
    ],
)
def test_what_contradicts_itself_does_not_load(changes, said):
    with pytest.raises(ProtocolError, match=said):
        shipped_with(*changes)


def test_a_masked_treatment_is_shown_and_cannot_be_conducted():
    protocol = shipped_with(*MASKED)
    story = Story(protocol=protocol)
    outcome = story.do(
        "2021-01-04", "sponsor", protocol_versions.adopt_protocol, protocol, simulated=True
    )

    assert isinstance(outcome, Refused)
    assert "masked treatment needs sealed arms" in str(outcome)
    assert Use.CONDUCTED in {refusal.use for refusal in refusals(protocol)}
    assert {refusal.use for refusal in refusals(protocol)}.isdisjoint(
        {Use.ANALYZED, Use.DESIGNED, Use.SIMULATED}
    )


def test_the_shipped_protocol_is_obeyed_throughout():
    assert refusals(shipped_with()) == ()
