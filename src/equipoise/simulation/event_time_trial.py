"""What does a trial with a time-to-event endpoint show, over and over? The assumptions, checked,
and the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from equipoise.allocation.blocks import permuted_blocks
from equipoise.arrays import Floats
from equipoise.compiled import compiled, pays
from equipoise.simulation.blocks import Block, KeptBlocks, Progress, run_blocks
from equipoise.simulation.event_time_rules import (
    DATE,
    ENTERED,
    EVENTS,
    LOG_HAZARD_RATIO,
    SCORES,
    STANDARD_ERROR,
    CutPlan,
    SimulatedTimes,
    simulate_event_trials,
)
from equipoise.simulation.trial_rules import MOST_STRATA, scheme_of
from equipoise.statistics.sample_size import Accrual, Arm
from equipoise.statistics.survival import FlemingHarrington, Weight, weight_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A share of the subjects whose hazards are a multiple of the trial's."""

    share: float
    multiplier: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """When the data are cut: at a number of events, or on a date counted from the first day of
    accrual.
    """

    events: int | None = None
    date: float | None = None

    def __post_init__(self) -> None:
        if (self.events is None) == (self.date is None):
            raise ValueError(
                f"a cut needs events or a date, one of them; found events {self.events}, date"
                f" {self.date}"
            )
        if self.events is not None and (self.events < 1 or self.events != int(self.events)):
            raise ValueError(f"events is {self.events}; it must be a whole number, 1 or more")
        if self.date is not None and not 0 < self.date < np.inf:
            raise ValueError(
                f"date is {self.date}; it must be a finite time after the start, above 0"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTimeTrial:
    """A two-arm trial with piecewise constant accrual, hazards and dropout; one unit of time
    throughout.

    `accrual` gives the subjects, rounded; `strata` multiply both hazards of the event; `ratio` is
    control, experimental in permuted blocks. `looks` are cut in this order, `tests` are the weights
    of the log-rank tests at each. With `stratified` tests and the Cox model are; without
    `estimated` no Cox model is fitted. Raises ValueError naming the field.
    """

    accrual: Accrual
    control: Arm
    experimental: Arm
    strata: tuple[Stratum, ...] = (Stratum(share=1.0),)
    ratio: tuple[int, int] = (1, 1)
    block_sizes: tuple[int, ...] = (4,)
    looks: tuple[Cut, ...]
    tests: tuple[Weight, ...] = (FlemingHarrington(),)
    stratified: bool = False
    estimated: bool = True

    def __post_init__(self) -> None:
        check_proportions("strata", tuple(s.share for s in self.strata))
        for place, stratum in enumerate(self.strata):
            if not 0 < stratum.multiplier < np.inf:
                raise ValueError(
                    f"strata[{place}]: multiplier is {stratum.multiplier}; it must be finite,"
                    " above 0"
                )
        check_blocks(self.ratio, self.block_sizes)
        if self.subjects < 2:
            raise ValueError(
                f"accrual brings {self.accrual.subjects:g} subjects; expected 2 or more"
            )
        if not self.looks or not self.tests:
            raise ValueError(
                f"{len(self.looks)} looks and {len(self.tests)} tests; expected at least one of"
                " each"
            )
        for look in self.looks:
            if look.events is not None and look.events > self.subjects:
                raise ValueError(
                    f"looks: {look.events} events among {self.subjects} subjects cannot happen"
                )

    @property
    def subjects(self) -> int:
        """All who enter."""
        return round(self.accrual.subjects)

    def as_numbers(self) -> tuple[SimulatedTimes, CutPlan]:
        """What the compiled loop takes: all hazards on the pieces that any of them has."""
        curves = [
            self.control.hazard,
            self.experimental.hazard,
            self.control.dropout,
            self.experimental.dropout,
        ]
        starts = np.unique([start for curve in curves for start in curve.starts])
        rates = np.stack([curve.at(starts) for curve in curves])
        assumed = SimulatedTimes(
            subjects=self.subjects,
            starts=starts,
            hazard=np.concatenate([rates[:2] * stratum.multiplier for stratum in self.strata]),
            dropout=rates[2:],
            accrual_durations=np.array(self.accrual.durations, dtype=np.float64),
            accrual_rates=np.array(self.accrual.rates, dtype=np.float64),
            scheme=scheme_of(permuted_blocks(self.ratio, self.block_sizes)),
            shares=np.array([stratum.share for stratum in self.strata]),
        )
        looks = CutPlan(
            events=np.array([look.events or 0 for look in self.looks], np.int32),
            dates=np.array([look.date or 0.0 for look in self.looks]),
            weights=np.array([weight_row(test) for test in self.tests]),
            stratified=self.stratified,
            estimated=self.estimated,
        )
        return assumed, looks


def check_proportions(name: str, shares: tuple[float, ...]) -> None:
    """Shares are positive and add up to 1."""
    if not shares or not all(0 < share <= 1 for share in shares) or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(
            f"{name}: the shares are {shares}; expected numbers above 0 that add up to 1"
        )
    if len(shares) > MOST_STRATA:
        raise ValueError(f"{name}: there are {len(shares)} strata; expected at most {MOST_STRATA}")


def check_blocks(ratio: tuple[int, int], block_sizes: tuple[int, ...]) -> None:
    """Every block holds the ratio."""
    if min(ratio) < 1:
        raise ValueError(
            f"ratio is {ratio}; expected whole numbers from 1, control and experimental"
        )
    if not block_sizes or any(size < 1 or size % sum(ratio) for size in block_sizes):
        raise ValueError(f"block_sizes is {block_sizes}; expected multiples of {sum(ratio)}")


@dataclass(frozen=True, slots=True)
class EventTimeResults:
    """What each trial showed at each look, arrays (trial, look) unless said otherwise.

    `date` of the cut, subjects `entered` and `events` by then; `log_hazard_ratio` and
    `standard_error` of the Cox model, NaN where it has no finite estimate or was not asked for;
    `reached` is whether the events a look waits for came at all (else it is cut when the last
    subject ends); `scores` (trial, look, test), observed minus expected events of the experimental
    arm, and their `covariance` (trial, look, test, test).
    """

    date: Floats
    entered: Floats
    events: Floats
    log_hazard_ratio: Floats
    standard_error: Floats
    reached: NDArray[np.bool_]
    scores: Floats
    covariance: Floats

    @property
    def z(self) -> Floats:
        """Standardized scores (trial, look, test), positive when the experimental arm does better;
        0 without events.
        """
        variance = np.diagonal(self.covariance, axis1=2, axis2=3)
        return np.divide(
            -self.scores, np.sqrt(variance), out=np.zeros_like(self.scores), where=variance > 0
        )


def simulate_event_times(
    trial: EventTimeTrial,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept: KeptBlocks | None = None,
    progress: Progress | None = None,
) -> EventTimeResults:
    """Simulate `trials` trials; the same seed gives the same results for any number of workers (see
    `run_blocks`).
    """
    steps = 10 * trials * trial.subjects * (1 + len(trial.looks))
    block = partial(_simulate_block, trial, pays(simulate_event_trials, steps))
    columns = run_blocks(block, trials, seed, workers=workers, kept=kept, progress=progress)
    w = len(trial.tests)
    return EventTimeResults(
        date=columns[..., DATE],
        entered=columns[..., ENTERED],
        events=columns[..., EVENTS],
        log_hazard_ratio=columns[..., LOG_HAZARD_RATIO],
        standard_error=columns[..., STANDARD_ERROR],
        reached=columns[..., EVENTS] >= [look.events or 0 for look in trial.looks],
        scores=columns[..., SCORES : SCORES + w],
        covariance=columns[..., SCORES + w :].reshape(*columns.shape[:2], w, w),
    )


def _simulate_block(
    trial: EventTimeTrial, bulk: bool, rng: np.random.Generator, trials: int
) -> Block:
    assumed, looks = trial.as_numbers()
    w = len(trial.tests)
    out = np.full((trials, len(trial.looks), SCORES + w + w * w), np.nan)
    simulate = compiled(simulate_event_trials) if bulk else simulate_event_trials
    simulate(rng, assumed, looks, out)
    return out
