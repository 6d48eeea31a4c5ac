"""Staff at work in a real browser: a trial from its first account to a signature that a later
change breaks.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from databases import ROLE, owner_connects
from databases import server as database
from equipoise.cli.app import app
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from equipoise.store.sql_ledger.postgres import PostgresLedger, set_up
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from equipoise.subject.fold import replay
from real_browser import Person, Server, chromium
from story import screening_forms
from trial_unit import today

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
    from equipoise.web.boxes import raw_of

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
    ledger = folder / "trials" / TRIAL / "ledger.sqlite"
    _carried_on_by_the_terminal(ledger, folder)
    trial = replay(SqliteLedger(ledger).read())
    her = trial.subjects[HER]
    assert her.randomized
    assert not trial.simulated
    assert {each.meaning for each in her.signatures} == {
        "TREATMENT DECISION",
        "ELIGIBILITY CONFIRMED",
    }


def _carried_on_by_the_terminal(ledger: Path, folder: Path) -> None:
    """What was made on pages is exported, verified by every rule, analyzed and reported."""
    told = {}
    for words in (
        ("ledger", "export", ledger, folder / "export.jsonl"),
        ("head", ledger),
        ("head", folder / "export.jsonl"),
        ("verify", folder / "export.jsonl"),
        ("analyze", folder / "export.jsonl", "--out", folder / "analyzed"),
    ):
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        told[words[:2]] = done.stdout
    assert told["head", ledger] == told["head", folder / "export.jsonl"]
    results = json.loads((folder / "analyzed" / "results.json").read_text())
    assert results["flow"]["randomized"] == 1, results["flow"]
    assert HER in (folder / "analyzed" / "report.html").read_text()


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


# ------------------------------------------------------------------ a trial under way

OF_A_SITE = (
    "", "subjects/", "screen/", "trial/", "trail/", "subjects/{her}/", "subjects/{her}/consent/",
    "subjects/{her}/screening/", "subjects/{her}/randomize/", "subjects/{her}/notice/",
    "subjects/{her}/lesions/", "subjects/{her}/ctdna/", "subjects/{her}/queries/",
    "subjects/{her}/events/", "subjects/{her}/ends/", "subjects/{her}/sign/",
    "subjects/{her}/visits/SCAN-9/TUMOR_ASSESSMENT/",
    "subjects/{her}/visits/UNSCHEDULED-9/HEMATOLOGY/",
    "subjects/{her}/visits/UNSCHEDULED-9/ADVERSE_EVENTS/",
)  # fmt: skip
OF_THE_OFFICE = {
    "sponsor": ("", "sites/", "staff/", "steer/"),
    "statistician": ("steer/",),
    "monitor": ("", "subjects/{her}/queries/"),
    "data_manager": ("",),
    "safety": ("", "subjects/{her}/events/"),
}
WAITS_FOR = {"monitor": "Answer to check", "safety": "febrile neutropenia"}
AT_THE_DOOR = (
    "", "accounts/password/", "accounts/2fa/", "accounts/2fa/recovery-codes/",
    "accounts/2fa/reauthenticate/", "nowhere/",
)  # fmt: skip
"""Pages of a person, whatever the trial."""


@pytest.fixture(scope="module")
def demo():
    """The demo as it is served."""
    folder = Path(tempfile.mkdtemp(prefix="eq-"))
    server = Server(folder, "--demo")
    yield server
    server.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def investigator(browser, demo):
    person = Person(browser, demo)
    person.sign_in("investigator-S01", *demo.accounts()["investigator-S01"])
    return person


@pytest.fixture(scope="module")
def coordinator(browser, demo):
    person = Person(browser, demo)
    person.sign_in("coordinator-S01", *demo.accounts()["coordinator-S01"])
    return person


@pytest.fixture(scope="module")
def she(coordinator):
    """Somebody with a visit that is due."""
    coordinator.go(f"t/{TRIAL}/")
    return coordinator.page.locator(".waits .id").first.inner_text()


LOOKS = [
    pytest.param(1280, "light"),
    pytest.param(390, "dark"),
    pytest.param(1280, "dark", marks=pytest.mark.soak),
    pytest.param(390, "light", marks=pytest.mark.soak),
]
"""Width and colors: each is seen in `make test`, every pair of them in `make soak`."""


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_of_a_site_can_be_read_by_everybody(
    browser, demo, investigator, she, width, scheme
):
    investigator.go(f"t/{TRIAL}/trail/")
    entry = str(investigator.page.locator("a[href*='/entries/']").first.get_attribute("href"))
    pages = [f"t/{TRIAL}/{page.format(her=she)}" for page in OF_A_SITE]

    _readable(browser, demo, investigator, (width, scheme), [*pages, entry, *AT_THE_DOOR])


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_of_the_office_can_be_read_by_everybody(browser, demo, she, width, scheme):
    for login, pages in OF_THE_OFFICE.items():
        person = Person(browser, demo)
        person.sign_in(login, *demo.accounts()[login])
        here = [f"t/{TRIAL}/{page.format(her=she)}" for page in pages]
        _readable(browser, demo, person, (width, scheme), here)
        person.go(f"t/{TRIAL}/")
        if waits := WAITS_FOR.get(login):
            assert waits in person.text()
        person.context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_door_can_be_read_by_everybody(browser, demo, width, scheme):
    _readable(browser, demo, None, (width, scheme), ["accounts/login/"])


UNLABELED = """[...document.querySelectorAll('main table:has(thead)')].flatMap(table =>
    [...table.tBodies[0].rows].flatMap(row => [...row.cells].slice(1))
    .filter(cell => cell.innerText.trim() && !cell.dataset.head).map(cell => cell.outerHTML))"""
"""Cells of tables that do not say on a narrow screen what they are: its rows stand below each
other.
"""


def _readable(
    browser: Any, server: Server, person: Person | None, look: tuple[int, str], pages: list[str]
) -> None:
    """No serious finding of axe-core, and no page is wider than its screen."""
    from axe_playwright_python.sync_playwright import Axe

    width, scheme = look
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    if person:
        options["storage_state"] = person.context.storage_state()
    reader = Person(browser, server, **options)
    for page in pages:
        reader.go(page)
        who = person.login if person else ""
        reader.shot(f"{width}-{scheme}-{who}-{page.strip('/').replace('/', '_')}")
        found = Axe().run(reader.page).response["violations"]
        serious = [
            (each["id"], each["nodes"][0]["html"][:200])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == [], page
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, page
        if width < 681:
            assert reader.page.evaluate(UNLABELED) == [], page
    assert reader.wrong == []
    reader.context.close()


def test_a_panel_by_keyboard_alone_with_a_draft_and_what_was_understood(coordinator, she):
    page = coordinator.page
    coordinator.go(f"t/{TRIAL}/subjects/{she}/visits/UNSCHEDULED-7/HEMATOLOGY/")
    page.focus("[name=h-date]")
    page.keyboard.type("yesterday")
    page.keyboard.press("Tab")
    page.wait_for_selector("#h-date-said:has-text('20')")  # the day that was understood
    page.focus("[name=g-result-0-value]")
    keys = 0
    for text in ("3,1", "abc", "11.2"):
        page.keyboard.type(text)
        keys += _entered(page)
    assert keys == 3  # beside the values: units and limits are those of the last time
    page.wait_for_selector("#g-result-1-value-wrong:has-text('expected a number')")
    assert page.locator("[name=g-result-1-value]").input_value() == "abc"
    page.wait_for_selector("#kept:has-text('draft')")
    coordinator.shot("draft")
    page.reload()
    assert page.locator("[name=g-result-1-value]").input_value() == "abc"
    page.fill("[name=g-result-1-value]", "182")
    page.click("button.act:has-text('Save')")
    assert "saved" in coordinator.text()


def _entered(page: Any) -> int:
    """How often Enter is pressed until the next value, or the button, is there."""
    for pressed in range(1, 9):
        page.keyboard.press("Enter")
        here = "[document.activeElement.name || '', document.activeElement.className]"
        name, look = page.evaluate(here)
        if name.endswith("-value") or look == "act":
            return pressed
    raise AssertionError("Enter does not come to the next value")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_laboratory_value_opens_its_grade_and_begins_an_event(
    browser, demo, coordinator, she, width
):
    from axe_playwright_python.sync_playwright import Axe

    state = coordinator.context.storage_state()
    person = Person(browser, demo, storage_state=state, viewport={"width": width, "height": 800})
    page, visit = person.page, f"UNSCHEDULED-{width}"
    person.go(f"t/{TRIAL}/subjects/{she}/visits/{visit}/HEMATOLOGY/")
    page.fill("[name=h-date]", "today")
    for row, value in enumerate(("0.7", "30", "65")):
        page.fill(f"[name=g-result-{row}-value]", value)
    for row, (unit, lower) in enumerate((("10*9/L", "2"), ("10*9/L", "150"), ("g/L", "120"))):
        page.select_option(f"[name=g-result-{row}-unit]", unit)
        page.fill(f"[name=g-result-{row}-lower]", lower)
    page.click("button.act:has-text('Save')")
    assert "Neutrophil count decreased: grade 3" in person.text()
    limit = page.locator("#grades details", has_text="Neutrophil").locator(".small")
    assert not limit.is_visible()
    page.click("#grades summary:has-text('Neutrophil count decreased')")
    assert limit.is_visible()
    assert "<1.0 to 0.5 10*9/L" in limit.inner_text()
    person.shot(f"grades-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#proposed a:has-text('Fill in Neutrophil count decreased')")
    rows = page.locator("[name$='-decoded']")
    typed = [rows.nth(each).input_value() for each in range(rows.count())]
    assert "Neutrophil count decreased" in typed
    person.shot(f"event-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    person.go(f"t/{TRIAL}/subjects/{she}/")
    page.click("#proposed summary")
    person.shot(f"participant-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert person.wrong == []
    person.context.close()


def test_a_correction_breaks_a_signature_visibly(coordinator, investigator, she):
    investigator.go(f"t/{TRIAL}/subjects/{she}/sign/")
    page = investigator.page
    page.select_option("#meaning", "DATA ENDORSED")
    page.fill("#password", investigator.password)
    page.fill("#totp", investigator.code())
    page.click("button.act:has-text('Sign')")
    coordinator.go(f"t/{TRIAL}/subjects/{she}/")
    coordinator.page.click("a:has-text('Hematology') >> nth=0")
    box = coordinator.page.locator("[name=g-result-0-value]")
    before = box.input_value()
    box.fill("4.4")
    coordinator.page.fill("#reason", "typed from the wrong line")
    coordinator.page.click("text=Save the correction")
    coordinator.go(f"t/{TRIAL}/subjects/{she}/")
    coordinator.page.click("text=changed since it was signed >> nth=0")

    assert "signed before" in coordinator.text()
    assert "typed from the wrong line" in coordinator.text()
    assert before in coordinator.text()
    assert "4.4" in coordinator.text()
    coordinator.shot("corrected")


def test_a_serious_event_from_anywhere_and_its_query(coordinator, she):
    page = coordinator.page
    coordinator.go(f"t/{TRIAL}/subjects/{she}/")
    page.click("text=Serious event >> nth=0")
    page.fill("#term", "pneumonia")
    page.check("[value=HOSPITALIZATION]")
    page.fill("#aware_day", "3 days ago")
    page.fill("#aware_time", "10:00")
    page.click("text=Report >> nth=-1")
    assert "expected a day and a time" in coordinator.text()
    assert page.locator("#term").input_value() == "pneumonia"
    assert page.is_checked("[value=HOSPITALIZATION]")
    page.fill("#aware_day", "yesterday")
    page.fill("#aware_time", "00:01")
    page.click("text=Report >> nth=-1")
    assert "the report is recorded" in coordinator.text()
    coordinator.go(f"t/{TRIAL}/")
    coordinator.shot("work-query")
    page.click(".waits h2:has-text('Query to answer') ~ ul a >> nth=0")
    page.fill(".query input[name=text] >> nth=0", "the pager was off during the night")
    page.click("text=Answer >> nth=0")
    assert "answered" in coordinator.text()
    assert coordinator.wrong == []


def _typed(person: Person, she: str, number: int) -> Any:
    """A value that is not sent yet, on a form of its own."""
    person.go(f"t/{TRIAL}/subjects/{she}/visits/UNSCHEDULED-{number}/ECOG/")
    person.page.fill("[name=h-date]", "yesterday")
    person.page.fill("[name=g-score-0-score]", "1")
    return person.page


def test_a_lost_connection_loses_nothing(coordinator, she):
    page = _typed(coordinator, she, 31)
    coordinator.context.set_offline(True)
    page.click("button.act")
    page.wait_for_selector("#lost:has-text('No connection')")
    coordinator.shot("no-connection")
    assert page.locator("[name=h-date]").input_value() == "yesterday"

    coordinator.context.set_offline(False)
    page.click("button.act")
    page.wait_for_selector(".success")
    assert "saved" in coordinator.text()


def test_whoever_was_signed_out_meanwhile_signs_in_elsewhere_and_goes_on(browser, demo, she):
    person = Person(browser, demo)
    login, (password, secret) = "investigator-S01", demo.accounts()["investigator-S01"]
    person.sign_in(login, password, secret)
    page = _typed(person, she, 32)
    person.context.clear_cookies()  # as after half an hour
    page.click("button.act")
    page.wait_for_selector("#lost:has-text('no longer signed in')")
    person.another_page()
    person.sign_in(login, password, secret)

    page.click("button.act")
    page.wait_for_selector(".success")
    person.page = page
    assert "saved" in person.text()
    person.context.close()


def test_what_was_typed_is_not_sent_in_the_name_of_somebody_else(browser, demo, she):
    person = Person(browser, demo)
    accounts = demo.accounts()
    person.sign_in("coordinator-S01", *accounts["coordinator-S01"])
    page = _typed(person, she, 33)
    person.context.clear_cookies()
    person.another_page()
    person.sign_in("monitor", *accounts["monitor"])

    page.click("button.act")
    page.wait_for_selector("#lost:has-text('Somebody else')")
    assert page.locator("[name=h-date]").input_value() == "yesterday"
    person.context.close()


def test_a_question_is_asked_and_answered_beside_its_field(browser, demo, coordinator, she) -> None:
    monitor = Person(browser, demo)
    monitor.sign_in("monitor", *demo.accounts()["monitor"])
    coordinator.go(f"t/{TRIAL}/subjects/{she}/")
    place = coordinator.page.locator("a:has-text('Hematology') >> nth=0").get_attribute("href")
    assert place
    monitor.go(place)
    monitor.page.click(".box:has(#g-result-0-value) summary")
    monitor.page.wait_for_selector(".ask input:focus")
    monitor.page.keyboard.type("is the unit of the source the same?")  # the box has the focus
    monitor.page.keyboard.press("Enter")
    monitor.page.wait_for_selector(".box:has(#g-result-0-value) .question")

    coordinator.go(place)
    asked = ".box:has(#g-result-0-value) .question"
    coordinator.shot("question")
    coordinator.page.click(f"{asked} input")
    coordinator.page.keyboard.type("it is")
    coordinator.page.wait_for_timeout(1500)  # what is typed there is no draft of the form
    assert not coordinator.page.locator("#kept:has-text('draft')").count()
    coordinator.page.click(f"{asked} button")

    assert "answered" in coordinator.page.locator(asked).inner_text()
    assert coordinator.page.url.startswith(f"{demo.url}{place}")
    assert monitor.wrong == coordinator.wrong == []
    monitor.context.close()


def test_paper_says_of_which_head_it_is_and_shows_every_reason(investigator, she):
    investigator.go(f"t/{TRIAL}/subjects/{she}/lesions/")
    page = investigator.page
    assert not page.locator(".paper").is_visible()
    page.emulate_media(media="print")
    told = page.locator(".paper").inner_text()
    shown = page.locator("main").inner_text()
    page.emulate_media(media="screen")

    assert re.search(r"protocol version \S+\. As of entry \d+ \([0-9a-f]{64}\)\. Printed", told)
    assert "RECIST 1.1 Table 1" in shown
    assert "Criteria" not in shown


# ------------------------------------------------------------------ the same over PostgreSQL

SCHEMA = "ledger_nct04509635"


@pytest.fixture
def postgresql(monkeypatch):
    """Accounts and ledgers in PostgreSQL, for the servers of a test."""
    with owner_connects() as owner:
        set_up(owner, SCHEMA, ROLE)
        owner.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}".encode())
    url = database().get_uri().replace("//postgres:", f"//{ROLE}:")
    monkeypatch.setenv("DATABASE_URL", url)
    yield PostgresLedger(owner_connects, SCHEMA)
    with owner_connects() as owner:
        owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
        owner.execute(f"DROP OWNED BY {ROLE}".encode())


@pytest.mark.soak
def test_from_the_first_account_on_over_postgresql(browser, folder, postgresql) -> None:
    server = Server(folder, "--new", TRIAL)
    try:
        _begin(browser, server)
    finally:
        server.close()

    assert replay(postgresql.read()).subjects[HER].randomized
    assert not (folder / "web.sqlite3").exists()
    assert not (folder / "trials" / TRIAL / "ledger.sqlite").exists()


@pytest.mark.soak
def test_a_trial_under_way_over_postgresql(browser, folder, postgresql) -> None:
    server = Server(folder, "--demo")
    people = {}
    try:
        for who in ("coordinator-S01", "investigator-S01"):
            people[who] = Person(browser, server)
            people[who].sign_in(who, *server.accounts()[who])
        entering, physician = people.values()
        entering.go(f"t/{TRIAL}/")
        her = entering.page.locator(".waits .id").first.inner_text()
        test_a_panel_by_keyboard_alone_with_a_draft_and_what_was_understood(entering, her)
        test_a_correction_breaks_a_signature_visibly(entering, physician, her)
        test_a_serious_event_from_anywhere_and_its_query(entering, her)
        test_a_question_is_asked_and_answered_beside_its_field(browser, server, entering, her)
    finally:
        server.close()

    assert isinstance(verify_entries(postgresql.read()), Verified)


def test_a_form_can_be_saved_and_corrected_without_the_script(browser, demo, she):
    person = Person(browser, demo, java_script_enabled=False)
    person.sign_in("coordinator-S01", *demo.accounts()["coordinator-S01"])
    page = person.page
    person.go(f"t/{TRIAL}/subjects/{she}/visits/UNSCHEDULED-6/HEMATOLOGY/")
    page.fill("[name=h-date]", "yesterday")
    page.fill("[name=g-result-0-value]", "abc")
    page.click("button.act:has-text('Save')")
    assert "expected a number" in person.text()
    page.fill("[name=g-result-0-value]", "3,1")
    page.click("button.act:has-text('Save')")
    assert "saved" in person.text()
    page.fill("[name=g-result-0-value]", "3.4")
    page.fill("#reason", "typed from the wrong line")
    page.click("text=Save the correction")
    page.click("text=Who, when, why")
    assert "3.1" in person.text()
    assert "3.4" in person.text()
    person.context.close()
