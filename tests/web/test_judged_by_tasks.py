"""How many keys and clicks does a task take beside the values that are typed? Ten tasks are done in
a browser and counted; docs/pages.md shows the counts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData, save_form
from equipoise.store.allocator import AllocatorLog, Answered
from equipoise.store.sealed_boxes import SealedBoxes, create_key
from equipoise.store.sql_ledger.sqlite import SqliteLedger
from real_browser import Person, Server, chromium
from story import Story
from trial_unit import today

PAGE = Path(__file__).parents[2] / "docs" / "pages.md"
TRIAL = "T1"
HER, READY, NEW = "S01-001", "S01-002", "S01-003"
PEOPLE = ("coordinator-01", "investigator-01", "monitor-01")
ACCOUNTS = """
import json, os, sys
from pathlib import Path
from equipoise.web.start import prepare
prepare(Path(os.environ["EQUIPOISE_DATA"]))
from equipoise.web.accounts import create_account
made = [create_account(who, who, with_factor=True, is_demo=True) for who in sys.argv[1:]]
print(json.dumps(made))
"""


class Task(NamedTuple):
    """What WEB asks, and how many keys and clicks it may take beside the values."""

    words: str
    keys: int
    clicks: int


TASKS = {
    "due": Task("From signing in to the first thing that is due", 0, 0),
    "labs": Task("Nine laboratory values, units and limits as last time", 12, 0),
    "why": Task("Why is she not eligible, and what would settle it", 0, 0),
    "randomize": Task("Randomize, from the work list", 0, 3),
    "scan": Task("A scan: five targets, two non-targets, nothing new; its sum and response", 10, 0),
    "answer": Task("Answer a query, from the work list", 0, 2),
    "correct": Task("Correct a value, with the reason; before and after on one line", 1, 3),
    "who": Task("Who changed this value, when and why", 0, 1),
    "sign": Task("Sign a visit, with password and code", 1, 2),
    "sign again": Task("The same, later in the session", 0, 2),
    "serious": Task("To the report of a serious event, from anywhere about her", 0, 1),
}


class Counted:
    """Somebody at a browser whose keys and clicks are counted; what is typed as a value is not."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.keys = self.clicks = 0

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)

    def presses(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def enters(self, *values: str) -> None:
        """Each value, and Enter after it, from where the page has set the focus."""
        self.page.wait_for_selector("#crf :focus")
        for value in values:
            self.types(value)
            self.presses("Enter")

    def clicks_on(self, place: str) -> None:
        self.clicks += 1
        self.page.click(place)


def page_row(task: Task, keys: int, clicks: int) -> str:
    return f"| {task.words} | {keys} | {clicks} | {task.keys}, {task.clicks} |"


def hold(name: str, counted: Counted) -> None:
    """The budget, and the row of the page."""
    task = TASKS[name]
    assert counted.keys <= task.keys, (name, counted.keys)
    assert counted.clicks <= task.clicks, (name, counted.clicks)
    assert page_row(task, counted.keys, counted.clicks) in PAGE.read_text(encoding="utf-8")


# ------------------------------------------------------------------ a trial in the middle


def played(storage: Any) -> Story:
    """Somebody with a scan due, somebody ready to be randomized, and somebody in screening."""
    story = Story(storage=storage).begin()
    began = today() - timedelta(56)
    story.ready(HER, began, confirmed=False)
    _seven_lesions(story, began.isoformat())
    story.confirm(HER, began.isoformat())
    story.randomize(HER, began)
    story.ready(READY, today())
    story.ready(NEW, today(), confirmed=False, PLAT="12")
    return story


def _seven_lesions(story: Story, on: str) -> None:
    subject = story.session.trial.subjects[HER]
    (seq,) = [s for s, f in subject.forms.items() if f.form == "TUMOR_ASSESSMENT"]
    places = ["LIVER", "LIVER", "LUNG", "LUNG", "ADRENAL GLAND", "PERITONEUM", "BONE"]
    names = ["T1", "T2", "T3", "T4", "T5", "NT1", "NT2"]
    found = [
        {
            "lesion": name,
            "role": "TARGET" if name.startswith("T") else "NON-TARGET",
            "location": place,
            "method": "CT SCAN",
        }
        for name, place in zip(names, places, strict=True)
    ]
    measured = [
        {"lesion": name, "test": "LDIAM", "value": "30", "unit": "mm"}
        if name.startswith("T")
        else {"lesion": name, "test": "TUMSTATE", "value": "PRESENT"}
        for name in names
    ]
    day = str(story.session.trial.subjects[HER].forms[seq].on)
    data = FormData(
        "TUMOR_ASSESSMENT",
        "SCREENING",
        {"date": day, "evaluator": "LOCAL MDT"},
        {"lesion": found, "measurement": measured},
    )
    story.done(on, "coordinator", save_form, HER, data, correction=Correction(seq, "all lesions"))


@pytest.fixture(scope="module")
def people():
    """Everybody at a browser of their own, signed in."""
    folder = Path(tempfile.mkdtemp(prefix="eq-"))
    trial = folder / "trials" / TRIAL
    trial.mkdir(parents=True)
    story = played(SqliteLedger(trial / "ledger.sqlite"))
    SealedBoxes.create(trial / "sealed.json", story.sealed, create_key(trial / "sealed.key"))
    log = AllocatorLog(trial / "allocator.log")
    for entry in story.storage.read():
        if entry.type == "SubjectRandomized":
            where = tuple(entry.payload["stratum"]), entry.payload["list_position"]
            log.add(Answered(entry.at, *where, again=False))
    told = subprocess.run(
        [sys.executable, "-c", ACCOUNTS, *PEOPLE],
        env=os.environ | {"EQUIPOISE_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    accounts = {login: rest for login, *rest in json.loads(told.stdout.splitlines()[-1])}
    server = Server(folder)
    with chromium() as browser:
        everybody = {}
        for who in PEOPLE:
            everybody[who] = Person(browser, server)
            everybody[who].sign_in(who, *accounts[who])
        yield everybody
    server.close()
    shutil.rmtree(folder)


def go(person: Person, place: str = "") -> Counted:
    person.go(f"t/{TRIAL}/{place}")
    return Counted(person)


# ------------------------------------------------------------------ the tasks


def test_from_signing_in_to_the_first_thing_that_is_due(people) -> None:
    person = people["coordinator-01"]
    person.go("/")  # where one is after signing in
    counted = Counted(person)

    first = person.page.locator(".waits li a").first
    assert re.search(rf"{HER} \w+, [\d-]+ to [\d-]+", first.inner_text())
    assert first.is_visible()
    hold("due", counted)


def test_nine_laboratory_values(people) -> None:
    person = people["coordinator-01"]
    day = (today() - timedelta(55)).isoformat()
    counted = go(person, f"subjects/{HER}/visits/CYCLE-1/HEMATOLOGY/")

    counted.enters(day, "3.1", "182", "118")
    counted.presses("Enter")  # on the button that saves
    person.page.wait_for_selector("h1:has-text('Liver')")
    assert person.page.locator("[name=h-date]").input_value() == day
    counted.enters("12", "84", "31", "28", "71", "0.82")
    counted.presses("Enter")
    person.page.wait_for_selector(".success:has-text('Liver')")

    assert person.wrong == []
    hold("labs", counted)
    go(person, f"subjects/{HER}/visits/CYCLE-1/CHEMISTRY/")
    assert person.page.locator("[name=g-result-5-value]").input_value() == "0.82"
    assert person.page.locator("[name=g-result-0-unit]").input_value() == "mg/dL"  # as last time


def test_why_she_is_not_eligible(people) -> None:
    person = people["coordinator-01"]
    counted = go(person, f"subjects/{NEW}/screening/")

    line = person.page.locator("#I09").inner_text()
    assert "not met" in line
    assert "PLAT 12" in line or "12 10*9/L" in line, line
    hold("why", counted)


def test_randomize_somebody_who_is_eligible(people) -> None:
    person = people["coordinator-01"]
    counted = go(person)

    counted.clicks_on("text=every criterion is met")
    counted.clicks_on(f"button:has-text('Randomize {READY}')")
    assert "Notice of randomization" in person.text(), person.text()

    hold("randomize", counted)


def test_a_scan(people) -> None:
    person = people["coordinator-01"]
    counted = go(person, f"subjects/{HER}/visits/SCAN-1/TUMOR_ASSESSMENT/")

    counted.enters(today().isoformat(), "20", "20", "20", "20", "20", "PRESENT", "PRESENT")
    counted.types("PR")
    counted.presses("Enter")
    counted.presses("Enter")
    person.page.wait_for_selector(".success:has-text('saved')")

    row = person.page.locator("tr:has-text('SCAN 1')").inner_text()
    assert re.search(r"\b100\b.*-33\.3 %.*PR", " ".join(row.split())), row
    hold("scan", counted)


def test_answer_a_query(people) -> None:
    monitor, person = people["monitor-01"], people["coordinator-01"]
    asked = go(monitor, f"subjects/{HER}/visits/SCREENING/HEMATOLOGY/")
    asked.clicks_on(".box:has(#g-result-0-value) summary")
    monitor.page.wait_for_selector(".ask input:focus")
    asked.types("is it the value of this sample?")
    asked.clicks_on(".box:has(#g-result-0-value) .ask button")
    monitor.page.wait_for_selector(".question:has-text('of this sample')")
    counted = go(person)

    counted.clicks_on("text=is it the value of this sample?")
    person.page.wait_for_selector(".question input:focus")  # one types at once
    counted.types("it is")
    counted.clicks_on(".question:focus-within button")
    person.page.wait_for_selector(".question:has-text('answered')")

    hold("answer", counted)


def test_correct_a_value_and_see_who_did_when_and_why(people) -> None:
    person = people["coordinator-01"]
    counted = go(person, f"subjects/{READY}/")

    counted.clicks_on("a:has-text('Hematology') >> nth=0")
    counted.clicks_on("[name=g-result-1-value]")
    person.page.keyboard.press("Control+A")  # as one selects what is typed over
    counted.types("191")
    counted.presses("Enter")
    counted.types("typed from the wrong line")
    counted.clicks_on("text=Save the correction")
    person.page.wait_for_selector(".success:has-text('saved')")
    hold("correct", counted)

    counted = Counted(person)
    counted.clicks_on("text=Who, when, why")
    person.page.wait_for_selector("th:has-text('Changed')")
    row = " ".join(person.page.locator("tr:has-text('PLAT, Result')").inner_text().split())
    assert re.fullmatch(r"PLAT, Result \S+ 191", row), row
    assert "coordinator-01" in person.text()
    assert "typed from the wrong line" in person.text()
    hold("who", counted)


def test_sign_a_visit(people) -> None:
    person = people["investigator-01"]
    counted = go(person, f"subjects/{HER}/")
    counted.clicks_on("a.act:has-text('Sign')")
    person.page.wait_for_selector("#password:focus")
    assert person.page.evaluate("scrollY") == 0  # what is signed is in sight
    counted.types(person.password)
    counted.presses("Tab")
    counted.types(person.code())
    counted.clicks_on("button.act:has-text('Sign')")
    person.page.wait_for_selector(".success:has-text('signed')")
    hold("sign", counted)

    counted = go(person, f"subjects/{READY}/")
    counted.clicks_on("a.act:has-text('Sign')")
    person.page.wait_for_selector("#password:focus")
    counted.types(person.password)
    counted.clicks_on("button.act:has-text('Sign')")
    person.page.wait_for_selector(".success:has-text('signed')")
    hold("sign again", counted)


@pytest.mark.parametrize("place", ["", "screening/", "lesions/", "sign/", "queries/"])
def test_report_a_serious_event(people, place) -> None:
    person = people["investigator-01"]
    counted = go(person, f"subjects/{HER}/{place}")

    counted.clicks_on("text=Report a serious event")

    assert person.page.locator("#term").is_visible()
    assert person.page.locator("#aware_time").count() == 1  # the first version in one page
    hold("serious", counted)
