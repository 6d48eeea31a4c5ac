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
from stored_entries import adopted, endless, entries, follow, form, redaction

from equipoise.ledger.chain import verify, verify_lines
from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Verified
from equipoise.store.json_lines import DamagedFile, IncompleteLine, JsonLines, WriteFailed
from equipoise.store.lock import LinkedFile, Taken, for_writing


@pytest.fixture
def ledger(tmp_path: Path) -> JsonLines:
    return JsonLines(tmp_path / "trial.jsonl")


def test_the_file_is_one_canonical_line_for_each_entry(ledger: JsonLines) -> None:
    ledger.append(entries(3))

    assert verify_lines(ledger.lines()) == verify(entries(3))
    assert ledger.path.read_bytes().count(b"\n") == 3


def test_a_redacted_value_is_gone_from_the_file_and_nothing_is_left_beside_it(
    ledger: JsonLines,
) -> None:
    ledger.append([first := follow(None, adopted()), follow(first, form("ZHANG WEI"))])
    ledger.path.chmod(0o600)

    with ledger.writing() as writing:
        writing.redact(redaction(writing.read(), 2))

    assert b"ZHANG" not in ledger.path.read_bytes()
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in ledger.path.parent.iterdir()} == {"trial.jsonl"}


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

    with (
        no_file_longer_than(2000),
        pytest.raises(WriteFailed, match="nothing was added"),
        ledger.writing() as writing,
    ):
        writing.redact(redaction(written, 3))

    assert ledger.read() == written
    assert {path.name for path in ledger.path.parent.iterdir()} == {"trial.jsonl"}


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
from stored_entries import endless, entries
from equipoise.store.json_lines import JsonLines
ledger = JsonLines(sys.argv[1])
print("writing", flush=True)
if sys.argv[2] == "many":
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
        "        ledger.append([follow(ledger.read()[-1], form(sys.argv[2]))]); done += 1\n"
        "    except Conflict: pass\n"
    )
    writers = [start(code, ledger.path, name) for name in ("1.1", "2.2", "3.3")]

    assert [writer.wait(60) for writer in writers] == [0, 0, 0]

    assert isinstance(verify_lines(ledger.lines()), Verified)
    typed = [entry.payload["values"]["NEUT"] for entry in ledger.read()[1:] if entry.payload]
    assert sorted(typed) == ["1.1"] * 20 + ["2.2"] * 20 + ["3.3"] * 20


class TestAFileWithTwoNames:
    """What goes by a name leaves the other one behind: a fork, or a redaction half done."""

    def test_nothing_is_written_through_a_link(self, ledger: JsonLines, tmp_path: Path) -> None:
        ledger.append(entries(2))
        link = tmp_path / "link.jsonl"
        link.symlink_to(ledger.path)

        with pytest.raises(LinkedFile, match=r"link\.jsonl is a link"):
            JsonLines(link).append(entries(3)[2:])

        assert JsonLines(link).read() == entries(2)

    def test_nothing_is_written_to_a_file_with_a_hard_link(
        self, ledger: JsonLines, tmp_path: Path
    ) -> None:
        ledger.append(entries(2))
        (tmp_path / "other.jsonl").hardlink_to(ledger.path)

        for path in (ledger.path, tmp_path / "other.jsonl"):
            with pytest.raises(LinkedFile, match="has 2 names"):
                JsonLines(path).append(entries(3)[2:])
        assert ledger.read() == entries(2)

    def test_a_name_that_another_folder_has_too_is_the_same_file(
        self, ledger: JsonLines, tmp_path: Path
    ) -> None:
        (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
        elsewhere = JsonLines(tmp_path / "folder" / "trial.jsonl")
        ledger.append(entries(2))

        with (
            ledger.writing(),
            pytest.raises(Taken),
            for_writing(elsewhere.path, wait=False),
        ):
            pass
        elsewhere.append(entries(3)[2:])

        assert ledger.read() == entries(3)


def test_a_refused_command_leaves_no_file_behind(ledger: JsonLines) -> None:
    with ledger.writing() as writing:
        assert writing.read() == []

    assert list(ledger.path.parent.iterdir()) == []


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
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), word],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parent), *sys.path])},
    )
