"""May this server serve real people? Everything that speaks against it, each with what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from equipoise.store.chained_log import LogBroken
from equipoise.web.access_log import log
from equipoise.web.demo import has_demo_accounts
from equipoise.web.serve import LOOPBACK_NAMES
from equipoise.web.trials import KEY, SEALED, Served, trials

BACKUP = "EQUIPOISE_BACKUP"
_OTHERS = stat.S_IRWXO
_SECRET_LENGTH = 50


def faults() -> Iterator[str]:
    """What is in the way, in words; nothing where the server may serve."""
    yield from _settings()
    if has_demo_accounts():
        yield "there are accounts of a demo, whose passwords were printed: begin in another folder"
    yield from _files(settings.DATA)
    yield from _backup()
    try:
        log().read()
    except LogBroken as broken:
        yield f"the log of who signed in was changed: {broken}"
    held = trials()
    if not held:
        yield "there is no trial: `equipoise serve --new PROTOCOL`"
    for each in held:
        yield from _trial(each)


def _settings() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on: it shows the inside of the program to everybody"
    if len(settings.SECRET_KEY) < _SECRET_LENGTH:
        yield f"secret.key is short: expected {_SECRET_LENGTH} letters or more"
    public = sorted(set(settings.ALLOWED_HOSTS) - LOOPBACK_NAMES)
    if public and not settings.HTTPS:
        yield (
            f"{', '.join(public)}: served without HTTPS; put a proxy with a certificate before it"
            " and set EQUIPOISE_HTTPS=1"
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield "EQUIPOISE_HOSTS holds *: name the hosts"


def _files(data: Path) -> Iterator[str]:
    for path in sorted(data.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & _OTHERS:
            yield f"{path} can be read by everybody on this machine: chmod o= {path}"


def _backup() -> Iterator[str]:
    place = os.environ.get(BACKUP, "")
    if not place:
        yield f"no backup is named: set {BACKUP} to a folder on another disk, and run the timer"
    elif not os.access(place, os.W_OK):
        yield f"{BACKUP}={place}: nothing can be written there"


def _trial(served: Served) -> Iterator[str]:
    trial = served.read()
    if trial.simulated:
        yield f"{served.id} is simulated"
    if open_ := trial.unconfirmed(trial.protocol):
        yield f"{served.id}: nobody has confirmed {', '.join(open_)} (page State)"
    if (served.folder / KEY).exists() and (served.folder / SEALED).exists():
        yield (
            f"{served.id}: the key of the randomization list lies beside the list; move both to"
            " their keeper (docs/allocator.md)"
        )
