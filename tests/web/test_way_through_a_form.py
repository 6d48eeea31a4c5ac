"""Where Enter leads on a form, which form comes next, and what a correction changed."""

from __future__ import annotations

import re
from datetime import timedelta

from on_pages import AT, HER, screened, text_of
from trial_unit import Browser, Unit, today


def passed(browser: Browser, place: str) -> set[str]:
    """The boxes that Enter goes over."""
    page = browser.get(place).content.decode()
    return set(re.findall(r'name="([^"]+)"[^>]* data-passed="1"', page))


def first(browser: Browser, place: str) -> list[str]:
    """The box that has the focus."""
    page = browser.get(place).content.decode()
    return re.findall(r'name="([^"]+)"[^>]* autofocus', page)


def panel(*values: str) -> dict[str, list[dict[str, str]]]:
    tests = ("NEUT", "PLAT", "HGB")
    return {
        "result": [
            {"test": test, "value": value, "unit": "g/L" if test == "HGB" else "10*9/L"}
            for test, value in zip(tests, values, strict=True)
        ]
    }


def test_after_a_form_comes_the_next_that_is_missing_with_its_day(unit: Unit) -> None:
    coordinator, _ = screened(unit, leave_out="CHEMISTRY")
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "HEMATOLOGY"]
    values, groups = {"date": today().isoformat()}, panel("3.1", "182", "130")
    again = {"corrects": str(seq), "reason": "slip"}
    corrected = coordinator.fill(HER, "SCREENING", "HEMATOLOGY", values, groups, **again)
    here = f"/{AT}visits/SCREENING/HEMATOLOGY/?entry={max(unit.subject(HER).forms)}"
    assert corrected.headers["Location"].endswith(here)  # who corrects is not led away

    yesterday = (today() - timedelta(1)).isoformat()
    saved = coordinator.fill(HER, "SCREENING", "HEMATOLOGY", {"date": yesterday}, groups)
    new = max(unit.subject(HER).forms)

    assert saved.headers["Location"].endswith(f"/{AT}visits/SCREENING/CHEMISTRY/?after={new}")
    place = f"{AT}visits/SCREENING/CHEMISTRY/"
    asked = coordinator.get(f"{place}?after={new}").content.decode()
    assert re.search(rf'name="h-date" value="{yesterday}"', asked)
    assert first(coordinator, f"{place}?after={new}") == ["g-result-0-value"]
    assert first(coordinator, place) == ["h-date"]  # who comes from elsewhere types the day
    (ecog,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "ECOG"]
    assert first(coordinator, f"{place}?after={ecog}") == ["h-date"]  # asked in other words


def test_on_a_day_beside_the_schedule_nothing_follows(unit: Unit) -> None:
    coordinator, _ = screened(unit)
    groups = panel("3.1", "182", "130")

    saved = coordinator.fill(HER, "UNSCHEDULED 1", "HEMATOLOGY", {"date": "yesterday"}, groups)

    here = f"/{AT}visits/UNSCHEDULED-1/HEMATOLOGY/?entry={max(unit.subject(HER).forms)}"
    assert saved.headers["Location"].endswith(here)  # each value with its grade


def test_what_was_saved_is_graded_on_the_form_that_follows(unit: Unit) -> None:
    coordinator, _ = screened(unit, leave_out="CHEMISTRY")
    yesterday = (today() - timedelta(1)).isoformat()
    coordinator.fill(
        HER, "SCREENING", "HEMATOLOGY", {"date": yesterday}, panel("0.7", "182", "130")
    )
    new = max(unit.subject(HER).forms)

    shown = coordinator.get(f"{AT}visits/SCREENING/CHEMISTRY/?after={new}").content.decode()

    assert "Grades by CTCAE 5.0 of what was saved: Neutrophil count decreased grade 3" in shown


def test_enter_goes_over_what_was_left_empty_the_last_time(unit: Unit) -> None:
    coordinator, _ = screened(unit)
    place = f"{AT}visits/UNSCHEDULED-1/HEMATOLOGY/"

    over = passed(coordinator, place)

    assert "h-standard_of_care" in over
    assert not {"h-date", "g-result-0-value", "g-result-1-value"} & over


def test_enter_goes_over_everything_only_where_there_was_a_last_time(unit: Unit) -> None:
    coordinator, _ = screened(unit, leave_out="HEMATOLOGY")

    assert passed(coordinator, f"{AT}visits/SCREENING/HEMATOLOGY/") == set()


def test_at_a_later_scan_the_spare_rows_are_gone_over(unit: Unit) -> None:
    unit.story.ready(HER)
    unit.story.randomize(HER)
    coordinator = unit.browser("coordinator-01")
    place = f"{AT}visits/SCAN-1/TUMOR_ASSESSMENT/"

    over = passed(coordinator, place)

    assert {"g-lesion-0-lesion", "g-lesion-1-method", "g-measurement-1-lesion"} <= over
    assert "g-measurement-0-value" not in over
    assert first(coordinator, place) == ["h-date"]
    assert "<option selected>LOCAL MDT</option>" in coordinator.get(place).content.decode()


def test_a_correction_shows_before_and_after_on_one_line(unit: Unit) -> None:
    coordinator, _ = screened(unit)
    (seq,) = [s for s, f in unit.subject(HER).forms.items() if f.form == "HEMATOLOGY"]
    values, groups = {"date": today().isoformat()}, panel("2.4", "183", "131")
    more = {"corrects": str(seq), "reason": "misread"}
    coordinator.fill(HER, "SCREENING", "HEMATOLOGY", values, groups, **more)
    held = max(unit.subject(HER).forms)
    other = panel("2.4", "182", "131")
    more = {"corrects": str(held), "reason": "misread again"}
    coordinator.fill(HER, "SCREENING", "HEMATOLOGY", values, other, **more)

    shown = text_of(coordinator.get(f"{AT}entries/{max(unit.subject(HER).forms)}/"))

    assert "Changed Before After PLAT, Result 183 182" in shown
    assert "NEUT, Result 2.4 2.4" not in shown
