"""Who may open which page, for every role, page and site; a page without a row fails."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from equipoise.conduct.guards import GUARDS
from equipoise.conduct.roles import EVERY, SITE
from trial_unit import Unit
from web_pages import POSTED_ONLY, address, patterns, table

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
OWN, FOREIGN = "S01-001", "S02-001"


@pytest.fixture(scope="module")
def people(data):
    """A trial with somebody randomized at each of two sites."""
    unit = Unit(data)
    for site, code in (("S01", OWN), ("S02", FOREIGN)):
        unit.story.site = site
        unit.story.ready(code, date(2021, 3, 10))
        unit.story.randomize(code, date(2021, 3, 10))
    yield unit
    unit.close()


def test_every_page_of_a_trial_has_its_row(data) -> None:
    assert set(patterns()) == set(table())
    for row in table().values():
        assert row.roles <= EVERY
        assert set(row.events) <= set(GUARDS)


@pytest.mark.parametrize("role", sorted(EVERY))
def test_a_role_opens_its_pages_and_no_other(people: Unit, role: str) -> None:
    browser = people.browser(f"{role}-01")
    if role in SITE:
        browser.post("as/", capacity=f"{role}, S01")
    for name, row in table().items():
        own = browser.client.get(address(people, name, OWN))
        foreign = browser.client.get(address(people, name, FOREIGN))
        if name in POSTED_ONLY:
            expected = {405}
        elif role not in row.roles:
            expected = {403}
        else:
            expected = {200, 302}
        assert own.status_code in expected, name
        assert "NOT GIVEN" not in own.content.decode(), name
        hidden = "<slug:code>" in patterns()[name] and role in SITE and expected == {200, 302}
        assert foreign.status_code in ({404} if hidden else expected), name


@pytest.mark.parametrize("role", sorted(EVERY))
def test_what_is_posted_is_asked_the_same(people: Unit, role: str) -> None:
    """Nothing is recorded by a page that is not open, and nothing about another site."""
    browser = people.browser(f"{role}-01")
    if role in SITE:
        browser.post("as/", capacity=f"{role}, S01")
    before = people.trial.head
    for name, row in table().items():
        if name == "act_as":
            continue
        closed = role not in row.roles
        for code in [OWN, FOREIGN] if closed else [FOREIGN] if role in SITE else []:
            if not closed and "<slug:code>" not in patterns()[name]:
                continue
            answer = browser.client.post(address(people, name, code), {"key": "0" * 20})
            assert answer.status_code == (403 if closed else 404), (name, code)

    assert people.trial.head == before


def test_nobody_who_is_not_signed_in_sees_anything(people: Unit) -> None:
    from django.test import Client

    for name in table():
        answer = Client().get(address(people, name, OWN))
        if name not in POSTED_ONLY:
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/login/")


def test_somebody_without_a_second_factor_sets_it_up_first(people: Unit) -> None:
    from django.test import Client

    from equipoise.web.models import User

    user, _ = User.objects.get_or_create(username="monitor-02")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.get(f"/t/{people.id}/")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/accounts/2fa/totp/activate/")


def test_a_role_that_has_lapsed_opens_nothing(unit: Unit) -> None:
    from equipoise.conduct import trial_setup

    ended = [seq for seq, d in unit.trial.delegations.items() if d.person == "monitor-01"]
    assert unit.browser("monitor-01").get().status_code == 200
    for seq in ended:
        unit.story.done(
            "2021-06-01", "sponsor", trial_setup.end_delegation, seq, ended_on=date(2021, 6, 1)
        )

    assert unit.browser("monitor-01").get().status_code == 403


# ------------------------------------------------------------------ the page of the docs


def mark(given: bool) -> str:
    return "yes" if given else ""


def page_table() -> str:
    roles = sorted(EVERY)
    rows = [
        f"| `{name}` | {' | '.join(mark(role in row.roles) for role in roles)} |"
        for name, row in table().items()
    ]
    heads = " | ".join(role.replace("_", " ") for role in roles)
    return "\n".join([f"| page | {heads} |", f"|---|{'---|' * len(roles)}", *rows])


def event_table() -> str:
    roles = sorted(EVERY)
    rows = [
        f"| `{name}` | {' | '.join(mark(role in guard.roles) for role in roles)} |"
        for name, guard in GUARDS.items()
    ]
    heads = " | ".join(role.replace("_", " ") for role in roles)
    return "\n".join([f"| event | {heads} |", f"|---|{'---|' * len(roles)}", *rows])


@pytest.mark.parametrize("made", [page_table, event_table])
def test_the_page_of_the_docs_shows_the_tables(data, made: Any) -> None:
    assert made() in PAGE.read_text(encoding="utf-8")
