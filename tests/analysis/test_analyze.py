"""What the results say of a trial told in a few lines: flow, populations, and what is compared."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.analysis.results.endpoints import Events, Time, TimeValue
from equipoise.analysis.time_to_event import compare_times
from equipoise.conduct import disposition, enrolment, protocol_versions
from equipoise.endpoints.choices import recist_policy, response_policy
from equipoise.endpoints.response_rules import AS_RECORDED, CR_WAS_TRUE
from equipoise.ledger.entry import Entry
from equipoise.protocol.assessment import micrometers
from equipoise.protocol.yaml_file import load
from equipoise.terms.quantity import Quantity
from story import Story, alternating

DAY = date(2021, 3, 10)
CUTOFF = date(2021, 12, 31)
EXPERIMENTAL, CONTROL = "CETUXIMAB_CHEMOTHERAPY", "CHEMOTHERAPY"


def begun(**changes) -> Story:
    protocol = load("NCT04509635")
    story = Story(protocol=protocol.model_copy(update=changes))
    story.sealed = alternating(story.protocol, EXPERIMENTAL, CONTROL)
    return story.begin()


def enters(story: Story, *names: str, day: date = DAY, **changes) -> Story:
    for name in names:
        story.ready(name, day, **changes)
        assert isinstance(story.randomize(name, day), Entry)
    return story


def results(story: Story, cutoff: date = CUTOFF):
    return analyze(story.known(cutoff)).results


def treated(story: Story, subject: str, *drugs: str) -> None:
    rows = [{"drug": drug, "dose": "100", "unit": "mg/m2"} for drug in drugs]
    story.form(
        "2021-03-11", subject, "TREATMENT", "FIRST_DOSE", {"date": "2021-03-11"}, {"dose": rows}
    )


def dies(story: Story, subject: str, on: str) -> None:
    story.done(
        on,
        "investigator",
        disposition.record_death,
        subject,
        died_on=on,
        cause="DISEASE UNDER STUDY",
    )


# ------------------------------------------------------------------ populations


@pytest.mark.parametrize(
    ("typed", "arm"),
    [
        ("Cetuximab", EXPERIMENTAL),
        (" cetuximab ", EXPERIMENTAL),
        ("ERBITUX", EXPERIMENTAL),
        ("PANITUMUMAB", CONTROL),
    ],
)
def test_safety_goes_by_the_drug_however_its_name_is_typed(typed, arm):
    story = enters(begun(), "S01-001")
    treated(story, "S01-001", "IRINOTECAN", typed)

    sizes = results(story).endpoints["SAFETY"].n

    assert sizes[arm] == 1
    assert sum(sizes.values()) == 1


def test_who_was_eligible_and_in_which_stratum_is_asked_of_the_version_randomized_under():
    story = enters(begun(), "S01-001")
    treated(story, "S01-001", "IRINOTECAN", "CETUXIMAB")
    now = story.protocol
    older = now.eligibility.added[0]
    older = older.model_copy(update={"rule": older.rule.model_copy(update={"at_least": 80})})
    turned = now.randomization.strata[0]
    turned = turned.model_copy(
        update={"levels": dict(zip(turned.levels, reversed(turned.levels.values()), strict=True))}
    )
    amended = now.model_copy(
        update={
            "version": "2.0",
            "eligibility": now.eligibility.model_copy(update={"added": (older,)}),
            "randomization": now.randomization.model_copy(
                update={"strata": (turned, *now.randomization.strata[1:])}
            ),
        }
    )
    story.done(
        "2021-06-01",
        "sponsor",
        protocol_versions.amend_protocol,
        amended,
        sites=(),
        effective_on=date(2021, 6, 1),
        reconsent=False,
    )
    shown = results(story)

    assert shown.protocol.version == "2.0"
    assert shown.endpoints["DCR"].sensitivity["per_protocol"].comparison.arms[EXPERIMENTAL].n == 1
    assert not shown.strata["S01-001"].differs


# ------------------------------------------------------------------ flow


def screened(story: Story, name: str, on: str, previous: str | None = None) -> None:
    day = date.fromisoformat(on)
    story.done(
        on, "coordinator", enrolment.screen, name, screened_on=day, previous_subject=previous
    )


def fails(story: Story, name: str, on: str, *criteria: str) -> None:
    day = date.fromisoformat(on)
    story.done(on, "investigator", enrolment.fail_screening, name, failed_on=day, criteria=criteria)


def test_who_is_screened_again_after_the_cutoff_is_still_there_before_it():
    story = begun().ready("S01-001", DAY, HGB="8.1")
    fails(story, "S01-001", "2021-03-10", "I09")
    screened(story, "S01-002", "2021-06-01", previous="S01-001")

    before, after = (results(story, cutoff).flow for cutoff in (date(2021, 4, 1), CUTOFF))

    assert (before.screened, before.rescreened, before.reasons) == (
        1,
        0,
        {"I09": ("S01-001",)},
    )
    assert (after.screened, after.rescreened, list(after.open)) == (1, 1, ["S01-002"])


def test_everybody_randomized_counts_in_the_flow_of_the_arms_under_the_code_randomized():
    story = enters(begun(), "S01-001")
    subjects = story.session.trial.subjects
    again = replace(
        subjects["S01-001"],
        id="S01-002",
        previous="S01-001",
        randomized=None,
        before_randomization=None,
    )
    trial = replace(story.session.trial, subjects={**subjects, "S01-002": again})

    flow = analyze(replace(story.known(CUTOFF), trial=trial)).results.flow

    assert flow.arms[EXPERIMENTAL].randomized == ("S01-001",)
    assert (flow.screened, flow.randomized) == (1, 1)


def test_the_reasons_of_record_stand_beside_those_that_the_records_show():
    story = begun().ready("S01-001", DAY, HGB="8.1")
    fails(story, "S01-001", "2021-03-10", "I07", "E02")

    flow = results(story).flow

    assert flow.reasons == dict.fromkeys(("E02", "I07", "I09"), ("S01-001",))
    assert flow.not_eligible == 1


def test_who_will_not_enter_for_no_criterion_declined_and_who_meets_all_is_still_in_screening():
    story = begun().ready("S01-001", DAY).ready("S01-002", DAY)
    fails(story, "S01-001", "2021-03-10")

    at_decision, before = (results(story, on).flow for on in (DAY, DAY - timedelta(1)))

    assert (at_decision.declined, at_decision.eligible_not_randomized) == (
        ("S01-001",),
        ("S01-002",),
    )
    assert (before.declined, before.eligible_not_randomized) == ((), ("S01-001", "S01-002"))


# ------------------------------------------------------------------ missing values


@pytest.mark.parametrize(
    ("died", "cutoff", "reached"),
    [
        pytest.param(
            "2021-05-12", CUTOFF, False, id="before the window of the first scan closed: explained"
        ),
        pytest.param("2021-05-13", CUTOFF, True, id="after it: the scan was missed first"),
        pytest.param(
            "2021-05-12", date(2021, 5, 11), True, id="after the cutoff: nothing is explained yet"
        ),
    ],
)
def test_death_explains_a_missing_response_only_when_no_scan_was_missed_before(
    died, cutoff, reached
):
    story = enters(begun(), "S01-001")
    dies(story, "S01-001", died)

    dcr = results(story, cutoff).endpoints["DCR"]

    assert dcr.subjects["S01-001"].value is False
    assert dcr.sensitivity["best_case"].reached["S01-001"] is reached


# ------------------------------------------------------------------ times


def test_arms_that_separate_have_no_hazard_ratio_and_still_a_log_rank_test():
    protocol = load("NCT04509635")
    values = {
        f"{arm} {n}": TimeValue(value=Time(days=days + n, event=True), why="", source=())
        for arm, days in ((EXPERIMENTAL, 200), (CONTROL, 10))
        for n in range(5)
    }

    shown = compare_times(values, {name: name.split()[0] for name in values}, {}, protocol)

    assert (shown.hazard_ratio, shown.interval) == (None, None)
    assert shown.p_value == pytest.approx(0.0018, abs=1e-4)
    assert shown.test == "log-rank"
    assert "no finite estimate" in shown.note


def test_duration_of_response_is_described_among_responders_and_compared_with_nothing():
    story = enters(begun(), "S01-001", "S01-002")
    for name in ("S01-001", "S01-002"):
        story.scan(name, "2021-05-05", 1, "PR", "30")
    story.scan("S01-002", "2021-06-30", 2, "PD", "60")

    duration = results(story).endpoints["DOR"]

    times = duration.rules["DOR"].comparison
    assert duration.population == "responders of ITT"
    assert (times.hazard_ratio, times.interval, times.p_value, times.test) == (None,) * 4
    assert times.note == "descriptive"
    assert times.arms[CONTROL] == Events(n=1, events=1)


def declaring(**choices):
    assessment = load("NCT04509635").assessment
    recist = assessment.recist.model_copy(
        update={"choices": {**assessment.recist.choices, **choices}}
    )
    return assessment.model_copy(update={"recist": recist})


@pytest.mark.parametrize(
    ("progression", "pfs", "said"),
    [
        pytest.param(True, Time(days=113, event=True), "it counts as progression", id="a true CR"),
        pytest.param(False, Time(days=169, event=True), "it stands as read", id="as recorded"),
    ],
)
def test_disease_after_a_complete_response_is_one_thing_for_every_endpoint_and_a_query(
    progression, pfs, said
):
    story = enters(begun(assessment=declaring(disease_after_cr_is_pd=progression)), "S01-001")
    first = story.scan("S01-001", "2021-05-05", 1, "CR", "0")
    second = story.scan("S01-001", "2021-06-30", 2, "PR", "10")
    third = story.scan("S01-001", "2021-08-25", 3, "PD", "40")
    shown = results(story)

    assert shown.endpoints["DCR"].subjects["S01-001"].source == (first.seq,)
    value = shown.endpoints["PFS"].rules["FDA"].subjects["S01-001"]
    assert value == TimeValue(
        value=pfs, why="progression", source=((second if progression else third).seq,)
    )
    assert shown.problems["S01-001"].startswith(
        f"PR on day 112 after CR on day 56: a query; {said}"
    )


def test_best_response_follows_the_choices_that_the_protocol_declares_for_the_lesions():
    as_published = response_policy(declaring())
    otherwise = response_policy(
        declaring(disease_after_cr_is_pd=False, therapy_ends_assessability=False)
    )

    assert (as_published.after_cr, as_published.therapy_ends_response) == (CR_WAS_TRUE, True)
    assert (otherwise.after_cr, otherwise.therapy_ends_response) == (AS_RECORDED, False)


def test_a_threshold_in_centimeters_is_the_same_threshold():
    assessment = load("NCT04509635").assessment
    recist = assessment.recist.model_copy(update={"diameter": Quantity(Decimal(1), "cm")})

    assert recist_policy(assessment.model_copy(update={"recist": recist})) == recist_policy(
        assessment
    )
    with pytest.raises(ValueError, match="found 5 kg, expected a length in mm or cm"):
        micrometers(Quantity(Decimal(5), "kg"))


def test_the_level_of_every_interval_follows_alpha():
    design = load("NCT04509635").design.model_copy(update={"alpha": Decimal("0.2")})
    names = [f"S01-00{n}" for n in range(1, 5)]
    stories = enters(begun(), *names), enters(begun(design=design), *names)
    for story in stories:
        for name, last in zip(
            names, ("2021-08-25", "2021-06-30", "2021-06-23", "2021-08-18"), strict=True
        ):
            story.scan(name, "2021-05-05", 1, "SD", "45")
            story.scan(name, last, 2, "PD", "60")
    usual, wider = (results(story) for story in stories)

    def widths(shown):
        dcr = shown.endpoints["DCR"].comparison
        pfs = shown.endpoints["PFS"].rules["FDA"].comparison
        curve = pfs.curves[CONTROL]
        spans = [
            dcr.interval,
            dcr.arms[CONTROL].interval,
            pfs.interval,
            (curve.lower[0], curve.upper[0]),
        ]
        return [high - low for low, high in spans]

    assert (usual.confidence, wider.confidence) == (0.95, 0.8)
    assert [less < more for less, more in zip(widths(wider), widths(usual), strict=True)] == [
        True
    ] * 4


# ------------------------------------------------------------------ baseline


def test_the_last_score_before_randomization_goes_by_its_date_and_age_by_the_calendar():
    story = begun().ready("S01-001", ecog="1")
    story.form(
        "2021-03-09",
        "S01-001",
        "ECOG",
        "SCREENING",
        {"date": "2021-03-04", "standard_of_care": "Y"},
        {"score": [{"score": "0"}]},
    )
    assert isinstance(story.randomize("S01-001"), Entry)

    shown = results(story).baseline["S01-001"]

    assert (shown.ecog, shown.age) == ("1", 63)
