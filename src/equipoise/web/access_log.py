"""Who signed in, failed to, or took something out, and when? A chained log of its own beside the
trials: what people do with their accounts is no clinical data (21 CFR 11.300(d)).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from equipoise.store.chained_log import ChainedLog
from equipoise.web.clock import now
from equipoise.web.models import User

NAME = "access.log"


@cache
def log() -> ChainedLog:
    """The log of this server, which remembers its end."""
    return ChainedLog(settings.DATA / NAME)


def tell(what: str, who: str, **more: str) -> None:
    """Add a line: what, by or about whom, by code."""
    log().add({"at": now(), "what": what, "who": who, **more})


def listen() -> None:
    """Tell what the packages for signing in announce."""
    user_logged_in.connect(_logged_in, weak=False, dispatch_uid="told in")
    user_logged_out.connect(_logged_out, weak=False, dispatch_uid="told out")
    user_login_failed.connect(_failed, weak=False, dispatch_uid="told failed")
    user_locked_out.connect(_locked_out, weak=False, dispatch_uid="told locked")
    password_changed.connect(_password_changed, weak=False, dispatch_uid="told password")
    authenticator_added.connect(_second_factor, weak=False, dispatch_uid="told factor")


def _logged_in(user: User, **_: Any) -> None:
    tell("SIGNED IN", user.username)


def _logged_out(user: User | None, **_: Any) -> None:
    if user is not None:
        tell("SIGNED OUT", user.username)


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    tell("FAILED TO SIGN IN", _known(str(credentials.get("username", ""))))


def _locked_out(username: str | None, **_: Any) -> None:
    tell("LOCKED OUT", _known(username or ""))


def _password_changed(user: User, **_: Any) -> None:
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    tell("PASSWORD CHANGED", user.username)


def _second_factor(user: User, **_: Any) -> None:
    tell("SECOND FACTOR SET UP", user.username)


def _known(login: str) -> str:
    """The code of an account; of none nothing: it may be a password in the wrong field."""
    found = User.objects.filter(username__iexact=login).first()
    return found.username if found else "NO SUCH ACCOUNT"
