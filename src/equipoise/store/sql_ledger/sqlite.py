"""The ledger in one SQLite file: for a trial of one machine, with as many threads and processes as
it serves.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path

from equipoise.conduct.ports import Head
from equipoise.ledger.entry import Entry, entry_of
from equipoise.ledger.salted import Gone
from equipoise.store.files import sync_directory
from equipoise.store.follows import check_follows, redaction_of
from equipoise.store.recognize import NoLedger
from equipoise.store.sql_ledger.refusals import CannotWrite
from equipoise.store.sql_ledger.rows import FieldRow, entries_from, lines_from, rows_of
from equipoise.store.turns import turns_of
from equipoise.terms.canonical import canonical

MAGIC = b"SQLite format 3\0"
_OURS = 0x4551504C  # "EQPL": application_id of a ledger (www.sqlite.org/fileformat.html, 1.3.12)
_WAIT = 60.0
"""Seconds that one process waits for another."""
_ENTRIES = "SELECT seq, hash, entry FROM entries WHERE seq > ? ORDER BY seq LIMIT ?"
_FIELDS = """
SELECT seq, field FROM (
  SELECT seq, place, field FROM contents WHERE seq > ?1 AND seq <= ?2
  UNION ALL SELECT seq, place, field FROM gone WHERE seq > ?1 AND seq <= ?2
) ORDER BY seq, place
"""
_INSERT = {
    "entries": "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
    "contents": "INSERT INTO contents VALUES (?, ?, ?, ?)",
    "gone": "INSERT INTO gone VALUES (?, ?, ?, ?)",
}
_HEAD = "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1"


class SqliteLedger:
    """A ledger file of SQLite (`ports.Storage`): write-ahead log, every commit on the disk."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._turns = turns_of(f"sqlite:{self.path.absolute()}")
        self._own = threading.local()
        if not self.path.exists() or not self.path.stat().st_size:
            self._set_up()
        check_is_sqlite_ledger(self.path)

    def lines(self) -> list[bytes]:
        """The entries as a file would hold them."""
        return self._lines(0)

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most."""
        return entries_from(self._lines(after, most))

    def head(self) -> Head:
        """The last entry."""
        with _told(self.path):
            row = self._connection.execute(_HEAD).fetchone()
        return Head(*row) if row else Head()

    @contextmanager
    def writing(self) -> Iterator[OpenSqlite]:
        """One transaction, after whoever asked before. Raises `CannotWrite`."""
        with self._turns.turn():
            connection = self._connection
            with _told(self.path):
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield OpenSqlite(self, connection)
            except BaseException:
                connection.rollback()
                raise
            with _told(self.path):
                try:
                    connection.execute("COMMIT")
                except BaseException:
                    connection.rollback()
                    raise

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head, all or none. Raises `Conflict` or `CannotWrite`."""
        with self.writing() as ledger:
            ledger.append(entries)

    append_many = append

    def close(self) -> None:
        """Close the connection of this thread."""
        if connection := getattr(self._own, "connection", None):
            connection.close()
            del self._own.connection

    def _set_up(self) -> None:
        """Tables and triggers in a file that is new; whoever comes meanwhile waits."""
        script = files(__package__).joinpath("sqlite.sql").read_text("utf-8")
        with _told(self.path), closing(_connect(str(self.path))) as connection:
            self.path.chmod(0o640)
            connection.executescript(
                f"BEGIN EXCLUSIVE; PRAGMA application_id = {_OURS}; {script} COMMIT;"
            )
            connection.execute("PRAGMA journal_mode = WAL")
        sync_directory(self.path.parent)

    @property
    def _connection(self) -> sqlite3.Connection:
        """One for each thread: SQLite keeps their transactions apart."""
        held: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if held is None:
            with _told(self.path):
                held = _connect(self._name())
                held.execute("PRAGMA synchronous = FULL")
                held.execute("PRAGMA foreign_keys = ON")
            self._own.connection = held
        return held

    def _name(self) -> str:
        """A ledger in a folder that cannot be written to is read as it lies there."""
        log = self.path.with_name(self.path.name + "-wal")
        is_still = not os.access(self.path.parent, os.W_OK) and not log.exists()
        return f"{self.path.absolute().as_uri()}?{'immutable=1' if is_still else 'mode=rw'}"

    def _lines(self, after: int, most: int | None = None) -> list[bytes]:
        connection = self._connection
        is_open = connection.in_transaction
        with _told(self.path):
            if not is_open:
                connection.execute("BEGIN")  # both queries see the same entries
            try:
                limit = -1 if most is None else most
                entries = connection.execute(_ENTRIES, (after, limit)).fetchall()
                last = entries[-1][0] if entries else after
                fields = connection.execute(_FIELDS, (after, last))
                return list(lines_from(entries, fields))
            finally:
                if not is_open:
                    connection.rollback()


def check_is_sqlite_ledger(path: Path) -> None:
    """Raise NoLedger unless the file is an SQLite file that was made for a ledger; one of somebody
    else is not touched.
    """
    with path.open("rb") as file:
        head = file.read(100)
    if head[: len(MAGIC)] != MAGIC:
        raise NoLedger(f"{path} is no ledger: it is no SQLite file")
    if int.from_bytes(head[68:72], "big") != _OURS:
        raise NoLedger(f"{path} is no ledger: it is an SQLite file of something else")


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=_WAIT, isolation_level=None, uri=name.startswith("file:"))


class OpenSqlite:
    """A ledger whose transaction is open (`ports.Writing`)."""

    def __init__(self, ledger: SqliteLedger, connection: sqlite3.Connection) -> None:
        self.read, self.head = ledger.read, ledger.head
        self._path, self._connection = ledger.path, connection

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head. Raises `Conflict` or `CannotWrite`."""
        new = list(entries)
        check_follows(self.head(), new)
        with _told(self._path):
            gone: list[FieldRow] = []
            for rows in map(rows_of, new):
                self._insert("entries", [rows.entry])
                self._insert("contents", rows.contents)
                gone += rows.gone
            self._insert("gone", gone)  # an import: by now their redactions are there

    def redact(self, log: Entry) -> None:
        """Append a redaction, and delete what it names."""
        event = redaction_of(log)
        self.append([log])
        (target,) = map(entry_of, _one(self._connection, event.redacted))
        with _told(self._path):
            for place, field in enumerate(target.fields, start=1):
                if field.path in event.fields and not isinstance(field, Gone):
                    left = canonical([field.path, field.digest.hex()]).decode()
                    self._insert("gone", [(event.redacted, place, field.path, left)])
                    self._connection.execute(
                        "DELETE FROM contents WHERE seq = ? AND place = ?", (event.redacted, place)
                    )

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(_INSERT[table], rows)


def _one(connection: sqlite3.Connection, seq: int) -> Iterator[bytes]:
    entries = connection.execute("SELECT seq, hash, entry FROM entries WHERE seq = ?", (seq,))
    fields = connection.execute(
        "SELECT seq, field FROM (SELECT seq, place, field FROM contents WHERE seq = ?1"
        " UNION ALL SELECT seq, place, field FROM gone WHERE seq = ?1) ORDER BY place",
        (seq,),
    )
    return lines_from(entries, fields)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the database refuses, in words."""
    try:
        yield
    except sqlite3.DatabaseError as refused:
        raise CannotWrite(path, str(refused)) from refused
