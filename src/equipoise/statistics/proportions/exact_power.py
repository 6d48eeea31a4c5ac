"""What can a test of two shares find, how often does it err, and how many subjects does it need?

Everything is enumerated over all tables; nothing is simulated. Group 1 is the experimental one,
group 0 the control.
"""

from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class SubjectsPerArm:
    """Power rises with n in a saw-tooth, so there are two answers.

    `first` is the smallest n per arm with the power asked for, `always_from` the smallest from
    which every n up to `checked_to` has it; `power` is the power at `first`.
    """

    first: int
    always_from: int
    checked_to: int
    power: float


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
    test: Test, p_1: float, p_0: float, power: float = 0.8, alpha: float = 0.05
) -> SubjectsPerArm:
    """Smallest equal arms with which the test has the power asked for, by enumeration.

    The search starts at half the size the normal approximation asks for and looks on for a quarter
    (and at least
    10) beyond the last size that fell short.
    """
    guess = n_per_arm_by_formula(p_1, p_0, power, alpha)
    n = max(2, guess // 2)
    first, last_short = 0, n - 1
    while not first or n <= last_short + max(10, last_short // 4):
        if _reaches(power, test, n, p_1, p_0, alpha):
            first = first or n
        else:
            last_short = n
        n += 1
    return SubjectsPerArm(
        first, last_short + 1, n - 1, power_of(test, first, first, p_1, p_0, alpha)
    )


def _reaches(power: float, test: Test, n: int, p_1: float, p_0: float, alpha: float) -> bool:
    # What Fisher rejects Boschloo rejects, and Fisher's region costs much less.
    if test == "boschloo" and power_of("fisher", n, n, p_1, p_0, alpha) >= power:
        return True
    return power_of(test, n, n, p_1, p_0, alpha) >= power


def n_per_arm_by_formula(p_1: float, p_0: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Equal arms by the normal approximation of the pooled z test, rounded up (Fleiss, 2nd edition,
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
    pooled = (p_1 + p_0) / 2
    under_null = norm.isf(alpha / 2) * np.sqrt(2 * pooled * (1 - pooled))
    under_alternative = norm.ppf(power) * np.sqrt(p_1 * (1 - p_1) + p_0 * (1 - p_0))
    return int(np.ceil(((under_null + under_alternative) / (p_1 - p_0)) ** 2))
