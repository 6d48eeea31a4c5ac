"""Days before randomization and after today: where exactly a command begins to refuse."""

from datetime import date, timedelta

import pytest

from equipoise.conduct import disposition, enrolment
from equipoise.conduct.preconditions import before_randomization, in_future
from equipoise.conduct.protocol_versions import amend_protocol
from equipoise.ledger.entry import Entry
from story import Story

WHO, DAY = "S01-001", date(2021, 3, 10)


@pytest.fixture(scope="module")
def story():
    told = Story().begin().ready(WHO, DAY).ready("S01-002", DAY)
    assert isinstance(told.randomize(WHO, DAY), Entry)
    return told


@pytest.mark.parametrize(
    ("who", "days", "said"),
    [
        (WHO, -1, [f"2021-03-09 is before randomization ({DAY})"]),
        (WHO, 0, []),
        (WHO, 1, []),
        ("S01-002", 1, ["S01-002 is not randomized"]),
        ("S01-003", 1, ["S01-003 is not randomized"]),
    ],
)
def test_what_presupposes_an_arm_comes_on_the_day_of_randomization_or_later(story, who, days, said):
    assert before_randomization(story.session.trial, who, DAY + timedelta(days)) == said


@pytest.mark.parametrize(("days", "ends"), [(-1, False), (0, True)])
def test_treatment_ends_on_the_day_of_randomization_at_the_earliest(story, days, ends):
    outcome = disposition.end_treatment(
        story.session.trial,
        story.attribution("2021-03-12", "coordinator"),
        WHO,
        ended_on=DAY + timedelta(days),
        cause="toxicity",
    )

    assert isinstance(outcome, Entry) is ends


@pytest.mark.parametrize(
    ("died_on", "accepted"),
    [("2021-03-09", False), ("2021-02", False), ("2021-03-10", True), ("2021-03", True)],
)
def test_nobody_randomized_had_died_before(story, died_on, accepted):
    outcome = disposition.record_death(
        story.session.trial,
        story.attribution("2021-03-12", "investigator"),
        WHO,
        died_on=died_on,
        cause="disease",
    )

    assert isinstance(outcome, Entry) is accepted


@pytest.mark.parametrize(("days", "future"), [(0, False), (1, False), (2, True)])
def test_a_day_that_has_begun_somewhere_is_not_in_the_future(story, days, future):
    by = story.attribution("2021-03-12", "coordinator")

    assert bool(in_future(by, date(2021, 3, 12) + timedelta(days), "ended_on")) is future


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
