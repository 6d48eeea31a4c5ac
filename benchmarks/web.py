# ruff: noqa: PLC0415  (Django is set up before what needs it is imported)
"""How long do people wait for a page of a long trial? Twenty users, each with two seconds of
thought, open participants and save forms on a server of its own, over HTTP on this machine.

Run `python benchmarks/web.py --participants 1000 --entries 200000`; it prints a table and ends by
itself. The trial is simulated and under way; the monitor asks about its forms, the sites answer and
the answers are accepted, until it has so many entries. With `--compare` the same pages are asked
for without thought, of this server and, where it is installed, of gunicorn.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

USERS, THOUGHT = 20, 2.0
SECONDS = 60
HURRIED = 15
"""Seconds in which nobody thinks, to compare servers."""
TRIAL = "NCT04509635"
PORT = 8765


class User(NamedTuple):
    """Somebody who signed in: site, cookies, and the codes of her participants."""

    site: str
    cookie: str
    token: str
    codes: list[str]


def prepare(data: Path, participants: int, entries: int) -> tuple[list[User], int]:
    """A trial under way, its coordinators signed in, and the number of its entries."""
    from equipoise.web import start

    start.prepare(data)
    from equipoise.protocol.yaml_file import load
    from equipoise.web import demo

    demo.make_demo(data, load(TRIAL), participants=participants, days=900)
    from equipoise.web import trials

    _question(data / "trials" / TRIAL, entries)
    served = trials.trial(TRIAL)
    trial = served.read()
    served.session.keep()
    sites = [site for site in trial.sites if any(s.site == site for s in trial.subjects.values())]
    users = [_signed_in(trial, sites[number % len(sites)]) for number in range(USERS)]
    assert trial.head is not None
    return users, trial.head.seq


def _question(folder: Path, entries: int) -> None:
    """Ask about one form after another, answer and accept, until there are so many entries."""
    from equipoise.conduct.attribution import Attribution
    from equipoise.conduct.carry_out import Session
    from equipoise.conduct.data_management import (
        Question,
        answer_query,
        close_query,
        next_query,
        open_query,
    )
    from equipoise.store.memory import Memory
    from equipoise.web.trials import storage_of

    before = storage_of(folder).read()
    memory = Memory(before)
    session = Session(memory)
    forms = [(her.id, form) for her in session.trial.subjects.values() for form in her.forms]
    random.Random(1).shuffle(forms)  # noqa: S311  (the same work each time)

    def do(role: str, site: str | None, command: Any, *words: Any, **more: Any) -> None:
        head = session.trial.head
        actor, key = f"{role}-{site}" if site else role, f"asked {head.seq}"
        by = Attribution(
            at=head.at, actor=actor, role=role, site=site, key=key, salt=f"{head.seq:032x}"
        )
        done = session.do(command, by, *words, **more)
        if type(done).__name__ != "Entry":
            raise SystemExit(f"{command.__name__}: {done}")

    for code, form in forms:
        if session.trial.head.seq >= entries:
            break
        her = session.trial.subjects[code]
        query, text = next_query(her, form), "the source document shows another day: please check"
        do("monitor", None, open_query, code, Question(query, form, "date", text))
        do("coordinator", her.site, answer_query, code, query, text="it is the same day")
        do("monitor", None, close_query, code, query, text="seen")
    with storage_of(folder).writing() as ledger:
        ledger.append(memory.read(len(before)))


def _signed_in(trial: Any, site: str) -> User:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from equipoise.web.models import User as Account

    person = Account.objects.get(username=f"coordinator-{site}")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["has_two_factors"] = True
    session.create()
    token = secrets.token_hex(16)
    cookie = f"sessionid={session.session_key}; csrftoken={token}"
    codes = [
        code
        for code, her in trial.subjects.items()
        if her.site == site and her.randomized and not her.died and not her.left_with_data
    ]
    return User(site, cookie, token, codes)


class Waits(NamedTuple):
    """Seconds that people waited, by what they did."""

    participant: list[float]
    form: list[float]
    save: list[float]
    work: list[float]


def at_work(user: User, waits: Waits, until: float, number: int, thought: float = THOUGHT) -> None:
    """Open the work list, a participant, a form, save it; with seconds of thought between."""
    chance = random.Random(number)  # noqa: S311  (the same work each time)
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def page(method: str, path: str, body: str = "") -> tuple[float, str, int]:
        headers = {"Cookie": user.cookie, "Host": f"localhost:{PORT}"}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        return time.perf_counter() - begun, text, answer.status

    def think() -> None:
        time.sleep(thought * chance.uniform(0.5, 1.5))

    while time.monotonic() < until:
        code = chance.choice(user.codes)
        her = f"/t/{TRIAL}/subjects/{code}/"
        for waited, path in ((waits.work, f"/t/{TRIAL}/"), (waits.participant, her)):
            waited.append(_ok(page("GET", path), path))
            think()
        path = f"{her}visits/UNSCHEDULED-{chance.randrange(100, 9999)}/ECOG/"
        waits.form.append(_ok(page("GET", path), path))
        think()
        typed = {
            "csrfmiddlewaretoken": user.token,
            "key": secrets.token_hex(16),
            "h-date": (datetime.now(UTC).date() - timedelta(1)).isoformat(),
            "g-score-0-score": "1",
        }
        waits.save.append(_ok(page("POST", path, urlencode(typed)), path, (302,)))
        think()


def _ok(answer: tuple[float, str, int], path: str, expected: tuple[int, ...] = (200,)) -> float:
    seconds, text, status = answer
    if status not in expected:
        raise SystemExit(f"{path}: {status} {text[:2000]}")
    return seconds


OURS = ["equipoise.cli", "serve", "--port", str(PORT)]
GUNICORN = [
    *("gunicorn", "equipoise.web.wsgi", "--bind", f"127.0.0.1:{PORT}", "--threads", "8"),
    *("--log-level", "error"),
]


@contextmanager
def served(data: Path, words: list[str]) -> Iterator[float]:
    """A server, and the seconds until it showed its first page."""
    program = [sys.executable, "-m", *words]
    given = {**os.environ, "EQUIPOISE_DATA": str(data)}
    begun = time.perf_counter()
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, env=given)
    try:
        _wait_for_a_page()
        yield time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_a_page() -> None:
    while True:
        try:
            line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            line.request("GET", "/accounts/login/")
            line.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--participants", type=int, default=1000)
    asked.add_argument("--entries", type=int, default=200_000)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--compare", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="eq-") as folder:
        data = Path(folder)
        users, entries = prepare(data, options.participants, options.entries)
        print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors; {entries:,} entries\n")
        here = ["--data", str(data), "--processes", str(options.processes)]
        with served(data, [*OURS, *here]) as seconds:
            _measure(users, seconds)
        if options.compare:
            _compare(data, users, {"this server": [*OURS, *here], "gunicorn": GUNICORN})


def _measure(users: list[User], seconds: float) -> None:
    print("| what | median ms | p95 ms | how many |\n|---|--:|--:|--:|")
    first = Waits([], [], [], [])
    at_work(users[0], first, time.monotonic() + 0.1, 0)
    print(f"| cold start, to the page for signing in | {1000 * seconds:.0f} | | |")
    print(f"| first work list of a process | {1000 * first.work[0]:.0f} | | |")
    waits = _together(users, SECONDS, THOUGHT)
    for name, held in waits._asdict().items():
        ordered = sorted(held)
        p95 = ordered[int(0.95 * len(ordered))]
        print(
            f"| {name}, {USERS} users | {1000 * statistics.median(held):.0f}"
            f" | {1000 * p95:.0f} | {len(held)} |"
        )


def _together(users: list[User], seconds: float, thought: float) -> Waits:
    waits = Waits([], [], [], [])
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=at_work, args=(user, waits, until, number, thought))
        for number, user in enumerate(users, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _compare(data: Path, users: list[User], servers: dict[str, list[str]]) -> None:
    """How many pages a second come out when nobody thinks, in turns."""
    print("\n| server | pages a second | p95 ms of a participant |\n|---|--:|--:|")
    for name, words in 2 * [*servers.items()]:
        if importlib.util.find_spec(words[0].partition(".")[0]) is None:
            print(f"| {name} | not installed | |")
            continue
        with served(data, words):
            _together(users, HURRIED, 0)  # the trial is read, every list is found once
            waits = _together(users, HURRIED, 0)
        p95 = sorted(waits.participant)[int(0.95 * len(waits.participant))]
        print(f"| {name} | {sum(map(len, waits)) / HURRIED:.0f} | {1000 * p95:.0f} |")


if __name__ == "__main__":
    main()
