"""How does a server begin? A folder is prepared once; then Django is set up over it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from equipoise.store.files import make_folder

SETTINGS = "equipoise.web.settings"


def prepare(data: Path) -> None:
    """Make what a server needs in its folder: a secret that is nobody's default, and the tables of
    accounts and drafts. Doing it again changes nothing that is there.
    """
    make_folder(data)
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
    os.environ["EQUIPOISE_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    django.setup()
