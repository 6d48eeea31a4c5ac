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

    assert last_recorded_day(entries) == date(2021, 3, 11)


def test_nothing_was_told():
    assert last_recorded_day([]) is None
    assert last_recorded_day([Told("2021-06-01T00:00:00Z", "Signed")]) is None  # type: ignore[list-item]
