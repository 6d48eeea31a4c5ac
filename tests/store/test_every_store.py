"""A file, a database and the memory keep a ledger by the same rules, and the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from stored_entries import entries, follow, form, redaction

from databases import another, postgres
from equipoise.conduct.ports import Conflict, Head
from equipoise.ledger.chain import redact, verify
from equipoise.ledger.entry import line_of
from equipoise.ledger.verified import Verified
from equipoise.store.json_lines import JsonLines
from equipoise.store.memory import Memory
from equipoise.store.sql_ledger.postgres import PostgresLedger
from equipoise.store.sql_ledger.sqlite import SqliteLedger

Store = JsonLines | Memory | SqliteLedger | PostgresLedger

MADE: dict[str, Callable[[Path], Store]] = {
    "file": lambda folder: JsonLines(folder / "trial.jsonl"),
    "memory": lambda _: Memory(),
    "sqlite": lambda folder: SqliteLedger(folder / "trial.sqlite"),
    "postgres": lambda _: postgres(),
}


@pytest.fixture(params=MADE)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MADE[request.param](tmp_path)


def reopened(store: Store) -> Store:
    """The same ledger as another process opens it."""
    match store:
        case JsonLines():
            return JsonLines(store.path)
        case SqliteLedger():
            return SqliteLedger(store.path)
        case PostgresLedger():
            return another(store)
        case _:
            return store


def test_reads_what_was_written(store: Store) -> None:
    written = entries(5)
    assert (store.read(), store.head(), store.lines()) == ([], Head(), [])

    store.append(written[:2])
    store.append(written[2:])
    store.append([])

    assert store.read() == reopened(store).read() == written
    assert store.lines() == [line_of(entry) for entry in written]
    assert store.head() == Head(5, written[-1].hash)


@pytest.mark.parametrize("after", [0, 1, 4, 5, 9])
def test_reads_what_came_after_an_entry(store: Store, after: int) -> None:
    store.append(entries(5))

    assert store.read(after) == entries(5)[after:]
    with store.writing() as ledger:
        assert ledger.read(after) == entries(5)[after:]


def test_what_others_appended_is_read_alone(store: Store) -> None:
    store.append(entries(3))
    other = reopened(store)
    assert len(other.read()) == 3

    store.append(entries(5)[3:])

    assert other.read(3) == entries(5)[3:]
    assert other.read(5) == []
    assert other.read(1) == entries(5)[1:]


def test_says_that_somebody_else_wrote_first(store: Store) -> None:
    seen_by_both = entries(2)
    store.append(seen_by_both)
    store.append([follow(seen_by_both[-1], form("1.5"))])

    with pytest.raises(
        Conflict,
        match=r"the ledger ends with entry 3 .* but entry 3 was built on .* read the ledger",
    ):
        store.append([follow(seen_by_both[-1], form("1.7"))])

    assert len(store.read()) == 3


def test_takes_all_or_none_of_entries_that_do_not_follow_each_other(store: Store) -> None:
    one, two, _, four = entries(4)
    store.append([one])

    for add in (store.append, store.append_many):
        with pytest.raises(Conflict):
            add([two, four])

    assert store.read() == [one]


def test_what_was_added_before_an_error_is_taken_back(store: Store) -> None:
    written = entries(4)
    store.append(written[:1])

    def pulled() -> None:
        with store.writing() as ledger:
            ledger.append(written[1:3])
            assert ledger.head().seq == 3
            raise RuntimeError("the plug was pulled")

    with pytest.raises(RuntimeError, match="pulled"):
        pulled()

    assert store.read() == written[:1]
    store.append(written[1:])
    assert store.read() == written


def test_carries_out_a_redaction(store: Store) -> None:
    written = entries(4)
    store.append(written)
    log = redaction(written, 3)

    with store.writing() as ledger:
        ledger.redact(log)

    done = redact(written, log)
    assert store.read() == reopened(store).read() == done
    assert store.lines() == [line_of(entry) for entry in done]
    assert store.read(3) == done[3:]
    assert verify(store.read(), anchor=written[-1].hash) == Verified(
        entries=5, head=log.hash, redacted=(3,)
    )
    more = follow(done[-1], form("2.0"))
    store.append([more])
    assert store.read() == [*done, more]


def test_a_redaction_made_from_an_older_reading_takes_nothing_out(store: Store) -> None:
    written = entries(5)
    store.append(written)

    with pytest.raises(Conflict), store.writing() as ledger:
        ledger.redact(redaction(written[:4], 3))

    assert store.read() == written


def test_no_other_entry_takes_anything_out(store: Store) -> None:
    written = entries(3)
    store.append(written)

    with pytest.raises(ValueError, match="expected a redaction"), store.writing() as ledger:
        ledger.redact(follow(written[-1], form("1.5")))

    assert store.read() == written


def test_a_redacted_ledger_is_taken_over_as_it_is(store: Store) -> None:
    written = entries(4)
    done = redact(written, redaction(written, 2))

    store.append(done)

    assert store.lines() == [line_of(entry) for entry in done]


def test_writers_take_turns(store: Store) -> None:
    store.append(entries(1))

    def write(number: int) -> None:
        own = reopened(store) if number % 2 else store
        for _ in range(10):
            with own.writing() as ledger:
                last = ledger.read(ledger.head().seq - 1)[-1]
                ledger.append([follow(last, form(str(number)))])

    started([partial(write, number) for number in range(8)])

    found = verify(store.read())
    assert isinstance(found, Verified)
    typed = [entry.payload["values"]["NEUT"] for entry in store.read(1)]
    assert sorted(typed) == sorted(str(number) for number in range(8) for _ in range(10))


def started(works: list[Callable[[], Any]]) -> None:
    """Run all at once; an error in one is an error of the test."""
    failed: list[BaseException] = []

    def tried(work: Callable[[], Any]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told below)
            failed.append(error)

    threads = [Thread(target=tried, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
