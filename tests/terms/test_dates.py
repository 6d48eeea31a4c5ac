"""Dates that may be incomplete, windows, calendar years and study days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.terms.dates import (
    PartialDate,
    completed_years,
    in_window,
    parse_date,
    study_day,
    window_before,
    years_before,
)
from equipoise.terms.verdict import Verdict

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021-03-08", "2021-03-08", "2021-03-08"),
        ("2021-03-08T23:59", "2021-03-08", "2021-03-08"),
        ("2021-03-08T00:30:00+08:00", "2021-03-08", "2021-03-08"),
        ("2021-03-08T23", "2021-03-08", "2021-03-08"),
    ],
)
def test_a_date_lies_between_its_completions(text, earliest, latest):
    read = parse_date(text)

    assert (read.earliest.isoformat(), read.latest.isoformat()) == (earliest, latest)
    assert str(read) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8.3.2021",
        "2021-3-8",
        "2021-13",
        "2021-02-29",
        "2021-00-10",
        "21-03-08",
        " 2021",
        "2021-03-08 ",
    ],
)
def test_what_is_no_date_says_how_to_write_one(text):
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_date(text)


@given(DAYS)
def test_a_whole_date_is_exact_and_less_is_not(day):
    assert parse_date(day.isoformat()).exact == day
    assert parse_date(f"{day:%Y-%m}").exact is None
    assert parse_date(f"{day:%Y}").exact is None


@given(DAYS, DAYS, st.integers(0, 60))
def test_a_partial_date_decides_only_when_all_its_days_agree(day, index, days):
    opens, closes = window_before(index, days)
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}"):
        read = parse_date(text)
        completions = {opens <= one <= closes for one in _every_day(read)}
        expected = {(True,): Verdict.MET, (False,): Verdict.NOT_MET}.get(
            tuple(completions), Verdict.UNKNOWN
        )
        assert in_window(read, opens, closes) is expected


def _every_day(read: PartialDate) -> list[date]:
    return [
        read.earliest + timedelta(days=n) for n in range((read.latest - read.earliest).days + 1)
    ]


@given(DAYS, st.integers(0, 400), st.integers(-5, 400))
def test_a_window_holds_the_days_whose_difference_it_names(index, days, ago):
    opens, closes = window_before(index, days)

    assert (opens <= index - timedelta(days=ago) <= closes) is (0 <= ago <= days)


@pytest.mark.parametrize(
    ("index", "years", "before"),
    [
        ("2021-03-10", 5, "2016-03-10"),
        ("2024-02-29", 5, "2019-02-28"),
        ("2024-02-29", 4, "2020-02-29"),
        ("2021-02-28", 5, "2016-02-28"),
    ],
)
def test_years_are_calendar_years(index, years, before):
    assert years_before(date.fromisoformat(index), years).isoformat() == before


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-03-10", 1),
        ("2021-03-11", 2),
        ("2021-03-09", -1),
        ("2021-03-01", -9),
        ("2022-03-10", 366),
    ],
)
def test_there_is_no_study_day_0(day, expected):
    assert study_day(date.fromisoformat(day), date(2021, 3, 10)) == expected


@given(DAYS, DAYS)
def test_study_days_keep_the_order_of_days(one, other):
    reference = date(2021, 3, 10)

    assert (one < other) == (study_day(one, reference) < study_day(other, reference))
    assert study_day(one, reference) != 0


def test_the_time_of_day_is_kept_and_orders_results_of_one_day():
    morning, evening = parse_date("2021-03-08T08:00"), parse_date("2021-03-08T17:30")

    assert morning < evening
    assert morning.exact == evening.exact


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        ("1960-03-10", "2021-03-09", 60),
        ("1960-03-10", "2021-03-10", 61),  # in years of 365.25 days it would be 60
        ("2000-02-29", "2021-02-28", 20),
        ("2000-02-29", "2021-03-01", 21),
    ],
)
def test_age_goes_by_birthdays(birth, on, years):
    assert completed_years(date.fromisoformat(birth), date.fromisoformat(on)) == years
