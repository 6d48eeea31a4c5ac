"""Many people at once: nobody is given the arm of somebody else, and none is left out."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from trial_unit import Unit, today

PEOPLE = 32
AT_ONCE = 16


def _ready(unit: Unit) -> list[str]:
    """So many participants of two sites who may be randomized today."""
    day = today() - timedelta(2)  # told at noon; what is told lies before now
    codes = []
    for number in range(PEOPLE):
        unit.story.site = f"S0{1 + number % 2}"
        code = f"{unit.story.site}-{number:03d}"
        unit.story.ready(code, day)
        codes.append(code)
    return codes


def text_of(answers: list[Any]) -> list[str]:
    """Why somebody was refused."""
    told = (re.findall(r"<li>(.*?)</li>", each.content.decode(), re.DOTALL) for each in answers)
    return [reason for reasons in told for reason in reasons]


def test_randomizations_at_once_take_the_list_in_its_order(unit: Unit) -> None:
    codes = _ready(unit)
    browsers = [unit.browser(f"coordinator-{1 + n % 2:02d}") for n in range(AT_ONCE)]
    for number, browser in enumerate(browsers):
        browser.post("as/", capacity=f"coordinator, S0{1 + number % 2}")

    def work(number: int) -> list[int]:
        """Two tabs press for each of hers."""
        pages = [f"subjects/{code}/randomize/" for code in codes[number::AT_ONCE] for _ in range(2)]
        press = browsers[number].post
        answers = [press(page, key=secrets.token_hex(16)) for page in pages]
        assert [each.status_code for each in answers] == [302] * len(pages), text_of(answers)
        return [each.status_code for each in answers]

    with ThreadPoolExecutor(AT_ONCE) as together:
        answers = [code for codes in together.map(work, range(AT_ONCE)) for code in codes]

    assert Counter(answers) == {302: 2 * PEOPLE}
    entries = unit.story.storage.read()
    given = [entry.payload for entry in entries if entry.type == "SubjectRandomized"]
    assert len(given) == PEOPLE
    by_stratum: dict[tuple[str, ...], list[int]] = {}
    for each in given:
        by_stratum.setdefault(tuple(each["stratum"]), []).append(each["list_position"])
    assert all(held == list(range(1, len(held) + 1)) for held in by_stratum.values())
    for each in given:
        place = unit.story.sealed.position(tuple(each["stratum"]), each["list_position"])
        assert place.arm == each["arm"]
    assert isinstance(verify_entries(entries), Verified)


def test_who_waited_for_the_lock_is_not_before_who_did_not(unit: Unit, monkeypatch) -> None:
    """The time of an entry is taken when it is its turn, and a machine may be a little behind."""
    from equipoise.web import who

    coordinator = unit.browser("coordinator-01")
    coordinator.post("screen/", code="S01-001", screened_on="today")
    head = unit.trial.head
    moment = datetime.fromisoformat(head.at)
    for behind, recorded in ((3, True), (60, False)):
        late = (moment - timedelta(seconds=behind)).strftime("%Y-%m-%dT%H:%M:%SZ")
        monkeypatch.setattr(who, "now", lambda late=late: late)
        code = f"S01-1{behind:02d}"
        coordinator.post("screen/", code=code, screened_on="2026-11-01")
        assert (code in unit.trial.subjects) is recorded
