"""What holds of every entry: role, site, clock, lock; and of taking content out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from asked import DAY, IN, READY, ecog, once_told
from equipoise.conduct import data_entry, data_management, disposition, protocol_versions
from equipoise.conduct.data_management import Question
from equipoise.conduct.record import AlreadyDone, Refused
from equipoise.conduct.redaction import Redacted, redact
from equipoise.ledger.entry import Entry
from equipoise.subject.state import Trial
from story import Story


@pytest.fixture
def trial():
    return once_told()


def test_a_role_does_only_what_is_open_to_it(trial):
    assert trial.refused(data_entry.save_form, READY, ecog(), role="monitor") == [
        "FormSaved is not open to the role 'monitor'; it is to coordinator, investigator"
    ]


def test_a_site_has_its_own_people_and_the_center_has_all(trial):
    elsewhere = replace(trial.by("coordinator"), site="S02")
    monitor = replace(trial.by("monitor"), site="S02")
    question = Question("Q1", 1, "date", "sure?")

    assert data_entry.save_form(trial.trial, elsewhere, READY, ecog()) == Refused(
        (f"{READY} belongs to site S01, not to S02",)
    )
    assert isinstance(data_management.open_query(trial.trial, monitor, READY, question), Entry)


def test_the_clock_does_not_run_back(trial):
    head = trial.trial.head
    same = replace(trial.by("coordinator"), at=head.at)
    before = replace(same, at="2021-03-10T11:59:59Z")

    assert isinstance(data_entry.save_form(trial.trial, same, READY, ecog()), Entry)
    assert data_entry.save_form(trial.trial, before, READY, ecog()) == Refused(
        (f"the clock runs back: {before.at} is before the last entry, {head.at}",)
    )


def test_after_the_lock_only_what_changes_no_data(trial):
    locked = replace(trial.trial, locked=True)
    signed = data_management.sign(
        locked, trial.by("investigator"), READY, meaning="seen", about=(1,)
    )

    assert isinstance(signed, Entry)
    assert data_entry.save_form(locked, trial.by("coordinator"), READY, ecog()) == Refused(
        ("the trial is locked",)
    )


def test_a_refusal_reads_as_one_line():
    assert str(Refused(("one", "two"))) == "one; two"


def test_an_event_that_cannot_be_is_refused_by_the_session(trial):
    died = {"died_on": "in spring", "cause": "x"}
    by = trial.by("investigator")

    outcome = trial.story.session.do(disposition.record_death, by, READY, **died)

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].startswith("DeathRecorded.died_on: ")


def test_a_redaction_is_logged_with_the_person_it_is_about():
    story = Story().begin().ready(READY, DAY, signed=False)
    entries = story.storage.read()
    by = story.attribution("2021-03-10", "data_manager")

    def taken(seq: int) -> Redacted | Refused | AlreadyDone:
        return redact(story.session.trial, by, entries, seq, reason="a name")

    last = taken(len(entries))
    assert isinstance(last, Redacted)
    assert (last.entries[-1].subject, last.entries[-1].protocol) == (READY, "1.1")
    assert last.entries[-2].payload is None
    commitment = taken(2)
    assert isinstance(commitment, Refused)
    for seq in (0, len(entries) + 1):
        refused = taken(seq)
        assert isinstance(refused, Refused)
        assert f"{seq}" in str(refused)


def test_the_same_redaction_is_not_done_twice():
    story = Story().begin().ready(READY, DAY, signed=False)
    entries = story.storage.read()
    by = story.attribution("2021-03-10", "data_manager")
    subject = story.session.trial.subjects[READY]
    done = replace(subject, keys={**subject.keys, by.key: 77})
    trial = replace(story.session.trial, subjects={READY: done})

    assert redact(trial, by, entries, len(entries), reason="a name") == AlreadyDone(77)


def test_a_redaction_is_logged_under_the_version_of_the_last_entry():
    story = Story().begin()
    second = story.protocol.model_copy(update={"version": "2.0"})
    later = {"sites": (), "effective_on": DAY + timedelta(30), "reconsent": False}
    story.done("2021-03-01", "sponsor", protocol_versions.amend_protocol, second, **later)
    story.ready(READY, DAY, signed=False)
    entries = story.storage.read()
    by = story.attribution("2021-03-10", "data_manager")

    done = redact(story.session.trial, by, entries, len(entries), reason="a name")

    assert isinstance(done, Redacted)
    assert done.entries[-1].protocol == "1.1"


def test_in_an_empty_ledger_is_nothing_to_redact(trial):
    assert isinstance(redact(Trial(), trial.by("data_manager"), [], 1, reason="x"), Refused)


def test_a_redaction_is_about_nobody_but_whom_the_entry_is_about():
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    saved = story.done("2021-03-10", "coordinator", data_entry.save_form, READY, ecog())
    story.done("2021-03-10", "coordinator", data_entry.save_form, IN, ecog())
    by = story.attribution("2021-03-10", "data_manager")

    done = redact(story.session.trial, by, story.storage.read(), saved.seq, reason="a name")

    assert isinstance(done, Redacted)
    assert done.entries[-1].subject == READY
