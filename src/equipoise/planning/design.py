"""What does the size of the trial buy? The operating table, computed and simulated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import get_args

from equipoise.allocation.declared import allocation_of
from equipoise.planning.assurance import planned_assurance
from equipoise.planning.early_looks import LookCost, look_at_half
from equipoise.planning.scan_interval import ScanInterval, simulate_scan_interval
from equipoise.protocol.design import Scenario
from equipoise.protocol.model import Protocol
from equipoise.simulation.assumed import Assumed, assumed_inputs
from equipoise.simulation.full_trial import Look, simulate_trials, trial_of
from equipoise.simulation.operating_characteristics import Estimate, proportion_of, rejected_by
from equipoise.simulation.proportion_trial import ProportionTrial, simulate_proportions
from equipoise.simulation.stopping import SPENDING
from equipoise.statistics.proportions import (
    SubjectsPerArm,
    Test,
    n_per_arm_by_formula,
    n_per_arm_for,
    power_of,
    size_of,
)


@dataclass(frozen=True, slots=True)
class Truth:
    """An assumption on the truth: the proportion with the endpoint in each arm, and where it was
    taken from (`id`).
    """

    id: str
    p_control: float
    p_experimental: float


@dataclass(frozen=True, slots=True)
class OperatingRow:
    """One scenario; the mappings go by the name of the test. `size` is the largest over all common
    proportions.

    `n_per_arm` is enumerated with the power asked for; `n_per_arm_by_formula` is the usual normal
    approximation.
    """

    scenario: str
    p_control: float
    p_experimental: float
    power: dict[Test, float]
    size: dict[Test, float]
    n_per_arm: dict[Test, SubjectsPerArm]
    n_per_arm_by_formula: int


def planned_per_arm(protocol: Protocol) -> tuple[int, int]:
    """(experimental, control) of the planned participants, by the ratio of the arms."""
    total = protocol.experimental.ratio + protocol.control.ratio
    experimental = protocol.design.participants * protocol.experimental.ratio // total
    return experimental, protocol.design.participants - experimental


def planned_table(protocol: Protocol) -> list[OperatingRow]:
    """The operating table of the planned size under the protocol's scenarios."""
    design = protocol.design
    scenarios = tuple(
        Truth(s.id, float(s.control), float(s.experimental)) for s in design.scenarios
    )
    return _enumerated(
        *planned_per_arm(protocol), float(design.alpha), scenarios, float(design.power)
    )


@lru_cache(maxsize=4)
def _enumerated(
    n_1: int, n_0: int, alpha: float, scenarios: tuple[Truth, ...], power: float
) -> list[OperatingRow]:
    """Once for a protocol: it takes seconds."""
    return operating_table(n_1, n_0, alpha, scenarios, power)


@dataclass(frozen=True, slots=True)
class SizePower:
    """Exact power of the primary test with so many participants per arm."""

    per_arm: int
    power: float


@dataclass(frozen=True, slots=True)
class ComputedDesign:
    """What can be computed of a design: the operating table, power by size for each scenario, and
    assurance.

    `assurance` goes by the id of those scenarios whose counts are known.
    """

    per_arm: tuple[int, int]
    table: list[OperatingRow]
    curves: dict[str, list[SizePower]]
    assurance: dict[str, float]


def compute_design(protocol: Protocol, test: Test = "boschloo") -> ComputedDesign:
    """Everything about the primary endpoint's two proportions that needs no simulation; equal arms
    in the curves.
    """
    alpha = float(protocol.design.alpha)
    n_1, n_0 = planned_per_arm(protocol)
    table = planned_table(protocol)
    sizes = range(10, 2 * max(n_1, n_0) + 11)
    curves = {
        row.scenario: [
            SizePower(n, power_of(test, n, n, row.p_experimental, row.p_control, alpha))
            for n in sizes
        ]
        for row in table
    }
    assurance = planned_assurance(protocol, test, n_1, n_0)
    return ComputedDesign((n_1, n_0), table, curves, assurance)


def operating_table(
    n_1: int, n_0: int, alpha: float, scenarios: Iterable[Truth], power: float = 0.8
) -> list[OperatingRow]:
    """Power, true size and subjects needed for `power`, by Fisher, Boschloo and the pooled z test,
    two-sided.

    `n_1` is the size of the experimental arm, `n_0` that of the control arm. All enumerated,
    nothing simulated.
    """
    tests: tuple[Test, ...] = get_args(Test)
    size = {test: size_of(test, n_1, n_0, alpha) for test in tests}
    return [
        OperatingRow(
            scenario=s.id,
            p_control=s.p_control,
            p_experimental=s.p_experimental,
            power={
                test: power_of(test, n_1, n_0, s.p_experimental, s.p_control, alpha)
                for test in tests
            },
            size=size,
            n_per_arm={
                test: n_per_arm_for(test, s.p_experimental, s.p_control, power, alpha)
                for test in tests
            },
            n_per_arm_by_formula=n_per_arm_by_formula(s.p_experimental, s.p_control, power, alpha),
        )
        for s in scenarios
    ]


# ------------------------------------------------------------------ simulated


@dataclass(frozen=True, slots=True)
class SimulatedDesign:
    """The simulated side of a design, each figure with its Monte-Carlo error: by scenario how often
    each test rejects, early looks by spending rule, and the intervals between scans.
    """

    trials: int
    seed: int
    rejected: dict[str, dict[Test, Estimate]]
    early_looks: dict[str, LookCost]
    scan_intervals: list[ScanInterval]
    assumed: dict[str, Assumed]


def simulate_design(
    protocol: Protocol, trials: int, seed: int, *, workers: int = 1
) -> SimulatedDesign:
    """What enumeration gives, again from virtual trials, and what it cannot give."""
    half = protocol.design.participants // 2
    follow = protocol.cutoff.primary_days_after_last_randomization
    trial = trial_of(protocol, looks=(Look(participants=half, follow_days=follow),))
    with_effect = simulate_trials(trial, trials, seed, workers=workers)
    without = simulate_trials(replace(trial, effect=False), trials, seed + 1, workers=workers)
    return SimulatedDesign(
        trials=trials,
        seed=seed,
        rejected={
            scenario.id: simulate_power(protocol, scenario, trials, seed, workers=workers)
            for scenario in protocol.design.scenarios
        },
        early_looks={name: look_at_half(protocol, name, with_effect, without) for name in SPENDING},
        scan_intervals=[
            simulate_scan_interval(
                protocol, trial, weeks, max(trials // 4, 2), seed, workers=workers
            )
            for weeks in protocol.design.first_scan_weeks
        ],
        assumed=assumed_inputs(protocol),
    )


def simulate_power(
    protocol: Protocol, scenario: Scenario, trials: int, seed: int, *, workers: int = 1
) -> dict[Test, Estimate]:
    """How often each test rejects, with the allocation of the protocol: its arms are not always of
    one size.
    """
    strata = prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    trial = ProportionTrial(
        control=float(scenario.control),
        experimental=float(scenario.experimental),
        subjects=protocol.design.participants,
        allocation=allocation_of(protocol, (protocol.control, protocol.experimental)),
        strata=(1 / strata,) * strata,
    )
    events, n = simulate_proportions(trial, trials, seed, workers=workers)
    tests: tuple[Test, ...] = get_args(Test)
    alpha = float(protocol.design.alpha)
    return {test: proportion_of(rejected_by(test, events, n, alpha)) for test in tests}
