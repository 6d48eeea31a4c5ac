"""Days before randomization and after today: where exactly a command begins to refuse."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from asked import Asked
from equipoise.conduct import disposition, enrolment
from equipoise.conduct.protocol_versions import amend_protocol
from equipoise.ledger.entry import Entry
from story import Story

WHO, DAY = "S01-001", date(2021, 3, 10)


@pytest.fixture(scope="module")
def story():
    told = Story().begin().ready(WHO, DAY).ready("S01-002", DAY)
    assert isinstance(told.randomize(WHO, DAY), Entry)
    return told


@pytest.mark.parametrize(("days", "asks"), [(-1, True), (0, False)])
def test_treatment_that_ends_before_randomization_is_asked_about(story, days, asks):
    ended = {"ended_on": DAY + timedelta(days), "cause": "toxicity"}

    assert bool(Asked(story).asks(disposition.end_treatment, WHO, **ended)) is asks


def test_treatment_ends_of_nobody_who_was_not_randomized(story):
    ended = {"ended_on": DAY, "cause": "toxicity"}

    assert Asked(story).refused(disposition.end_treatment, "S01-002", **ended) == [
        "TreatmentEnded is not possible while S01-002 is consented"
    ]


@pytest.mark.parametrize(
    ("died_on", "asks"),
    [("2021-03-09", True), ("2021-02", True), ("2021-03-10", False), ("2021-03", False)],
)
def test_a_death_before_randomization_is_asked_about(story, died_on, asks):
    died = {"died_on": died_on, "cause": "disease"}

    assert bool(Asked(story).asks(disposition.record_death, WHO, **died)) is asks


@pytest.mark.parametrize(
    ("at", "on", "future"),
    [
        ("2021-03-12T15:59:59Z", "2021-03-12", False),  # 23:59 in Shanghai
        ("2021-03-12T15:59:59Z", "2021-03-13", True),
        ("2021-03-12T16:00:00Z", "2021-03-13", False),
        ("2021-03-12T23:30:00Z", "2021-03-13", False),  # 07:30 there, and yesterday in UTC
    ],
)
def test_a_day_is_that_of_the_site(story, at, on, future):
    by = replace(story.attribution("2021-03-12", "coordinator"), at=at)
    ended = {"ended_on": date.fromisoformat(on), "cause": "toxicity"}

    outcome = disposition.end_treatment(story.session.trial, by, WHO, **ended)

    assert isinstance(outcome, Entry) is not future


@pytest.mark.parametrize(
    ("contacts", "ends"),
    [
        ([("2021-05-10", "NOT REACHED")], True),
        ([("2021-05-10", "ALIVE"), ("2021-05-10", "NOT REACHED")], True),
        ([("2021-05-10", "NOT REACHED"), ("2021-05-20", "ALIVE")], False),
        ([("2021-05-20", "ALIVE"), ("2021-05-19", "NOT REACHED")], False),
        ([("2021-05-20", "DEAD")], False),
    ],
)
def test_an_attempt_counts_that_came_after_the_last_contact(contacts, ends):
    story = Story().begin().ready(WHO, DAY)
    for number, (on, status) in enumerate(contacts, start=1):
        row = {"status": status, "contact": "TELEPHONE"}
        story.form(
            "2021-06-01",
            WHO,
            "SURVIVAL_CONTACT",
            f"SURVIVAL {number}",
            {"date": on},
            {"contact": [row]},
        )
    lost = {"ended_on": date(2021, 6, 1), "cause": "LOST TO FOLLOW-UP"}

    outcome = story.do("2021-06-01", "investigator", disposition.end_study, WHO, **lost)

    assert isinstance(outcome, Entry) is ends


@pytest.mark.parametrize(
    ("day", "version"), [(date(2021, 3, 9), "1.1"), (DAY, "2.0"), (date(2021, 3, 11), "2.0")]
)
def test_a_person_is_screened_under_the_version_of_the_day(day, version):
    story = Story().begin()
    amended = story.protocol.model_copy(update={"version": "2.0"})
    begins = {"sites": ("S01",), "effective_on": DAY, "reconsent": False}
    story.done("2021-03-01", "sponsor", amend_protocol, amended, **begins)

    entry = story.done(day.isoformat(), "coordinator", enrolment.screen, WHO, screened_on=day)

    assert entry.protocol == version
