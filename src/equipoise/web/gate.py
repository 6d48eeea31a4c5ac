"""Who comes in? People whom an administrator made, with both factors."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as MfaForm
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
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

    def encrypt(self, text: str) -> str:
        """The secret of a second factor as it is kept."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The same, to compare a code with."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    key = sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))


class AuthenticateForm(MfaForm):
    """Signing in with the second factor; a wrong code leaves a trace."""

    def clean_code(self) -> str:
        """The code. Raises ValidationError."""
        from equipoise.web.access_log import tell  # noqa: PLC0415  (it needs the models)

        try:
            code: str = super().clean_code()
        except ValidationError:
            tell("WRONG SECOND FACTOR", self.user.username)
            raise
        return code


def provider(_request: HttpRequest) -> dict[str, str]:
    """The name of the identity provider, where people sign in by one (a context processor)."""
    return {"provider_name": settings.OIDC.get("name", "")}


def client_ip(request: HttpRequest) -> str:
    """Whose attempts are counted: behind the proxy, which sets it, the address that it saw."""
    if settings.HTTPS and (seen := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return str(seen).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def login_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whose failures are counted: the name on the form, whichever package hands it over."""
    given = (credentials or {}).get("username") or request.POST.get("login")
    return str(given or "").lower()


def both_factors(answer: Answer) -> Answer:
    """Before anything else is shown, somebody without a second factor sets one up, and whoever has
    a password that others have seen chooses another.
    """

    def gated(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not _is_open(request):
            if not _has_two(request):
                return redirect("mfa_activate_totp")
            if request.user.must_change_password:
                return redirect("account_change_password")
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
