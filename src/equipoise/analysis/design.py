"""What does the size of the trial buy, and what does the day of the first scan decide?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from equipoise.statistics.exact_power import SubjectsPerArm, n_per_arm_by_formula, n_per_arm_for, power_of, size_of
from equipoise.statistics.proportions import Test
from equipoise.terms.dates import DAYS_PER_MONTH

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Scenario:
    """An assumption on the truth: the share with the endpoint in each arm, and where it was taken from (`id`)."""

    id: str
    p_control: float
    p_experimental: float


@dataclass(frozen=True, slots=True)
class OperatingRow:
    """One scenario; the mappings go by the name of the test. `size` is the largest over all common shares.

    `n_per_arm` is enumerated with the power asked for; `n_per_arm_by_formula` is the usual normal approximation.
    """

    scenario: str
    p_control: float
    p_experimental: float
    power: dict[Test, float]
    size: dict[Test, float]
    n_per_arm: dict[Test, SubjectsPerArm]
    n_per_arm_by_formula: int


def operating_table(
    n_1: int, n_0: int, alpha: float, scenarios: Iterable[Scenario], power: float = 0.8
) -> list[OperatingRow]:
    """Power, true size and subjects needed for `power`, by Fisher, Boschloo and the pooled z test, two-sided.

    `n_1` is the size of the experimental arm, `n_0` that of the control arm. All enumerated, nothing simulated.
    """
    tests: tuple[Test, ...] = get_args(Test)
    size = {test: size_of(test, n_1, n_0, alpha) for test in tests}
    return [
        OperatingRow(
            scenario=s.id,
            p_control=s.p_control,
            p_experimental=s.p_experimental,
            power={test: power_of(test, n_1, n_0, s.p_experimental, s.p_control, alpha) for test in tests},
            size=size,
            n_per_arm={test: n_per_arm_for(test, s.p_experimental, s.p_control, power, alpha) for test in tests},
            n_per_arm_by_formula=n_per_arm_by_formula(s.p_experimental, s.p_control, power, alpha),
        )
        for s in scenarios
    ]


def scan_timing(median_months: float, first_scan_weeks: float) -> float:
    """Share still without an event at the first scan if progression-free survival is exponential.

    That share is the disease control rate, so the day of the first scan moves the endpoint though the drug is the
    same. A month is 365.25/12 days.
    """
    if not median_months > 0:
        raise ValueError(f"median_months is {median_months}; it must be above 0")
    if not first_scan_weeks >= 0:
        raise ValueError(f"first_scan_weeks is {first_scan_weeks}; it must be 0 or more")
    medians = first_scan_weeks * DAYS_PER_WEEK / (median_months * DAYS_PER_MONTH)
    return float(0.5**medians)
