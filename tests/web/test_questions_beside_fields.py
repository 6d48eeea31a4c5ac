"""A question stands beside the field that it is about, and is asked and answered there."""

from __future__ import annotations

import re
from typing import Any

from on_pages import AT, HER, screened
from trial_unit import Browser, Unit, today

PLACE = f"{AT}visits/SCREENING/HEMATOLOGY/"


def panel(**results: str) -> dict[str, Any]:
    """Of three tests those that were made; the page shows all of them in their order."""
    return {"result": [{"test": t, "value": v, "unit": "10*9/L"} for t, v in results.items()]}


def box(browser: Browser, name: str, place: str = PLACE) -> str:
    """What stands in one box of a form, from its label to the next box."""
    page = browser.get(place).content.decode()
    pattern = rf'<div class="box[^>]*><label for="{name}".*?(?=<div class="box|<h2)'
    found = re.search(pattern, page, re.DOTALL)
    assert found, name
    return found[0]


def with_a_doubt(unit: Unit) -> tuple[Browser, Browser]:
    """The second test of the panel alone was made, and its value is not plausible."""
    coordinator, investigator = screened(unit, leave_out="HEMATOLOGY")
    given = {"date": today().isoformat()}, panel(PLAT="4000")
    assert coordinator.fill(HER, "SCREENING", "HEMATOLOGY", *given).status_code == 302
    return coordinator, investigator


def the_doubt(unit: Unit) -> Any:
    (found,) = [q for q in unit.subject(HER).queries.values() if q.field.startswith("result")]
    return found


def test_it_stands_beside_its_own_box_and_is_answered_there(unit: Unit) -> None:
    coordinator, _ = with_a_doubt(unit)
    query = the_doubt(unit)
    assert query.field == "result[1].value"  # the first row that was saved, the second on the page

    assert f'id="{query.id}"' in box(coordinator, "g-result-1-value")
    assert f'id="{query.id}"' not in box(coordinator, "g-result-0-value")
    assert coordinator.get(PLACE).content.decode().count(f'id="{query.id}"') == 1
    typed = {"act": "answer", "query": query.id, "text": "as on the printout", "back": "form"}
    answered = coordinator.post(f"{AT}queries/", **typed)

    assert answered.headers["Location"].endswith(f"{PLACE}?entry={query.about}")
    assert unit.subject(HER).queries[query.id].status == "ANSWERED"
    shown = box(coordinator, "g-result-1-value")
    assert "<b>answered</b>" in shown
    assert f"Answered: {typed['text']}" in shown  # whoever closes it reads what was answered
    assert ">Answer</button>" not in shown


def test_it_stays_beside_its_box_when_the_form_is_corrected(unit: Unit) -> None:
    """The rows of the correction stand otherwise than those that were asked about."""
    coordinator, _ = with_a_doubt(unit)
    query = the_doubt(unit)
    more = {"corrects": str(query.about), "reason": "two tests were left out"}
    given = {"date": today().isoformat()}, panel(NEUT="3.1", PLAT="400")

    coordinator.fill(HER, "SCREENING", "HEMATOLOGY", *given, **more)

    assert query.about in unit.subject(HER).replaced
    assert f'id="{query.id}"' in box(coordinator, "g-result-1-value")


def test_who_may_ask_asks_beside_the_field(unit: Unit) -> None:
    coordinator, _ = with_a_doubt(unit)
    monitor = unit.browser("monitor-01")
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "HEMATOLOGY"]
    asks = 'name="field" value="result[1].unit"'
    assert asks in box(monitor, "g-result-1-unit")
    assert 'class="ask"' not in box(monitor, "g-result-0-unit")  # nothing is saved there
    assert 'class="ask"' not in coordinator.get(PLACE).content.decode()
    typed = {"act": "ask", "about": str(seq), "field": "result[1].unit", "back": "form"}

    before = len(unit.subject(HER).queries)
    empty = monitor.post(f"{AT}queries/", **typed, **{"text:result[1].value": "why so high?"})
    assert len(unit.subject(HER).queries) == before  # it was typed beside another field
    asked = monitor.post(f"{AT}queries/", **typed, **{"text:result[1].unit": "per liter?"})

    assert empty.status_code == asked.status_code == 302
    assert asked.headers["Location"].endswith(f"{PLACE}?entry={seq}")
    *_, query = unit.subject(HER).queries.values()
    assert (query.about, query.field, query.text) == (seq, "result[1].unit", "per liter?")
    assert "per liter?" in box(coordinator, "g-result-1-unit")


def test_who_reads_alone_changes_nothing_and_may_still_ask(unit: Unit) -> None:
    with_a_doubt(unit)
    page = unit.browser("monitor-01").get(PLACE).content.decode()
    fields = re.findall(r'<(?:input|select)[^>]* name="(?:h|g)-[^>]*>', page)
    asks = re.findall(r'<input[^>]*name="text:[^>]*>', page)

    assert fields
    assert all(" disabled" in each for each in fields if 'type="hidden"' not in each)
    assert asks
    assert not any("disabled" in each for each in asks)


def test_a_question_about_no_box_stands_above(unit: Unit) -> None:
    coordinator, _ = with_a_doubt(unit)
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "HEMATOLOGY"]
    typed = {"act": "ask", "about": str(seq), "field": "", "text": "which laboratory?"}
    unit.browser("monitor-01").post(f"{AT}queries/", **typed)

    page = coordinator.get(PLACE).content.decode()

    assert page.index("which laboratory?") < page.index('id="crf"')


def test_the_work_list_leads_to_the_field(unit: Unit) -> None:
    coordinator, _ = with_a_doubt(unit)
    query = the_doubt(unit)

    page = coordinator.get().content.decode()

    assert f"/{PLACE}?entry={query.about}#{query.id}" in page
