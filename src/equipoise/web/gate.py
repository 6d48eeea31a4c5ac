"""Who comes in? People whom an administrator made, with both factors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Answer = Callable[[HttpRequest], HttpResponse]


class Adapter(DefaultAccountAdapter):
    """Nobody signs up: an account is made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who has typed the password in the last minutes is not asked for it again."""
        typed = get_authentication_records(self.request, self.request.user)
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        is_fresh = any(each["method"] == "password" and each["at"] > since for each in typed)
        return not is_fresh and super().is_reauthentication_required(app=app)


class MfaAdapter(DefaultMFAAdapter):
    """The second factor shows the code of the person, as the ledger does."""

    def get_totp_label(self, user: Any) -> str:
        """What an authenticator app shows."""
        return str(user.username)


def login_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whose failures are counted: the name on the form, whichever package hands it over."""
    given = (credentials or {}).get("username") or request.POST.get("login")
    return str(given or "")


def both_factors(answer: Answer) -> Answer:
    """Somebody without a second factor sets one up before anything else is shown."""

    def gated(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not _is_open(request) and not _has_two(request):
            return redirect("mfa_activate_totp")
        return answer(request)

    return gated


def _is_open(request: HttpRequest) -> bool:
    return request.path.startswith(("/accounts/", "/assets/"))


def _has_two(request: HttpRequest) -> bool:
    """Asked of the database once for each session."""
    if request.session.get("has_two_factors"):
        return True
    found: bool = Authenticator.objects.filter(
        user_id=request.user.pk, type=Authenticator.Type.TOTP
    ).exists()
    if found:
        request.session["has_two_factors"] = True
    return found
