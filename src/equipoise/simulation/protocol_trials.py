"""What does the trial of a protocol show, over and over, with its effect and without?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np

from equipoise.arrays import Floats
from equipoise.protocol.model import Protocol
from equipoise.simulation.assumed import assumed_inputs
from equipoise.simulation.blocks import KeptBlocks, Progress
from equipoise.simulation.full_trial import (
    FullTrial,
    FullTrialResults,
    Look,
    TimesSeen,
    simulate_trials,
    trial_of,
)
from equipoise.simulation.operating_characteristics import (
    Estimate,
    coverage_of_difference,
    mean_of,
    proportion_of,
    rejected_by,
)
from equipoise.simulation.protocol_results import (
    ComparedProportions,
    ComparedTimes,
    Months,
    Proportions,
    SimulatedProtocol,
    SimulatedScenario,
)
from equipoise.simulation.stopping import Stopping, looked_early, two_sided_z
from equipoise.statistics.proportions import Test, power_of
from equipoise.terms.dates import DAYS_PER_MONTH

EFFECT, NO_EFFECT = "effect", "no effect"
SCENARIOS = {
    EFFECT: "tumors of the two-clone model, anti-EGFR treatment in the experimental arm",
    NO_EFFECT: "the same tumors, chemotherapy alone in both arms",
}
_TRUTH = 2**63
"""Added to the seed of the trials that the long-run truth is taken from."""

KeptFor = Callable[[str, FullTrial], KeptBlocks | None]
ProgressFor = Callable[[str], Progress | None]


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
    of that of the bias.
    """
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
        scenarios[name] = _scenario(protocol, SCENARIOS[name], results, truth)
    return SimulatedProtocol(
        trial=protocol.id,
        protocol_version=protocol.version,
        trials=trials,
        seed=seed,
        participants=protocol.design.participants,
        alpha=float(protocol.design.alpha),
        assumed=assumed_inputs(protocol),
        scenarios=scenarios,
    )


def perfectly_conducted(trial: FullTrial) -> FullTrial:
    """The same tumors if every scan were on its day and measured without error, and nobody left or
    crossed over.
    """
    tumor = trial.tumor._replace(
        noise=0.0,
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
    looks = results.cut.shape[1]
    primary, late = looks - 2, looks - 1
    z = two_sided_z(protocol)
    return SimulatedScenario(
        label=label,
        disease_control=_compared(protocol, results, truth, primary),
        objective_response=Proportions(
            *_by_arm(results.responded[:, primary], results.participants[:, primary])
        ),
        pfs=_times(results.pfs, primary, z),
        pfs_at_survival_cutoff=_times(results.pfs, late, z),
        overall_survival=_times(results.os, late, z),
        months_to_primary_cutoff=_months(results.cut[:, primary]),
        months_to_survival_cutoff=_months(results.cut[:, late]),
        stopping=_stopping(protocol, results),
    )


def _compared(
    protocol: Protocol, results: FullTrialResults, truth: FullTrialResults, look: int
) -> ComparedProportions:
    """The primary endpoint at its cutoff."""
    x, n, alpha = results.controlled[:, look], results.participants[:, look], protocol.design.alpha
    seen = mean_of(_difference(x / n))
    true = mean_of(_difference(truth.controlled[:, look] / n))
    control, experimental = _by_arm(x, n)
    tests: tuple[Test, ...] = get_args(Test)
    level = float(alpha)
    return ComparedProportions(
        control=control,
        experimental=experimental,
        difference=seen,
        difference_if_perfect=true,
        bias=_bias(seen, true),
        coverage=proportion_of(coverage_of_difference(x, n, true.value, 1 - level)),
        rejected={test: proportion_of(rejected_by(test, x, n, level)) for test in tests},
        exact_at_these_rates={test: _exact(test, x, n, level) for test in tests},
    )


def _difference(proportions: Floats) -> Floats:
    return np.asarray(proportions[:, 1] - proportions[:, 0])


def _bias(seen: Estimate, true: Estimate) -> Estimate:
    error = float(np.hypot(seen.standard_error, true.standard_error))
    return Estimate(seen.value - true.value, error, seen.trials)


def _exact(test: Test, x: Floats, n: Floats, alpha: float) -> float:
    """The power by enumeration at the mean proportions and the mean sizes of the arms."""
    p_0, p_1 = (float(x[:, arm].sum() / n[:, arm].sum()) for arm in (0, 1))
    n_0, n_1 = (round(float(n[:, arm].mean())) for arm in (0, 1))
    return power_of(test, n_1, n_0, p_1, p_0, alpha)


def _by_arm(events: Floats, n: Floats) -> tuple[Estimate, Estimate]:
    return mean_of(events[:, 0] / n[:, 0]), mean_of(events[:, 1] / n[:, 1])


def _times(seen: TimesSeen, look: int, bound: float) -> ComparedTimes:
    z, log_ratio = seen.z[:, look], seen.log_hazard_ratio[:, look]
    estimated = np.isfinite(log_ratio)
    mean = mean_of(log_ratio[estimated])
    ratio = float(np.exp(mean.value))
    return ComparedTimes(
        events=mean_of(seen.events[:, look]),
        rejected_two_sided=proportion_of(np.abs(z) > bound),
        rejected_in_favor=proportion_of(z > bound),
        hazard_ratio=Estimate(ratio, float(np.exp(mean.value) * mean.standard_error), mean.trials),
        without_estimate=int(np.sum(~estimated)),
    )


def _months(days: Floats) -> Months:
    low, middle, high = np.quantile(days, (0.05, 0.5, 0.95)) / DAYS_PER_MONTH
    mean = mean_of(days / DAYS_PER_MONTH)
    return Months(
        mean.value, mean.standard_error, mean.trials, float(low), float(middle), float(high)
    )


def _stopping(protocol: Protocol, results: FullTrialResults) -> Stopping | None:
    """With looks: where trials stop by the pooled z statistic and the bounds of the protocol."""
    looks = tuple(look.participants for look in protocol.design.looks)
    if not looks:
        return None
    return looked_early(protocol, results, looks, protocol.design.spending)
