# ruff: noqa: E402, PLC0415  (helpers of the tests are found first)
"""What does a long ledger cost, and how fast is it added to? Rehearsed trials, measured in one run
beside raw SQLite and PostgreSQL.

Run `python benchmarks/ledgers.py --participants 1000 2400`; it prints a table and ends by itself.
Each line about a ledger is of a process of its own, whose memory is told. A rate is of one machine;
the ratios beside it are of the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "store")]

import orjson

from equipoise.conduct import data_management
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_management import Question
from equipoise.conduct.ports import Storage
from equipoise.conduct.verify import held_by
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry, line_of
from equipoise.report.trial.page import write_report
from equipoise.store.json_lines import JsonLines
from equipoise.store.snapshots import Snapshots
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.surface import analyses
from equipoise.surface.ledgers import Ledger

SECONDS = 3.0
WRITERS = 16
ASKED = 6
"""Participants who are asked about first after a start with a snapshot."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came out."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def memory_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def of_a_long_ledger(folder: Path, participants: int) -> Iterator[tuple[str, str]]:
    """Reading, verifying, folding and analyzing, each once and each in a new process."""
    path = folder / f"{participants}.jsonl"
    program = str(Path(sys.executable).with_name("equipoise"))
    made = [program, "rehearse", "--participants", str(participants), "--seed", "1"]
    subprocess.run([*made, "-o", str(path)], check=True, capture_output=True)
    count = sum(1 for _ in path.open("rb"))
    size = path.stat().st_size / 1e6
    yield "entries", f"{count:,} of {participants:,} participants, {size:.0f} MB"
    for what, work in STAGES.items():
        seconds, more, peak = in_a_new_process(partial(stage, work, path))
        each = f"{seconds / count * 1e6:.0f} us for each entry"
        told = [f"{seconds:.2f} s", each, *([more] if more else []), f"{peak:.0f} MB"]
        yield what, ", ".join(told)
    whole = [program, "analyze", str(path), "--out", str(folder / "analyzed")]
    seconds, _ = timed(lambda: subprocess.run(whole, check=True, capture_output=True))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield "`equipoise analyze`, whole", f"{seconds:.1f} s; most memory of all so far {peak:.0f} MB"


def in_a_new_process(work: Callable[[], Any]) -> Any:
    """What comes out of work that shares no memory with what was done before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(work).result()


def stage(work: Callable[[Path], tuple[float, str]], path: Path) -> tuple[float, str, float]:
    """Seconds, what else is to be told, and the most memory in MB; what is added, is to a copy."""
    copy = Path(shutil.copy(path, path.with_suffix(".copy.jsonl")))
    return (*work(copy), memory_mb())


def hashes(path: Path) -> tuple[float, str]:
    """Read a file and verify it by its hashes."""
    return timed(lambda: chain.verify_lines(JsonLines(path).lines()))[0], ""


def start(path: Path) -> tuple[float, str]:
    """What a process does before it serves: read, verify by hashes, fold; then commands."""
    seconds, session = timed(lambda: Session(JsonLines(path)))
    about = forms_of(path)[0]
    times = [timed(partial(query, session, about, n))[0] for n in range(200)]
    return seconds, f"then a command {1000 * statistics.median(times):.2f} ms (with fsync)"


def snapshot(path: Path) -> tuple[float, str]:
    """The same from a snapshot that was kept by another process."""
    key = bytes(32)
    place = path.with_suffix(".snapshot")
    in_a_new_process(partial(keep, path, place, key))
    seconds, session = timed(lambda: Session(JsonLines(path), Snapshots(place, key)))
    forms = forms_of(path)
    some = forms[:: len(forms) // ASKED]
    first = [timed(partial(query, session, about, 1000 + n))[0] for n, about in enumerate(some)]
    low, high = 1000 * min(first), 1000 * max(first)
    return (
        seconds,
        f"the first command of each of {len(some)} participants {low:.0f} to {high:.0f} ms",
    )


def keep(path: Path, place: Path, key: bytes) -> None:
    """Keep a snapshot of a ledger."""
    Session(JsonLines(path), Snapshots(place, key)).keep()


def all_rules(path: Path) -> tuple[float, str]:
    """Read, hashes, every rule asked again, fold."""
    return timed(lambda: held_by(JsonLines(path).lines()))[0], ""


def analysis(path: Path) -> tuple[float, str]:
    """Analyze and write the report; what was verified is not verified again."""
    ledger = folded(path)
    seconds, analyzed = timed(lambda: analyses.analyze(ledger))
    written, page = timed(lambda: write_report(analyzed, ledger.entries))
    return seconds, f"then the report {written:.1f} s, {len(page.encode()) / 1e6:.2f} MB"


def folded(path: Path) -> Ledger:
    """A ledger whose hashes hold."""
    session = Session(store := JsonLines(path))
    entries = store.read()
    finding = chain.verify(entries)
    return Ledger(entries, finding, session.trial)


STAGES: dict[str, Callable[[Path], tuple[float, str]]] = {
    "read and verify by hashes": hashes,
    "read, verify by hashes, fold": start,
    "start with a snapshot": snapshot,
    "read, verify by all rules, fold": all_rules,
    "analyze": analysis,
}


def forms_of(path: Path) -> list[tuple[str, int]]:
    """Participants, each with the last form about her that was saved."""
    entries = (orjson.loads(line)["entry"] for line in path.read_bytes().splitlines())
    forms = {each["subject"]: each["seq"] for each in entries if each["type"] == "FormSaved"}
    return list(forms.items())


def query(session: Session, about: tuple[str, int], number: int) -> None:
    """A question about a form, as a monitor asks it."""
    subject, form = about
    by = Attribution(
        at=session.trial.head.at,
        actor="monitor",
        role="monitor",
        site=None,
        key=f"benchmark {number}",
        salt=f"{number:032x}",
    )
    asked = Question(f"B{number}", form, "date", "please check")
    outcome = session.do(data_management.open_query, by, subject, asked)
    if not isinstance(outcome, Entry):
        raise SystemExit(f"a benchmark needs what is recorded, found {outcome}")


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
    asked.add_argument("--participants", type=int, nargs="+", default=[1000, 2400])
    sizes = asked.parse_args().participants
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors\n")
    print("| what | measured |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for participants in sizes:
            for what, found in of_a_long_ledger(Path(folder), participants):
                print(f"| {what} | {found} |", flush=True)
        for what, found in in_a_new_process(partial(added, Path(folder))):
            print(f"| {what} | {found} |", flush=True)


def added(folder: Path) -> list[tuple[str, str]]:
    """Adding, in a process whose memory nobody asks about."""
    return list(of_adding(folder))


if __name__ == "__main__":
    main()
