"""Staff at work in a real browser: a trial from its first account to a signature that a later
change breaks.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from test_one_participant import today

from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.fold import replay
from real_browser import Person, Server, chromium
from story import screening_forms

TRIAL = "NCT04509635"
HER = "S01-001"


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def folder():
    """With a short name, for the sockets in it."""
    made = Path(tempfile.mkdtemp(prefix="eq-"))
    yield made
    shutil.rmtree(made)


def typed_into(page: Any, raw: dict[str, str]) -> None:
    """Fill the boxes of a form as they are named; rows are added where they are wanting."""
    for name, text in raw.items():
        if name.startswith("rows-"):
            continue
        box = page.locator(f'[name="{name}"]')
        while not box.count():
            page.click(f'button[name=more][value="{name.split("-")[1]}"]')
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(text)
        elif box.get_attribute("type") != "hidden":
            box.fill(text)


def filled(person: Person, visit: str, form: str, values: Any, groups: Any) -> None:
    """Type a form and save it."""
    from equipoise.protocol.yaml_file import load
    from equipoise.web.forms import raw_of

    person.go(f"t/{TRIAL}/subjects/{HER}/visits/{visit}/{form}/")
    declared = load(TRIAL).form(form)
    assert declared
    typed_into(person.page, raw_of(declared, values, groups))
    person.page.click("text=Save")
    assert "saved" in person.text(), person.text()


def test_a_trial_from_its_first_account_to_the_first_participant(browser, folder) -> None:
    server = Server(folder, "--new", TRIAL)
    try:
        _begin(browser, server)
    finally:
        server.close()
    trial = replay(SqliteLedger(folder / "trials" / TRIAL / "ledger.sqlite").read())
    her = trial.subjects[HER]
    assert her.randomized
    assert not trial.simulated
    assert {each.meaning for each in her.signatures} == {
        "TREATMENT DECISION",
        "ELIGIBILITY CONFIRMED",
    }


def _begin(browser: Any, server: Server) -> None:
    (password, _) = server.accounts()["sponsor"]
    everybody = _set_up(browser, server, password)
    coordinator, investigator = everybody["coo-1"], everybody["inv-1"]
    late = _screen(coordinator, investigator)
    _refused(coordinator)

    filled(coordinator, "SCREENING", "HEMATOLOGY", *late)
    _sign(investigator, "ELIGIBILITY CONFIRMED")
    _randomize(coordinator)
    for person in everybody.values():
        assert person.wrong == []


def _set_up(browser: Any, server: Server, password: str) -> dict[str, Person]:
    """The sponsor opens a site and delegates people; each signs in for the first time."""
    sponsor = Person(browser, server)
    sponsor.sign_in("sponsor", password)
    page = sponsor.page
    sponsor.go(f"t/{TRIAL}/sites/")
    for name, text in {"site": "S01", "country": "CHN", "time_zone": "Asia/Shanghai"}.items():
        page.fill(f"#{name}", text)
    page.click("text=Open the site >> nth=-1")
    everybody = {"sponsor": sponsor}
    for code, name, role in (
        ("inv-1", "Ines Vogel", "investigator"),
        ("coo-1", "Cora Olsen", "coordinator"),
        ("sta-1", "Stan Arndt", "statistician"),
    ):
        first = _delegated(sponsor, code, name, role)
        everybody[code] = Person(browser, server)
        everybody[code].sign_in(code, first)
    sponsor.go(f"t/{TRIAL}/sites/")
    page.select_option("#status", "ACTIVE")
    page.fill("#reason", "approved by its ethics committee, contract signed")
    page.click("text=Record")
    sponsor.go(f"t/{TRIAL}/steer/")
    for box in page.locator("[name=assumptions]").all():
        box.check()
    page.click("text=Confirm >> nth=-1")
    statistician = everybody["sta-1"]
    statistician.go(f"t/{TRIAL}/steer/")
    statistician.page.click("text=Commit the list")
    assert "committed:" in statistician.text()
    sponsor.go(f"t/{TRIAL}/steer/")
    page.fill("#reason", "set-up is complete")
    page.click("button[value=status]")
    assert "recruiting" in sponsor.text()
    return everybody


def _delegated(sponsor: Person, code: str, name: str, role: str) -> str:
    """An account, and its first password."""
    page = sponsor.page
    sponsor.go(f"t/{TRIAL}/staff/")
    page.fill("#person", code)
    page.fill("#name", name)
    page.select_option("#role", role)
    if role != "statistician":
        page.select_option("#at", "S01")
    page.click("text=Delegate >> nth=-1")
    sponsor.shot("staff")
    return str(page.locator("#first-password").inner_text())


def _screen(coordinator: Person, investigator: Person) -> tuple[Any, Any]:
    """Consent, judgements and all forms of the screening but one, which is given back."""
    coordinator.go("/")
    coordinator.shot("work-empty")
    coordinator.page.click("text=Screen a person")
    coordinator.page.click("text=Give the code")
    investigator.go(f"t/{TRIAL}/subjects/{HER}/consent/")
    investigator.page.click("text=Record the consent")
    forms = {form: (values, groups) for form, values, groups in screening_forms(today())}
    late = forms.pop("HEMATOLOGY")
    for form, (values, groups) in forms.items():
        filled(coordinator, "SCREENING", form, values, groups)
    page = investigator.page
    for criterion in ("I02", "I08", "I10"):
        investigator.go(f"t/{TRIAL}/subjects/{HER}/screening/")
        page.click(f"#{criterion} button[value=yes]")
    page.select_option("#regimen", "FOLFIRI")
    page.click("text=Record >> nth=0")
    _sign(investigator, "TREATMENT DECISION")
    return late


def _refused(coordinator: Person) -> None:
    """What is unknown is in the way, and every reason is told."""
    coordinator.go(f"t/{TRIAL}/subjects/{HER}/randomize/")
    coordinator.page.click(f"button:has-text('Randomize {HER}')")
    refused = coordinator.text()
    assert "I09 unknown" in refused
    assert "eligibility is not signed" in refused
    coordinator.shot("refused")


def _randomize(coordinator: Person) -> None:
    """Three clicks from the work list, the last one twice; and then back and forth."""
    coordinator.go(f"t/{TRIAL}/")
    coordinator.shot("work-ready")
    coordinator.page.click("text=every criterion is met")
    coordinator.shot("randomize")
    coordinator.page.dblclick(f"button:has-text('Randomize {HER}')")
    coordinator.page.wait_for_selector("text=Notice of randomization")
    coordinator.shot("notice")
    coordinator.page.go_back()
    coordinator.page.go_forward()
    assert "Notice of randomization" in coordinator.text()


def _sign(person: Person, meaning: str) -> None:
    person.go(f"t/{TRIAL}/subjects/{HER}/sign/")
    person.page.select_option("#meaning", meaning)
    person.page.fill("#password", person.password)
    person.page.fill("#totp", person.code())
    person.page.click("text=Sign >> nth=-1")
    assert "signed:" in person.text(), person.text()
