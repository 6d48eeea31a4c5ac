"""What had been recorded by a day, and until which day does a ledger tell?

Two clocks: entries are cut by the day of recording (UTC); clinical dates by a cutoff, which
defaults to that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from equipoise.ledger.entry import Entry

_ABOUT_THE_LEDGER = frozenset(
    {
        "EntryRedacted",
        "Signed",
        "AllocationOpened",
        "EnvelopesCounted",
        "AssumptionsConfirmed",
        "DeviationClassified",
        "KeyPublished",
        "ClockCorrected",
        "SafetyReported",
        "SafetyAssessed",
        "SafetySubmitted",
        "RoleDelegated",
        "DelegationEnded",
        "StaffTrained",
        "TrialStatusChanged",
        "SiteStatusChanged",
    }
)
"""Events that tell nothing of anybody: they may come long after the last visit."""


def recorded_by(entries: Sequence[Entry], day: date | None) -> list[Entry]:
    """The entries recorded by the end of a day (UTC); all without one."""
    if day is None:
        return list(entries)
    days = recorded_days(entries)
    return [entry for entry, on in zip(entries, days, strict=True) if on <= day.isoformat()]


def recorded_days(entries: Sequence[Entry]) -> list[str]:
    """The day on which each entry was recorded, at the latest: no entry is younger than one after
    it, even if a clock ran ahead and was corrected.
    """
    days: list[str] = []
    latest = "9999-12-31"
    for entry in reversed(entries):
        latest = min(latest, entry.at[:10])
        days.append(latest)
    return days[::-1]


def last_recorded_day(entries: Sequence[Entry]) -> date | None:
    """The last day on which anything about the trial was recorded."""
    told = zip(entries, recorded_days(entries), strict=True)
    days = [day for entry, day in told if entry.type not in _ABOUT_THE_LEDGER]
    return date.fromisoformat(days[-1]) if days else None
