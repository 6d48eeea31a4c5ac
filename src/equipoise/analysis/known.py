"""What was known when a trial is analyzed: its entries by a day, a clinical cutoff, and whether
the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.ledger.entry import Entry
from equipoise.ledger.verified import Broken, Verified
from equipoise.subject.as_of import last_recorded_day, recorded_by
from equipoise.subject.fold import replay
from equipoise.subject.state import Trial


class CannotAnalyze(ValueError):
    """Why a ledger cannot be analyzed, for the person who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The trial as it was known, and the last clinical day that counts.

    `as_of` is the day by which its entries were recorded, None for all of them. `verified` is the
    finding of `conduct.verify` about the whole ledger; nothing is analyzed without one that holds.
    """

    trial: Trial
    cutoff: date
    verified: Verified | Broken | None
    as_of: date | None = None


def know(
    entries: Sequence[Entry],
    verified: Verified | Broken | None,
    *,
    as_of: date | None = None,
    cutoff: date | None = None,
    folded: Trial | None = None,
) -> Known:
    """What the entries recorded by `as_of` tell up to `cutoff`, by default as-of or the last day
    recorded. `folded` is the trial after the last of all entries, where it is known already.

    Raises CannotAnalyze when nothing was recorded by then, or nothing up to the cutoff.
    """
    recorded = recorded_by(entries, as_of)
    if as_of and entries and not recorded:
        first = entries[0].at[:10]
        raise CannotAnalyze(
            f"as-of: nothing was recorded by {as_of} in UTC; the first entry is of {first}"
        )
    if last_recorded_day(recorded, {}) is None:
        raise no_protocol()
    trial = folded if folded is not None and len(recorded) == len(entries) else replay(recorded)
    zones = {site.id: site.time_zone for site in trial.sites.values()}
    last = as_of or last_recorded_day(recorded, zones)
    assert last is not None
    if cutoff and cutoff > last:
        raise CannotAnalyze(f"cutoff: {cutoff} is after {last}, up to which anything was recorded")
    return Known(trial=trial, cutoff=cutoff or last, verified=verified, as_of=as_of)


def no_protocol() -> CannotAnalyze:
    """There is nothing to analyze by."""
    return CannotAnalyze("the ledger holds no protocol: its first entry must be ProtocolAdopted")


def check_known(known: Known) -> None:
    """Raise CannotAnalyze unless there is a protocol, and a finding that holds for all that is
    analyzed.
    """
    finding, head = known.verified, known.trial.head
    if not known.trial.versions or head is None:
        raise no_protocol()
    if finding is None:
        raise CannotAnalyze("the ledger was not verified; it is not analyzed")
    if isinstance(finding, Broken):
        raise CannotAnalyze(
            f"entry {finding.seq}: {finding.why}. A ledger that does not verify is not analyzed"
        )
    if finding.entries < head.seq:
        raise CannotAnalyze(
            f"{finding.entries} entries were verified, {head.seq} are to be analyzed: the ledger"
            " has grown meanwhile; verify it again"
        )
