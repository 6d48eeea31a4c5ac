"""The ledger as one text file: one entry a line, only ever added to, readable without this
program.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from equipoise.conduct.ports import Head
from equipoise.ledger.as_written import read_as_written
from equipoise.ledger.chain import verify_lines
from equipoise.ledger.entry import BadEntry, Entry, begins_as_entry, entry_of, line_of
from equipoise.ledger.verified import Broken, Verified
from equipoise.store.files import sync_directory
from equipoise.store.follows import check_follows, check_is_next, redacted_by
from equipoise.store.lock import for_reading, for_writing
from equipoise.store.recognize import NoLedger, check_is_ledger
from equipoise.store.turns import turns_of
from equipoise.terms.collector import uncollected

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


class _Place(NamedTuple):
    """Where in which file the lines after an entry begin, so that they are read alone."""

    device: int
    inode: int
    seq: int
    offset: int


class JsonLines:
    """A ledger file (21 CFR 11.10(c)). Writers in any number of threads and processes take turns by
    a lock on the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._turns = turns_of(f"file:{self.path.absolute()}")
        self._read_to = _Place(0, 0, 0, 0)

    def lines(self) -> list[bytes]:
        """The stored lines with their newlines, for `verify_lines`; an absent file has none."""
        with for_reading(self.path) as handle:
            return [] if handle is None else _lines(handle, 0)

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most. Raises `IncompleteLine` or
        `DamagedFile`.
        """
        with for_reading(self.path) as handle:
            return [] if handle is None else self.read_open(handle, after, most)

    def head(self) -> Head:
        """The last entry. Raises `IncompleteLine` or `DamagedFile`."""
        with for_reading(self.path) as handle:
            return Head() if handle is None else self.head_open(handle)

    @contextmanager
    def writing(self) -> Iterator[OpenFile]:
        """Nobody else writes until the end of the block; what was added in one that ends in an
        error is taken back. Raises `LinkedFile`.
        """
        with self._turns.turn(), for_writing(self.path) as handle:
            length = os.fstat(handle).st_size
            try:
                yield OpenFile(self, handle)
            except BaseException:
                if os.fstat(handle).st_size > length:
                    os.ftruncate(handle, length)
                    os.fsync(handle)
                raise

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head and wait until the disk has them.

        Raises `ports.Conflict` when the file ends with another head than the entries were built on,
        and `WriteFailed` when the disk refuses; in both cases the file is as it was.
        """
        with self.writing() as ledger:
            ledger.append(entries)

    def append_many(self, entries: Iterable[Entry]) -> None:
        """As `append` for a whole rehearsal: written in pieces as the entries come, made durable
        once at the end.
        """
        with self._turns.turn(), for_writing(self.path) as handle:
            _write(handle, self.path, _pieces(_following(self.head_open(handle), entries)))

    def recover(self) -> Path | None:
        """Move an incomplete last line to `<file>.incomplete` and end the file before it; None if
        nothing was moved.

        A last entry that lacks only its line end gets it back. Raises `NoLedger` or `DamagedFile`,
        and leaves alone, a file whose lines before that one are no ledger, and one that holds
        nothing else and does not begin as a ledger does.
        """
        if self.path.exists() and self.path.stat().st_size:
            check_is_ledger(self.path)
        with self._turns.turn(), for_writing(self.path) as handle:
            tail = _last_line(handle)
            if not tail or tail.endswith(b"\n"):
                return None
            before = _lines(handle, 0)[:-1]
            self._check_recoverable(before, tail)
            if isinstance(verify_lines([*before, tail + b"\n"]), Verified):
                _write(handle, self.path, [b"\n"])  # the entry is whole, but for its line end
                return None
            aside = self.path.with_name(self.path.name + ".incomplete")
            with _to_side_file(aside, _mode(handle)) as beside:
                _write(beside, aside, [tail, b"\n"])  # first: a crash here copies twice
            os.ftruncate(handle, os.fstat(handle).st_size - len(tail))
            os.fsync(handle)
            return aside

    def read_open(self, handle: int, after: int, most: int | None) -> list[Entry]:
        """As `read`, of the open file."""
        status = os.fstat(handle)
        seen = self._read_to
        same = (seen.device, seen.inode) == (status.st_dev, status.st_ino)
        if not same or seen.seq > after or seen.offset > status.st_size:
            seen = _Place(status.st_dev, status.st_ino, 0, 0)
        start = _after_lines(handle, seen.offset, after - seen.seq)
        if start is None:
            return []
        self._read_to = _Place(status.st_dev, status.st_ino, after, start)
        lines = _lines(handle, start, most)
        numbered = enumerate(lines, after + 1)
        with uncollected():
            found = [self._entry(line, f"line {number}") for number, line in numbered]
        if found:
            length = start + sum(map(len, lines))
            self._read_to = _Place(status.st_dev, status.st_ino, found[-1].seq, length)
        return found

    def head_open(self, handle: int) -> Head:
        """The last entry of the open file, read from its end: a long ledger is not read to add a
        line to it.
        """
        line = _last_line(handle)
        if not line:
            return Head()
        entry = self._entry(line, "last line")
        if line != line_of(entry):
            raise DamagedFile(
                f"{self.path}, last line: it was changed after it was written, so nothing is added"
                " to it; see `equipoise verify`"
            )
        return Head(entry.seq, entry.hash)

    def add(self, handle: int, entries: Iterable[Entry]) -> None:
        """As `append`, to the open file."""
        new = list(entries)
        check_follows(self.head_open(handle), new)
        _write(handle, self.path, [b"".join(map(line_of, new))])

    def replace_without(self, handle: int, log: Entry) -> None:
        """Replace the file by a copy with a redaction carried out, at once or not at all; every
        other byte stays. What was redacted is gone from this file, not from older backups of it.
        """
        check_is_next(self.head_open(handle), log)
        lines = redacted_by(_lines(handle, 0), log)
        copy = self.path.with_name(self.path.name + ".rewriting")
        copy.unlink(missing_ok=True)  # left by a crash
        try:
            with _to_side_file(copy, _mode(handle)) as beside:
                _write(beside, copy, _pieces_of(lines))
            copy.replace(self.path)
        finally:
            copy.unlink(missing_ok=True)
        sync_directory(self.path.parent)

    def _check_recoverable(self, before: list[bytes], tail: bytes) -> None:
        if isinstance(broken := verify_lines(before), Broken):
            raise DamagedFile(f"{self.path}, entry {broken.seq}: {broken.why}. Nothing was moved")
        if not before and not begins_as_entry(tail):
            raise NoLedger(
                f"{self.path} holds one incomplete line, which does not begin as a ledger does."
                " Nothing was moved"
            )

    def _entry(self, line: bytes, where: str) -> Entry:
        if not line.endswith(b"\n"):
            raise IncompleteLine(
                f"{self.path}, {where}: the line ends in the middle, because writing it was"
                " interrupted. The entries before it are whole. `equipoise recover` moves the"
                f" {len(line)} bytes to {self.path.name}.incomplete"
            )
        try:
            return read_as_written(line) or entry_of(line)
        except BadEntry as broken:
            raise DamagedFile(
                f"{self.path}, {where}: {broken}. The file was changed after it was written: keep"
                " it as it is, restore the last backup that verifies and compare the two"
            ) from None


class OpenFile:
    """A ledger file whose lock is held (`ports.Writing`)."""

    def __init__(self, ledger: JsonLines, handle: int) -> None:
        self._ledger, self._handle = ledger, handle

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most. Raises `IncompleteLine` or
        `DamagedFile`.
        """
        return self._ledger.read_open(self._handle, after, most)

    def head(self) -> Head:
        """The last entry. Raises `IncompleteLine` or `DamagedFile`."""
        return self._ledger.head_open(self._handle)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries, wait for the disk. Raises `Conflict` or `WriteFailed`."""
        self._ledger.add(self._handle, entries)

    def redact(self, log: Entry) -> None:
        """Carry out a redaction; the block should end after it, since the file was replaced."""
        self._ledger.replace_without(self._handle, log)


def _after_lines(handle: int, offset: int, count: int) -> int | None:
    """Where so many lines after an offset end, without reading what they say; None where there are
    fewer.
    """
    os.lseek(handle, offset, os.SEEK_SET)
    while count > 0 and (piece := os.read(handle, _CHUNK)):
        ends = piece.count(b"\n")
        if ends < count:
            count -= ends
            offset += len(piece)
            continue
        place = -1
        for _ in range(count):
            place = piece.index(b"\n", place + 1)
        return offset + place + 1
    return offset if count <= 0 else None


def _lines(handle: int, offset: int, most: int | None = None) -> list[bytes]:
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(offset)
        return list(islice(file, most))


def _last_line(handle: int) -> bytes:
    start, tail = os.fstat(handle).st_size, b""
    while start and b"\n" not in tail[:-1]:
        size = min(_CHUNK, start)
        start -= size
        os.lseek(handle, start, os.SEEK_SET)
        tail = _read_all(handle, size) + tail
    return tail[tail.rfind(b"\n", 0, -1) + 1 :]


def _read_all(handle: int, size: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < size and (piece := os.read(handle, size - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _following(head: Head, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        check_is_next(head, entry)
        yield entry
        head = Head(entry.seq, entry.hash)


def _pieces(entries: Iterable[Entry]) -> Iterator[bytes]:
    return _pieces_of(map(line_of, entries))


def _pieces_of(lines: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _CHUNK:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


@contextmanager
def _to_side_file(path: Path, mode: int) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
    try:
        yield handle
    finally:
        os.close(handle)


def _mode(handle: int) -> int:
    return os.fstat(handle).st_mode & 0o777


def _write(handle: int, path: Path, pieces: Iterable[bytes]) -> None:
    """Add bytes to an open file and wait for the disk; whatever goes wrong, the file ends where it
    ended before.
    """
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
    if not length:
        sync_directory(path.parent)


def _write_all(handle: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(handle, rest) :]
