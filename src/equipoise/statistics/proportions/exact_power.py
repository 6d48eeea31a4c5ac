"""What can a test of two shares find, how often does it err, and how many subjects does it need?

Everything is enumerated over all tables; nothing is simulated. Group 1 is the experimental one,
group 0 the control.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import numpy as np
from scipy.stats import norm

from equipoise.statistics.checks import check_probability, check_share
from equipoise.statistics.proportions.boschloo_region import boschloo_region
from equipoise.statistics.proportions.margin_tests import FarringtonManning, score_p_values
from equipoise.statistics.proportions.two_shares import TIE, Test, p_values
from equipoise.statistics.proportions.unconditional import (
    Region,
    binomial,
    largest_probability,
    largest_probability_along,
)

Ratio = tuple[int, int]
"""Subjects of group 1 to subjects of group 0, as (2, 1)."""


@dataclass(frozen=True, slots=True)
class SubjectsPerArm:
    """Power rises with n in a saw-tooth, so there are two answers.

    `first` is the smallest n per arm with the power asked for, `always_from` the smallest from
    which every n up to `checked_to` has it; `power` is the power at `first`. With arms of a `ratio`
    in lowest terms all these count its multiples: n of (2, 1) is 2n and n subjects.
    """

    first: int
    always_from: int
    checked_to: int
    power: float
    ratio: Ratio = (1, 1)

    def arms(self, multiple: int) -> tuple[int, int]:
        """Subjects of group 1 and of group 0 in so many multiples of the ratio."""
        return self.ratio[0] * multiple, self.ratio[1] * multiple


AnyTest = Test | FarringtonManning


def power_of(
    test: AnyTest, n_1: int, n_0: int, p_1: float, p_0: float, alpha: float = 0.05
) -> float:
    """Probability that the test rejects when the true shares are p_1 and p_0; those known by name
    are two-sided.
    """
    check_probability("p_1", p_1)
    check_probability("p_0", p_0)
    region = rejection_region(test, n_1, n_0, alpha)
    return float(binomial(n_1, p_1) @ region.astype(np.float64) @ binomial(n_0, p_0))


def size_of(test: AnyTest, n_1: int, n_0: int, alpha: float = 0.05) -> float:
    """The true size: the largest probability of rejecting while both shares are the same, whatever
    they are.

    With a margin, while they lie the margin apart: on the edge of the null hypothesis, where a test
    that rejects all the more with more events in group 1 and fewer in group 0 errs most.
    """
    if isinstance(test, FarringtonManning):
        return largest_probability_along(test.null_shares, rejection_region(test, n_1, n_0, alpha))
    return largest_probability(rejection_region(test, n_1, n_0, alpha))


@lru_cache(maxsize=2048)
def rejection_region(test: AnyTest, n_1: int, n_0: int, alpha: float = 0.05) -> Region:
    """Which tables the test rejects: bool (n_1 + 1, n_0 + 1), indexed by the events; read-only,
    kept.
    """
    check_share("alpha", alpha)
    if isinstance(test, FarringtonManning):
        region = score_p_values(test, n_1, n_0) <= alpha * (1 + 1e-9)
    elif test == "boschloo":
        region = boschloo_region(p_values("fisher", n_1, n_0), alpha, TIE)
    else:
        region = p_values(test, n_1, n_0) <= alpha * (1 + 1e-9)
    region.setflags(write=False)
    return region


def n_per_arm_for(
    test: Test,
    p_1: float,
    p_0: float,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: Ratio = (1, 1),
) -> SubjectsPerArm:
    """Smallest arms of the ratio, equal by default, with which the test has the power asked for, by
    enumeration; counted in multiples of the ratio in lowest terms.

    The search starts at half the size the normal approximation asks for and looks on for a quarter
    (and at least
    10) beyond the last size that fell short.
    """
    parts = lowest_terms(ratio)
    guess = n_per_arm_by_formula(p_1, p_0, power, alpha, parts)
    n = max(2, guess // 2)
    first, last_short = 0, n - 1

    def reaches(n: int) -> bool:
        return _reaches(power, test, (parts[0] * n, parts[1] * n), p_1, p_0, alpha)

    while not first or n <= last_short + max(10, last_short // 4):
        if reaches(n):
            first = first or n
        else:
            last_short = n
        n += 1
    there = power_of(test, parts[0] * first, parts[1] * first, p_1, p_0, alpha)
    return SubjectsPerArm(first, last_short + 1, n - 1, there, parts)


def lowest_terms(ratio: Ratio) -> Ratio:
    """The ratio without a common factor. Raises ValueError unless both are whole numbers from 1."""
    one, zero = ratio
    if one != int(one) or zero != int(zero) or min(one, zero) < 1:
        raise ValueError(f"ratio is {ratio}; expected two whole numbers from 1")
    common = gcd(int(one), int(zero))
    return int(one) // common, int(zero) // common


def _reaches(
    power: float, test: Test, arms: tuple[int, int], p_1: float, p_0: float, alpha: float
) -> bool:
    # What Fisher rejects Boschloo rejects, and Fisher's region costs much less.
    if test == "boschloo" and power_of("fisher", *arms, p_1, p_0, alpha) >= power:
        return True
    return power_of(test, *arms, p_1, p_0, alpha) >= power


def n_per_arm_by_formula(
    p_1: float, p_0: float, power: float = 0.8, alpha: float = 0.05, ratio: Ratio = (1, 1)
) -> int:
    """Arms of the ratio, equal by default, by the normal approximation of the pooled z test,
    rounded up to whole multiples of the ratio in lowest terms (for equal arms Fleiss, 2nd edition,
    formula 3.14).

    Without the continuity correction, as sample sizes are usually quoted; the z test does not keep
    its level.
    """
    for name, value in (("p_1", p_1), ("p_0", p_0)):
        check_probability(name, value)
    check_share("power", power)
    check_share("alpha", alpha)
    if p_1 == p_0:
        raise ValueError(f"p_1 and p_0 are both {p_1}; no size gives power for a difference of 0")
    one, zero = lowest_terms(ratio)
    pooled = (one * p_1 + zero * p_0) / (one + zero)
    under_null = norm.isf(alpha / 2) * np.sqrt(pooled * (1 - pooled) * (1 / one + 1 / zero))
    under_alternative = norm.ppf(power) * np.sqrt(p_1 * (1 - p_1) / one + p_0 * (1 - p_0) / zero)
    return int(np.ceil(((under_null + under_alternative) / (p_1 - p_0)) ** 2))
