"""What does a trial with a time-to-event endpoint show, over and over? The assumptions, checked, and the results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from equipoise.simulation.blocks import Block, KeptBlocks, Progress, run_blocks
from equipoise.simulation.event_time_rules import (
    DATE,
    ENTERED,
    EVENTS,
    LOG_HAZARD_RATIO,
    SCORES,
    STANDARD_ERROR,
    EventTimes,
    Looks,
    simulate_event_trials,
)
from equipoise.simulation.trial_rules import Floats
from equipoise.statistics.log_rank import FlemingHarrington, Weight, weight_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """Subjects come at constant rates over consecutive periods: `durations` and subjects per time, (period,)."""

    durations: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.durations or len(self.durations) != len(self.rates):
            raise ValueError(f"accrual: {len(self.durations)} durations and {len(self.rates)} rates; give one each")
        for name, values in (("durations", self.durations), ("rates", self.rates)):
            _check_all(f"accrual {name}", values, above=0.0)

    @property
    def subjects(self) -> int:
        """How many come."""
        return round(sum(d * r for d, r in zip(self.durations, self.rates, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A share of the subjects whose hazards are a multiple of the trial's."""

    share: float
    multiplier: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """When the data are cut: at a number of events, or on a date counted from the first day of accrual."""

    events: int | None = None
    date: float | None = None

    def __post_init__(self) -> None:
        if (self.events is None) == (self.date is None):
            raise ValueError(f"a cut needs events or a date, one of them; found events {self.events}, date {self.date}")
        if self.events is not None and self.events < 1:
            raise ValueError(f"events is {self.events}; it must be 1 or more")
        if self.date is not None and not 0 < self.date < np.inf:
            raise ValueError(f"date is {self.date}; it must be a finite time after the start, above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTimeTrial:
    """A two-arm trial with piecewise constant accrual, hazards and dropout; one unit of time throughout.

    `control` and `experimental` are hazards of the event in the pieces that begin at `starts`, shape (piece,);
    `dropout_control` and `dropout_experimental` likewise, or one hazard for all pieces. `looks` are cut in this order;
    `tests` are the weights of the log-rank tests at each. Raises ValueError naming the field.
    """

    accrual: Accrual
    control: tuple[float, ...]
    experimental: tuple[float, ...]
    starts: tuple[float, ...] = (0.0,)
    dropout_control: tuple[float, ...] = (0.0,)
    dropout_experimental: tuple[float, ...] = (0.0,)
    strata: tuple[Stratum, ...] = (Stratum(share=1.0),)
    ratio: tuple[int, int] = (1, 1)
    block_sizes: tuple[int, ...] = (4,)
    looks: tuple[Cut, ...]
    tests: tuple[Weight, ...] = (FlemingHarrington(),)
    stratified: bool = False
    estimated: bool = True

    def __post_init__(self) -> None:
        _check_starts(self.starts)
        for name in ("control", "experimental", "dropout_control", "dropout_experimental"):
            values = getattr(self, name)
            if len(values) not in {1, len(self.starts)}:
                raise ValueError(f"{name} has {len(values)} hazards; expected 1 or {len(self.starts)}, one for a piece")
            _check_all(name, values, at_least=0.0)
        _check_all("strata multiplier", tuple(s.multiplier for s in self.strata), above=0.0)
        _check_all("strata share", tuple(s.share for s in self.strata), above=0.0)
        if abs(sum(s.share for s in self.strata) - 1) > 1e-9:
            raise ValueError(f"strata: the shares add up to {sum(s.share for s in self.strata)}; expected 1")
        if min(self.ratio) < 1:
            raise ValueError(f"ratio is {self.ratio}; expected whole numbers from 1, control and experimental")
        if not self.block_sizes or any(b < sum(self.ratio) or b % sum(self.ratio) for b in self.block_sizes):
            raise ValueError(f"block_sizes is {self.block_sizes}; expected multiples of {sum(self.ratio)}")
        if not self.looks or not self.tests:
            raise ValueError(f"{len(self.looks)} looks and {len(self.tests)} tests; expected at least one of each")
        for look in self.looks:
            if look.events is not None and look.events > self.accrual.subjects:
                raise ValueError(f"looks: {look.events} events among {self.accrual.subjects} subjects cannot happen")

    def as_numbers(self) -> tuple[EventTimes, Looks]:
        """What the compiled loop takes."""
        arms = np.stack([self._pieces("control"), self._pieces("experimental")])
        assumed = EventTimes(
            starts=np.array(self.starts, dtype=np.float64),
            hazard=np.concatenate([arms * s.multiplier for s in self.strata]),
            dropout=np.stack([self._pieces("dropout_control"), self._pieces("dropout_experimental")]),
            accrual_durations=np.array(self.accrual.durations, dtype=np.float64),
            accrual_rates=np.array(self.accrual.rates, dtype=np.float64),
            ratio=np.array(self.ratio, np.int32),
            block_sizes=np.array(self.block_sizes, np.int32),
            shares=np.array([s.share for s in self.strata]),
        )
        looks = Looks(
            events=np.array([look.events or 0 for look in self.looks], np.int32),
            dates=np.array([look.date or 0.0 for look in self.looks]),
            weights=np.array([weight_row(test) for test in self.tests]),
            stratified=self.stratified,
            estimated=self.estimated,
        )
        return assumed, looks

    def _pieces(self, name: str) -> Floats:
        values = np.array(getattr(self, name), dtype=np.float64)
        return np.ascontiguousarray(np.broadcast_to(values, (len(self.starts),)))


@dataclass(frozen=True, slots=True)
class EventTimeResults:
    """What each trial showed at each look, arrays (trial, look) unless said otherwise.

    `date` of the cut, subjects `entered` and `events` by then; `log_hazard_ratio` and `standard_error` of the Cox
    model, NaN where it has no finite estimate or was not asked for; `scores` (trial, look, test), observed minus
    expected events of the experimental arm, and their `covariance` (trial, look, test, test).
    """

    date: Floats
    entered: Floats
    events: Floats
    log_hazard_ratio: Floats
    standard_error: Floats
    scores: Floats
    covariance: Floats

    @property
    def z(self) -> Floats:
        """Standardized scores (trial, look, test), positive when the experimental arm does better; 0 without events."""
        variance = np.diagonal(self.covariance, axis1=2, axis2=3)
        return np.divide(-self.scores, np.sqrt(variance), out=np.zeros_like(self.scores), where=variance > 0)


def simulate_event_times(
    trial: EventTimeTrial,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept: KeptBlocks | None = None,
    progress: Progress | None = None,
) -> EventTimeResults:
    """Simulate `trials` trials; the same seed gives the same results for any number of workers (see `run_blocks`)."""
    block = partial(_simulate_block, trial)
    found = run_blocks(block, trials, seed, workers=workers, kept=kept, progress=progress)
    w = len(trial.tests)
    return EventTimeResults(
        date=found[..., DATE],
        entered=found[..., ENTERED],
        events=found[..., EVENTS],
        log_hazard_ratio=found[..., LOG_HAZARD_RATIO],
        standard_error=found[..., STANDARD_ERROR],
        scores=found[..., SCORES : SCORES + w],
        covariance=found[..., SCORES + w :].reshape(*found.shape[:2], w, w),
    )


def _simulate_block(trial: EventTimeTrial, rng: np.random.Generator, trials: int) -> Block:
    assumed, looks = trial.as_numbers()
    w = len(trial.tests)
    out = np.full((trials, len(trial.looks), SCORES + w + w * w), np.nan)
    simulate_event_trials(rng, assumed, looks, out)
    return out


def _check_starts(starts: tuple[float, ...]) -> None:
    if not starts or starts[0] != 0 or any(b <= a for a, b in zip(starts, starts[1:], strict=False)):
        raise ValueError(f"starts is {starts}; expected rising times, the first 0")
    _check_all("starts", starts, at_least=0.0)


def _check_all(name: str, values: tuple[float, ...], *, above: float = -np.inf, at_least: float = -np.inf) -> None:
    for place, value in enumerate(values):
        if not (value > above and at_least <= value < np.inf):
            wanted = f"above {above:g}" if above > -np.inf else f"{at_least:g} or more"
            raise ValueError(f"{name}[{place}] is {value}; it must be a finite number, {wanted}")
