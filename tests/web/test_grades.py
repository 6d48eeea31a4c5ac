"""What do the pages say of CTCAE: grades of laboratory values, and events that they propose?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from trial_unit import Browser, Unit

HER = "S01-001"
AT = f"subjects/{HER}/"
FORM = f"{AT}visits/CYCLE-1/ADVERSE_EVENTS/"
ANEMIA = {"test": "HGB", "value": "95", "unit": "g/L", "lower": "120", "upper": "160"}
NEUTROPENIA = {"test": "NEUT", "value": "0.7", "unit": "10*9/L"}


def text_of(page: Any) -> str:
    """What a page shows, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture
def coordinator(unit: Unit) -> Browser:
    """Of somebody who is under treatment."""
    unit.story.ready(HER)
    unit.story.randomize(HER)
    return unit.browser("coordinator-01")


def blood(browser: Browser, *results: dict[str, str], on: str = "2021-04-15", **more: Any) -> Any:
    saved = browser.fill(
        HER, "CYCLE 1", "HEMATOLOGY", {"date": on}, {"result": list(results)}, **more
    )
    assert saved.status_code == 302, text_of(saved)
    return saved


def links(page: Any) -> list[str]:
    return [
        each.replace("&amp;", "&")
        for each in re.findall(r'href="([^"]*propose=[^"]*)"', page.content.decode())
    ]


def test_a_saved_laboratory_form_shows_each_grade_with_its_limit(unit, coordinator):
    saved = blood(coordinator, ANEMIA, NEUTROPENIA, {"test": "PLAT", "value": "160", "unit": "G/L"})

    shown = text_of(coordinator.client.get(saved.headers["Location"]))

    assert "Hematology, CYCLE 1: saved" in shown
    assert "Grades by CTCAE 5.0" in shown
    assert "HGB 95 g/L Anemia: grade 2 <100 to 80 g/L" in shown.replace("&lt;", "<")
    assert "No number tells grade 3: transfusion indicated" in shown
    assert "NEUT 0.7 10*9/L Neutrophil count decreased: grade 3 <1.0 to 0.5" in shown.replace(
        "&lt;", "<"
    )
    assert "Platelet count decreased: ? grade 0 or 1" in shown
    assert "The lower limit of normal is missing beside the value." in shown
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.visit == "CYCLE 1"]
    assert "Grades by CTCAE 5.0" in text_of(coordinator.get(f"{AT}entries/{seq}/"))


def test_a_form_that_is_not_saved_yet_has_no_grades(coordinator):
    page = text_of(coordinator.get(f"{AT}visits/CYCLE-1/HEMATOLOGY/"))

    assert "CTCAE" not in page


def test_an_abnormality_begins_an_adverse_event_and_records_nothing(unit, coordinator):
    blood(coordinator, ANEMIA)
    entries = len(list(unit.story.storage.read()))

    page = coordinator.get(FORM)
    (link,) = links(page)
    begun = coordinator.client.get(link).content.decode()

    assert "Grades are those of CTCAE 5.0" in text_of(page)
    assert "Anemia , grade 2, from 2021-04-15 HGB 95 g/L" in text_of(page)
    for field, text in (("term", "Anemia"), ("decoded", "Anemia"), ("start", "2021-04-15")):
        assert re.search(rf'name="g-event-0-{field}" value="{text}"', begun), field
    chosen = re.search(r'<select id="g-event-0-grade".*?</select>', begun, re.DOTALL)
    assert chosen
    assert re.findall(r"<option selected>(\d)", chosen[0]) == ["2"]
    assert len(list(unit.story.storage.read())) == entries
    assert "propose=" not in begun  # what is begun is not offered once more


def test_what_was_saved_is_not_proposed_again(unit, coordinator):
    blood(coordinator, ANEMIA, NEUTROPENIA)
    assert len(links(coordinator.get(FORM))) == 2
    event = {
        "term": "low hemoglobin", "decoded": "Anemia", "grade": "2", "serious": "N",
        "start": "2021-04-15",
    }  # fmt: skip

    saved = coordinator.fill(HER, "CYCLE 1", "ADVERSE_EVENTS", {}, {"event": [event]})

    assert saved.status_code == 302, text_of(saved)
    left = text_of(coordinator.get(AT))
    assert "1 laboratory abnormality without an adverse event (CTCAE 5.0)" in left
    assert "Neutrophil count decreased , grade 3, from 2021-04-15" in left
    assert "Anemia , grade" not in left
    # the other one begins a form of its own, not a correction of the one that is saved
    (link,) = links(coordinator.get(AT))
    page = coordinator.client.get(link).content.decode()
    assert 'name="corrects"' not in page
    assert 'value="Neutrophil count decreased"' in page


def test_a_proposal_joins_the_draft_that_is_being_typed_once(coordinator):
    blood(coordinator, ANEMIA)
    typed = {"rows-event": "2", "g-event-0-term": "nausea", "g-event-0-decoded": "Nausea"}
    coordinator.post(f"{FORM}draft/", here="", **typed)
    (link,) = links(coordinator.get(FORM))

    page = coordinator.client.get(link).content.decode()

    assert 'name="g-event-0-term" value="nausea"' in page
    assert 'name="g-event-1-decoded" value="Anemia"' in page
    kept = {
        **typed, "g-event-1-term": "Anemia", "g-event-1-decoded": "Anemia", "g-event-1-grade": "2",
        "g-event-1-start": "2021-04-15",
    }  # fmt: skip
    coordinator.post(f"{FORM}draft/", here="", **kept)
    again = coordinator.client.get(link).content.decode()
    assert again.count('value="Anemia"') == 2  # as reported and as coded, of one row


def test_who_may_not_save_reads_without_a_link(unit, coordinator):
    blood(coordinator, ANEMIA)

    page = unit.browser("monitor-01").get(FORM)

    assert "Anemia , grade 2, from 2021-04-15" in text_of(page)
    assert links(page) == []


def test_a_corrected_value_has_the_grade_of_the_correction(unit, coordinator):
    blood(coordinator, ANEMIA)
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.visit == "CYCLE 1"]

    right = blood(coordinator, {**ANEMIA, "value": "135"}, corrects=str(seq), reason="misread")

    shown = text_of(coordinator.client.get(right.headers["Location"]))
    assert "Anemia: grade 0" in shown
    assert "Laboratory values without an adverse event" not in shown
    assert links(coordinator.get(FORM)) == []


def test_a_made_up_proposal_begins_nothing(coordinator):
    page = coordinator.get(f"{FORM}?entry=new&propose=HGB-1-Anemia")

    assert page.status_code == 200
    assert 'value="Anemia"' not in page.content.decode()
