"""When is what due? The shipped schedule on the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.protocol.schedule import Visit, numbered, occurrences
from equipoise.protocol.yaml_file import load

SCHEDULE = {visit.id: visit for visit in load("NCT04509635").schedule}
RANDOMIZED = date(2021, 3, 10)
END = date(2021, 8, 1)


def shown(
    visit: str, until: date, done: dict[int, date] | None = None, cycle: int | None = 14
) -> list[str]:
    due = occurrences(SCHEDULE[visit], RANDOMIZED, until, cycle_days=cycle, done=done)
    return [f"{d.visit} {d.number} {d.target} ({d.opens} to {d.closes})" for d in due]


def test_scans_every_8_weeks_from_randomization_7_days_earlier_or_later():
    assert shown("SCAN", END) == [
        "SCAN 1 2021-05-05 (2021-04-28 to 2021-05-12)",
        "SCAN 2 2021-06-30 (2021-06-23 to 2021-07-07)",
    ]


def test_a_visit_is_due_from_the_day_on_which_its_window_opens():
    assert len(shown("SCAN", date(2021, 6, 22))) == 1
    assert len(shown("SCAN", date(2021, 6, 23))) == 2


def test_screening_opens_28_days_before_and_closes_on_the_day():
    assert shown("SCREENING", END) == ["SCREENING 1 2021-03-10 (2021-02-10 to 2021-03-10)"]


def test_a_visit_that_does_not_recur_is_due_once():
    assert len(shown("SAFETY_FOLLOW_UP", date(2030, 1, 1))) == 1


def test_scans_count_from_randomization_whatever_was_done():
    late = {1: date(2021, 5, 25)}

    assert shown("SCAN", END, late) == shown("SCAN", END)


def test_cycles_count_from_the_one_before_as_it_was_done():
    done = {1: date(2021, 3, 30), 2: date(2021, 4, 13)}

    assert [line.split(" (")[0] for line in shown("CYCLE", date(2021, 5, 11), done)] == [
        "CYCLE 1 2021-03-24",
        "CYCLE 2 2021-04-13",
        "CYCLE 3 2021-04-27",
        "CYCLE 4 2021-05-11",
    ]


def test_a_cycle_is_as_long_as_that_of_the_regimen():
    assert [line.split(" (")[0] for line in shown("CYCLE", date(2021, 5, 2), cycle=28)] == [
        "CYCLE 1 2021-04-07",
        "CYCLE 2 2021-05-05",
    ]


def test_by_a_cycle_of_unknown_length_nothing_is_due():
    assert shown("CYCLE", END, cycle=None) == []
    assert SCHEDULE["CYCLE"].by_cycle
    assert not SCHEDULE["SCAN"].by_cycle


def test_a_visit_may_begin_on_a_day_and_recur_by_the_cycle():
    visit = declared(day=3, every_days="cycle", until="death")

    assert visit.rhythm(21) == (3, 21, 0, 0)
    assert visit.rhythm() is None
    assert declared(day=3).rhythm() == (3, None, 0, 0)


def test_a_cycle_that_was_not_done_leaves_the_next_where_it_was():
    assert shown("CYCLE", END, {2: date(2021, 4, 7)}) == shown("CYCLE", END)


@pytest.mark.parametrize(
    ("recorded", "visit", "number"),
    [("SCAN 2", "SCAN", 2), ("SCREENING", "SCREENING", 1), ("UNSCHEDULED 103", "UNSCHEDULED", 103)],
)
def test_a_visit_is_recorded_with_its_number_when_it_recurs(recorded, visit, number):
    assert numbered(recorded) == (visit, number)
    if visit in SCHEDULE:
        assert SCHEDULE[visit].name(number) == recorded


def declared(**fields: Any) -> Visit:
    plain = {"id": "V", "label": "V", "anchor": "randomization", "day": 0, "before_days": 0}
    return Visit.model_validate({**plain, "after_days": 0, "forms": [], "from": "record", **fields})


def test_a_visit_that_repeats_says_until_when():
    with pytest.raises(ValueError, match="every_days and until belong together"):
        declared(every_days=7)


def test_a_visit_that_happens_once_has_none_before_it():
    with pytest.raises(ValueError, match="'V': it happens once, so there is none before it"):
        declared(counted_from="previous")


DAYS = st.dates(date(2020, 1, 1), date(2024, 1, 1))


@given(st.integers(0, 700), st.integers(0, 700), st.dictionaries(st.integers(1, 9), DAYS))
def test_what_is_due_by_an_earlier_day_is_due_by_a_later_one_too(first, second, done):
    early, late = (RANDOMIZED + timedelta(days=days) for days in sorted((first, second)))
    for visit in SCHEDULE.values():
        before, after = (
            list(occurrences(visit, RANDOMIZED, day, cycle_days=28, done=done))
            for day in (early, late)
        )

        assert after[: len(before)] == before
