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
from equipoise.endpoints.catalogue import OBJECTIVE_RESPONSE, leading_rules
from equipoise.endpoints.choices import counted_responses, recist_policy, response_policy
from equipoise.protocol.model import Protocol
from equipoise.simulation.blocks import Block, KeptBlocks, Progress, run_blocks
from equipoise.simulation.event_time_trial import check_proportions
from equipoise.simulation.followed import Behavior, Plan, Rules
from equipoise.simulation.full_trial_rules import (
    COLUMNS,
    CONTROLLED,
    CUT,
    ENTERED,
    EVENTS,
    LOG_HAZARD_RATIO,
    OS,
    PFS,
    RESPONDED,
    SCORE,
    STANDARD_ERROR,
    VARIANCE,
    N,
    simulate_full_trials,
)
from equipoise.simulation.trial_rules import scheme_of
from equipoise.statistics.sample_size import Accrual
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import read_parameters
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
    """A trial of virtual tumors, judged by the rules of a protocol. Without `effect` both arms have
    chemotherapy alone.

    `accrual` in days, its last rate going on until all have come; `shares` are those of the
    randomization's strata.
    """

    tumor: TumorParameters
    conduct: Behavior
    rules: Rules
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
    """One time-to-event endpoint at each look, arrays (trial, look); `z` is positive when cetuximab
    does better.
    """

    events: Floats
    z: Floats
    log_hazard_ratio: Floats
    standard_error: Floats


@dataclass(frozen=True, slots=True)
class FullTrialResults:
    """What each trial showed at each look: `cut` in days from the first and all `entered` by then
    (trial, look); counts of participants judged, with disease control and with response (trial,
    look, arm), control first; times to event.
    """

    cut: Floats
    entered: Floats
    participants: Floats
    controlled: Floats
    responded: Floats
    pfs: TimesSeen
    os: TimesSeen


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
    return FullTrialResults(
        cut=columns[..., CUT],
        entered=columns[..., ENTERED],
        participants=columns[..., N : N + 2],
        controlled=columns[..., CONTROLLED : CONTROLLED + 2],
        responded=columns[..., RESPONDED : RESPONDED + 2],
        pfs=_times(columns, PFS),
        os=_times(columns, OS),
    )


def rules_digest() -> str:
    """Names the rules that are running: results of other rules are not to be mixed with theirs."""
    return digest(simulate_full_trials)


def _times(columns: Block, first: int) -> TimesSeen:
    score, variance = columns[..., first + SCORE], columns[..., first + VARIANCE]
    return TimesSeen(
        events=columns[..., first + EVENTS],
        z=np.divide(-score, np.sqrt(variance), out=np.zeros_like(score), where=variance > 0),
        log_hazard_ratio=columns[..., first + LOG_HAZARD_RATIO],
        standard_error=columns[..., first + STANDARD_ERROR],
    )


def _simulate_block(trial: FullTrial, bulk: bool, rng: np.random.Generator, trials: int) -> Block:
    out = np.zeros((trials, len(trial.looks), COLUMNS))
    simulate = compiled(simulate_full_trials) if bulk else simulate_full_trials
    simulate(rng, trial.tumor, trial.conduct, trial.rules, trial.plan(), out)
    return out


def trial_of(protocol: Protocol, *, effect: bool = True, looks: tuple[Look, ...] = ()) -> FullTrial:
    """The trial as its protocol declares it, with the virtual participants' assumptions for what it
    does not.

    Strata are allocated in equal shares (assumed). After `looks`, if any, come the two cutoffs of
    the protocol.
    """
    p, scan = read_parameters(protocol.id), protocol.visit(protocol.assessment.scan_visit)
    n, design = protocol.design.participants, protocol.cutoff
    per_month = p["screened_per_month"] * p["randomized_of_screened"]
    tumor = velo_fit()._replace(
        window_days=scan.after_days, missed_scan=p["scan_missed"], late_scan=p["scan_late"]
    )
    strata = prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    return FullTrial(
        tumor=tumor,
        conduct=Behavior(
            leaves_per_day=p["leaves_per_month"]
            * (1 - p.tables["leaving"]["TREATMENT"])
            / DAYS_PER_MONTH,
            crossover=p["new_therapy_after_progression"] * p["crossover"],
            crossover_after=14,
            crossover_within=60,
        ),
        rules=Rules(
            recist=recist_policy(protocol.assessment),
            response=response_policy(protocol.assessment),
            controlled=counted_responses(protocol.primary),
            responded=OBJECTIVE_RESPONSE.counted,
            time_to_event=leading_rules(protocol),
        ),
        scan_days=tuple(range(scan.day, tumor.follow_days, scan.every_days or tumor.follow_days)),
        accrual=Accrual(
            durations=(n / per_month * DAYS_PER_MONTH,), rates=(per_month / DAYS_PER_MONTH,)
        ),
        allocation=allocation_of(protocol, (protocol.control, protocol.experimental)),
        shares=(1 / strata,) * strata,
        looks=(
            *looks,
            Look(participants=n, follow_days=design.primary_days_after_last_randomization),
            Look(
                participants=n,
                follow_days=round(design.os_months_after_last_randomization * DAYS_PER_MONTH),
            ),
        ),
        effect=effect,
    )
