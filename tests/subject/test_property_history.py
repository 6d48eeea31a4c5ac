"""The fold of a prefix is the state as of that entry."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct import disposition
from equipoise.subject.fold import replay, step
from equipoise.subject.state import Trial
from story import Story


@pytest.fixture(scope="module")
def told():
    story = Story().begin()
    for number in (1, 2):
        story.ready(f"S01-{number:03}", date(2021, 3, 10))
        story.randomize(f"S01-{number:03}", date(2021, 3, 10))
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    story.done(
        "2021-06-01",
        "investigator",
        disposition.record_death,
        "S01-002",
        died_on="2021-05-30",
        cause="disease",
    )
    return story.storage.read()


@settings(deadline=None)
@given(data=st.data())
def test_fold_of_a_prefix_is_the_state_as_of_that_entry(told, data):
    cut = data.draw(st.integers(1, len(told)))

    whole = replay(told, lambda entry: entry.seq <= cut)
    onward = Trial()
    for entry in told[:cut]:
        onward = step(onward, entry)

    assert whole == onward
    assert whole.head == told[cut - 1]
    assert all(seq <= cut for s in whole.subjects.values() for seq in s.forms)


def test_what_is_recorded_later_does_not_change_the_verdict_of_record(told):
    trial = replay(told)
    subject = trial.subjects["S01-001"]

    assert (
        subject.before_randomization
        == replay(told[: subject.randomized.source - 1]).subjects["S01-001"]
    )
