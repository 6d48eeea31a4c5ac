# ruff: noqa: E402, PLC0415  (helpers of the tests are found first)
"""What does a long ledger cost, and how fast is it added to? One rehearsed trial, measured in one
run beside raw SQLite and PostgreSQL.

Run `python benchmarks/ledgers.py --participants 1000`; it prints a table and ends by itself. A rate
is of one machine; the ratios beside it are of the same run.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "store")]

from equipoise.conduct import data_management
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_management import Question
from equipoise.conduct.ports import Storage
from equipoise.conduct.verify import held_by
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry, entry_of, line_of
from equipoise.protocol.yaml_file import load
from equipoise.report.trial.page import write_report
from equipoise.store.json_lines import JsonLines
from equipoise.store.memory import Memory
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.fold import replay
from equipoise.surface import analyses, rehearsals
from equipoise.surface.ledgers import Ledger

SECONDS = 3.0
WRITERS = 16


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came out."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def memory_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def of_a_long_ledger(participants: int) -> Iterator[tuple[str, str]]:
    """Reading, verifying, folding and analyzing, each once: it takes seconds."""
    rehearsed = rehearsals.rehearse(load("NCT04509635"), participants=participants, seed=7)
    lines = [line_of(entry) for entry in rehearsed.entries]
    count = len(lines)
    del rehearsed
    yield (
        "entries",
        f"{count:,} of {participants:,} participants, {sum(map(len, lines)) / 1e6:.0f} MB",
    )

    def told(seconds: float) -> str:
        return f"{seconds:.1f} s, {seconds / count * 1e6:.0f} us for each entry"

    seconds, entries = timed(lambda: [entry_of(line) for line in lines])
    yield "read", told(seconds)
    seconds, _ = timed(lambda: chain.verify_lines(lines))
    yield "read and verify by hashes", told(seconds)
    seconds, _ = timed(lambda: replay(entries))
    yield "fold", told(seconds)
    seconds, held = timed(lambda: held_by(lines))
    yield "read, verify by all rules, fold", told(seconds)
    ledger = Ledger(held.entries, held.finding, held.trial)
    seconds, analyzed = timed(lambda: analyses.analyze(ledger))
    yield "analyze", told(seconds)
    seconds, page = timed(lambda: write_report(analyzed, ledger.entries))
    yield "report", f"{told(seconds)}, {len(page.encode()) / 1e6:.1f} MB"
    session = Session(Memory(held.entries))
    times = [timed(partial(query, session, held.entries, n))[0] for n in range(200)]
    yield "one command", f"median {1000 * statistics.median(times):.2f} ms"
    yield "most memory", f"{memory_mb():.0f} MB"


def query(session: Session, entries: list[Entry], number: int) -> None:
    """A question about a form, as a monitor asks it."""
    form = next(each for each in entries if each.type == "FormSaved")
    by = Attribution(
        at=entries[-1].at,
        actor="monitor",
        role="monitor",
        site=None,
        key=f"benchmark {number}",
        salt=f"{number:032x}",
    )
    asked = Question(f"B{number}", form.seq, "date", "please check")
    session.do(data_management.open_query, by, form.subject or "", asked)


def of_adding(folder: Path) -> Iterator[tuple[str, str]]:
    """Entries and commands a second with every commit on the disk, beside raw inserts."""
    from stored_entries import endless
    from test_sessions import ready

    entries = list(endless(20_000))
    stores: dict[str, Any] = {
        "file": JsonLines(folder / "trial.jsonl"),
        "SQLite": SqliteLedger(folder / "trial.sqlite"),
    }
    raw = {"SQLite": raw_sqlite(folder / "raw.sqlite", entries)}
    try:
        from databases import owner_connects, postgres

        stores["PostgreSQL"] = postgres()
        raw["PostgreSQL"] = raw_postgres(owner_connects(), entries)
    except ImportError:
        yield "PostgreSQL", "left out: the extra `test` is not installed"
    for name, store in stores.items():
        rate = rate_of(partial(append_one, store, entries))
        beside = f", {rate / raw[name]:.0%} of {raw[name]:.0f} raw" if name in raw else ""
        yield f"{name}: entries a second", f"{rate:.0f}{beside}"
    story, begun = ready(320)
    for name in stores:
        place = {
            "file": lambda: JsonLines(folder / "many.jsonl"),
            "SQLite": lambda: SqliteLedger(folder / "many.sqlite"),
            "PostgreSQL": lambda: __import__("databases").postgres(),
        }[name]()
        place.append_many(begun)
        yield f"{name}: {WRITERS} writers randomize 320", many(place, story)


def append_one(store: Any, entries: list[Entry], number: int) -> None:
    """One entry, and the disk has it."""
    store.append([entries[number]])


def rate_of(add: Callable[[int], None]) -> float:
    """How often a second, over some seconds."""
    begun, number = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        add(number)
        number += 1
    return number / (time.perf_counter() - begun)


def raw_sqlite(path: Path, entries: list[Entry]) -> float:
    """One insert of the same bytes in one transaction, with the same promises of the disk."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE raw (seq INTEGER PRIMARY KEY, line BLOB)")
    rate = rate_of(
        lambda n: connection.execute(
            "INSERT INTO raw VALUES (?, ?)", (n, line_of(entries[n % len(entries)]))
        )
    )
    connection.close()
    return rate


def raw_postgres(owner: Any, entries: list[Entry]) -> float:
    """The same in PostgreSQL."""
    owner.execute("CREATE TABLE raw (seq integer PRIMARY KEY, line bytea)")
    insert = "INSERT INTO raw VALUES (%s, %s)"
    return rate_of(lambda n: owner.execute(insert, (n, line_of(entries[n % len(entries)]))))


def many(store: Storage, story: Any) -> str:
    """Randomizations a second by one, then by many at once: their waits beside their fair share."""
    from test_sessions import randomized

    session = Session(store)

    def once(number: int) -> float:
        return timed(lambda: randomized(session, story, number))[0]

    alone = [once(number) for number in range(1, 41)]
    waits: list[float] = []

    def work(first: int) -> None:
        waits.extend([once(number) for number in range(first, 321, WRITERS)])

    threads = [threading.Thread(target=work, args=(41 + n,)) for n in range(WRITERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    rate = 1 / statistics.mean(alone)
    p95 = sorted(waits)[int(0.95 * len(waits))]
    fair = 2 * WRITERS / rate
    return (
        f"{rate:.0f} commands a second by one, {len(waits) / seconds:.0f} by all; p95 {p95:.2f} s,"
        f" {p95 / fair:.0%} of 2 x {WRITERS} / rate"
    )


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--participants", type=int, default=1000)
    participants = asked.parse_args().participants
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors\n")
    print("| what | measured |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for what, found in of_adding(Path(folder)):
            print(f"| {what} | {found} |", flush=True)
    for what, found in of_a_long_ledger(participants):
        print(f"| {what} | {found} |", flush=True)


if __name__ == "__main__":
    main()
