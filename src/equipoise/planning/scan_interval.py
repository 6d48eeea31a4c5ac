"""What does the day of the first scan decide, though the drug is the same?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from equipoise.protocol.model import Protocol
from equipoise.simulation.full_trial import FullTrial, Look, simulate_trials
from equipoise.simulation.operating_characteristics import (
    Estimate,
    mean_of,
    proportion_of,
    rejected_by,
)
from equipoise.simulation.stopping import two_sided_z
from equipoise.terms.dates import DAYS_PER_MONTH

DAYS_PER_WEEK = 7


def scan_timing(median_months: float, first_scan_weeks: float) -> float:
    """Proportion still without an event at the first scan if progression-free survival is
    exponential.

    That is the disease control rate, so the day of the first scan moves the endpoint though the
    drug is the same. A month is 365.25/12 days.
    """
    if not median_months > 0:
        raise ValueError(f"median_months is {median_months}; it must be above 0")
    if not first_scan_weeks >= 0:
        raise ValueError(f"first_scan_weeks is {first_scan_weeks}; it must be 0 or more")
    medians = first_scan_weeks * DAYS_PER_WEEK / (median_months * DAYS_PER_MONTH)
    return float(0.5**medians)


@dataclass(frozen=True, slots=True)
class ScanInterval:
    """Scans every so many weeks from the first on: disease control by arm, how often Boschloo's
    test rejects, and how often the log-rank test of PFS does.
    """

    weeks: int
    control: Estimate
    experimental: Estimate
    boschloo: Estimate
    pfs_rejected: Estimate


def scanned_every(protocol: Protocol, trial: FullTrial, weeks: int) -> FullTrial:
    """The trial if scans came every so many weeks from the first on.

    Stable disease then has to last to the first scan less its window, and the longest gap between
    scans grows with the interval, as in the protocol. All intervals are cut after the same
    follow-up, that of two of the longest.
    """
    days, longest = (w * DAYS_PER_WEEK for w in (weeks, max(protocol.design.first_scan_weeks)))
    window = protocol.visit(protocol.assessment.scan_visit).before_days
    response = trial.rules.response._replace(sd_min_days=days - window)
    times = trial.rules.time_to_event._replace(longest_gap=2 * days + 2 * window)
    end = Look(participants=protocol.design.participants, follow_days=2 * (longest + window))
    return replace(
        trial,
        scan_days=tuple(range(days, trial.tumor.follow_days, days)),
        rules=trial.rules._replace(response=response, time_to_event=times),
        looks=(end,),
    )


def simulate_scan_interval(
    protocol: Protocol, trial: FullTrial, weeks: int, trials: int, seed: int, *, workers: int = 1
) -> ScanInterval:
    """Disease control, and the power of the comparison, at one interval (see `scanned_every`)."""
    results = simulate_trials(scanned_every(protocol, trial, weeks), trials, seed, workers=workers)
    events, n = results.controlled[:, 0], results.participants[:, 0]
    rejected = rejected_by("boschloo", events, n, float(protocol.design.alpha))
    return ScanInterval(
        weeks=weeks,
        control=mean_of(events[:, 0] / n[:, 0]),
        experimental=mean_of(events[:, 1] / n[:, 1]),
        boschloo=proportion_of(rejected),
        pfs_rejected=proportion_of(np.abs(results.pfs.z[:, 0]) > two_sided_z(protocol)),
    )
