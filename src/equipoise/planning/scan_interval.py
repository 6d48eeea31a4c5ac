"""What does the day of the first scan decide, though the drug is the same?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.simulation.blocks import Progress
from equipoise.simulation.declared_test import primary_rejected, rejected_by_z
from equipoise.simulation.full_trial import (
    FullTrial,
    FullTrialResults,
    Look,
    by_arm,
    simulate_trials,
)
from equipoise.simulation.judged import PFS
from equipoise.simulation.operating_characteristics import Estimate, mean_shares
from equipoise.terms.dates import DAYS_PER_MONTH

DAYS_PER_WEEK = 7


def scan_timing(median_months: float, first_scan_weeks: float) -> float:
    """Proportion still without an event at the first scan if progression-free survival is
    exponential.

    That is the rate of disease control, so the day of the first scan moves the endpoint though the
    drug is the same. A month is 365.25/12 days.
    """
    if not median_months > 0:
        raise ValueError(f"median_months is {median_months}; it must be above 0")
    if not first_scan_weeks >= 0:
        raise ValueError(f"first_scan_weeks is {first_scan_weeks}; it must be 0 or more")
    medians = first_scan_weeks * DAYS_PER_WEEK / (median_months * DAYS_PER_MONTH)
    return float(0.5**medians)


def counts_stable_disease(endpoint: Endpoint) -> bool:
    """Whether stable disease reaches the endpoint: only then is it the share without an event at
    the first scan.
    """
    return isinstance(endpoint.analysis, BinaryAnalysis) and "SD" in endpoint.responses


@dataclass(frozen=True, slots=True)
class ScanInterval:
    """Scans every so many weeks from the first on: the primary endpoint by arm, how often its
    declared test rejects, and how often that of progression-free survival does (None where the
    protocol has no such endpoint).
    """

    weeks: int
    control: Estimate
    experimental: Estimate
    rejected: Estimate
    pfs_rejected: Estimate | None


def scanned_every(protocol: Protocol, trial: FullTrial, weeks: int) -> FullTrial:
    """The trial if scans came every so many weeks from the first on.

    Stable disease then has to last to the first scan less its window, and the longest gap between
    scans grows with the interval, as in the protocol. All intervals are cut after the same
    follow-up, that of two of the longest. Raises ValueError for weeks that nobody is followed.
    """
    days, longest = (w * DAYS_PER_WEEK for w in (weeks, max(protocol.design.first_scan_weeks)))
    if not 1 <= days < trial.tumor.follow_days:
        last = (trial.tumor.follow_days - 1) // DAYS_PER_WEEK
        raise ValueError(f"weeks is {weeks}; it must be a whole number from 1 to {last}")
    window = protocol.scans.before
    response = trial.rules.response._replace(sd_min_days=days - window)
    gap = 2 * days + 2 * window
    end = Look(participants=protocol.design.participants, follow_days=2 * (longest + window))
    return replace(
        trial,
        scan_days=tuple(range(days, trial.tumor.follow_days, days)),
        rules=trial.rules._replace(response=response),
        times=tuple(
            replace(times, rules=times.rules._replace(longest_gap=gap)) for times in trial.times
        ),
        looks=(end,),
    )


def simulate_scan_interval(
    protocol: Protocol,
    trial: FullTrial,
    weeks: int,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> ScanInterval:
    """The primary endpoint, and the power of the comparison, at one interval (see
    `scanned_every`).
    """
    every = scanned_every(protocol, trial, weeks)
    results = simulate_trials(every, trials, seed, workers=workers, progress=progress)
    alpha = float(protocol.design.alpha)
    control, experimental = mean_shares(
        by_arm(results.reached[protocol.primary.id][:, 0]), by_arm(results.participants[:, 0])
    )
    return ScanInterval(
        weeks=weeks,
        control=control,
        experimental=experimental,
        rejected=primary_rejected(protocol, results, 0, alpha).two_sided,
        pfs_rejected=_pfs_rejected(trial, results, alpha),
    )


def _pfs_rejected(trial: FullTrial, results: FullTrialResults, alpha: float) -> Estimate | None:
    """By the first analysis of progression-free survival that the protocol declares."""
    for times in trial.times:
        if times.kind == PFS:
            z = results.times[times.endpoint][times.analysis].z[:, 0]
            return rejected_by_z(z, alpha).two_sided
    return None
