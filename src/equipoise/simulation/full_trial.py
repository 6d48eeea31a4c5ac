"""What does the trial of a protocol show, over and over, if tumors grow as the model says?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import Allocation
from equipoise.arrays import Floats
from equipoise.compiled import compiled, digest, pays
from equipoise.endpoints.catalogue import leading_rules
from equipoise.endpoints.censoring import TimeToEventRules
from equipoise.endpoints.choices import choices_of
from equipoise.protocol.assessment import micrometers
from equipoise.protocol.model import Protocol
from equipoise.simulation.blocks import Block, KeptBlocks, Progress, run_blocks
from equipoise.simulation.event_time_trial import check_proportions
from equipoise.simulation.followed import Behavior, Plan, Rules
from equipoise.simulation.full_trial_rules import CELLS, CUT, ENTERED, simulate_full_trials
from equipoise.simulation.judged import (
    AnalyzedTimes,
    CountedResponses,
    counted_endpoints,
    timed_endpoints,
)
from equipoise.simulation.judging_rules import (
    EVENTS,
    LOG_HAZARD_RATIO,
    MEDIAN,
    SCORE,
    STANDARD_ERROR,
    SUBJECTS,
    TIME_COLUMNS,
    VARIANCE,
    Judged,
)
from equipoise.simulation.trial_rules import scheme_of
from equipoise.statistics.sample_size import Accrual
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import Parameters, read_parameters
from equipoise.virtual.tumor import check_scan_days, velo_fit
from equipoise.virtual.tumor_rules import TumorParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A cut of the data when the first `participants` have been followed `follow_days` days."""

    participants: int
    follow_days: int

    def __post_init__(self) -> None:
        if self.participants < 2 or self.follow_days < 1:
            raise ValueError(
                f"a look at {self.participants} participants after {self.follow_days} days: "
                "expected 2 or more, and 1 day or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTrial:
    """A trial of virtual tumors, judged by the rules of a protocol. Without `effect` both arms are
    treated as control.

    `counted` and `times` are the endpoints that are judged. `accrual` in days, its last rate going
    on until all have come; `shares` are those of the randomization's strata.
    """

    tumor: TumorParameters
    conduct: Behavior
    rules: Rules
    counted: tuple[CountedResponses, ...]
    times: tuple[AnalyzedTimes, ...]
    scan_days: tuple[int, ...]
    accrual: Accrual
    allocation: Allocation
    shares: tuple[float, ...]
    looks: tuple[Look, ...]
    effect: bool = True

    def __post_init__(self) -> None:
        check_scan_days(np.array(self.scan_days))
        if not self.looks:
            raise ValueError("looks is empty; expected at least one")
        check_proportions("shares", self.shares)

    def judged(self) -> Judged:
        """The endpoints as the compiled loop takes them."""
        switches = [tuple(analysis.rules) for analysis in self.times]
        return Judged(
            counted=np.array([binary.counted for binary in self.counted], np.int32),
            kind=np.array([analysis.kind for analysis in self.times], np.int32),
            switches=np.array(switches, np.int32).reshape(-1, len(TimeToEventRules._fields)),
            stratified=np.array([analysis.stratified for analysis in self.times], np.bool_),
        )

    @property
    def first_times(self) -> int:
        """The column where the analyses of times begin."""
        return CELLS + 2 * len(self.shares) * (1 + len(self.counted))

    def plan(self) -> Plan:
        """What the compiled loop takes."""
        return Plan(
            planned=np.array(self.scan_days, np.int32),
            accrual_durations=np.array(self.accrual.durations, dtype=np.float64),
            accrual_rates=np.array(self.accrual.rates, dtype=np.float64),
            scheme=scheme_of(self.allocation),
            shares=np.array(self.shares),
            participants=np.array([look.participants for look in self.looks], np.int32),
            follow_days=np.array([look.follow_days for look in self.looks], np.int32),
            effect=self.effect,
        )


@dataclass(frozen=True, slots=True)
class TimesSeen:
    """One analysis of times at each look: `subjects`, `events` and Kaplan-Meier `median` in days
    (infinity: not reached), (trial, look, arm), control first; the rest (trial, look), NaN where
    nothing is estimated. `z` is positive when the experimental arm does better.
    """

    subjects: Floats
    events: Floats
    median: Floats
    z: Floats
    log_hazard_ratio: Floats
    standard_error: Floats


@dataclass(frozen=True, slots=True)
class FullTrialResults:
    """What each trial showed at each look: `cut` in days from the first and all `entered` by then,
    (trial, look); participants judged, and by the id of each binary endpoint those who reached it,
    (trial, look, stratum, arm), control first; times to event by endpoint and analysis.
    """

    cut: Floats
    entered: Floats
    participants: Floats
    reached: dict[str, Floats]
    times: dict[str, dict[str, TimesSeen]]


def by_arm(counts: Floats) -> Floats:
    """Counts of all strata together: (..., stratum, arm) to (..., arm)."""
    return np.asarray(counts.sum(axis=-2))


def simulate_trials(
    trial: FullTrial,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept: KeptBlocks | None = None,
    progress: Progress | None = None,
) -> FullTrialResults:
    """Simulate `trials` trials; the same seed gives the same results for any number of workers (see
    `run_blocks`).
    """
    steps = 400 * trials * trial.looks[-1].participants
    block = partial(_simulate_block, trial, pays(simulate_full_trials, steps))
    columns = run_blocks(block, trials, seed, workers=workers, kept=kept, progress=progress)
    return _results(trial, columns)


def rules_digest() -> str:
    """Names the rules that are running: results of other rules are not to be mixed with theirs."""
    return digest(simulate_full_trials)


def _results(trial: FullTrial, columns: Block) -> FullTrialResults:
    cells, times = 2 * len(trial.shares), dict[str, dict[str, TimesSeen]]()

    def counts(place: int) -> Floats:
        first = CELLS + cells * place
        return columns[..., first : first + cells].reshape(*columns.shape[:2], -1, 2)

    for place, analysis in enumerate(trial.times):
        first = trial.first_times + TIME_COLUMNS * place
        seen = _times(columns[..., first : first + TIME_COLUMNS])
        times.setdefault(analysis.endpoint, {})[analysis.analysis] = seen
    return FullTrialResults(
        cut=columns[..., CUT],
        entered=columns[..., ENTERED],
        participants=counts(0),
        reached={binary.endpoint: counts(1 + b) for b, binary in enumerate(trial.counted)},
        times=times,
    )


def _times(columns: Floats) -> TimesSeen:
    score, variance = columns[..., SCORE], columns[..., VARIANCE]
    return TimesSeen(
        subjects=columns[..., SUBJECTS : SUBJECTS + 2],
        events=columns[..., EVENTS : EVENTS + 2],
        median=columns[..., MEDIAN : MEDIAN + 2],
        z=np.divide(-score, np.sqrt(variance), out=np.zeros_like(score), where=variance > 0),
        log_hazard_ratio=columns[..., LOG_HAZARD_RATIO],
        standard_error=columns[..., STANDARD_ERROR],
    )


def _simulate_block(trial: FullTrial, bulk: bool, rng: np.random.Generator, trials: int) -> Block:
    columns = trial.first_times + TIME_COLUMNS * len(trial.times)
    out = np.zeros((trials, len(trial.looks), columns))
    simulate = compiled(simulate_full_trials) if bulk else simulate_full_trials
    endpoints, plan = trial.judged(), trial.plan()
    simulate(rng, trial.tumor, trial.conduct, trial.rules, endpoints, plan, out)
    return out


def trial_of(protocol: Protocol, *, effect: bool = True, looks: tuple[Look, ...] = ()) -> FullTrial:
    """The trial as its protocol declares it, with the virtual participants' assumptions for what it
    does not.

    Strata are allocated in equal shares (assumed). After `looks`, if any, come the two cutoffs of
    the protocol. Raises LookupError for a protocol without virtual participants; what else cannot
    be obeyed `simulation.refusals` says.
    """
    p, scans, choices = read_parameters(protocol.id), protocol.scans, choices_of(protocol)
    per_month = p["screened_per_month"] * p["randomized_of_screened"]
    tumor = velo_fit()._replace(
        step_um=micrometers(protocol.assessment.recorded_precision),
        window_days=scans.after,
        missed_scan=p["scan_missed"],
        late_scan=p["scan_late"],
    )
    strata = prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    return FullTrial(
        tumor=tumor,
        conduct=_behavior(p),
        rules=Rules(
            recist=choices.recist,
            response=choices.response,
            confirm=protocol.assessment.confirmation is not None,
            time_to_event=leading_rules(protocol),
            derived_counts=choices.derived_counts,
        ),
        counted=counted_endpoints(protocol),
        times=timed_endpoints(protocol),
        scan_days=tuple(range(scans.first, tumor.follow_days, scans.every or tumor.follow_days)),
        accrual=Accrual(
            durations=(protocol.design.participants / per_month * DAYS_PER_MONTH,),
            rates=(per_month / DAYS_PER_MONTH,),
        ),
        allocation=allocation_of(protocol, (protocol.control, protocol.experimental)),
        shares=(1 / strata,) * strata,
        looks=(*looks, *_cutoffs(protocol)),
        effect=effect,
    )


def _behavior(p: Parameters) -> Behavior:
    return Behavior(
        leaves_per_day=p["leaves_per_month"]
        * (1 - p.tables["leaving"]["TREATMENT"])
        / DAYS_PER_MONTH,
        crossover=p["new_therapy_after_progression"] * p["crossover"],
        crossover_after=14,
        crossover_within=60,
    )


def _cutoffs(protocol: Protocol) -> tuple[Look, Look]:
    """That of the primary endpoint, and that of survival."""
    n, cutoff = protocol.design.participants, protocol.cutoff
    survival = round(cutoff.os_months_after_last_randomization * DAYS_PER_MONTH)
    return (
        Look(participants=n, follow_days=cutoff.primary_days_after_last_randomization),
        Look(participants=n, follow_days=survival),
    )
