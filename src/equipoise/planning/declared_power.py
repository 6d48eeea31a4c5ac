"""With which probability does a planned test of two shares reject? Enumerated, or by a formula that
is named.
"""

from __future__ import annotations

from math import prod
from typing import Literal

from equipoise.planning.planned import Arms, Planned
from equipoise.statistics.proportions import (
    RepeatedStopping,
    Test,
    cmh_power_by_formula,
    cmh_power_of,
    repeated_power_of,
    repeated_size_of,
    repeated_stopping_of,
    size_of,
)
from equipoise.statistics.sequential import GroupSequentialDesign, operating_characteristics
from equipoise.statistics.sequential.design import fixed_drift

ShownTest = Test | Literal["cmh"]
ENUMERATED, BY_FORMULA = "enumerated", "normal approximation"
MOST_LISTED = 40_000
"""Sets of tables of half of the strata, up to which the CMH test is enumerated: a second or so."""


def shown_tests(test: str) -> tuple[ShownTest, ...]:
    """The tests that a table shows: the exact ones, and beside them CMH where it is declared, else
    the z test that is usual.
    """
    if test == "cmh":
        return ("cmh", "fisher", "boschloo")
    return ("fisher", "boschloo", "pooled_z")


def power_at(test: ShownTest, plan: Planned, p_1: float, p_0: float) -> float:
    """Power at the planned size, looks and their levels included."""
    if test == "cmh":
        return _cmh_power(plan, p_1, p_0)
    return repeated_power_of(test, plan.arms, plan.levels, p_1, p_0)


def power_of_many(test: ShownTest, plan: Planned, p_1: float, p_0: float) -> float:
    """The same for a curve or an average, which ask for many: CMH by the normal approximation."""
    return cmh_by_formula(plan, p_1, p_0) if test == "cmh" else power_at(test, plan, p_1, p_0)


def size_at(test: ShownTest, plan: Planned) -> float | None:
    """The largest probability of rejecting while the shares are the same; None for CMH, whose
    shares may differ between the strata.
    """
    if test == "cmh":
        return None
    if plan.looks:
        return repeated_size_of(test, plan.arms, plan.levels)
    return size_of(test, *plan.end, plan.alpha)


def how_computed(test: ShownTest, plan: Planned) -> str:
    """ENUMERATED or BY_FORMULA: where the power at the planned size comes from."""
    return ENUMERATED if test != "cmh" or _is_listed(plan) else BY_FORMULA


def _cmh_power(plan: Planned, p_1: float, p_0: float) -> float:
    """With the same shares in every stratum."""
    if _is_listed(plan):
        sizes = strata_of(plan.end, plan.strata)
        return cmh_power_of(sizes, [p_1] * len(sizes), [p_0] * len(sizes), plan.alpha)
    return cmh_by_formula(plan, p_1, p_0)


def cmh_by_formula(plan: Planned, p_1: float, p_0: float) -> float:
    """Power of the CMH test at the planned size by the normal approximation, looks included."""
    if plan.bounds is None:
        return cmh_approximately(plan, plan.end, p_1, p_0)
    at_looks = _cmh_stopping(plan, plan.bounds, p_1, p_0)
    return sum(at_looks.above) + sum(at_looks.below)


def stopping_at(plan: Planned, p_1: float, p_0: float) -> RepeatedStopping:
    """At which declared look the declared test rejects for the first time, and in whose favor:
    enumerated, for CMH by the normal approximation. Together they are the power of `power_at`.
    """
    if plan.test != "cmh":
        return repeated_stopping_of(plan.test, plan.arms, plan.levels, p_1, p_0)
    assert plan.bounds is not None
    return _cmh_stopping(plan, plan.bounds, p_1, p_0)


def _cmh_stopping(
    plan: Planned, bounds: GroupSequentialDesign, p_1: float, p_0: float
) -> RepeatedStopping:
    """By the drift with which one look would have the power of the one test at the end."""
    if p_1 == p_0:
        drift = 0.0
    else:
        power = cmh_approximately(plan, plan.end, p_1, p_0)
        drift = fixed_drift(plan.alpha / 2, min(max(power, 1e-12), 1 - 1e-12))
    at_looks = operating_characteristics(bounds, drift if p_1 >= p_0 else -drift)
    return RepeatedStopping(at_looks.efficacy, at_looks.harm)


def cmh_approximately(plan: Planned, arms: Arms, p_1: float, p_0: float) -> float:
    """Power of one CMH test at the end by the normal approximation, so many in strata of equal
    size.
    """
    sizes = [(arms[0] / plan.strata, arms[1] / plan.strata)] * plan.strata
    return cmh_power_by_formula(sizes, [p_1] * plan.strata, [p_0] * plan.strata, plan.alpha)


def strata_of(arms: Arms, strata: int) -> list[tuple[int, int]]:
    """The arms in strata as equal as can be, those left out in which an arm has nobody."""
    sizes = [tuple(n // strata + (place < n % strata) for n in arms) for place in range(strata)]
    return [(n_1, n_0) for n_1, n_0 in sizes if n_1 and n_0]


def _is_listed(plan: Planned) -> bool:
    """Whether the tables of all strata can be enumerated in about a second; never with looks."""
    sizes = strata_of(plan.end, plan.strata)
    half = (len(sizes) + 1) // 2
    listed = max(prod((n_1 + 1) * (n_0 + 1) for n_1, n_0 in part) for part in _halves(sizes, half))
    return bool(sizes) and not plan.looks and listed <= MOST_LISTED


def _halves(sizes: list[Arms], cut: int) -> tuple[list[Arms], list[Arms]]:
    return sizes[:cut], sizes[cut:]
