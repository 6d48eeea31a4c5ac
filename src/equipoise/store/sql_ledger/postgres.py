"""The ledger in PostgreSQL: for trials whose people are served by many processes and machines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import orjson
import psycopg

from equipoise.conduct.ports import Head
from equipoise.ledger.entry import Entry
from equipoise.store.follows import check_follows, redaction_of
from equipoise.store.sql_ledger.refusals import CannotWrite
from equipoise.store.sql_ledger.rows import Rows, entries_from, lines_from, rows_of
from equipoise.store.turns import Turns

Connect = Callable[[], "psycopg.Connection[Any]"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ENTRIES = "SELECT seq, hash, entry FROM {schema}.entries WHERE seq > %s ORDER BY seq LIMIT %s"
_FIELDS = """
SELECT seq, field FROM (
  SELECT seq, place, field FROM {schema}.contents WHERE seq > %(after)s AND seq <= %(last)s
  UNION ALL SELECT seq, place, field FROM {schema}.gone WHERE seq > %(after)s AND seq <= %(last)s
) AS every_field ORDER BY seq, place
"""
_TURN = "BEGIN; SELECT seq, hash FROM {schema}.take_turn()"
_APPEND = "SELECT {schema}.append(%s)"
_HEAD = "SELECT seq, hash FROM {schema}.entries ORDER BY seq DESC LIMIT 1"


def set_up(owner: psycopg.Connection[Any], schema: str, role: str | None = None) -> None:
    """Make the tables and functions of a ledger, or bring them up to this release, and let a role
    of the application use them. For the owner alone, and not while the trial is served.
    """
    for name in (schema, *([role] if role else [])):
        if not _NAME.fullmatch(name):
            raise ValueError(f"found {name!r}, expected a name of letters, digits and _")
    with owner.transaction():
        owner.execute(_sql("postgres.sql").replace("{schema}", schema).encode())
        if role:
            grants = _sql("postgres_grants.sql").replace("{schema}", schema)
            owner.execute(grants.replace("{role}", role).encode())


class PostgresLedger:
    """A ledger in a schema of a database (`ports.Storage`).

    `connect` opens a connection of its own with autocommit; a lost one is opened again with the
    next command.
    """

    def __init__(self, connect: Connect, schema: str = "ledger") -> None:
        if not _NAME.fullmatch(schema):
            raise ValueError(f"schema: found {schema!r}, expected letters, digits and _")
        self.schema = schema
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._turns = Turns()

    def lines(self) -> list[bytes]:
        """The entries as a file would hold them."""
        with self._alone() as connection:
            return self.lines_over(connection, 0)

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most. Raises `CannotWrite`."""
        with self._alone() as connection:
            return entries_from(self.lines_over(connection, after, most))

    def head(self) -> Head:
        """The last entry. Raises `CannotWrite`."""
        with self._alone() as connection:
            return self.head_over(connection)

    @contextmanager
    def writing(self) -> Iterator[OpenPostgres]:
        """One transaction that holds the turn of the whole database. Raises `CannotWrite`."""
        with self._alone() as connection:
            begun = connection.execute(self.sql(_TURN))
            begun.nextset()
            ledger = OpenPostgres(self, connection, Head(*(begun.fetchone() or Head())))
            try:
                yield ledger
                ledger.commit()
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head, all or none. Raises `Conflict` or `CannotWrite`."""
        with self.writing() as ledger:
            ledger.append(entries)

    append_many = append

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _alone(self) -> Iterator[psycopg.Connection[Any]]:
        """The connection, for one thread at a time."""
        with self._turns.turn():
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = self._connect()
                yield self._connection
            except psycopg.Error as refused:
                if isinstance(refused, psycopg.OperationalError):
                    self.close()
                raise CannotWrite(f"the schema {self.schema}", str(refused)) from refused

    def lines_over(
        self, connection: psycopg.Connection[Any], after: int, most: int | None = None
    ) -> list[bytes]:
        """The stored lines after an entry, so many at most."""
        entries = connection.execute(self.sql(_ENTRIES), (after, most)).fetchall()
        last = entries[-1][0] if entries else after
        fields = connection.execute(self.sql(_FIELDS), {"after": after, "last": last})
        return list(lines_from(entries, fields))

    def head_over(self, connection: psycopg.Connection[Any]) -> Head:
        """The last entry."""
        row = connection.execute(self.sql(_HEAD)).fetchone()
        return Head(*row) if row else Head()

    def sql(self, text: str) -> bytes:
        """A statement about this schema."""
        return text.replace("{schema}", self.schema).encode()


class OpenPostgres:
    """A ledger whose transaction is open (`ports.Writing`). What is added is sent with the end of
    the transaction: each way to the server and back costs as much as a small append.
    """

    def __init__(
        self, ledger: PostgresLedger, connection: psycopg.Connection[Any], head: Head
    ) -> None:
        self._ledger, self._connection, self._head = ledger, connection, head
        self._cursor = psycopg.ClientCursor(connection)
        self._rows: list[Rows] = []

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most."""
        if after >= self._head.seq:
            return []
        self._send(_APPEND)
        return entries_from(self._ledger.lines_over(self._connection, after, most))

    def head(self) -> Head:
        """The last entry."""
        return self._head

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head. Raises `Conflict` or `CannotWrite`."""
        new = list(entries)
        check_follows(self._head, new)
        if new:
            self._rows += map(rows_of, new)
            self._head = Head(new[-1].seq, new[-1].hash)

    def redact(self, log: Entry) -> None:
        """Append a redaction, and delete what it names."""
        redaction_of(log)
        self.append([log])
        self._send(_APPEND)
        self._connection.execute(self._ledger.sql("SELECT {schema}.redact(%s)"), (log.seq,))

    def commit(self) -> None:
        """Send what was added, and end the transaction."""
        if self._rows:
            self._send(f"{_APPEND}; COMMIT")
        else:
            self._connection.execute("COMMIT")

    def _send(self, statement: str) -> None:
        if self._rows:
            rows = orjson.dumps([tuple(each) for each in self._rows]).decode()
            self._rows = []
            self._cursor.execute(self._ledger.sql(statement), (rows,))


def _sql(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
