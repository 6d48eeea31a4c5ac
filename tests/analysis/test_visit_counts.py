"""Every visit that was expected is counted once, in its arm; who is overdue is named."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from equipoise.analysis.analyze import analyze
from equipoise.analysis.results.visits import OverdueVisit
from equipoise.analysis.visits import COUNTED
from equipoise.conduct import disposition
from equipoise.conduct.disposition import Withdrawal
from equipoise.report.trial.why import explain
from equipoise.subject.visits import Status
from small_trial import small_trial
from story import Story

DAY = date(2021, 3, 10)


@pytest.fixture
def story() -> Story:
    """One participant, treated, with a first scan and none after it."""
    story = Story().begin().ready("S01-001", DAY)
    story.randomize("S01-001", DAY)
    dose = [{"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}]
    story.form(
        "2021-03-11", "S01-001", "TREATMENT", "FIRST_DOSE", {"date": "2021-03-11"}, {"dose": dose}
    )
    story.scan("S01-001", "2021-05-05", 1, "SD", "50")
    return story


def at(story: Story, cutoff: date):
    return analyze(story.known(cutoff))


def test_every_expected_visit_is_counted_once_and_in_the_arm_of_its_subject():
    analysis, _ = small_trial()
    counted: Counter[object] = Counter()
    for visit, row in analysis.results.visits.schedule.items():
        for arm, visits in row.arms.items():
            for field, status in COUNTED.items():
                for name, recorded in getattr(visits, field).items():
                    counted.update((name, arm, visit, status, one) for one in recorded)

    arms = {name: course.subject.randomized.arm for name, course in analysis.courses.items()}
    assert counted == Counter(
        (name, arms[name], one.visit, one.status, one.recorded)
        for name, visits in analysis.visits.items()
        for one in visits
        if one.due and one.status is not Status.NOT_EXPECTED
    )
    assert set(COUNTED.values()) == set(Status) - {Status.NOT_EXPECTED}


def test_who_is_overdue_is_named_longest_first(story):
    cutoff = date(2021, 7, 15)

    assert [
        late for late in at(story, cutoff).results.visits.overdue if late.visit.startswith("SCAN")
    ] == [OverdueVisit(subject="S01-001", visit="SCAN 2", closed="2021-07-07", days=8)]
    days = [late.days for late in at(story, cutoff).results.visits.overdue]
    assert days == sorted(days, reverse=True)


def test_after_the_lock_nobody_is_overdue(story):
    story.close("2021-07-15")

    locked = at(story, date(2021, 7, 15)).results.visits
    assert locked.overdue == ()
    assert any(
        "SCAN 2" in names
        for arm in locked.schedule["SCAN"].arms.values()
        for names in arm.missed.values()
    )


def test_why_cites_missed_scans_where_scans_decide(story):
    cutoff = date(2021, 9, 15)
    story.scan("S01-001", "2021-09-15", 3, "PD", "90")

    def told(endpoint: str) -> list[str]:
        return explain(at(story, cutoff), story.storage.read(), "S01-001", endpoint)

    cited = "  scans missed, by the schedule: SCAN 2 (window closed 2021-07-07)"
    assert told("PFS").count(cited) == 2  # by the FDA and by the EMA rules
    assert cited not in told("OS")
    assert cited not in told("DCR")


def test_why_tells_the_visits_in_time_and_what_is_beside_them(story):
    story.form(
        "2021-05-20",
        "S01-001",
        "ECOG",
        "UNSCHEDULED 1",
        {"date": "2021-05-20"},
        {"score": [{"score": "1"}]},
    )
    story.done(
        "2021-07-01",
        "investigator",
        disposition.withdraw,
        "S01-001",
        Withdrawal("VISITS", date(2021, 7, 1), "wish"),
    )

    told = explain(at(story, date(2021, 8, 1)), story.storage.read(), "S01-001", "VISITS")

    assert "SCAN 2: not expected (window 2021-06-23 to 2021-07-07)" in told
    assert "  because: withdrawal (visits) on 2021-07-01" in told
    assert any(line.startswith("  UNSCHEDULED 1 on 2021-05-20: ECOG, entry ") for line in told)
    assert told.index("beside the schedule:") > told.index(
        "SCAN 2: not expected (window 2021-06-23 to 2021-07-07)"
    )


def test_of_who_is_not_randomized_there_are_no_visits():
    story = Story().begin().ready("S01-001", DAY)

    with pytest.raises(ValueError, match="S01-001 has no VISITS: not randomized by 2021-03-10"):
        explain(at(story, DAY), story.storage.read(), "S01-001", "VISITS")


def test_why_says_nothing_of_scans_when_none_was_missed(story):
    told = explain(at(story, date(2021, 5, 6)), story.storage.read(), "S01-001", "PFS")

    assert "scans missed" not in "\n".join(told)
