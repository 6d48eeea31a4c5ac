"""The same pages over PostgreSQL: accounts in tables of the application, the ledger in a schema in
which it may only read, append and redact.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from databases import ROLE, owner_connects, server
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up

SCHEMA = "ledger_nct04509635"
AT_WORK = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from equipoise.web.start import set_up
set_up(Path(os.environ["EQUIPOISE_DATA"]))
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.db import connections
from django.test import Client
from equipoise.web import trials
from equipoise.web.models import User
people = trials.trial("NCT04509635").read().subjects.values()
her = next(each for each in people if each.randomized and not each.died)
who = User.objects.get(username=f"coordinator-{her.site}")
def save(number):
    client = Client()
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    place = f"/t/NCT04509635/subjects/{her.id}/visits/UNSCHEDULED-{70 + number}/ECOG/"
    assert client.get(place).status_code == 200
    typed = {"h-date": "yesterday", "g-score-0-score": "1", "key": f"{number:020d}"}
    answers = [client.post(place, typed).status_code for _ in range(2)]
    connections.close_all()
    return answers
with ThreadPoolExecutor(8) as together:
    print(sorted(sum(together.map(save, range(8)), [])))
"""


@pytest.fixture
def served():
    """A prepared folder whose accounts and ledger lie in PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="eq-"))
    with owner_connects() as owner:
        set_up(owner, SCHEMA, ROLE)
        owner.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}".encode())
    url = server().get_uri().replace("//postgres:", f"//{ROLE}:")
    yield os.environ | {"DATABASE_URL": url, "EQUIPOISE_DATA": str(folder)}
    shutil.rmtree(folder)
    with owner_connects() as owner:
        owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
        owner.execute(f"DROP OWNED BY {ROLE}".encode())


def run(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pages_over_postgresql(served: dict[str, str]) -> None:
    told = run(
        served, "-m", "equipoise.cli", "serve", "--demo", "--check", "--data",
        served["EQUIPOISE_DATA"],
    )  # fmt: skip
    assert "coordinator-S01" in told

    answers = run(served, "-c", AT_WORK)

    assert answers.strip() == str([302] * 16)
    entries = PostgresLedger(owner_connects, SCHEMA).read()
    saved = [e for e in entries if e.type == "FormSaved" and e.at > entries[-20].at[:10]]
    kept = [each for each in saved if str(each.payload["visit"]).startswith("UNSCHEDULED 7")]
    assert len(kept) == 8  # the second press of each recorded nothing
    assert isinstance(verify_entries(entries), Verified)
