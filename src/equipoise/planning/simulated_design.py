"""What does simulation say of a design beside what is computed? Declared shares, early looks, the
scan interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from math import prod
from typing import Any, get_args

import numpy as np

from equipoise.protocol.model import Protocol
from equipoise.simulation.full_trial import (
    FullTrial,
    FullTrialResults,
    Look,
    simulate_trials,
    trial_of,
)
from equipoise.simulation.operating_characteristics import mean_of, rejected_by, share_of
from equipoise.simulation.protocol_trials import (
    SPENDING,
    assumed_inputs,
    looked_early,
    sequential_design,
    two_sided_z,
)
from equipoise.simulation.share_trial import ShareTrial, simulate_shares
from equipoise.statistics.proportions import Test
from equipoise.statistics.sequential import design_group_sequential, operating_characteristics
from equipoise.statistics.sequential.design import fixed_drift

_DAYS_PER_WEEK = 7


def simulate_design(
    protocol: Protocol, trials: int, seed: int, *, workers: int = 1
) -> dict[str, Any]:
    """The simulated side of `equipoise design`: plain values, each figure with its Monte-Carlo
    error.
    """
    half = protocol.design.participants // 2
    follow = protocol.cutoff.primary_days_after_last_randomization
    trial = trial_of(protocol, looks=(Look(participants=half, follow_days=follow),))
    with_effect = simulate_trials(trial, trials, seed, workers=workers)
    without = simulate_trials(replace(trial, effect=False), trials, seed + 1, workers=workers)
    return {
        "trials": trials,
        "seed": seed,
        "shares": {
            scenario.id: _shares(
                protocol,
                float(scenario.control),
                float(scenario.experimental),
                trials,
                seed,
                workers,
            )
            for scenario in protocol.design.scenarios
        },
        "early_looks": {
            name: _early(protocol, half, name, with_effect, without) for name in SPENDING
        },
        "scan_interval": [
            _interval(protocol, trial, weeks, max(trials // 4, 2), seed, workers)
            for weeks in protocol.design.first_scan_weeks
        ],
        "assumed": assumed_inputs(protocol),
    }


def _shares(
    protocol: Protocol, control: float, experimental: float, trials: int, seed: int, workers: int
) -> Any:
    """Shares of trials that reject, with the allocation of the protocol: its arms are not always of
    one size.
    """
    strata = prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    trial = ShareTrial(
        control=control,
        experimental=experimental,
        subjects=protocol.design.participants,
        ratio=(protocol.control.ratio, protocol.experimental.ratio),
        block_sizes=protocol.randomization.block_sizes,
        strata=(1 / strata,) * strata,
    )
    events, n = simulate_shares(trial, trials, seed, workers=workers)
    tests: tuple[Test, ...] = get_args(Test)
    alpha = float(protocol.design.alpha)
    return {test: asdict(share_of(rejected_by(test, events, n, alpha))) for test in tests}


def _early(
    protocol: Protocol,
    half: int,
    spending: str,
    with_effect: FullTrialResults,
    without: FullTrialResults,
) -> Mapping[str, Any]:
    """One look at half of the participants: what it costs and saves, by theory and in virtual
    trials.
    """
    design = sequential_design(protocol, (half,), spending)
    level, power = float(protocol.design.alpha) / 2, float(protocol.design.power)
    drift = fixed_drift(level, power)
    at_same_size = operating_characteristics(design, drift)
    powered = _growth(protocol, half, spending, power)
    return {
        "bounds": list(design.efficacy),
        "power_at_same_size": at_same_size.power,
        "more_participants": powered - 1,
        "expected_participants_share": at_same_size.expected_information,
        "simulated": looked_early(protocol, with_effect, (half,), spending),
        "simulated_without_effect": looked_early(protocol, without, (half,), spending),
    }


def _growth(protocol: Protocol, half: int, spending: str, power: float) -> float:
    """The factor by which participants must grow so that the look costs no power."""
    fractions = [half / protocol.design.participants, 1.0]
    design = design_group_sequential(
        SPENDING[spending], fractions, alpha=float(protocol.design.alpha), sided=2, power=power
    )
    assert design.inflation_factor is not None
    return design.inflation_factor


def _interval(
    protocol: Protocol, trial: FullTrial, weeks: int, trials: int, seed: int, workers: int
) -> dict[str, Any]:
    """Disease control, and the power of the comparison, if scans came every so many weeks from the
    first on.

    Stable disease then has to last to the first scan less its window, and the longest gap between
    scans grows with the interval, as in the protocol. All intervals are cut after the same
    follow-up, that of two of the longest.
    """
    days, longest = (w * _DAYS_PER_WEEK for w in (weeks, max(protocol.design.first_scan_weeks)))
    window = protocol.visit(protocol.assessment.scan_visit).before_days
    response = trial.rules.response._replace(sd_min_days=days - window)
    times = trial.rules.time_to_event._replace(longest_gap=2 * days + 2 * window)
    scanned = replace(
        trial,
        scan_days=tuple(range(days, trial.tumor.follow_days, days)),
        rules=trial.rules._replace(response=response, time_to_event=times),
        looks=(
            Look(participants=protocol.design.participants, follow_days=2 * (longest + window)),
        ),
    )
    found = simulate_trials(scanned, trials, seed, workers=workers)
    events, n = found.controlled[:, 0], found.participants[:, 0]
    rejected = rejected_by("boschloo", events, n, float(protocol.design.alpha))
    return {
        "weeks": weeks,
        "control": asdict(mean_of(events[:, 0] / n[:, 0])),
        "experimental": asdict(mean_of(events[:, 1] / n[:, 1])),
        "boschloo": asdict(share_of(rejected)),
        "pfs_rejected": asdict(share_of(np.abs(found.pfs.z[:, 0]) > two_sided_z(protocol))),
    }
