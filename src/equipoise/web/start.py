"""How does a server begin? A folder is prepared once; then Django is set up over it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from equipoise.store.files import make_folder

SETTINGS = "equipoise.web.settings"
_OWNER_ALONE = 0o077
"""What the server writes is for nobody else on the machine: sessions, accounts, the trials."""


def prepare(data: Path) -> None:
    """Make what a server needs in its folder: a secret that is nobody's default, and the tables of
    accounts and drafts. Doing it again changes nothing that is there.
    """
    os.umask(_OWNER_ALONE)
    make_folder(data)
    data.chmod(0o700)
    key = data / "secret.key"
    if not key.exists():
        handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    set_up(data)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def set_up(data: Path) -> None:
    """Let Django serve a prepared folder, in this process and in those that it starts."""
    os.umask(_OWNER_ALONE)
    os.environ["EQUIPOISE_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    django.setup()
