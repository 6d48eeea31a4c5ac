"""Whoever signs in by a provider has no password here, and signs with a new code each time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from on_pages import AT, HER, screened, text_of
from trial_unit import PASSWORD, Unit, account, code_of

WHO = "investigator-02"


def without_a_password(unit: Unit, *, by_provider: bool) -> Any:
    user, _ = account(WHO)
    user.set_unusable_password()
    user.save()
    browser = unit.browser(WHO)
    if by_provider:
        from allauth.account.internal.flows.login import record_authentication

        asked = SimpleNamespace(session=browser.client.session)
        record_authentication(asked, user, "socialaccount", provider="oidc", uid="1")
        asked.session.save()
    return browser


def sign(unit: Unit, browser: Any, **typed: str) -> Any:
    about = [str(seq) for seq in unit.subject(HER).decisions]
    return browser.post(f"{AT}sign/", meaning="REVIEWED", about=about, **typed)


def forget_codes() -> None:
    from django.core.cache import cache

    cache.clear()


def test_each_signature_asks_for_a_code(unit: Unit) -> None:
    screened(unit)
    browser = without_a_password(unit, by_provider=True)
    page = browser.get(f"{AT}sign/").content.decode()
    assert "each signature asks for a new code" in page
    assert 'name="password"' not in page

    signed = sign(unit, browser, totp=code_of(WHO))
    assert signed.status_code == 302, text_of(signed)
    assert sign(unit, browser, totp=code_of(WHO)).status_code == 409  # the same once more
    assert sign(unit, browser).status_code == 409  # later in the session as well
    assert sign(unit, browser, password=PASSWORD).status_code == 409
    forget_codes()
    assert sign(unit, browser, totp=code_of(WHO)).status_code == 302


def test_a_session_that_no_provider_opened_signs_nothing(unit: Unit) -> None:
    screened(unit)
    browser = without_a_password(unit, by_provider=False)

    refused = sign(unit, browser, totp=code_of(WHO))

    assert refused.status_code == 409
    assert "the provider has not identified you in this session" in text_of(refused)
    assert not unit.subject(HER).signatures
