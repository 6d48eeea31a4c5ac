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
    "cmh_z",
    "coverage_of_difference",
    "coverage_of_hazard_ratio",
    "decide",
    "mean_of",
    "mean_shares",
    "proportion_of",
    "rejected_by",
    "simulate_event_times",
    "simulate_trials",
    "stop_at_first",
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


def mean_shares(events: Floats, n: Floats) -> tuple[Estimate, Estimate]:
    """The mean share in each arm, counts (trial, arm), control first; a trial whose arm is empty
    says nothing of it.
    """
    control, experimental = (
        mean_of(events[n[:, arm] > 0, arm] / n[n[:, arm] > 0, arm]) for arm in (0, 1)
    )
    return control, experimental


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
    return stop_at_first(above, below, futile)


def stop_at_first(above: Flags, below: Flags, futile: Flags) -> Decisions:
    """Each trial stops at its first look with any of these flags (trial, look), or at the last."""
    ends = above | below | futile
    ends[:, -1] = True
    look = np.argmax(ends, axis=1)
    there = np.arange(len(ends)), look
    return Decisions(look, above[there], below[there], ends.shape[1])


def rejected_by(test: Test, events: Floats, n: Floats, alpha: float) -> Flags:
    """Which trials a two-sided test of two shares rejects, in favor of either arm, (trial,); never
    one with an empty arm.

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
    (trial,); with an empty arm there is none.
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
    once = cache(lambda x1, n1, x0, n0: n1 > 0 and n0 > 0 and ask(x1, n1, x0, n0))
    x, of = events.astype(int), n.astype(int)
    tables = zip(
        x[:, 1].tolist(), of[:, 1].tolist(), x[:, 0].tolist(), of[:, 0].tolist(), strict=True
    )
    return np.array([once(*table) for table in tables], np.bool_)


def cmh_z(events: Floats, n: Floats) -> Floats:
    """The root of the Cochran-Mantel-Haenszel chi-square without correction, positive in favor of
    the experimental arm: counts (trial, stratum, arm), control first, to (trial,).

    A stratum with an empty arm tells nothing; 0 where all strata are such, or of one outcome.
    """
    total, with_event = n.sum(axis=-1), events.sum(axis=-1)
    both = (n > 0).all(axis=-1)
    size = np.where(both, total, 2.0)
    gap = np.where(both, events[..., 1] - with_event * n[..., 1] / size, 0.0).sum(axis=-1)
    spread = n[..., 1] * n[..., 0] * with_event * (total - with_event) / (size**2 * (size - 1))
    variance = np.where(both, spread, 0.0).sum(axis=-1)
    return np.asarray(np.divide(gap, np.sqrt(variance), out=np.zeros_like(gap), where=variance > 0))


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
