"""Which store does a word at the terminal name: a file, an SQLite file, a schema of PostgreSQL?"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from equipoise.store.json_lines import JsonLines
from equipoise.store.recognize import NoLedger, check_is_ledger
from equipoise.store.sql_ledger.sqlite import MAGIC, SqliteLedger

if TYPE_CHECKING:
    from equipoise.store.sql_ledger.postgres import PostgresLedger

_SERVERS = ("postgresql://", "postgres://")
_SCHEMA = "ledger"
_PASSWORD = re.compile(r"(//[^/@:]*):[^/@]*@")
_NO_POSTGRES = "a ledger in PostgreSQL needs its packages: install `equipoise[postgres]`"
_SUFFIXES = (".sqlite", ".sqlite3", ".db")


Place: TypeAlias = "JsonLines | SqliteLedger | PostgresLedger"


def place_of(word: str | Path) -> Place:
    """The store of that name, there or not yet: `trial.jsonl`, `trial.sqlite`, or
    `postgresql://user@host/database#schema` (the schema is `ledger` where none is named).

    Raises `NoLedger` where the packages of PostgreSQL are missing.
    """
    if is_server(word):
        return _postgres(str(word))
    path = Path(word)
    begins = _begins(path) if path.is_file() else b""
    is_sqlite = begins == MAGIC if begins else path.suffix in _SUFFIXES
    return SqliteLedger(path) if is_sqlite else JsonLines(path)


def stored(word: str | Path) -> Place:
    """As `place_of`, of a ledger that is there. Raises NoLedger or FileNotFoundError."""
    if not is_server(word) and not _is_sqlite_file(Path(word)):
        check_is_ledger(Path(word))
    return place_of(word)


def set_up_server(word: str, role: str) -> str:
    """Make a ledger in PostgreSQL, as its owner, for the role that serves people; returns the
    schema. Raises NoLedger or ValueError.
    """
    if not is_server(word):
        raise ValueError(
            f"found {shown(word)!r}, expected postgresql://owner@host/database#schema; files need"
            " no set-up"
        )
    try:
        import psycopg  # noqa: PLC0415

        from equipoise.store.sql_ledger.postgres import set_up  # noqa: PLC0415
    except ImportError:
        raise NoLedger(_NO_POSTGRES) from None
    url, _, schema = word.partition("#")
    try:
        with psycopg.connect(url, autocommit=True) as owner:
            set_up(owner, schema or _SCHEMA, role)
    except psycopg.Error as refused:
        raise OSError(f"{shown(url)} refused: {refused}") from refused
    return schema or _SCHEMA


def shown(word: str | Path) -> str:
    """As it may be printed: a password in the address of a server stays unseen."""
    return _PASSWORD.sub(r"\1:***@", str(word))


def is_server(word: str | Path) -> bool:
    """Does it name a database server, and no file?"""
    return str(word).startswith(_SERVERS)


def _is_sqlite_file(path: Path) -> bool:
    return path.is_file() and _begins(path) == MAGIC


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(MAGIC))


def _postgres(word: str) -> PostgresLedger:
    try:
        import psycopg  # noqa: PLC0415  (who keeps the ledger in a file need not have it)

        from equipoise.store.sql_ledger.postgres import PostgresLedger  # noqa: PLC0415
    except ImportError:
        raise NoLedger(_NO_POSTGRES) from None
    url, _, schema = word.partition("#")
    return PostgresLedger(partial(psycopg.connect, url, autocommit=True), schema or _SCHEMA)
