"""Who comes in by way of an identity provider (OpenID Connect Core 1.0)? Only somebody for whom an
administrator made an account here; signing in makes none.

Imported where the settings name a provider, and nowhere else: its packages are not loaded without.
"""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from equipoise.web.access_log import tell
from equipoise.web.models import User


class SocialAdapter(DefaultSocialAccountAdapter):
    """An identity that the provider vouches for is tied to an account once, and known by its
    `sub` from then on.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account. Raises ImmediateHttpResponse where there is none, or where somebody who
        is signed in would tie another identity to it.
        """
        if sociallogin.state.get("process") != "login":
            raise ImmediateHttpResponse(redirect("account_login"))
        account = sociallogin.account
        claims = account.extra_data.get("userinfo") or account.extra_data.get("id_token") or {}
        account.extra_data, sociallogin.email_addresses = {}, []  # nothing more of it is kept
        if sociallogin.is_existing:
            account.save(update_fields=["extra_data"])
        else:
            user = account_of(claims)
            if user is None:
                self._refuse(request)
            sociallogin.connect(request, user)
            tell("PROVIDER TIED", user.username)
        _without_a_first_password(sociallogin.user)

    def on_authentication_error(self, request: HttpRequest, *_: Any, **__: Any) -> None:
        """Back to the door, where it is said."""
        tell("FAILED AT THE PROVIDER", "NO SUCH ACCOUNT")
        messages.error(request, f"{settings.OIDC['name']}: signing in there did not succeed")
        raise ImmediateHttpResponse(redirect("account_login"))

    def _refuse(self, request: HttpRequest) -> NoReturn:
        tell("FAILED TO SIGN IN", "NO SUCH ACCOUNT")
        messages.error(
            request,
            f"{settings.OIDC['name']} knows you, and nobody has made an account for you here: ask"
            " the administrator of your trial",
        )
        raise ImmediateHttpResponse(redirect("account_login"))


def account_of(claims: dict[str, Any]) -> User | None:
    """The account that is meant, by the claim that the settings name: the login, or an address that
    the provider has verified and exactly one account has.
    """
    if settings.OIDC["match"] == "login":
        login = str(claims.get("preferred_username") or "")
        found = User.objects.filter(username__iexact=login) if login else ()
    else:
        address = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
        found = User.objects.filter(email__iexact=address) if address else ()
    held = list(found)
    return held[0] if len(held) == 1 and held[0].is_active else None


def _without_a_first_password(user: User) -> None:
    """A first password that an administrator has seen is taken away: nobody needs it any more."""
    if user.must_change_password:
        user.set_unusable_password()
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
