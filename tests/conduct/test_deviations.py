"""Deviations are classified before anybody sees results by arm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from equipoise.conduct import data_management, disposition, randomization, trial_setup
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.conduct.deviations import (
    Classification,
    classify_deviation,
)
from equipoise.conduct.record import Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.subject.deviations import DeviationRow, recorded_deviations
from equipoise.subject.state import Subject
from story import Story

ON, DAY, WHO = "2021-03-12", date(2021, 3, 10), "S01-001"


def row(term: str) -> dict[str, str]:
    return {"term": term, "category": "VISIT", "date": "2021-03-11"}


def deviated(*terms: str) -> tuple[Story, int]:
    """A randomized participant with these deviations, in one form."""
    story = Story().begin().ready(WHO, DAY)
    story.randomize(WHO, DAY)
    rows = {"deviation": [row(term) for term in terms]}
    return story, story.form(ON, WHO, "DEVIATION", "UNSCHEDULED 1", {}, rows).seq


def classify(story: Story, entry: int, number: int, *, role: str = "data_manager", **more):
    said = Classification(more.pop("importance", "IMPORTANT"), more.pop("excludes", True))
    place = DeviationRow(entry, number)
    return story.do(ON, role, classify_deviation, WHO, place, said, **more)


def subject(story: Story) -> Subject:
    return story.session.trial.subjects[WHO]


def told(outcome) -> tuple[str, ...]:
    assert isinstance(outcome, Refused)
    return outcome.reasons


def test_a_lock_waits_for_the_last_of_them_and_names_them():
    story, entry = deviated("a scan too late", "a visit left out")
    story.done(ON, "sponsor", trial_setup.change_status, "CLOSED TO ACCRUAL", reason="all are in")
    classify(story, entry, 1)
    said = f"deviations that nobody has classified: {WHO} entry {entry} row 2"

    def asks(scope: str | None):
        return story.do(ON, "data_manager", data_management.request_lock, scope, reason="clean")

    assert told(asks(None)) == (said,)
    assert told(asks(WHO)) == (said,)
    classify(story, entry, 2, importance="NOT IMPORTANT", excludes=False)
    request = asks(None)
    assert isinstance(request, Entry)
    late = {"deviation": [row("another")]}
    more = story.form(ON, WHO, "DEVIATION", "UNSCHEDULED 2", {}, late).seq
    locked = story.do(ON, "statistician", data_management.lock, request.seq, reason="clean")
    assert told(locked) == (f"deviations that nobody has classified: {WHO} entry {more} row 1",)
    classify(story, more, 1)
    locked = story.do(ON, "statistician", data_management.lock, request.seq, reason="clean")
    assert isinstance(locked, Entry)
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_the_list_is_not_opened_over_one_that_nobody_classified():
    story, entry = deviated("a scan too late")
    classify(story, entry, 1)
    story.close(ON)
    subject_as_it_was = replace(subject(story), classified={})
    trial = replace(story.session.trial, subjects={WHO: subject_as_it_was})
    by = story.attribution(ON, "statistician")

    opened = randomization.open_allocation(trial, by, story.sealed)

    said = f"deviations that nobody has classified: {WHO} entry {entry} row 1"
    assert told(opened) == (said,)


def test_what_was_said_is_kept_with_who_said_it():
    story, entry = deviated("a scan too late")
    said = classify(story, entry, 1, role="statistician")

    (held,) = subject(story).classified.values()
    assert (held.importance, held.excludes, held.by, held.role, held.source) == (
        "IMPORTANT",
        True,
        "statistician-01",
        "statistician",
        said.seq,
    )
    assert not held.results_seen


def test_who_says_otherwise_later_says_why():
    story, entry = deviated("a scan too late")
    classify(story, entry, 1)
    again = {"importance": "NOT IMPORTANT", "excludes": False}

    assert told(classify(story, entry, 1, **again)) == (
        "reason: nothing found, expected why it is classified again",
    )
    assert isinstance(classify(story, entry, 1, **again, reason="the scan was in time"), Entry)
    assert [one.importance for one in subject(story).classified.values()] == ["NOT IMPORTANT"]


@pytest.mark.parametrize("seen", [True, False])
def test_after_an_unlock_it_is_kept_whether_results_had_been_seen(seen):
    story, entry = deviated("a scan too late")
    classify(story, entry, 1)
    story.close(ON)
    wants = {"reason": "a deviation was forgotten", "results_seen": seen}
    opens = story.done(ON, "data_manager", data_management.request_unlock, None, **wants)
    story.done(ON, "statistician", data_management.unlock, opens.seq, reason="agreed")
    changed = classify(
        story, entry, 1, importance="NOT IMPORTANT", excludes=False, reason="on review"
    )

    assert isinstance(changed, Entry)
    (held,) = subject(story).classified.values()
    assert held.results_seen is seen


def test_a_corrected_form_is_classified_anew():
    story, entry = deviated("a scan too late")
    classify(story, entry, 1)
    right = FormData("DEVIATION", "UNSCHEDULED 1", {}, {"deviation": [row("a scan 9 days late")]})
    saved = story.done(
        ON, "coordinator", save_form, WHO, right, correction=Correction(entry, "how late")
    )

    asked = story.do(ON, "data_manager", data_management.request_lock, WHO, reason="clean")
    said = f"deviations that nobody has classified: {WHO} entry {saved.seq} row 1"
    assert told(asked) == (said,)


def test_a_form_that_never_was_is_in_nobodys_way():
    story, entry = deviated("of another person")
    story.done(ON, "investigator", disposition.cancel, WHO, entry, reason="of another")

    assert list(recorded_deviations(subject(story))) == []
    asked = story.do(ON, "data_manager", data_management.request_lock, WHO, reason="clean")
    assert isinstance(asked, Entry)


@pytest.mark.parametrize(
    ("number", "details", "said"),
    [
        (2, {}, "entry {entry} has no deviation 2 of S01-001 that holds"),
        (0, {}, "entry {entry} has no deviation 0 of S01-001 that holds"),
        (1, {"importance": "NOT IMPORTANT"}, "what excludes somebody is important"),
    ],
)
def test_what_is_classified_must_be_there_and_fit(number, details, said):
    story, entry = deviated("a scan too late")

    assert told(classify(story, entry, number, **details)) == (said.format(entry=entry),)


def test_a_site_classifies_nothing():
    story, entry = deviated("a scan too late")

    assert (
        "not open to the role 'investigator'"
        in told(classify(story, entry, 1, role="investigator"))[0]
    )
