"""How often is a design right, how long does it take, and how far are its estimates off? With
Monte-Carlo errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from equipoise.arrays import Flags, Floats
from equipoise.simulation.event_time_trial import (
    EventTimeResults,
    EventTimeTrial,
    simulate_event_times,
)
from equipoise.simulation.full_trial import FullTrial, FullTrialResults, TimesSeen, simulate_trials
from equipoise.statistics.checks import check_share
from equipoise.statistics.proportions import Test, miettinen_nurminen, rejection_region
from equipoise.statistics.sequential import GroupSequentialDesign

__all__ = [
    "Decisions",
    "Estimate",
    "EventTimeResults",
    "EventTimeTrial",
    "FullTrial",
    "FullTrialResults",
    "TimesSeen",
    "coverage_of_difference",
    "coverage_of_hazard_ratio",
    "decide",
    "mean_of",
    "pooled_z",
    "proportion_of",
    "rejected_by",
    "simulate_event_times",
    "simulate_trials",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure and its Monte-Carlo standard error; of how many trials."""

    value: float
    standard_error: float
    trials: int


def proportion_of(flags: Flags) -> Estimate:
    """The share of trials, flags (trial,); the error of a share of 0 or 1 is that of one trial on
    the other side.
    """
    n = len(flags)
    if not n:
        raise ValueError("flags is empty; a share needs at least one trial")
    p = float(np.mean(flags))
    shrunk = (p * n + (p == 0) - (p == 1)) / n
    return Estimate(p, float(np.sqrt(shrunk * (1 - shrunk) / n)), n)


def mean_of(values: Floats) -> Estimate:
    """The mean over trials, values (trial,). Raises ValueError for NaN, and for fewer than two
    trials.
    """
    n = len(values)
    if n < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"{n} trials, {int(np.sum(~np.isfinite(values)))} of them without a value; expected 2"
            " or more"
        )
    return Estimate(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(n)), n)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What became of each trial, (trial,): the look it stopped at, from 0, and whether it stopped
    for `efficacy` or, in a two-sided design, for `harm`. Who does neither ends for futility, or
    accepts at the last look.
    """

    look: NDArray[np.int64]
    efficacy: Flags
    harm: Flags
    looks: int

    @property
    def power(self) -> Estimate:
        """The share of trials that stop for efficacy at any look."""
        return proportion_of(self.efficacy)

    @property
    def rejected(self) -> Estimate:
        """The share of trials that reject the null hypothesis, in either direction."""
        return proportion_of(self.efficacy | self.harm)

    def stopped_for_efficacy(self) -> tuple[Estimate, ...]:
        """For each look the share of all trials that stop for efficacy there."""
        return self._by_look(self.efficacy)

    def stopped_for_harm(self) -> tuple[Estimate, ...]:
        """For each look the share of all trials that pass the lower bound of a two-sided design
        there.
        """
        return self._by_look(self.harm)

    def stopped_for_futility(self) -> tuple[Estimate, ...]:
        """For each look the share of all trials that end there without rejecting; at the last:
        accept.
        """
        return self._by_look(~self.efficacy & ~self.harm)

    def _by_look(self, flags: Flags) -> tuple[Estimate, ...]:
        return tuple(proportion_of(flags & (self.look == look)) for look in range(self.looks))

    def at_stop(self, values: Floats) -> Floats:
        """What was true at the look each trial stopped at: values (trial, look) to (trial,)."""
        return values[np.arange(len(self.look)), self.look]


def decide(z: Floats, design: GroupSequentialDesign, *, obey_futility: bool = True) -> Decisions:
    """Apply the bounds of a design to statistics (trial, look), positive in favor of the
    experimental arm.

    A two-sided design rejects at either bound, which are told apart. Raises ValueError if the looks
    differ in number.
    """
    looks = len(design.efficacy)
    if z.ndim != 2 or z.shape[1] != looks:
        raise ValueError(
            f"z has shape {z.shape}; expected (trial, {looks}), a column for each look of the"
            " design"
        )
    if not np.isfinite(z).all():
        raise ValueError(f"z of trial {int(np.argwhere(~np.isfinite(z))[0, 0])} is not finite")
    above, below = z >= np.array(design.efficacy), np.zeros_like(z, dtype=bool)
    futile = np.zeros_like(above)
    if design.sided == 2:
        below = -z >= np.array(design.efficacy)
    elif obey_futility and design.futility:
        futile[:, :-1] = z[:, :-1] <= np.array(design.futility)[: looks - 1]
    ends = above | below | futile
    ends[:, -1] = True
    look = np.argmax(ends, axis=1)
    there = np.arange(len(z)), look
    return Decisions(look, above[there], below[there], looks)


def rejected_by(test: Test, events: Floats, n: Floats, alpha: float) -> Flags:
    """Which trials a two-sided test of two shares rejects, in favor of either arm, (trial,).

    `events` and `n` have shape (trial, arm), control first.
    """
    check_share("alpha", alpha)
    return _each_table(
        events, n, lambda x1, n1, x0, n0: bool(rejection_region(test, n1, n0, alpha)[x1, x0])
    )


def coverage_of_difference(
    events: Floats, n: Floats, difference: float, level: float = 0.95
) -> Flags:
    """Which trials' Miettinen-Nurminen interval of the difference in shares holds the true one,
    (trial,).
    """
    if not -1 <= difference <= 1:
        raise ValueError(f"difference is {difference}; it must lie between -1 and 1")

    def holds(x1: int, n1: int, x0: int, n0: int) -> bool:
        interval = miettinen_nurminen(x1, n1, x0, n0, level)
        return bool(interval.lower <= difference <= interval.upper)

    return _each_table(events, n, holds)


def _each_table(events: Floats, n: Floats, ask: Callable[[int, int, int, int], bool]) -> Flags:
    """Ask once of each different table (experimental events and n, control events and n)."""
    for name, counts in (("events", events), ("n", n)):
        if not np.all(np.asarray(counts) == np.floor(counts)):
            raise ValueError(f"{name} holds numbers that are no counts; expected whole numbers")
    once = cache(ask)
    x, of = events.astype(int), n.astype(int)
    tables = zip(
        x[:, 1].tolist(), of[:, 1].tolist(), x[:, 0].tolist(), of[:, 0].tolist(), strict=True
    )
    return np.array([once(*table) for table in tables])


def pooled_z(events: Floats, n: Floats) -> Floats:
    """The pooled z statistic of two shares, experimental minus control, (trial,); 0 if the pooled
    share is 0 or 1.
    """
    share, pooled = events / n, events.sum(axis=-1) / n.sum(axis=-1)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n).sum(axis=-1))
    gap = share[..., 1] - share[..., 0]
    return np.asarray(np.divide(gap, spread, out=np.zeros_like(spread), where=spread > 0))


def coverage_of_hazard_ratio(
    results: EventTimeResults, look: int, hazard_ratio: float, level: float = 0.95
) -> Flags:
    """Which trials' Wald interval holds the true hazard ratio, (trial,); one without an estimate
    does not.
    """
    z = float(ndtri((1 + check_share("level", level)) / 2))
    if not 0 < hazard_ratio < np.inf:
        raise ValueError(f"hazard_ratio is {hazard_ratio}; it must be a finite number above 0")
    gap = np.abs(results.log_hazard_ratio[:, look] - np.log(hazard_ratio))
    return np.asarray(gap <= z * results.standard_error[:, look])
