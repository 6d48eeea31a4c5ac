"""A snapshot of the state shortens a start and decides nothing."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct import data_management
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_management import Question
from equipoise.conduct.ports import RolledBack
from equipoise.conduct.redaction import Redacted, RedactionRequest, redact
from equipoise.ledger.entry import Entry, entry_of
from equipoise.store import snapshots
from equipoise.store.json_lines import JsonLines
from equipoise.store.memory import Memory
from equipoise.store.snapshots import Snapshots
from equipoise.subject.fold import replay
from equipoise.subject.state_text import (
    NoState,
    subject_of_text,
    text_of_subject,
    text_of_trial,
    trial_of_text,
)
from histories import FAST, HISTORIES, Act, played
from story import Story

KEY = b"k" * 32
SCORE = {"score": [{"score": "1"}]}
DAY, ON = date(2021, 3, 10), "2021-03-10"
LEDGERS = sorted((Path(__file__).parents[1] / "fixtures" / "ledgers").glob("*.jsonl"))


@pytest.fixture
def told() -> Story:
    story = Story().begin().ready("S01-001", DAY).ready("S01-002", DAY)
    assert isinstance(story.randomize("S01-001", DAY), Entry)
    return story


@pytest.fixture
def kept(tmp_path: Path, told: Story) -> Snapshots:
    made = Snapshots(tmp_path / "state", KEY)
    made.save(told.session.trial)
    return made


@pytest.mark.parametrize("place", LEDGERS, ids=lambda place: place.stem)
def test_every_state_comes_back_from_its_text(place: Path) -> None:
    entries = [entry_of(line) for line in place.open("rb")]
    for count in {len(entries), len(entries) // 2, len(entries) - 7}:
        trial = replay(entries[:count])
        texts = {code: text_of_subject(subject) for code, subject in trial.subjects.items()}

        again = trial_of_text(text_of_trial(trial), texts)

        assert dict(again.subjects) == dict(trial.subjects)
        assert replace(again, subjects={}) == replace(trial, subjects={})


def test_what_is_read_is_written_as_it_was(kept: Snapshots, told: Story) -> None:
    before = kept.path.read_bytes()
    again = kept.load()
    assert again is not None
    assert list(again.subjects) == list(told.session.trial.subjects)

    kept.save(again)
    assert kept.path.read_bytes() == before
    assert list(again.subjects.values()) == list(told.session.trial.subjects.values())
    kept.save(again)
    assert kept.path.read_bytes() == before


def test_a_record_in_two_places_is_one_record_again(told: Story) -> None:
    subject = subject_of_text(text_of_subject(told.session.trial.subjects["S01-001"]))

    assert subject.before_randomization is not None
    for domain, rows in subject.before_randomization.by_domain.items():
        assert all(any(row is one for one in subject.by_domain[domain]) for row in rows)


@pytest.mark.parametrize("text", [b"", b"1", b'["Trial"', b'["date","x"]', b'["os",1]', b"[]"])
def test_what_is_no_state_is_told(text: bytes) -> None:
    with pytest.raises(NoState):
        subject_of_text(text)
    with pytest.raises(NoState):
        trial_of_text(text, {})


def test_a_session_goes_on_from_a_snapshot(kept: Snapshots, told: Story) -> None:
    queried = Question("Q1", 40, "date", "please check")
    told.done(ON, "monitor", data_management.open_query, "S01-001", queried)

    session = Session(told.storage, kept)

    assert session.trial == told.session.trial
    assert session.trial.head == told.session.trial.head
    session.keep()
    again = Snapshots(kept.path, KEY).load()
    assert again is not None
    assert again.head == session.trial.head


def test_it_is_for_its_owner_alone(kept: Snapshots) -> None:
    assert os.name != "posix" or kept.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="32 bytes"):
        Snapshots(kept.path, b"short")


def test_a_changed_byte_anywhere_is_found(kept: Snapshots) -> None:
    content = kept.path.read_bytes()
    for place in {*range(0, len(content), 997), 0, 64, len(content) - 1}:
        changed = bytearray(content)
        changed[place] ^= 1
        kept.path.write_bytes(changed)
        assert kept.load() is None
    kept.path.write_bytes(content[:-1])
    assert kept.load() is None
    kept.path.write_bytes(b"")
    assert kept.load() is None


def test_another_key_or_another_version_of_the_code_starts_anew(
    kept: Snapshots, told: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Snapshots(kept.path, b"x" * 32).load() is None
    monkeypatch.setattr(snapshots, "code_digest", lambda: "other")

    assert kept.load() is None
    assert Session(told.storage, kept).trial == told.session.trial


def test_a_ledger_that_holds_less_is_told(kept: Snapshots, told: Story) -> None:
    cut = Memory(told.storage.read()[:-3])

    with pytest.raises(RolledBack, match="was cut back, replaced or forked"):
        Session(cut, kept)


def test_a_redaction_takes_it_away(kept: Snapshots, told: Story) -> None:
    queried = Question("Q1", 40, "date", "call Jane Doe")
    told.done(ON, "monitor", data_management.open_query, "S01-001", queried)
    kept.save(told.session.trial)
    assert b"Jane Doe" in kept.path.read_bytes()
    entries = told.storage.read()
    request = RedactionRequest(entries[-1].seq, ("/text",), "IDENTIFIER", "GDPR 17", "sponsor-01")
    by = told.attribution(ON, "data_manager")
    done = redact(
        told.session.trial, by, entries, request, reason="a name", same_results=lambda *_: True
    )
    assert isinstance(done, Redacted)

    session = Session(Memory(done.entries), kept)

    assert not kept.path.exists()
    session.keep()
    assert b"Jane Doe" not in kept.path.read_bytes()
    assert Session(Memory(done.entries), kept).trial == session.trial


def test_nothing_is_kept_while_a_query_is_owed(tmp_path: Path, told: Story) -> None:
    told.form(ON, "S01-001", "ECOG", "UNSCHEDULED 1", {"date": "2021-01-10"}, SCORE)
    entries = told.storage.read()
    owing = next(
        n for n, entry in enumerate(entries, 1) if n < len(entries) and entries[n].role == "system"
    )
    place = Snapshots(tmp_path / "none", KEY)

    Session(Memory(entries[:owing]), place).keep()

    assert not place.path.exists()


def test_a_file_is_read_on_from_where_the_snapshot_ends(tmp_path: Path, told: Story) -> None:
    entries = told.storage.read()
    place, kept = tmp_path / "trial.jsonl", Snapshots(tmp_path / "state", KEY)
    JsonLines(place).append_many(entries[:50])
    Session(JsonLines(place), kept).keep()
    JsonLines(place).append(entries[50:])

    session = Session(JsonLines(place), kept)

    assert session.trial == replay(entries)
    assert JsonLines(place).read(len(entries)) == []
    assert JsonLines(place).read(len(entries) - 2) == entries[-2:]


@settings(FAST, max_examples=20)
@given(history=HISTORIES, cut=st.floats(0, 1))
def test_a_history_from_any_snapshot_is_the_history(history: list[Act], cut: float) -> None:
    entries, _ = played(history)
    whole = replay(entries)
    with tempfile.TemporaryDirectory() as folder:
        kept = Snapshots(Path(folder) / "state", KEY)
        kept.save(replay(entries[: 1 + int(cut * (len(entries) - 1))]))

        assert Session(Memory(entries), kept).trial == whole
