"""A ledger file keeps what it was given, whoever else writes and however the writing ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from stored_entries import adopted, endless, entries, follow, form

from equipoise.conduct.ports import Conflict, Storage
from equipoise.ledger.chain import append, redact, verify, verify_lines, without_fields
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.verified import Verified
from equipoise.store.json_lines import DamagedFile, IncompleteLine, JsonLines, WriteFailed
from equipoise.store.memory import Memory
from happened import redacted

BY_MANAGER = Header(
    at="2026-03-02T08:30:00Z",
    actor="u-2",
    role="data manager",
    site=None,
    subject=None,
    protocol="1.0",
    key="r",
    reason="a name was typed",
)


def without(written: list[Entry], seq: int) -> list[Entry]:
    """The ledger without the values of an entry, and with the log of it."""
    event = redacted(seq, "/values/NEUT", "/values/TEXT")
    return redact(written, append(written[-1], event, BY_MANAGER, "0f" * 16))


@pytest.fixture
def ledger(tmp_path: Path) -> JsonLines:
    return JsonLines(tmp_path / "trial.jsonl")


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> JsonLines | Memory:
    return JsonLines(tmp_path / "trial.jsonl") if request.param == "file" else Memory()


class TestEveryStore:
    def test_reads_what_was_written(self, store: Storage) -> None:
        written = entries(5)

        assert store.read() == []
        store.append(written[:2])
        store.append(written[2:])
        store.append([])

        assert store.read() == written

    def test_says_that_somebody_else_wrote_first(self, store: Storage) -> None:
        seen_by_both = entries(2)
        store.append(seen_by_both)
        store.append([follow(seen_by_both[-1], form("1.5"))])

        with pytest.raises(
            Conflict,
            match=r"the ledger ends with entry 3 .* but entry 3 was built on .* read the ledger",
        ):
            store.append([follow(seen_by_both[-1], form("1.7"))])

        assert len(store.read()) == 3

    def test_takes_all_or_none_of_entries_that_do_not_follow_each_other(
        self, store: JsonLines | Memory
    ) -> None:
        one, two, _, four = entries(4)
        store.append([one])

        for add in (store.append, store.append_many):
            with pytest.raises(Conflict):
                add([two, four])

        assert store.read() == [one]

    def test_replaces_all_by_a_redacted_copy(self, store: JsonLines | Memory) -> None:
        written = entries(4)
        store.append(written)
        done = without(written, 3)

        store.rewrite(done)

        assert store.read() == done
        assert verify(store.read(), anchor=written[-1].hash) == Verified(
            entries=5, head=done[-1].hash, redacted=(3,)
        )

    def test_loses_no_entry_to_a_rewrite_made_from_an_older_reading(
        self, store: JsonLines | Memory
    ) -> None:
        written = entries(5)
        store.append(written)
        done = without(written[:4], 3)

        with pytest.raises(
            Conflict, match="holds 5 entries that the rewritten one does not all carry"
        ):
            store.rewrite(done)

        assert store.read() == written

    def test_refuses_a_rewrite_that_would_not_verify(self, store: JsonLines | Memory) -> None:
        written = entries(3)
        store.append(written)
        unlogged = [*written[:2], without_fields(written[2], ["/visit"])]

        with pytest.raises(
            ValueError,
            match="entry 3: the content of /visit is missing and no later entry logs a redaction",
        ):
            store.rewrite(unlogged)

        assert store.read() == written


def test_the_file_is_one_canonical_line_for_each_entry(ledger: JsonLines) -> None:
    ledger.append(entries(3))

    assert verify_lines(ledger.lines()) == verify(entries(3))
    assert ledger.path.read_bytes().count(b"\n") == 3


def test_a_redacted_value_is_gone_from_the_file_and_nothing_is_left_beside_it(
    ledger: JsonLines,
) -> None:
    ledger.append([first := follow(None, adopted()), follow(first, form("ZHANG WEI"))])
    ledger.path.chmod(0o600)
    done = without(ledger.read(), 2)

    ledger.rewrite(done)

    assert b"ZHANG" not in ledger.path.read_bytes()
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in ledger.path.parent.iterdir()} == {
        "trial.jsonl",
        "trial.jsonl.lock",
    }


def test_a_rehearsal_is_written_in_pieces_and_reads_like_any_other(ledger: JsonLines) -> None:
    ledger.append_many(endless(4000))

    assert ledger.path.stat().st_size > 2 << 20
    assert verify_lines(ledger.lines()) == verify(entries(4000))


def test_an_entry_longer_than_a_piece_is_still_the_head(ledger: JsonLines) -> None:
    long = follow(None, replace(adopted(), protocol={"text": "x" * (3 << 20)}))
    ledger.append([long])

    ledger.append([follow(long, form("1.5"))])

    assert [entry.seq for entry in ledger.read()] == [1, 2]


class TestAnInterruptedLine:
    def test_is_named_with_its_place_and_what_to_do(self, ledger: JsonLines) -> None:
        cut(ledger, entries(3))

        for attempt in (ledger.read, lambda: ledger.append([entries(3)[2]])):
            with pytest.raises(
                IncompleteLine, match=r"trial\.jsonl, .*line.* `equipoise recover` moves"
            ):
                attempt()

    def test_is_set_aside_and_nothing_is_lost(self, ledger: JsonLines) -> None:
        before = cut(ledger, entries(3))

        aside = ledger.recover()

        assert ledger.read() == entries(2)
        assert aside is not None
        assert ledger.path.read_bytes() + aside.read_bytes() == before + b"\n"
        ledger.append([entries(3)[2]])
        assert ledger.read() == entries(3)

    def test_may_be_the_only_line(self, ledger: JsonLines) -> None:
        cut(ledger, entries(1))

        ledger.recover()

        assert ledger.read() == []

    def test_second_one_does_not_cover_the_first(self, ledger: JsonLines) -> None:
        first = cut(ledger, entries(3)).split(b"\n")[-1]
        ledger.recover()
        second = cut(ledger, [entries(3)[2]], by=90).split(b"\n")[-1]

        aside = ledger.recover()

        assert aside is not None
        assert aside.read_bytes() == first + b"\n" + second + b"\n"

    def test_whole_file_needs_no_recovery(self, ledger: JsonLines) -> None:
        assert ledger.recover() is None
        ledger.append(entries(2))
        assert ledger.recover() is None
        assert ledger.read() == entries(2)


def test_a_damaged_line_is_named_and_not_skipped(ledger: JsonLines) -> None:
    ledger.append(entries(3))
    lines = ledger.lines()
    ledger.path.write_bytes(b"".join([lines[0], b"{" + lines[1], lines[2]]))

    with pytest.raises(
        DamagedFile, match=r"trial\.jsonl, line 2: not JSON.* restore the last backup that verifies"
    ):
        ledger.read()


def test_a_full_disk_adds_nothing_and_says_so(ledger: JsonLines) -> None:
    written = entries(40)
    ledger.append(written[:2])
    room = ledger.path.stat().st_size + 700  # the third entry fits in part only
    for add in (ledger.append, ledger.append_many):
        with (
            no_file_longer_than(room),
            pytest.raises(WriteFailed, match=r"nothing was added to .*trial\.jsonl: .* Make"),
        ):
            add(written[2:])

    assert ledger.read() == written[:2]
    ledger.append(written[2:])
    assert ledger.read() == written


def test_a_full_disk_during_a_redaction_leaves_the_ledger_as_it_was(ledger: JsonLines) -> None:
    written = entries(40)
    ledger.append(written)
    done = without(written, 3)

    with no_file_longer_than(2000), pytest.raises(WriteFailed, match="nothing was added"):
        ledger.rewrite(done)

    assert ledger.read() == written
    assert {path.name for path in ledger.path.parent.iterdir()} == {
        "trial.jsonl",
        "trial.jsonl.lock",
    }


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_refuses_the_side_file_loses_nothing(ledger: JsonLines) -> None:
    before = cut(ledger, entries(3))
    ledger.path.with_name("trial.jsonl.incomplete").symlink_to("/dev/full")

    with pytest.raises(OSError, match="Errno"):
        ledger.recover()

    assert ledger.path.read_bytes() == before


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from stored_entries import endless, entries
from equipoise.store.json_lines import JsonLines
ledger = JsonLines(sys.argv[1])
print("writing", flush=True)
if sys.argv[3] == "many":
    ledger.append_many(endless(10**9))
for entry in endless(10**9):
    ledger.append([entry])
    print(entry.seq, flush=True)
"""


@pytest.mark.parametrize("wait", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("how", ["one by one", "many"])
def test_a_writer_killed_at_any_moment_leaves_a_ledger_that_verifies(
    ledger: JsonLines, wait: float, how: str
) -> None:
    acknowledged = run_and_kill(ledger.path, how, wait)

    ledger.recover()

    kept = verify_lines(ledger.lines())
    assert isinstance(kept, Verified)
    assert kept.entries >= acknowledged
    head = ledger.read()[-1] if kept.entries else None
    ledger.append([follow(head, form("1.5") if head else adopted())])
    assert isinstance(verify(ledger.read()), Verified)


def test_writers_take_turns_and_none_overwrites_another(ledger: JsonLines) -> None:
    ledger.append(entries(1))
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from stored_entries import follow, form\n"
        "from equipoise.conduct.ports import Conflict\n"
        "from equipoise.store.json_lines import JsonLines\n"
        "ledger, done = JsonLines(sys.argv[1]), 0\n"
        "while done < 20:\n"
        "    try:\n"
        "        ledger.append([follow(ledger.read()[-1], form(sys.argv[3]))]); done += 1\n"
        "    except Conflict: pass\n"
    )
    writers = [start(code, ledger.path, name) for name in ("1.1", "2.2", "3.3")]

    assert [writer.wait(60) for writer in writers] == [0, 0, 0]

    assert isinstance(verify_lines(ledger.lines()), Verified)
    typed = [entry.payload["values"]["NEUT"] for entry in ledger.read()[1:] if entry.payload]
    assert sorted(typed) == ["1.1"] * 20 + ["2.2"] * 20 + ["3.3"] * 20


@contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    """The kernel refuses longer files, as a full disk would, after writing what still fits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def cut(ledger: JsonLines, written: list[Entry], by: int = 40) -> bytes:
    """Write entries and take the end of the last line away, as a crash would; returns what is
    left.
    """
    ledger.append(written)
    os.truncate(ledger.path, ledger.path.stat().st_size - by)
    return ledger.path.read_bytes()


def run_and_kill(path: Path, how: str, wait: float) -> int:
    """Kill -9 a writer; returns the last entry of which it was told that the disk has it."""
    writer = start(WRITER, path, how)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"writing\n"
    time.sleep(wait)
    writer.send_signal(signal.SIGKILL)
    told = writer.stdout.read().split(b"\n")[:-1]
    writer.wait(60)
    return int(told[-1]) if told else 0


def start(code: str, path: Path, word: str) -> subprocess.Popen[bytes]:
    here = str(Path(__file__).parent)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), here, word], stdout=subprocess.PIPE
    )
