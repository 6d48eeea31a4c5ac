"""What somebody who signed in, or sits at the same machine, tries; found by reading the code."""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Any

import pytest

from trial_unit import PASSWORD, Unit, account

HER, OTHER = "S01-001", "S02-001"


def two_sites(unit: Unit) -> None:
    for site, code in (("S01", HER), ("S02", OTHER)):
        unit.story.site = site
        unit.story.ready(code, date(2021, 3, 10))
        unit.story.randomize(code, date(2021, 3, 10))


def told() -> list[tuple[str, str]]:
    from equipoise.web.access_log import log

    return [(row["what"], row["who"]) for row in log().read()]


@pytest.mark.parametrize("who", ["coordinator-01", "monitor-01", "data_manager-01"])
def test_no_page_shows_where_an_allocation_stood_on_the_list(unit: Unit, who: str) -> None:
    two_sites(unit)
    browser = unit.browser(who)
    given = unit.subject(HER).randomized
    entry = next(e for e in unit.story.storage.read() if e.seq == given.source)

    for page in (f"subjects/{HER}/entries/{given.source}/", "trail/", f"subjects/{HER}/notice/"):
        shown = browser.get(page).content.decode()
        assert "list position" not in shown, page
        assert entry.payload["salt"] not in shown, page
        assert entry.payload["proof"][0] not in shown, page
    assert given.arm in browser.get(f"subjects/{HER}/entries/{given.source}/").content.decode()


def test_the_sizes_of_blocks_of_a_new_trial_stand_nowhere(data) -> None:
    from equipoise.protocol.yaml_file import load
    from equipoise.web.new_trial import _sizes

    drawn = {_sizes(load("NCT04509635")) for _ in range(200)}

    assert drawn == {(4, 6), (4, 8), (4, 10), (6, 8), (6, 10), (8, 10)}


def test_nothing_is_said_of_a_participant_of_another_site(unit: Unit) -> None:
    two_sites(unit)
    browser = unit.browser("coordinator-01")
    browser.post("as/", capacity="coordinator, S01")
    answers = []
    for previous in (OTHER, "S02-999"):
        typed = {"code": "S01-009", "screened_on": "today", "previous": previous}
        answers.append(browser.post("screen/", **typed).content.decode().replace(previous, "X"))
    taken = browser.post("screen/", code=OTHER, screened_on="today").content.decode()
    free = browser.post("screen/", code="S02-777", screened_on="today").content.decode()

    same = [re.sub(r'value="[A-Za-z0-9]{20,}"', "", answer) for answer in answers]
    assert same[0] == same[1]
    assert "nobody with this code was screened at S01" in answers[0]
    assert "expected a code that begins with S01-" in taken
    assert "expected a code that begins with S01-" in free
    assert set(unit.trial.subjects) == {HER, OTHER}


def test_what_the_server_writes_is_for_its_owner_alone(data, unit: Unit) -> None:
    unit.browser("monitor-01").get()
    assert data.stat().st_mode & 0o077 == 0
    for name in ("secret.key", "web.sqlite3", "access.log"):
        if (data / name).exists():
            assert (data / name).stat().st_mode & 0o077 == 0, name


def test_a_second_factor_is_kept_sealed(data) -> None:
    from allauth.mfa.models import Authenticator

    user, secret = account("monitor-55")
    kept = Authenticator.objects.get(user=user).data["secret"]

    assert secret not in kept


def test_capitals_are_no_way_around_the_lock(data) -> None:
    from django.test import Client

    account("monitor-44")
    client = Client()
    for name in ("monitor-44", "MONITOR-44", "Monitor-44", "monitor-44", "mONITOR-44"):
        client.post("/accounts/login/", {"login": name, "password": "wrong"})

    answer = client.post("/accounts/login/", {"login": "MONITOR-44", "password": PASSWORD})

    assert answer.status_code == 429
    assert ("FAILED TO SIGN IN", "monitor-44") in told()


def test_two_codes_that_differ_by_case_alone_are_one(unit: Unit) -> None:
    account("monitor-01")
    typed = {"person": "MONITOR-01", "name": "Somebody Else", "role": "monitor"}

    answer = unit.browser("sponsor-01").post("staff/", starts_on="today", training="GCP", **typed)

    assert answer.status_code == 409
    assert "differs from monitor-01 by case alone" in answer.content.decode()
    from equipoise.web.accounts import create_account

    with pytest.raises(ValueError, match="MONITOR-01"):
        create_account("MONITOR-01", "Somebody Else")


def test_a_password_that_others_have_seen_is_changed_first(unit: Unit) -> None:
    from django.test import Client

    from equipoise.web.accounts import create_account
    from equipoise.web.models import User

    made = create_account("monitor-66", "Mona Reed", with_factor=True)
    user = User.objects.get(username="monitor-66")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/").headers["Location"].endswith("/accounts/password/")

    fresh = "another sentence of words"
    typed = {"oldpassword": made.password, "password1": fresh, "password2": fresh}
    client.post("/accounts/password/", typed)

    assert not User.objects.get(username="monitor-66").must_change_password
    assert ("PASSWORD CHANGED", "monitor-66") in told()


def test_a_wrong_second_factor_leaves_a_trace(unit: Unit) -> None:
    from django.test import Client

    account("monitor-67")
    client = Client()
    client.post("/accounts/login/", {"login": "monitor-67", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert told()[-1] == ("WRONG SECOND FACTOR", "monitor-67")


def test_nothing_of_a_participant_is_left_in_a_browser(unit: Unit) -> None:
    two_sites(unit)
    browser = unit.browser("coordinator-01")
    for page in ("", "subjects/", f"subjects/{HER}/", f"subjects/{HER}/randomize/"):
        assert browser.get(page).headers["Cache-Control"] == "no-store"


def report(browser: Any, **more: str) -> Any:
    typed = {
        "kind": "SERIOUS ADVERSE EVENT",
        "term": "pneumonia",
        "onset": "2021-05",
        "criteria": ["HOSPITALIZATION"],
        "aware_day": "yesterday",
        "aware_time": "10:00",
        "related": "RELATED",
    }
    return browser.post(f"subjects/{HER}/events/", **typed, **more)


def test_a_report_stands_whether_the_mail_leaves_or_not(unit: Unit, monkeypatch) -> None:
    from equipoise.web.views import safety

    two_sites(unit)
    browser = unit.browser("coordinator-01")

    def broken(*_: str) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(safety, "mail_managers", broken)
    answer = report(browser)

    assert answer.status_code == 302
    shown = browser.get(f"subjects/{HER}/events/").content.decode()
    assert "the mail did not leave: tell the sponsor by telephone" in shown
    assert len(unit.subject(HER).safety) == 1
    assert ("MAIL NOT SENT", "coordinator-01") in told()


def test_pressing_again_sends_nothing_again(unit: Unit) -> None:
    from django.core import mail

    two_sites(unit)
    mail.outbox.clear()
    key = secrets.token_hex(16)
    answers = [report(unit.browser("coordinator-01"), key=key) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302] * 3
    assert len(unit.subject(HER).safety) == 1
    assert len(mail.outbox) == 1
    mail.outbox.clear()


@pytest.mark.parametrize("role", ["investigator", "subinvestigator", "coordinator"])
def test_nobody_delegates_a_role_at_a_site_to_oneself(unit: Unit, role: str) -> None:
    account("administrator-01")
    typed = {"person": "administrator-01", "name": "", "role": role, "site": "S01"}

    answer = unit.browser("administrator-01").post("staff/", starts_on="today", **typed)

    assert answer.status_code == 409
    assert "nobody delegates a role at a site to oneself" in answer.content.decode()
