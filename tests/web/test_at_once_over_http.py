"""Sixteen browsers over HTTP, on both databases: randomizations at once take the list in order."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from databases import ROLE, owner_connects, server
from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import seal
from equipoise.allocation.strata import cells
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from equipoise.store.sealed_boxes import SealedBoxes, create_key
from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from real_browser import Server
from story import Story
from trial_unit import today

PEOPLE, AT_ONCE = 320, 16
TRIAL, SCHEMA = "T1", "ledger_t1"
SIGNED_IN = """
import json, os, secrets, sys
from pathlib import Path
from equipoise.web.start import prepare
prepare(Path(os.environ["EQUIPOISE_DATA"]))
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from equipoise.web.models import User
cookies = {}
for number in range(16):
    site = f"S0{1 + number % 2}"
    person, _ = User.objects.get_or_create(username=f"coordinator-0{1 + number // 8}")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["has_two_factors"] = True
    session["acts:T1"] = ["coordinator", site]
    session.create()
    cookies[number] = session.session_key
print(json.dumps(cookies))
"""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Path, dict[str, str], Any]]:
    """A folder, what the server is told, and the storage of the ledger."""
    folder = Path(tempfile.mkdtemp(prefix="eq-"))
    trial = folder / "trials" / TRIAL
    trial.mkdir(parents=True)
    env = os.environ | {"EQUIPOISE_DATA": str(folder)}
    if request.param == "SQLite":
        yield folder, env, SqliteLedger(trial / "ledger.sqlite")
    else:
        with owner_connects() as owner:
            set_up(owner, SCHEMA, ROLE)
            owner.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}".encode())
        env["DATABASE_URL"] = server().get_uri().replace("//postgres:", f"//{ROLE}:")
        yield folder, env, PostgresLedger(owner_connects, SCHEMA)
        with owner_connects() as owner:
            owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
            owner.execute(f"DROP OWNED BY {ROLE}".encode())
    shutil.rmtree(folder)


@pytest.mark.soak
def test_sixteen_browsers_randomize_at_once(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, env, storage = place
    story = Story()
    allocation = allocation_of(story.protocol)
    strata = cells(story.protocol.randomization.strata)
    drawn = draw_list(np.random.default_rng(7), allocation, strata, PEOPLE + allocation.longest)
    story.sealed = seal(drawn, salt="ab" * 16, sizes=allocation.numbers)
    story.begin()
    codes = []
    for number in range(PEOPLE):
        story.site = f"S0{1 + number % 2}"
        codes.append(f"{story.site}-{number:03d}")
        story.ready(codes[-1], today() - timedelta(2))
    with storage.writing() as ledger:
        ledger.append(story.storage.read())
    trial = folder / "trials" / TRIAL
    SealedBoxes.create(trial / "sealed.json", story.sealed, create_key(trial / "sealed.key"))
    told = subprocess.run(
        [sys.executable, "-c", SIGNED_IN], env=env, capture_output=True, text=True, check=True
    )
    cookies = json.loads(told.stdout.splitlines()[-1])
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    served = Server(folder, "--processes", "2")

    def work(number: int) -> list[int]:
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        token = secrets.token_hex(16)
        cookie = f"sessionid={cookies[str(number)]}; csrftoken={token}"
        headers = {
            "Cookie": cookie,
            "Host": f"localhost:{served.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answers = []
        for code in codes[number::AT_ONCE]:
            for _ in range(2):  # two tabs
                key = secrets.token_hex(16)
                body = urlencode({"csrfmiddlewaretoken": token, "key": key})
                line.request("POST", f"/t/{TRIAL}/subjects/{code}/randomize/", body, headers)
                answer = line.getresponse()
                answer.read()
                answers.append(answer.status)
        return answers

    try:
        with ThreadPoolExecutor(AT_ONCE) as together:
            answers = [code for each in together.map(work, range(AT_ONCE)) for code in each]
    finally:
        served.close()

    assert Counter(answers) == {302: 2 * PEOPLE}
    entries = storage.read()
    given = [entry.payload for entry in entries if entry.type == "SubjectRandomized"]
    assert len(given) == PEOPLE
    by_stratum: dict[tuple[str, ...], list[int]] = {}
    for each in given:
        stratum, number = tuple(each["stratum"]), each["list_position"]
        by_stratum.setdefault(stratum, []).append(number)
        assert story.sealed.position(stratum, number).arm == each["arm"]
    assert all(held == list(range(1, len(held) + 1)) for held in by_stratum.values())
    assert isinstance(verify_entries(entries), Verified)
