"""Is what a server keeps whole, and may it serve real people? Everything that speaks against it,
each with what to do.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Broken
from equipoise.store.chained_log import LogBroken
from equipoise.web.access_log import log
from equipoise.web.demo import has_demo_accounts
from equipoise.web.serve import LOOPBACK_NAMES
from equipoise.web.trials import KEY, SEALED, Served, storage_of, trials

BACKUP = "EQUIPOISE_BACKUP"
_OTHERS = stat.S_IRWXO
_SECRET_LENGTH = 50
_MATCHES = ("login", "email")


def damage() -> Iterator[str]:
    """What is not as a server left it, of a demo or of a real trial; nothing where all is whole."""
    yield from _files(settings.DATA)
    try:
        log().read()
    except LogBroken as broken:
        yield f"the log of who signed in was changed: {broken}"
    held = trials()
    if not held:
        yield "there is no trial: `equipoise serve --new PROTOCOL`"
    for each in held:
        yield from _ledger(each)


def faults() -> Iterator[str]:
    """What keeps it from serving real people, in words: damage, and what it lacks for them."""
    yield from _settings()
    if has_demo_accounts():
        yield "there are accounts of a demo, whose passwords were printed: begin in another folder"
    yield from damage()
    yield from _backup()
    for each in trials():
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
    yield from _provider()
    if "*" in settings.ALLOWED_HOSTS:
        yield "EQUIPOISE_HOSTS holds *: name the hosts"


def _provider() -> Iterator[str]:
    """What is wrong with the identity provider that is named."""
    names = settings.OIDC_NAMES.values()
    if missing := [name for name in names if not os.environ.get(name)]:
        if len(missing) < len(names):
            given = ", ".join(name for name in names if name not in missing)
            yield f"{given} without {', '.join(missing)}: nobody can sign in by the provider"
        return
    if not settings.OIDC["issuer"].startswith("https://"):
        yield f"the provider {settings.OIDC['issuer']} is asked without HTTPS"
    if settings.OIDC["match"] not in _MATCHES:
        found = settings.OIDC["match"]
        yield f"EQUIPOISE_OIDC_MATCH: found {found!r}, expected {' or '.join(_MATCHES)}"


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


def _ledger(served: Served) -> Iterator[str]:
    """Whether the ledger holds by its hashes and by every rule."""
    if isinstance(broken := verify_entries(storage_of(served.folder).read()), Broken):
        yield f"{served.id}: entry {broken.seq} does not hold: {broken.why}"


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
