"""Many write to one ledger at once: nobody is lost, no position is given twice, and what cannot go
on says so.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from stored_entries import redaction
from test_every_store import MADE, Store, reopened, started

from databases import word_for
from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import seal
from equipoise.allocation.strata import cells
from equipoise.conduct import randomization, trial_setup
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.ports import Head, RolledBack, SealedAllocation
from equipoise.conduct.record import AlreadyDone, Outcome
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.store.json_lines import JsonLines
from equipoise.store.memory import Memory
from equipoise.store.sql_ledger.postgres import PostgresLedger
from story import Story

DAY = date(2021, 3, 10)
LARGEST_BLOCK = 6
NOON = "2021-03-10T12:00:00Z"


@pytest.fixture(params=MADE)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MADE[request.param](tmp_path)


@cache
def ready(people: int) -> tuple[Story, tuple[Entry, ...]]:
    """A trial with so many people who may be randomized, and its ledger."""
    story = Story()
    rng = np.random.default_rng(7)
    allocation = allocation_of(story.protocol)
    strata = cells(story.protocol.randomization.strata)
    drawn = draw_list(rng, allocation, strata, people + allocation.longest)
    story.sealed = seal(drawn, salt="ab" * 16, sizes=allocation.numbers)
    story.begin()
    for number in range(1, people + 1):
        story.ready(name(number), DAY)
    return story, tuple(story.storage.read())


def name(number: int) -> str:
    return f"S01-{number:03d}"


def by(key: str, at: str = NOON) -> Attribution:
    salt = hashlib.sha256(key.encode()).hexdigest()[:32]
    return Attribution(
        at=at, actor="investigator-01", role="investigator", site="S01", key=key, salt=salt
    )


def randomized(
    session: Session,
    story: Story,
    number: int,
    key: str = "",
    sealed: SealedAllocation | None = None,
) -> Outcome:
    asked, held = by(key or f"randomize {number}"), sealed or story.sealed
    return session.do(randomization.randomize, asked, name(number), randomized_on=DAY, sealed=held)


def check_allocations(store: Store, story: Story, people: int) -> None:
    """Every person has one position, none is left out, and each arm is the one on the list."""
    entries = store.read()
    assert isinstance(verify_entries(entries), Verified)
    given = [entry.payload for entry in entries if entry.type == "SubjectRandomized"]
    assert len(given) == people
    by_stratum = Counter(tuple(one["stratum"]) for one in given)
    for stratum, count in by_stratum.items():
        own = [one for one in given if tuple(one["stratum"]) == stratum]
        assert [one["list_position"] for one in own] == list(range(1, count + 1))
        drawn = [story.sealed.position(stratum, place).arm for place in range(1, count + 1)]
        assert [one["arm"] for one in own] == drawn
        arms = Counter(drawn)
        assert max(arms.values()) - min(arms.values()) <= LARGEST_BLOCK / 2


@pytest.mark.parametrize(
    "people", [32, pytest.param(320, marks=pytest.mark.soak, id="320 in soak")]
)
def test_sixteen_threads_randomize_at_once(store: Store, people: int) -> None:
    story, entries = ready(people)
    store.append(entries)
    sessions = [Session(store), Session(reopened(store))]

    def work(thread: int) -> None:
        for number in range(thread + 1, people + 1, 16):
            assert isinstance(randomized(sessions[thread % 2], story, number), Entry)

    started([partial(work, thread) for thread in range(16)])

    check_allocations(store, story, people)
    assert sessions[0].caught_up().head == sessions[1].caught_up().head


WORKERS = """
import os, sys
sys.path[:0] = sys.argv[1:3]
from equipoise.store.places import place_of
from test_sessions import Session, randomized, ready
place, people = sys.argv[3], int(sys.argv[4])
story, _ = ready(people)
own = next((first for first in range(1, 9) if os.fork() == 0), None)
if own:  # one of the eight, with nothing open that another has
    session = Session(place_of(place))
    told = [
        type(randomized(session, story, number)).__name__
        for number in range(own, people + 1, 8)
    ]
    os.write(1, (" ".join(told) + "\\n").encode())
    os._exit(0)
sys.exit(any(os.wait()[1] for _ in range(8)))
"""


@pytest.mark.parametrize("people", [16, pytest.param(320, marks=pytest.mark.soak, id="320")])
@pytest.mark.parametrize("kind", ["file", "sqlite", "postgres"])
def test_eight_processes_randomize_at_once(kind: str, people: int, tmp_path: Path) -> None:
    story, entries = ready(people)
    store = MADE[kind](tmp_path)
    store.append(entries)
    words = [*(str(Path(__file__).parents[up]) for up in (0, 1)), word(store), str(people)]

    told = subprocess.run(
        [sys.executable, "-c", WORKERS, *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert [len(line.split()) for line in told.stdout.splitlines()] == [people // 8] * 8
    assert told.stdout.split() == ["Entry"] * people
    check_allocations(store, story, people)


def word(store: Store) -> str:
    """How the terminal names it."""
    assert not isinstance(store, Memory)
    return word_for(store) if isinstance(store, PostgresLedger) else str(store.path)


def test_what_others_recorded_is_known_before_a_command_is_decided(store: Store) -> None:
    story, entries = ready(32)
    store.append(entries)
    one, two = Session(store), Session(reopened(store))
    first = randomized(one, story, 1)
    assert isinstance(first, Entry)

    again = randomized(two, story, 1, key="randomize 1")
    twice = randomized(two, story, 1, key="another key")

    assert again == AlreadyDone(first.seq)
    assert "already" in str(twice)
    assert two.trial.subjects[name(1)].randomized is not None


def test_a_redaction_by_another_reaches_what_was_folded(store: Store) -> None:
    _, entries = ready(32)
    store.append(entries)
    session = Session(store)
    form = next(entry for entry in entries if entry.type == "FormSaved")
    log = redaction(list(entries), form.seq, *(field.path for field in form.fields))

    with reopened(store).writing() as ledger:
        ledger.redact(log)

    assert session.caught_up().redactions[-1].entry == form.seq
    assert session.trial == Session(reopened(store)).trial


@pytest.mark.parametrize("kept", [0, 1, -1])
def test_a_ledger_that_was_cut_back_is_not_written_on(tmp_path: Path, kept: int) -> None:
    story, entries = ready(32)
    path = tmp_path / "trial.jsonl"
    JsonLines(path).append(entries)
    session = Session(JsonLines(path))
    path.unlink()
    JsonLines(path).append(entries[:kept])

    for attempt in (lambda: randomized(session, story, 1), session.caught_up):
        with pytest.raises(RolledBack, match=r"no longer holds entry .* Nothing was recorded"):
            attempt()
    assert len(JsonLines(path).read()) == len(entries[:kept])


def test_a_fork_is_recognized(tmp_path: Path) -> None:
    story, entries = ready(32)
    place, copy = tmp_path / "trial.jsonl", tmp_path / "copy.jsonl"
    for path in (place, copy):
        JsonLines(path).append(entries)
    session = Session(JsonLines(place))
    randomized(session, story, 1)
    for number in (2, 3):
        randomized(Session(JsonLines(copy)), story, number)
    copy.replace(place)

    with pytest.raises(RolledBack, match="cut back, replaced or forked"):
        randomized(session, story, 4)


def test_what_cannot_be_recorded_leaves_the_session_as_it_was(store: Store) -> None:
    _, entries = ready(32)
    store.append(entries)
    session = Session(store)
    before = session.trial

    refused = session.do(trial_setup.change_status, by("x"), "PAUSED", reason="")

    assert not isinstance(refused, Entry)
    assert session.trial is before
    assert store.head().seq == len(entries)


class Interrupted(Memory):
    """A ledger to which somebody adds between two looks of a reader."""

    later: list[Entry] | None = None

    def head(self) -> Head:
        if self.later:
            self._entries.append(self.later.pop(0))
        return super().head()


def test_what_is_added_while_one_reads_is_no_fork() -> None:
    _, entries = ready(2)
    storage = Interrupted(entries[:-3])
    session = Session(storage)
    storage.later = list(entries[-3:])

    for _ in range(3):
        session.caught_up()

    assert session.trial.head == entries[-1]
