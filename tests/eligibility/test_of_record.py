"""The verdict of record: what was entered before the randomization, under the protocol of that
day.
"""

from datetime import date

import pytest

from equipoise.conduct import enrolment, protocol_versions
from equipoise.eligibility import of_record
from equipoise.terms.verdict import Verdict
from story import Story, screening_forms

DAY = date(2021, 3, 10)
LATER = date(2021, 6, 1)


def blocking(asking):
    return [finding.id for finding in asking.findings if finding.verdict is not Verdict.MET]


@pytest.fixture
def story() -> Story:
    told = Story().begin().ready("S01-001", DAY)
    told.randomize("S01-001", DAY)
    return told


def test_a_result_entered_later_changes_what_is_known_now_and_not_the_record(story):
    for form, values, groups in screening_forms(DAY, HGB="8.1"):
        if form == "HEMATOLOGY":
            on_the_day = {**values, "date": DAY.isoformat()}
            story.form("2021-04-01", "S01-001", form, "SCREENING", on_the_day, groups)
    trial = story.session.trial
    subject = trial.subjects["S01-001"]

    assert blocking(of_record.at_randomization(trial, subject)) == []
    assert blocking(of_record.as_known_now(trial, subject)) == ["I09"]
    assert of_record.ineligible_as_known_now(trial, subject) == ("I09",)


def test_an_amendment_changes_nothing_for_who_was_randomized_before(story):
    now = story.protocol
    older = now.eligibility.added[0]
    older = older.model_copy(update={"rule": older.rule.model_copy(update={"at_least": 80})})
    eligibility = now.eligibility.model_copy(update={"added": (older,)})
    amended = now.model_copy(update={"version": "2.0", "eligibility": eligibility})
    details = {"sites": (), "effective_on": LATER, "reconsent": False}
    story.done("2021-06-01", "sponsor", protocol_versions.amend_protocol, amended, **details)
    trial = story.session.trial
    subject = trial.subjects["S01-001"]

    assert of_record.protocol_at_randomization(trial, subject).version == now.version
    assert blocking(of_record.at_randomization(trial, subject)) == []
    assert blocking(of_record.as_known_now(trial, subject)) == []


def test_who_fails_screening_is_judged_on_that_day_once_the_cutoff_has_reached_it():
    story = Story().begin().ready("S01-001", DAY, HGB="8.1")
    failed = {"failed_on": DAY, "criteria": ("I09",)}
    story.done("2021-03-10", "investigator", enrolment.fail_screening, "S01-001", **failed)
    trial = story.session.trial
    subject = trial.subjects["S01-001"]

    on_the_day = of_record.at_screening(trial, subject, LATER)
    before = of_record.at_screening(trial, subject, date(2021, 3, 9))

    assert of_record.failed_screening(subject, date(2021, 3, 9)) is None
    assert of_record.failed_screening(subject, DAY).on == DAY
    assert blocking(on_the_day) == ["I09"]
    assert blocking(before) == ["I09"]
    assert of_record.ineligible_as_known_now(trial, subject) == ()


def test_an_open_screening_is_judged_at_the_cutoff():
    trial = Story().begin().ready("S01-001", DAY).session.trial
    subject = trial.subjects["S01-001"]

    assert blocking(of_record.at_screening(trial, subject, DAY)) == []
    assert "I09" in blocking(of_record.at_screening(trial, subject, LATER))


def test_an_amendment_changes_nothing_for_who_was_screened_before():
    story = Story().begin().ready("S01-001", DAY)
    older = story.protocol.eligibility.added[0]
    older = older.model_copy(update={"rule": older.rule.model_copy(update={"at_least": 80})})
    eligibility = story.protocol.eligibility.model_copy(update={"added": (older,)})
    amended = story.protocol.model_copy(update={"version": "2.0", "eligibility": eligibility})
    details = {"sites": (), "effective_on": date(2021, 3, 9), "reconsent": False}
    story.done("2021-03-09", "sponsor", protocol_versions.amend_protocol, amended, **details)
    trial = story.session.trial

    assert trial.version_at("S01", DAY).protocol.version == "2.0"
    assert blocking(of_record.at_screening(trial, trial.subjects["S01-001"], DAY)) == []
