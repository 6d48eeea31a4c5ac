"""The ledger as one text file: one entry a line, only ever added to, readable without this
program.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from equipoise.ledger.chain import verify_lines
from equipoise.ledger.entry import BadEntry, Entry, begins_as_entry, entry_of, line_of
from equipoise.ledger.verified import Broken, Verified
from equipoise.store.files import sync_directory
from equipoise.store.lock import for_reading, for_writing
from equipoise.store.memory import check_follows, check_rewrite
from equipoise.store.recognize import NoLedger, check_is_ledger

_CHUNK = 1 << 20


class DamagedFile(Exception):
    """The file holds something that is not an entry; the message names file, line and what to
    do.
    """


class IncompleteLine(DamagedFile):
    """The last line was not written to its end; `recover()` sets it aside."""


class WriteFailed(OSError):
    """Nothing was added: the disk refused, and the file was put back to where it stood."""

    def __init__(self, path: Path, refused: OSError) -> None:
        self.why = (refused.strerror or str(refused)).lower()
        super().__init__(f"nothing was added to {path}: {self.why}. Make room and repeat")


class JsonLines:
    """A ledger file (21 CFR 11.10(c)). Writers in any number of processes take turns by a lock file
    beside it.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def lines(self) -> list[bytes]:
        """The stored lines with their newlines, for `chain.verify_lines`; an absent file has
        none.
        """
        with for_reading(self._lock):
            return self._lines()

    def read(self) -> list[Entry]:
        """All entries in order. Raises `IncompleteLine` or `DamagedFile`."""
        return [self._entry(line, f"line {number}") for number, line in enumerate(self.lines(), 1)]

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head and wait until the disk has them.

        Raises `ports.Conflict` when the file ends with another head than the entries were built on,
        and `WriteFailed` when the disk refuses; in both cases the file is as it was.
        """
        new = list(entries)
        with for_writing(self._lock):
            check_follows(self._head(), new)
            _write(self.path, [b"".join(map(line_of, new))], mode=self._mode())

    def append_many(self, entries: Iterable[Entry]) -> None:
        """As `append` for a whole rehearsal: written in pieces as the entries come, made durable
        once at the end.
        """
        with for_writing(self._lock):
            _write(self.path, _pieces(_following(self._head(), entries)), mode=self._mode())

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Replace the file by a redacted copy, at once or not at all; every entry on disk must
        still be there.

        What was redacted is gone from this file, not from older backups of it.
        """
        with for_writing(self._lock):
            check_rewrite(
                [
                    self._entry(line, f"line {number}")
                    for number, line in enumerate(self._lines(), 1)
                ],
                entries,
            )
            copy = self.path.with_name(self.path.name + ".rewriting")
            try:
                copy.unlink(missing_ok=True)  # left by a crash
                _write(copy, [b"".join(map(line_of, entries))], mode=self._mode())
                copy.replace(self.path)
            finally:
                copy.unlink(missing_ok=True)
            sync_directory(self.path.parent)

    def recover(self) -> Path | None:
        """Move an incomplete last line to `<file>.incomplete` and end the file before it; None if
        nothing was moved.

        A last entry that lacks only its line end gets it back. Raises `NoLedger` or `DamagedFile`,
        and leaves alone, a file whose lines before that one are no ledger, and one that holds
        nothing else and does not begin as a ledger does.
        """
        if self.path.exists() and self.path.stat().st_size:
            check_is_ledger(self.path)  # before a lock file is made beside somebody else's file
        with for_writing(self._lock):
            tail = self._last_line() if self.path.exists() else b""
            if not tail or tail.endswith(b"\n"):
                return None
            before = self._lines()[:-1]
            self._check_recoverable(before, tail)
            if isinstance(verify_lines([*before, tail + b"\n"]), Verified):
                _write(
                    self.path, [b"\n"], mode=self._mode()
                )  # the entry is whole; only its line end was lost
                return None
            aside = self.path.with_name(self.path.name + ".incomplete")
            _write(
                aside, [tail, b"\n"], mode=self._mode()
            )  # first: a crash here copies twice and loses nothing
            _truncate(self.path, self.path.stat().st_size - len(tail))
            return aside

    def _check_recoverable(self, before: list[bytes], tail: bytes) -> None:
        if isinstance(broken := verify_lines(before), Broken):
            raise DamagedFile(f"{self.path}, entry {broken.seq}: {broken.why}. Nothing was moved")
        if not before and not begins_as_entry(tail):
            raise NoLedger(
                f"{self.path} holds one incomplete line, which does not begin as a ledger does."
                " Nothing was moved"
            )

    def _lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            return list(file)

    def _head(self) -> Entry | None:
        """The last entry, read from the end: a long ledger is not read to add a line to it."""
        if not self.path.exists() or not self.path.stat().st_size:
            return None
        line = self._last_line()
        head = self._entry(line, "last line")
        if line != line_of(head):
            raise DamagedFile(
                f"{self.path}, last line: it was changed after it was written, so nothing is added"
                " to it; see `equipoise verify`"
            )
        return head

    def _last_line(self) -> bytes:
        with self.path.open("rb") as file:
            start, tail = file.seek(0, os.SEEK_END), b""
            while start and b"\n" not in tail[:-1]:
                step = min(_CHUNK, start)
                start = file.seek(start - step)
                tail = file.read(step) + tail
        return tail[tail.rfind(b"\n", 0, -1) + 1 :]

    def _entry(self, line: bytes, where: str) -> Entry:
        if not line.endswith(b"\n"):
            raise IncompleteLine(
                f"{self.path}, {where}: the line ends in the middle, because writing it was"
                " interrupted. The entries before it are whole. `equipoise recover` moves the"
                f" {len(line)} bytes to {self.path.name}.incomplete"
            )
        try:
            return entry_of(line)
        except BadEntry as broken:
            raise DamagedFile(
                f"{self.path}, {where}: {broken}. The file was changed after it was written: keep"
                " it as it is, restore the last backup that verifies and compare the two"
            ) from None

    def _mode(self) -> int:
        return self.path.stat().st_mode & 0o777 if self.path.exists() else 0o640

    @property
    def _lock(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")


def _following(head: Entry | None, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        check_follows(head, (entry,))
        yield entry
        head = entry


def _pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    piece = bytearray()
    for entry in entries:
        piece += line_of(entry)
        if len(piece) >= _CHUNK:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _write(path: Path, pieces: Iterable[bytes], mode: int) -> None:
    """Add bytes to a file and wait for the disk; whatever goes wrong, the file ends where it ended
    before.
    """
    is_new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, mode)
    length = os.fstat(handle).st_size
    try:
        for piece in pieces:
            _write_all(handle, piece)
        os.fsync(handle)
    except (
        BaseException
    ) as stopped:  # a refused disk, a conflict half way, Ctrl-C: none may leave half an entry
        os.ftruncate(handle, length)
        if isinstance(stopped, OSError):
            raise WriteFailed(path, stopped) from stopped
        raise
    finally:
        os.close(handle)
    if is_new:
        sync_directory(path.parent)


def _write_all(handle: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _truncate(path: Path, length: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.ftruncate(handle, length)
        os.fsync(handle)
    finally:
        os.close(handle)
