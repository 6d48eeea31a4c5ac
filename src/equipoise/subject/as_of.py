"""What had been recorded by a day, and until which day does a ledger tell?

Two clocks: entries are cut by the day of recording (UTC); clinical dates by a cutoff, which
defaults to that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from equipoise.ledger.entry import Entry

_ABOUT_THE_LEDGER = frozenset({"EntryRedacted", "Signed", "AllocationOpened"})
"""Events that tell nothing of anybody: they may come long after the last visit."""


def recorded_by(entries: Sequence[Entry], day: date | None) -> list[Entry]:
    """The entries recorded by the end of a day; all without one."""
    return [entry for entry in entries if day is None or entry.at[:10] <= day.isoformat()]


def last_recorded_day(entries: Sequence[Entry]) -> date | None:
    """The last day on which anything about the trial was recorded."""
    days = [entry.at[:10] for entry in entries if entry.type not in _ABOUT_THE_LEDGER]
    return date.fromisoformat(days[-1]) if days else None
