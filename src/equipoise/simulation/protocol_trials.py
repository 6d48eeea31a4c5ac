"""What does the trial of a protocol show, over and over, with its effect and without?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from equipoise.arrays import Floats
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use, require
from equipoise.simulation.assumed import assumed_inputs
from equipoise.simulation.blocks import KeptBlocks, Progress
from equipoise.simulation.declared_test import primary_analysis, primary_rejected
from equipoise.simulation.endpoint_figures import endpoint_figures
from equipoise.simulation.full_trial import (
    FullTrial,
    FullTrialResults,
    Look,
    simulate_trials,
    trial_of,
)
from equipoise.simulation.judged import not_judged
from equipoise.simulation.operating_characteristics import mean_of
from equipoise.simulation.protocol_results import (
    Months,
    PrimaryFigures,
    SimulatedArm,
    SimulatedProtocol,
    SimulatedScenario,
)
from equipoise.simulation.refusals import refusals
from equipoise.simulation.stopping import Stopping, looked_early
from equipoise.terms.dates import DAYS_PER_MONTH

EFFECT, NO_EFFECT = "effect", "no effect"
_TRUTH = 2**63
"""Added to the seed of the trials that the long-run truth is taken from."""

KeptFor = Callable[[str, FullTrial], KeptBlocks | None]
ProgressFor = Callable[[str], Progress | None]


def scenario_words(protocol: Protocol, name: str) -> str:
    """What is true in the trials of a scenario."""
    control, experimental = protocol.control.label, protocol.experimental.label
    if name == EFFECT:
        return f"virtual participants as they are modeled: {experimental}, {control}"
    return f"the same participants, both arms as under {control}"


def protocol_trials(protocol: Protocol) -> dict[str, FullTrial]:
    """The scenarios of a protocol: with its effect, and without. Looks come first, then the cutoffs
    of the protocol.
    """
    follow = protocol.cutoff.primary_days_after_last_randomization
    looks = tuple(
        Look(participants=look.participants, follow_days=follow) for look in protocol.design.looks
    )
    trial = trial_of(protocol, looks=looks)
    return {EFFECT: trial, NO_EFFECT: replace(trial, effect=False)}


def simulate_protocol(
    protocol: Protocol,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept_for: KeptFor = lambda _name, _trial: None,
    progress_for: ProgressFor = lambda _name: None,
) -> SimulatedProtocol:
    """Power, size, bias, coverage, duration and stopping of the protocol's trial, each with its
    Monte-Carlo error.

    `kept_for` and `progress_for` are asked for each scenario. The truth that bias and coverage are
    measured against is that of as many `perfectly_conducted` trials; its Monte-Carlo error is part
    of that of the bias. Raises CannotObey where the protocol declares what no virtual trial obeys,
    ValueError for numbers out of range.
    """
    require(refusals(protocol), Use.SIMULATED)
    check_figures(trials)
    scenarios = {}
    for name, trial in protocol_trials(protocol).items():
        results = simulate_trials(
            trial,
            trials,
            seed,
            workers=workers,
            kept=kept_for(name, trial),
            progress=progress_for(name),
        )
        longer, perfect = f"{name}, truth", perfectly_conducted(trial)
        truth = simulate_trials(
            perfect,
            trials,
            seed ^ _TRUTH,
            workers=workers,
            kept=kept_for(longer, perfect),
            progress=progress_for(longer),
        )
        scenarios[name] = _scenario(protocol, scenario_words(protocol, name), results, truth)
    return SimulatedProtocol(
        trial=protocol.id,
        protocol_version=protocol.version,
        trials=trials,
        seed=seed,
        participants=protocol.design.participants,
        arms={
            arm.id: SimulatedArm(label=arm.label, role=arm.role, ratio=arm.ratio)
            for arm in protocol.arms
        },
        alpha=float(protocol.design.alpha),
        assumed=assumed_inputs(protocol),
        not_simulated=not_judged(protocol),
        scenarios=scenarios,
    )


def check_figures(trials: int) -> None:
    """Raise ValueError unless so many trials have a Monte-Carlo error."""
    if trials < 2:
        raise ValueError(
            f"trials is {trials}; it must be 2 or more, or there is no Monte-Carlo error"
        )


def perfectly_conducted(trial: FullTrial) -> FullTrial:
    """The same tumors if every scan were on its day and measured without error, and nobody left or
    crossed over.
    """
    tumor = trial.tumor._replace(
        noise=0.0,
        step_um=1,
        window_days=0,
        missed_scan=0.0,
        late_scan=0.0,
        lesion_not_evaluated=0.0,
        first_seen_equivocal=0.0,
    )
    return replace(
        trial, tumor=tumor, conduct=trial.conduct._replace(leaves_per_day=0.0, crossover=0.0)
    )


def _scenario(
    protocol: Protocol, label: str, results: FullTrialResults, truth: FullTrialResults
) -> SimulatedScenario:
    primary, survival = results.cut.shape[1] - 2, results.cut.shape[1] - 1
    stopping = _stopping(protocol, results)
    return SimulatedScenario(
        label=label,
        primary=_primary(protocol, results, stopping),
        endpoints=endpoint_figures(protocol, results, truth),
        months_to_primary_cutoff=months_of(results.cut[:, primary]),
        months_to_survival_cutoff=months_of(results.cut[:, survival]),
        stopping=stopping,
    )


def _primary(
    protocol: Protocol, results: FullTrialResults, stopping: Stopping | None
) -> PrimaryFigures:
    """With looks what they decide, else the one analysis at the primary cutoff."""
    alpha, cutoff = float(protocol.design.alpha), results.cut.shape[1] - 2
    rejected = primary_rejected(protocol, results, cutoff, alpha)
    return PrimaryFigures(
        endpoint=protocol.primary.id,
        analysis=primary_analysis(protocol),
        rejected_two_sided=stopping.rejected if stopping else rejected.two_sided,
        rejected_in_favor=stopping.in_favor if stopping else rejected.in_favor,
    )


def months_of(days: Floats) -> Months:
    """Days of many trials in months."""
    low, middle, high = np.quantile(days, (0.05, 0.5, 0.95)) / DAYS_PER_MONTH
    mean = mean_of(days / DAYS_PER_MONTH)
    return Months(
        mean.value, mean.standard_error, mean.trials, float(low), float(middle), float(high)
    )


def _stopping(protocol: Protocol, results: FullTrialResults) -> Stopping | None:
    """With looks: where trials stop by the bounds of the protocol."""
    looks = tuple(look.participants for look in protocol.design.looks)
    if not looks:
        return None
    return looked_early(protocol, results, looks, protocol.design.spending)
