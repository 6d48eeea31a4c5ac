"""What does the trial of a protocol show, over and over, with its effect and without? One table of
plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

import numpy as np
from scipy.special import ndtri

from equipoise.arrays import Floats
from equipoise.protocol.model import Protocol
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
    decide,
    mean_of,
    pooled_z,
    rejected_by,
    share_of,
)
from equipoise.statistics.proportions import Test, power_of
from equipoise.statistics.sequential import (
    GroupSequentialDesign,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
)
from equipoise.statistics.sequential.bounds import Rule
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import read_parameters

SPENDING: Mapping[str, Rule] = {
    "obrien_fleming": OBrienFleming(),
    "pocock": Pocock(),
    "obrien_fleming_spending": OBrienFlemingSpending(),
    "pocock_spending": PocockSpending(),
}
"""The names of the protocol."""
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


def sequential_design(
    protocol: Protocol, looks: tuple[int, ...], spending: str
) -> GroupSequentialDesign:
    """Two-sided bounds for looks at these numbers of participants and the end."""
    n = protocol.design.participants
    fractions = [participants / n for participants in (*looks, n)]
    return design_group_sequential(
        SPENDING[spending], fractions, alpha=float(protocol.design.alpha), sided=2
    )


def simulate_protocol(
    protocol: Protocol,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept_for: KeptFor = lambda name, trial: None,
    progress_for: ProgressFor = lambda name: None,
) -> dict[str, Any]:
    """Power, size, bias, coverage, duration and stopping of the protocol's trial, each with its
    Monte-Carlo error.

    `kept_for` and `progress_for` are asked for each scenario. The truth that bias and coverage are
    measured against is that of as many `perfectly_conducted` trials; its Monte-Carlo error is part
    of that of the bias.
    """
    found = {}
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
        found[name] = {"label": SCENARIOS[name], **_scenario(protocol, trial, results, truth)}
    return {
        "trial": protocol.id,
        "protocol_version": protocol.version,
        "trials": trials,
        "seed": seed,
        "participants": protocol.design.participants,
        "alpha": float(protocol.design.alpha),
        "assumed": assumed_inputs(protocol),
        "scenarios": found,
    }


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


def two_sided_z(protocol: Protocol) -> float:
    """The z that |z| must pass for the protocol's two-sided alpha."""
    return float(ndtri(1 - float(protocol.design.alpha) / 2))


def assumed_inputs(protocol: Protocol) -> dict[str, dict[str, Any]]:
    """What the virtual trial takes beyond the protocol, each with its source."""
    p = read_parameters(protocol.id)
    names = (
        "screened_per_month",
        "randomized_of_screened",
        "leaves_per_month",
        "scan_missed",
        "scan_late",
        "new_therapy_after_progression",
        "crossover",
    )
    found: dict[str, dict[str, Any]] = {
        name: {"value": p[name], "from": p.sources[name]} for name in names
    }
    fitted = (
        "fitted to ten results of VELO with ten parameters (starting values); survival after"
        " progression assumed"
    )
    return found | {
        "crossover_begins": {
            "value": "14 to 60 days after progression",
            "from": "assumed, as in a rehearsal",
        },
        "strata": {
            "value": "equal shares",
            "from": "assumed; strata change the allocation alone, not the tumor",
        },
        "tumor": {"value": "two clones", "from": fitted},
    }


def _scenario(
    protocol: Protocol, trial: FullTrial, results: FullTrialResults, truth: FullTrialResults
) -> dict[str, Any]:
    primary, late = len(trial.looks) - 2, len(trial.looks) - 1
    z = two_sided_z(protocol)
    return {
        "disease_control": _shares(
            protocol, results.controlled, truth.controlled, results.participants, primary
        ),
        "objective_response": _rates(
            results.responded[:, primary], results.participants[:, primary]
        ),
        "pfs": _times(results.pfs, primary, z),
        "pfs_at_survival_cutoff": _times(results.pfs, late, z),
        "overall_survival": _times(results.os, late, z),
        "months_to_primary_cutoff": _months(results.cut[:, primary]),
        "months_to_survival_cutoff": _months(results.cut[:, late]),
        "stopping": _stopping(protocol, trial, results),
    }


def _shares(
    protocol: Protocol, events: Floats, true_events: Floats, n: Floats, look: int
) -> dict[str, Any]:
    """The primary endpoint at its cutoff."""
    x, of, alpha = events[:, look], n[:, look], float(protocol.design.alpha)
    share = x / of
    difference = share[:, 1] - share[:, 0]
    true = mean_of((true_events[:, look] / of)[:, 1] - (true_events[:, look] / of)[:, 0])
    seen = mean_of(difference)
    bias = Estimate(
        seen.value - true.value,
        float(np.hypot(seen.standard_error, true.standard_error)),
        seen.trials,
    )
    p_0, p_1 = (float(x[:, arm].sum() / of[:, arm].sum()) for arm in (0, 1))
    n_0, n_1 = (round(float(of[:, arm].mean())) for arm in (0, 1))
    tests: tuple[Test, ...] = get_args(Test)
    return {
        **_rates(x, of),
        "difference": asdict(seen),
        "difference_if_perfect": asdict(true),
        "bias": asdict(bias),
        "coverage": asdict(share_of(coverage_of_difference(x, of, true.value, 1 - alpha))),
        "rejected": {test: asdict(share_of(rejected_by(test, x, of, alpha))) for test in tests},
        "exact_at_these_rates": {test: power_of(test, n_1, n_0, p_1, p_0, alpha) for test in tests},
    }


def _rates(events: Floats, n: Floats) -> dict[str, Any]:
    return {
        arm: asdict(mean_of(events[:, at] / n[:, at]))
        for at, arm in enumerate(("control", "experimental"))
    }


def _times(seen: TimesSeen, look: int, bound: float) -> dict[str, Any]:
    """Log-rank test and the Cox model's hazard ratio, which is an average where hazards are not
    proportional.
    """
    z, log_ratio = seen.z[:, look], seen.log_hazard_ratio[:, look]
    estimated = np.isfinite(log_ratio)
    mean = mean_of(log_ratio[estimated])
    return {
        "events": asdict(mean_of(seen.events[:, look])),
        "rejected_two_sided": asdict(share_of(np.abs(z) > bound)),
        "rejected_in_favor": asdict(share_of(z > bound)),
        "hazard_ratio": {
            "value": float(np.exp(mean.value)),
            "standard_error": float(np.exp(mean.value) * mean.standard_error),
            "trials": mean.trials,
        },
        "without_estimate": int(np.sum(~estimated)),
    }


def _months(days: Floats) -> dict[str, Any]:
    low, middle, high = np.quantile(days, (0.05, 0.5, 0.95)) / DAYS_PER_MONTH
    return {
        **asdict(mean_of(days / DAYS_PER_MONTH)),
        "q05": float(low),
        "median": float(middle),
        "q95": float(high),
    }


def _stopping(
    protocol: Protocol, trial: FullTrial, results: FullTrialResults
) -> dict[str, Any] | None:
    """With looks: where trials stop by the pooled z statistic and the bounds of the protocol; None
    without.
    """
    looks = tuple(look.participants for look in protocol.design.looks)
    if not looks:
        return None
    return looked_early(protocol, results, looks, protocol.design.spending)


def looked_early(
    protocol: Protocol, results: FullTrialResults, looks: tuple[int, ...], spending: str
) -> dict[str, Any]:
    """What early looks at the pooled z statistic would do; `results` has a column for each look,
    then the end.
    """
    design = sequential_design(protocol, looks, spending)
    stages = len(looks) + 1
    z = np.stack(
        [pooled_z(results.controlled[:, k], results.participants[:, k]) for k in range(stages)],
        axis=1,
    )
    decisions = decide(z, design)
    return {
        "spending": spending,
        "looks": [*looks, protocol.design.participants],
        "bounds": list(design.efficacy),
        "rejected": asdict(decisions.rejected),
        "in_favor": asdict(decisions.power),
        "stopped_for_efficacy": [asdict(share) for share in decisions.stopped_for_efficacy()],
        "entered": asdict(mean_of(decisions.at_stop(results.entered[:, :stages]))),
        "months": asdict(mean_of(decisions.at_stop(results.cut[:, :stages]) / DAYS_PER_MONTH)),
    }
