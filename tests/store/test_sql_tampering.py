"""What a database itself refuses, whatever program sends it: nothing of a ledger is changed, and
only a redaction that is logged takes a content out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from stored_entries import entries, follow, form, redaction

from databases import application_connects, owner_connects, postgres
from equipoise.ledger.chain import verify
from equipoise.ledger.verified import Verified
from equipoise.store.sql_ledger.postgres import PostgresLedger
from equipoise.store.sql_ledger.sqlite import SqliteLedger

Run = Callable[[str], Any]
Kept = SqliteLedger | PostgresLedger

CHANGES = {
    "an entry is changed": "UPDATE entries SET entry = '{}' WHERE seq = 2",
    "an entry is moved": "UPDATE entries SET seq = 9 WHERE seq = 4",
    "an entry is deleted": "DELETE FROM entries WHERE seq = 4",
    "all entries are deleted": "DELETE FROM entries",
    "a fork": "INSERT INTO entries SELECT 5, 'x', prev, type, fields, entry FROM entries"
    " WHERE seq = 4",
    "a gap": "INSERT INTO entries SELECT 9, 'x', hash, type, fields, entry FROM entries"
    " WHERE seq = 4",
    "a content is changed": "UPDATE contents SET field = '[]' WHERE seq = 2 AND place = 1",
    "a content is deleted": "DELETE FROM contents WHERE seq = 2 AND place = 1",
    "contents of an older entry": "INSERT INTO contents VALUES (2, 99, '/x', '[]')",
    "a content is called gone": "INSERT INTO gone SELECT seq, place, path, '[]' FROM contents"
    " WHERE seq = 2 AND place = 1",
    "what is left is changed": "UPDATE gone SET field = '[]'",
    "what is left is deleted": "DELETE FROM gone",
    "a content that is gone comes back": "INSERT INTO contents SELECT 5, place, path, '[]'"
    " FROM gone",
}
OF_SQLITE = {
    "an entry is replaced": "INSERT OR REPLACE INTO entries SELECT seq, hash, prev, type, fields,"
    " '{}' FROM entries WHERE seq = 2",
    "the last entry is replaced": "REPLACE INTO entries SELECT seq, 'x', prev, type, fields, '{}'"
    " FROM entries WHERE seq = 5",
    "a content is replaced": "INSERT OR REPLACE INTO contents VALUES (5, 1, '/x', '[]')",
    "what is left is replaced": "INSERT OR REPLACE INTO gone SELECT seq, place, path, '[]'"
    " FROM gone",
    "an entry is upserted": "INSERT INTO entries SELECT seq, hash, prev, type, fields, '{}' FROM"
    " entries WHERE seq = 2 ON CONFLICT DO UPDATE SET entry = '{}'",
}
OF_POSTGRES = {
    "all entries are truncated": "TRUNCATE entries CASCADE",
    "all contents are truncated": "TRUNCATE contents",
    "all that is left is truncated": "TRUNCATE gone",
    "an entry is upserted": "INSERT INTO entries SELECT seq, hash, prev, type, fields, '{}' FROM"
    " entries WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET entry = '{}'",
}


def filled(ledger: Kept) -> list[bytes]:
    """Four entries, of which the third was redacted."""
    written = entries(4)
    ledger.append(written)
    with ledger.writing() as opened:
        opened.redact(redaction(written, 3))
    return ledger.lines()


@pytest.mark.parametrize("change", [*CHANGES, *OF_SQLITE])
def test_sqlite_refuses(change: str, tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "trial.sqlite")
    before = filled(ledger)

    with sqlite3.connect(ledger.path) as other, pytest.raises(sqlite3.DatabaseError):
        other.execute((CHANGES | OF_SQLITE)[change])

    assert ledger.lines() == before
    assert isinstance(verify(ledger.read()), Verified)


@pytest.mark.parametrize("change", [*CHANGES, *OF_POSTGRES])
def test_postgres_refuses_even_the_owner(change: str) -> None:
    ledger = postgres()
    before = filled(ledger)

    with owner_connects() as owner:
        owner.execute(f"SET search_path = {ledger.schema}")
        with pytest.raises(psycopg.Error):
            owner.execute((CHANGES | OF_POSTGRES)[change])

    assert ledger.lines() == before


NOT_FOR_THE_APPLICATION = {
    **CHANGES,
    **OF_POSTGRES,
    "it inserts by itself": "INSERT INTO entries SELECT 6, 'x', hash, type, fields, entry FROM"
    " entries WHERE seq = 5",
    "it makes a table": "CREATE TABLE mine (x integer)",
    "it drops a table": "DROP TABLE gone",
    "it turns a trigger off": "ALTER TABLE entries DISABLE TRIGGER ALL",
    "it writes a function anew": "CREATE OR REPLACE FUNCTION redact(log bigint) RETURNS void"
    " LANGUAGE sql AS $$ SELECT $$",
    "it takes a table over": "ALTER TABLE entries OWNER TO application",
    "it acts as the owner": "SET ROLE postgres",
    "it turns triggers off for itself": "SET session_replication_role = replica",
}


@pytest.mark.parametrize("change", NOT_FOR_THE_APPLICATION)
def test_the_application_may_only_read_append_and_redact(change: str) -> None:
    ledger = postgres()
    before = filled(ledger)

    with application_connects() as application:
        application.execute(f"SET search_path = {ledger.schema}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(NOT_FOR_THE_APPLICATION[change])

    assert ledger.lines() == before


@pytest.mark.parametrize("log", [1, 2, 4, 99])
def test_the_function_that_redacts_takes_nothing_out_without_a_redaction(log: int) -> None:
    ledger = postgres()
    before = filled(ledger)

    with application_connects() as application:
        application.execute(f"SELECT {ledger.schema}.redact({log})")

    assert ledger.lines() == before


def test_the_functions_of_a_session_are_not_those_of_the_ledger() -> None:
    """What the application makes in its own temporary schema does not stand for a table of the
    ledger.
    """
    ledger = postgres()
    before = filled(ledger)
    more = follow(ledger.read()[-1], form("2"))

    with application_connects() as application:
        application.execute("CREATE TEMP TABLE entries (LIKE pg_class)")
        mine = PostgresLedger(lambda: application, ledger.schema)
        mine.append([more])

    assert ledger.lines()[:-1] == before
    assert ledger.read()[-1] == more


def test_another_schema_is_another_ledger() -> None:
    one, two = postgres(), postgres()
    one.append(entries(3))

    assert two.read() == []


def test_a_redaction_that_names_another_field_takes_nothing_else_out(tmp_path: Path) -> None:
    for ledger in (SqliteLedger(tmp_path / "trial.sqlite"), postgres()):
        written = entries(4)
        ledger.append(written)
        with ledger.writing() as opened:
            opened.redact(redaction(written, 3, "/values/NEUT", "/nowhere"))

        third = ledger.read()[2]
        assert list(third.gone) == ["/values/NEUT"]
