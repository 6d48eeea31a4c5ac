"""Days before randomization and after today: where exactly a command begins to refuse."""

from datetime import date, timedelta

import pytest

from equipoise.conduct import disposition
from equipoise.conduct.preconditions import before_randomization, in_future
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
