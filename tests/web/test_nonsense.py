"""Whatever is typed: an answer, never a failure of the server, and nothing that no rule allows."""

from __future__ import annotations

import random
import re
from datetime import date
from typing import Any

import pytest

from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from trial_unit import Unit
from web_pages import POSTED_ONLY, address, table

HER = "S01-001"
TYPED = (
    "", " ", "0", "-1", "1e9", "9" * 40, "1,000", "١٢", "\x00", "\ud7ff", "a\r\nb", "<b>",
    "{{ 7 }}",
    "' OR 1=1", "S01-001", "today", "31 2 21", "0000-00-00", "2021-13-45", "9999-12-31", "NaN",
    "inf", "x" * 5000,
    "\u202e", "ACTIVE", "DEATH", "None", "true", "1/2/3/4", "Q1-1", "../..",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(data):
    unit = Unit(data)
    unit.story.ready(HER, date(2021, 3, 10))
    unit.story.randomize(HER, date(2021, 3, 10))
    yield unit
    unit.close()


def names_of(page: Any) -> list[str]:
    """What the forms of a page send."""
    return sorted(
        set(re.findall(r'name="([^"]+)"', page.content.decode())) - {"csrfmiddlewaretoken"}
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("role", ["coordinator", "investigator", "sponsor", "data_manager"])
def test_every_form_survives_whatever_is_typed(people: Unit, role: str, seed: int) -> None:
    chance = random.Random(f"{role} {seed}")  # noqa: S311  (the same nonsense each time)
    browser = people.browser(f"{role}-01")
    pages = [name for name, row in table().items() if role in row.roles]
    names = {
        name: names_of(browser.client.get(address(people, name, HER)))
        for name in pages
        if name not in POSTED_ONLY
    }
    everything = sorted({each for held in names.values() for each in held} | {"answer", "regimen"})
    for name in pages:
        for _ in range(3):
            asked = names.get(name) or everything
            typed: dict[str, Any] = {
                each: chance.choice(TYPED) for each in asked if chance.random() < 0.8
            }
            typed |= {each: [chance.choice(TYPED)] * 3 for each in chance.sample(asked, k=1)}
            typed["key"] = f"nonsense-{role}-{seed}-{chance.random()}".replace(".", "")[:60]

            answer = browser.client.post(address(people, name, HER), typed)

            assert answer.status_code < 500, (name, typed)

    assert isinstance(verify_entries(people.story.storage.read()), Verified)


@pytest.mark.parametrize(
    "path",
    [
        "subjects/%00/", "subjects/S01-001/visits/SCAN-99999999999/ECOG/",
        "subjects/S01-001/visits/X/Y/",
        "subjects/S01-001/entries/0/", "subjects/S01-001/entries/99999999999999999999/",
        "subjects/S01-001/visits/SCREENING/ECOG/?entry=99999999999999999999",
        "subjects/S01-001/visits/SCREENING/ECOG/?entry=%E2%91%A0", "trail/?before=%E2%91%A0",
        "trail/?before=99999999999999", "trail/?before=-1", "subjects/S01-001/queries/?about=x%00",
        "../../etc/passwd", "subjects/S01-001/sign/?meaning=%ff",
    ],
)  # fmt: skip
def test_an_address_that_nobody_made_is_answered(people: Unit, path: str) -> None:
    answer = people.browser("investigator-01").get(path)

    assert answer.status_code in (200, 400, 404), path
