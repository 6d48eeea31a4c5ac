"""What had been recorded by a day, and until which day does a ledger tell?

Two clocks: entries are cut by the day of recording (UTC); clinical dates by a cutoff, which
defaults to that day, or to the last one at the sites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from equipoise.ledger.entry import Entry
from equipoise.terms.time_zones import local_day

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
    """The day (UTC) on which each entry was recorded, at the latest: no entry is younger than one
    after it, even if a clock ran ahead and was corrected.
    """
    return [at[:10] for at in _recorded_at(entries)]


def _recorded_at(entries: Sequence[Entry]) -> list[str]:
    times: list[str] = []
    latest = "9999-12-31T23:59:59Z"
    for entry in reversed(entries):
        latest = min(latest, entry.at)
        times.append(latest)
    return times[::-1]


def last_recorded_day(entries: Sequence[Entry], zones: Mapping[str, str]) -> date | None:
    """The last day on which anything about the trial was recorded, on the calendar of the site that
    recorded it (UTC without one): after 16:00 UTC it is tomorrow in Shanghai, and what happens
    there is of that day. `zones` has the time zone of each site.
    """
    told = zip(entries, _recorded_at(entries), strict=True)
    last = {entry.site or "": at for entry, at in told if entry.type not in _ABOUT_THE_LEDGER}
    return max((local_day(at, zones.get(site, "UTC")) for site, at in last.items()), default=None)
