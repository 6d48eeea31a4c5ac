"""When is what due? The shipped schedule on the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.protocol.model import Visit
from equipoise.protocol.schedule import due
from equipoise.protocol.yaml_file import load

SCHEDULE = load("NCT04509635").schedule
RANDOMIZED = date(2021, 3, 10)
END = date(2021, 8, 1)


def shown(anchors: dict[str, date], until: dict[str, date], end: date, *visits: str) -> list[str]:
    return [
        f"{d.visit} {d.number} {d.target} ({d.opens} to {d.closes})"
        for d in due(SCHEDULE, anchors, until, end)
        if not visits or d.visit in visits
    ]


def test_scans_every_8_weeks_from_randomization_7_days_earlier_or_later():
    assert shown({"randomization": RANDOMIZED}, {}, END, "SCAN") == [
        "SCAN 1 2021-05-05 (2021-04-28 to 2021-05-12)",
        "SCAN 2 2021-06-30 (2021-06-23 to 2021-07-07)",
    ]


def test_no_scan_is_due_after_progression():
    known = {"progression": date(2021, 6, 29)}

    assert [one[:6] for one in shown({"randomization": RANDOMIZED}, known, END, "SCAN")] == [
        "SCAN 1"
    ]


def test_a_scan_on_the_day_of_progression_was_due():
    known = {"progression": date(2021, 6, 30)}

    assert len(shown({"randomization": RANDOMIZED}, known, END, "SCAN")) == 2


def test_nothing_is_due_after_death():
    known = {"death": date(2021, 4, 1)}

    assert shown(
        {"randomization": RANDOMIZED, "first_dose": RANDOMIZED}, known, END, "SCAN", "CYCLE"
    ) == ["CYCLE 1 2021-03-24 (2021-03-21 to 2021-03-31)"]


def test_a_visit_without_its_anchor_is_not_due_yet():
    assert {one.visit for one in due(SCHEDULE, {"randomization": RANDOMIZED}, {}, END)} == {
        "SCREENING",
        "FIRST_DOSE",
        "SCAN",
    }
    assert due(SCHEDULE, {}, {}, END) == []


def test_screening_opens_28_days_before_and_closes_on_the_day():
    assert shown({"randomization": RANDOMIZED}, {}, END, "SCREENING") == [
        "SCREENING 1 2021-03-10 (2021-02-10 to 2021-03-10)"
    ]


def test_cycles_end_with_treatment_and_survival_contacts_begin_then_without_progression():
    anchors = {"randomization": RANDOMIZED, "first_dose": RANDOMIZED, "last_dose": date(2021, 4, 7)}
    known = {"end_of_treatment": date(2021, 4, 7), "progression": date(2021, 4, 20)}

    assert [one.split(" (")[0] for one in shown(anchors, known, END, "CYCLE", "SURVIVAL")] == [
        "CYCLE 1 2021-03-24",
        "CYCLE 2 2021-04-07",
        "SURVIVAL 1 2021-06-30",
    ]


def test_a_visit_that_repeats_says_until_when():
    with pytest.raises(ValueError, match="every_days and until belong together"):
        Visit.model_validate(
            {
                "id": "V",
                "label": "V",
                "anchor": "randomization",
                "day": 0,
                "every_days": 7,
                "before_days": 0,
                "after_days": 0,
                "forms": [],
                "from": "record",
            }
        )


@given(st.integers(0, 700), st.integers(0, 700))
def test_what_is_due_by_an_earlier_day_is_due_by_a_later_one_too(first, second):
    early, late = (RANDOMIZED + timedelta(days=days) for days in sorted((first, second)))
    anchors = {"randomization": RANDOMIZED, "first_dose": RANDOMIZED}

    assert due(SCHEDULE, anchors, {}, early) == [
        one for one in due(SCHEDULE, anchors, {}, late) if one.target <= early
    ]
