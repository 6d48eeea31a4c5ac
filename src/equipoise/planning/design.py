"""What does the size of the trial buy, and what does the day of the first scan decide?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from equipoise.protocol.model import Protocol
from equipoise.statistics.proportions import (
    SubjectsPerArm,
    Test,
    n_per_arm_by_formula,
    n_per_arm_for,
    power_of,
    size_of,
)
from equipoise.statistics.sample_size import BetaPrior, assurance
from equipoise.terms.dates import DAYS_PER_MONTH

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Scenario:
    """An assumption on the truth: the share with the endpoint in each arm, and where it was taken
    from (`id`).
    """

    id: str
    p_control: float
    p_experimental: float


@dataclass(frozen=True, slots=True)
class OperatingRow:
    """One scenario; the mappings go by the name of the test. `size` is the largest over all common
    shares.

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
        Scenario(s.id, float(s.control), float(s.experimental)) for s in design.scenarios
    )
    return _enumerated(
        *planned_per_arm(protocol), float(design.alpha), scenarios, float(design.power)
    )


@lru_cache(maxsize=4)
def _enumerated(
    n_1: int, n_0: int, alpha: float, scenarios: tuple[Scenario, ...], power: float
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
    """Everything about the primary endpoint's two shares that needs no simulation; equal arms in
    the curves.
    """
    design, alpha = protocol.design, float(protocol.design.alpha)
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
    assurance = {
        s.id: assured_power(
            test,
            n_1,
            n_0,
            alpha,
            (s.experimental_observed.events, s.experimental_observed.n),
            (s.control_observed.events, s.control_observed.n),
        )
        for s in design.scenarios
        if s.experimental_observed and s.control_observed
    }
    return ComputedDesign((n_1, n_0), table, curves, assurance)


def operating_table(
    n_1: int, n_0: int, alpha: float, scenarios: Iterable[Scenario], power: float = 0.8
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


def scan_timing(median_months: float, first_scan_weeks: float) -> float:
    """Share still without an event at the first scan if progression-free survival is exponential.

    That share is the disease control rate, so the day of the first scan moves the endpoint though
    the drug is the same. A month is 365.25/12 days.
    """
    if not median_months > 0:
        raise ValueError(f"median_months is {median_months}; it must be above 0")
    if not first_scan_weeks >= 0:
        raise ValueError(f"first_scan_weeks is {first_scan_weeks}; it must be 0 or more")
    medians = first_scan_weeks * DAYS_PER_WEEK / (median_months * DAYS_PER_MONTH)
    return float(0.5**medians)


def assured_power(
    test: Test,
    n_1: int,
    n_0: int,
    alpha: float,
    observed_1: tuple[int, int],
    observed_0: tuple[int, int],
) -> float:
    """Exact power averaged over what earlier patients leave open: `observed` are (events, n) of
    each arm.

    Each share has the beta distribution that Jeffreys' prior becomes with these counts; the arms
    are independent.
    """
    priors = [BetaPrior(events + 0.5, n - events + 0.5) for events, n in (observed_1, observed_0)]
    return assurance(lambda p_1, p_0: power_of(test, n_1, n_0, p_1, p_0, alpha), *priors)
