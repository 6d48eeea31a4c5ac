"""How long until it happened? Progression-free survival, overall survival and duration of response.

Days count from randomization, day 0; -1 stands for "never". What ends a time is decided in
`censoring`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.arrays import NEVER, NOWHERE
from equipoise.endpoints.censoring import (
    ALIVE,
    CENSORS,
    DECLARED,
    WHY,
    End,
    KnownDays,
    TimeToEventRules,
    happens,
    progression_free,
    survival_end,
)
from equipoise.terms.response import Response

KINDS = (
    "randomization",
    "scan",
    "death",
    "new_therapy",
    "clinical_progression",
    "last_known_alive",
    "declared_event",
)
"""Where an end was seen."""


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """Days from start to end, both included; whether the end is an event; and where it was seen."""

    days: int
    event: bool
    why: str
    source_kind: str  # one of KINDS
    source_index: int  # of the scan; -1 for other kinds

    @property
    def decided_by(self) -> str:
        """Which of KINDS decided: what was seen, or what censors at a scan before it."""
        by = {WHY[code]: KINDS[kind] for code, kind in CENSORS.items()}
        return by.get(self.why, self.source_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is known of one subject; days since randomization, -1 for never.

    `scan_days` after baseline in order, `responses` (Response) and optionally `pd_days` one for
    each scan: the day on which it dates PD, not after itself. Raises ValueError for what cannot be
    meant.
    """

    scan_days: tuple[int, ...]
    responses: tuple[int, ...]
    cutoff: int
    pd_days: tuple[int, ...] = ()
    has_baseline: bool = True
    death: int = NEVER
    new_therapy: int = NEVER
    clinical_progression: int = NEVER
    last_known_alive: int = NEVER

    def __post_init__(self) -> None:
        if len(self.scan_days) != len(self.responses) or len(self.pd_days) not in (
            0,
            len(self.scan_days),
        ):
            raise ValueError(
                f"{len(self.scan_days)} scans, {len(self.responses)} responses, {len(self.pd_days)}"
                " dates of PD: give one of each for every scan (or no dates of PD)"
            )
        if list(self.scan_days) != sorted(self.scan_days):
            raise ValueError(
                f"scan days {self.scan_days} are not in order of time; sort the scans first"
            )
        if self.cutoff < 0:
            raise ValueError(
                f"the data cutoff, day {self.cutoff}, is before randomization; leave this"
                " subject out"
            )
        self._check_days()

    def _check_days(self) -> None:
        for day, response in zip(self.scan_days, self.responses, strict=True):
            if day < 0:
                raise ValueError(
                    f"scan_days: day {day} is before randomization; only scans after baseline count"
                )
            if response not in list(Response):
                raise ValueError(
                    f"responses: {response} of day {day} is no Response;"
                    f" expected {', '.join(f'{int(r)} ({r.cdisc})' for r in Response)}"
                )
        for day, dated in zip(self.scan_days, self.pd_days, strict=False):
            if not NEVER <= dated <= day:
                raise ValueError(
                    f"pd_days: the scan of day {day} dates PD on day {dated}; expected a day not"
                    f" after the scan, or {NEVER} for none"
                )
        for name in ("death", "new_therapy", "clinical_progression", "last_known_alive"):
            if getattr(self, name) < NEVER:
                raise ValueError(
                    f"{name}: day {getattr(self, name)} is before randomization; expected a day"
                    f" from 0 on, or {NEVER} for never"
                )
        if NEVER < self.death < self.last_known_alive:
            raise ValueError(
                f"last_known_alive: day {self.last_known_alive} is after the death on day"
                f" {self.death}; one of the two is wrong"
            )


def _told(end: End, start: int) -> TimeToEvent:
    day, event, why, kind, scan = (int(part) for part in end)
    return TimeToEvent(max(day, start) - start + 1, event == 1, WHY[why], KINDS[kind], scan)


def _progression_free(known: FollowUp, rules: TimeToEventRules) -> End:
    day = np.array(known.scan_days, np.int32)
    days = KnownDays(
        day=day,
        response=np.array(known.responses, np.int8),
        pd_day=np.array(known.pd_days, np.int32) if known.pd_days else np.full_like(day, NEVER),
        has_baseline=known.has_baseline,
        death=known.death,
        therapy=known.new_therapy,
        clinical=known.clinical_progression,
        cutoff=known.cutoff,
    )
    end: End = progression_free(days, rules)
    return end


def derive_pfs(known: FollowUp, rules: TimeToEventRules) -> TimeToEvent:
    """Progression-free survival from randomization under one rule set."""
    return _told(_progression_free(known, rules), 0)


def derive_duration_of_response(
    known: FollowUp, first_response_day: int, rules: TimeToEventRules
) -> TimeToEvent | None:
    """From the first response (RECIST 1.1 4.6.2) to the end that PFS has; None for those without
    response (-1).
    """
    if first_response_day < 0:
        return None
    return _told(_progression_free(known, rules), first_response_day)


def derive_os(known: FollowUp) -> TimeToEvent:
    """Overall survival from randomization; an event is death from any cause."""
    return _told(survival_end(known.death, known.last_known_alive, known.cutoff), 0)


def derive_time_to(
    event_day: int, last_observed_day: int, cutoff: int, start_day: int = 0
) -> TimeToEvent:
    """Time to a declared date (-1: not seen); else censored at the last observation, not after the
    cutoff.
    """
    if happens(event_day, cutoff):
        return _told(End(event_day, 1, 30, DECLARED, NOWHERE), start_day)
    return _told(End(min(last_observed_day, cutoff), 0, 31, ALIVE, NOWHERE), start_day)
