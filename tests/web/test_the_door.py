"""Signing in: two factors, a lock after five failures, and a chained log of who came and who did
not.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from equipoise.store.chained_log import LogBroken
from trial_unit import PASSWORD, Unit, account, code_of


def fresh() -> Any:
    """A browser in which nobody has signed in."""
    from django.test import Client

    return Client()


def told() -> list[tuple[str, str]]:
    from equipoise.web.access_log import log

    return [(row["what"], row["who"]) for row in log().read()]


def typed(client: Any, login: str, password: str) -> Any:
    return client.post("/accounts/login/", {"login": login, "password": password})


def test_both_factors_are_needed(unit: Unit) -> None:
    account("auditor-01")
    client = fresh()

    first = typed(client, "auditor-01", PASSWORD)

    assert first.headers["Location"].endswith("/accounts/2fa/authenticate/")
    assert client.get(f"/t/{unit.id}/").status_code == 302  # not yet
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    client.post("/accounts/2fa/authenticate/", {"code": code_of("auditor-01")})
    assert client.get(f"/t/{unit.id}/").status_code == 200
    assert told()[-1] == ("SIGNED IN", "auditor-01")
    client.post("/accounts/logout/")
    assert told()[-1] == ("SIGNED OUT", "auditor-01")


def test_a_code_holds_once(unit: Unit) -> None:
    account("auditor-02")
    code = code_of("auditor-02")
    for expected in (302, 200):
        client = fresh()
        typed(client, "auditor-02", PASSWORD)
        answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        assert answer.status_code == expected


def test_five_failures_close_the_door(unit: Unit) -> None:
    account("monitor-07")
    client = fresh()
    for _ in range(5):
        typed(client, "monitor-07", "wrong")

    right = typed(client, "monitor-07", PASSWORD)

    assert right.status_code == 429
    assert b"Too many attempts" in right.content
    assert {("LOCKED OUT", "monitor-07"), ("FAILED TO SIGN IN", "monitor-07")} <= set(told())


def test_codes_cannot_be_tried_one_after_the_other(unit: Unit) -> None:
    account("monitor-08")
    client = fresh()
    typed(client, "monitor-08", PASSWORD)
    for number in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"})

    client.post("/accounts/2fa/authenticate/", {"code": code_of("monitor-08")})

    assert client.get(f"/t/{unit.id}/").status_code == 302


def test_a_session_ends_after_five_signatures_that_are_not_hers(unit: Unit) -> None:
    unit.story.ready("S01-001")
    browser = unit.browser("investigator-01")
    about = [str(seq) for seq in unit.subject("S01-001").decisions]
    typed = {"meaning": "REVIEWED", "about": about, "password": "guessed", "totp": "000000"}

    answers = [browser.post("subjects/S01-001/sign/", **typed).status_code for _ in range(5)]

    assert answers == [409, 409, 409, 409, 302]
    assert browser.get().status_code == 302  # to the page for signing in
    assert ("FAILED TO SIGN", "investigator-01") in told()


def test_what_was_typed_into_the_wrong_field_is_not_kept(data) -> None:
    typed(fresh(), "my secret password", "x")

    assert told()[-1] == ("FAILED TO SIGN IN", "NO SUCH ACCOUNT")
    assert b"my secret" not in (data / "access.log").read_bytes()


def test_a_line_that_was_changed_is_found(data) -> None:
    from equipoise.web.access_log import NAME, log, tell

    tell("EXPORTED", "auditor-01")
    path = data / NAME
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"auditor-01", b"auditor-99", 1))
    with pytest.raises(LogBroken, match="not as it was written"):
        log().read()
    path.write_bytes(whole)
    assert path.stat().st_mode & 0o077 == 0


def test_the_pages_carry_their_policy(unit: Unit) -> None:
    answer = unit.browser("monitor-01").get()

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    page = answer.content.decode()
    assert "<script>" not in page
    assert "style=" not in page
    assert " onclick" not in page
    cookie = answer.client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_a_form_of_another_site_is_refused(unit: Unit) -> None:
    from django.test import Client

    user, _ = account("coordinator-01")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.post(f"/t/{unit.id}/screen/", {"code": "S01-001", "screened_on": "today"})

    assert answer.status_code == 403
    assert not unit.trial.subjects


def test_no_way_from_the_account_page_is_a_dead_end(unit: Unit) -> None:
    account("pharmacist-03")
    client = fresh()
    typed(client, "pharmacist-03", PASSWORD)
    client.post("/accounts/2fa/authenticate/", {"code": code_of("pharmacist-03")})

    def ways() -> list[str]:
        page = client.get("/accounts/2fa/").content.decode()
        found = re.findall(r'href="(/accounts/[^"]+)"', page)
        assert [client.get(each).status_code for each in found] == [200] * len(found), found
        return found

    assert "/accounts/2fa/recovery-codes/generate/" in ways()
    made = client.post("/accounts/2fa/recovery-codes/generate/", follow=True).content.decode()
    assert len(re.findall(r"<li><code>\w+</code>", made)) == 10
    assert "/accounts/2fa/recovery-codes/" in ways()
