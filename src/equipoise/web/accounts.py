"""Accounts of the staff: made with a first password and a second factor, or with the first alone,
and then the person sets up the second when signing in.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ValidationError

from equipoise.web.access_log import tell
from equipoise.web.models import User

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Made(NamedTuple):
    """What the person is told once: the login, a first password, and the secret of the second
    factor, where one was made.
    """

    login: str
    password: str
    totp: str = ""


def create_account(
    login: str, name: str, *, with_factor: bool = False, is_demo: bool = False
) -> Made:
    """An account with a random password. Raises ValueError for a login that no ledger takes, or
    that is in use.
    """
    first, _, last = name.rpartition(" ")
    user = User(
        username=login,
        first_name=first,
        last_name=last,
        is_demo=is_demo,
        must_change_password=not is_demo,
    )
    password = random_password()
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as wrong:
        raise ValueError(f"{login}: {'; '.join(wrong.messages)}") from None
    user.save()
    tell("ACCOUNT MADE", login)
    if not with_factor:
        return Made(login, password)
    totp = generate_totp_secret()
    TOTP.activate(user, totp)
    return Made(login, password, totp)


def renew_account(login: str) -> Made:
    """A new password, and no second factor any more: it is set up with the next signing in. All
    sessions end. Raises LookupError.
    """
    user = _user(login)
    password = random_password()
    user.set_password(password)
    user.must_change_password = True
    user.save()
    Authenticator.objects.filter(user=user).delete()
    tell("ACCOUNT RENEWED", login)
    return Made(login, password)


def name_address(login: str, email: str) -> None:
    """The address by which an identity provider knows the person. Raises LookupError, and
    ValueError for what is none or belongs to somebody else.
    """
    user = _user(login)
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise ValueError(f"{email} is the address of another account")
    user.email = email
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as wrong:
        raise ValueError(f"{login}: {'; '.join(wrong.messages)}") from None
    user.save(update_fields=["email"])
    tell("ADDRESS NAMED", login)


def close_account(login: str) -> None:
    """Nobody signs in with it any more; its name stays for what was signed. Raises LookupError."""
    user = _user(login)
    user.is_active = False
    user.set_unusable_password()
    user.save()
    tell("ACCOUNT CLOSED", login)


def _user(login: str) -> User:
    found = User.objects.filter(username=login).first()
    if found is None:
        raise LookupError(f"there is no account {login}")
    return found


def random_password() -> str:
    """Sixteen letters in groups of four: 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
