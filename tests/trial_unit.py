"""A trial unit on a server of its own: a trial at work, its allocator, and people who sign in."""

from __future__ import annotations

import itertools
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from equipoise.store.allocator import Allocator, AllocatorLog, serve
from equipoise.store.sealed_boxes import SealedBoxes, Secret
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.state import Subject, Trial
from equipoise.terms.time_zones import local_day
from story import Story

PASSWORD = "a long sentence of words"  # noqa: S105
_NUMBERS = itertools.count(1)


@dataclass
class Unit:
    """A trial on the server; `story` tells what happened before anybody opens a page."""

    data: Path
    id: str = field(default_factory=lambda: f"T{next(_NUMBERS)}")

    def __post_init__(self) -> None:
        self.folder = self.data / "trials" / self.id
        self.folder.mkdir(parents=True)
        self.story = Story(storage=SqliteLedger(self.folder / "ledger.sqlite")).begin()
        secret = Secret(key=secrets.token_bytes(32))
        boxes = SealedBoxes.create(self.folder / "sealed.json", self.story.sealed, secret)
        allocator = Allocator(boxes, AllocatorLog(self.folder / "allocator.log"))
        self.server = serve(allocator, self.folder / "allocator.sock")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def browser(self, who: str) -> Browser:
        return Browser(self, who)

    @property
    def trial(self) -> Trial:
        return self.story.session.caught_up()

    def subject(self, code: str) -> Subject:
        return self.trial.subjects[code]


def today() -> date:
    """At the sites of the story."""
    return local_day(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "Asia/Shanghai")


class Browser:
    """Somebody who signed in, with pages of one trial."""

    def __init__(self, unit: Unit, who: str) -> None:
        from django.test import Client

        self.unit, self.client = unit, Client(raise_request_exception=False)
        user, _ = account(who)
        self.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def address(self, page: str) -> str:
        return f"/t/{self.unit.id}/{page}"

    def get(self, page: str = "") -> Any:
        return self.client.get(self.address(page))

    def post(self, page: str, **typed: Any) -> Any:
        typed.setdefault("key", secrets.token_hex(16))
        return self.client.post(self.address(page), typed)

    def fill(self, code: str, visit: str, form: str, values: Any, groups: Any, **more: Any) -> Any:
        """Type a form and save it."""
        from equipoise.web.boxes import raw_of

        declared = self.unit.trial.protocol.form(form)
        raw = raw_of(declared, values, groups)
        place = f"subjects/{code}/visits/{visit.replace(' ', '-')}/{form}/"
        return self.post(place, **raw, **more)


def account(who: str) -> tuple[Any, str]:
    """An account with both factors, and the secret of the second."""
    from allauth.mfa.totp.internal.auth import TOTP

    from equipoise.web.models import User

    user, made = User.objects.get_or_create(username=who, defaults={"first_name": who.title()})
    if made:
        user.set_password(PASSWORD)
        user.save()
        TOTP.activate(user, secret_of(who))
    return user, secret_of(who)


def secret_of(who: str) -> str:
    """The secret of somebody's second factor."""
    from base64 import b32encode

    return b32encode(who.encode().ljust(20, b"-")[:20]).decode()


def code_of(who: str) -> str:
    """The code of the second factor that holds now; each holds once, unless a test forgets them."""
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret_of(who), int(time.time()) // 30)))
