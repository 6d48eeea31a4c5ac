"""Which entries had been recorded by a day, and which day is the last that anything was told of."""

from dataclasses import dataclass
from datetime import date

import pytest

from equipoise.subject.as_of import last_recorded_day, recorded_by


@dataclass(frozen=True)
class Told:
    """As much of an entry as counts here."""

    at: str
    type: str = "FormSaved"
    site: str | None = None


ENTRIES = [
    Told("2021-03-09T23:59:59Z"),
    Told("2021-03-10T00:00:00Z"),
    Told("2021-03-10T23:59:59.5Z"),
    Told("2021-03-11T00:00:00Z"),
    Told("2021-06-01T00:00:00Z", "Signed"),
]


@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2021, 3, 8), 0), (date(2021, 3, 9), 1), (date(2021, 3, 10), 3), (None, 5)],
)
def test_the_whole_day_counts(day, count):
    assert recorded_by(ENTRIES, day) == ENTRIES[:count]


@pytest.mark.parametrize("later", ["Signed", "EntryRedacted", "AllocationOpened"])
def test_what_is_about_the_ledger_tells_of_nobody(later):
    entries = [*ENTRIES[:4], Told("2021-06-01T00:00:00Z", later)]

    assert last_recorded_day(entries, {}) == date(2021, 3, 11)


def test_nothing_was_told():
    assert last_recorded_day([], {}) is None
    assert last_recorded_day([Told("2021-06-01T00:00:00Z", "Signed")], {}) is None  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("at", "site", "day"),
    [
        ("2021-03-11T15:59:59Z", "S01", 11),
        ("2021-03-11T16:00:00Z", "S01", 12),  # the day has begun in Shanghai
        ("2021-03-11T16:00:00Z", None, 11),
        ("2021-03-12T04:59:59Z", "S02", 11),  # and has not ended in New York
        ("2021-03-12T05:00:00Z", "S02", 12),
    ],
)
def test_the_last_day_is_of_the_calendar_of_the_site(at, site, day):
    zones = {"S01": "Asia/Shanghai", "S02": "America/New_York"}
    entries = [Told("2021-03-09T12:00:00Z", site="S01"), Told(at, site=site)]

    assert last_recorded_day(entries, zones) == date(2021, 3, day)


def test_what_is_recorded_in_the_west_after_it_takes_no_day_away():
    zones = {"S01": "Asia/Shanghai"}
    entries = [Told("2021-03-11T16:00:00Z", site="S01"), Told("2021-03-11T16:30:00Z")]

    assert last_recorded_day(entries, zones) == date(2021, 3, 12)
