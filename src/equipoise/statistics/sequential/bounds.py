"""At which z does each look stop, under a given drift?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from equipoise.statistics.sequential.boundaries import HaybittlePeto, Shape, WangTsiatis
from equipoise.statistics.sequential.futility import (
    BetaSpending,
    ConditionalPowerFutility,
    Futility,
    FutilityBounds,
)
from equipoise.statistics.sequential.recursion import (
    Step,
    Surviving,
    bound_above,
    bound_below,
    canonical_steps,
    chance_above,
    go_on,
    start_at,
)
from equipoise.statistics.sequential.spending import Spending

INFINITY = float("inf")
Rule = Shape | Spending
Sided = Literal[1, 2]
Efficacy = Callable[[int, Surviving, Step, float], float]
"""Bound of look k, given those still within, the step to it, and the error spent before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the bounds follow from: the error of one tail, the looks, and the rules."""

    rule: Rule
    level: float
    sided: Sided
    information: tuple[float, ...]
    spending_times: tuple[float, ...]
    futility: Futility | None
    binding: bool
    beta: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """z of each look, and the error of one tail spent at it; futility is minus infinity where it
    does not stop.
    """

    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    spent: tuple[float, ...]


def bounds_at(looks: Looks, drift: float) -> Bounds:
    """Bounds of every look when the futility rule is built for this drift."""
    if looks.binding or looks.futility is None:
        return _settle(looks, drift)
    # Non-binding: the level must hold for those who ignore the futility bounds, so efficacy comes
    # first, alone.
    alone = _settle(replace(looks, futility=None), drift)
    return with_futility(looks, alone, drift)


def with_futility(looks: Looks, alone: Bounds, drift: float) -> Bounds:
    """Futility bounds beside efficacy bounds that do not depend on them."""
    walked = _walk(
        _fixed_futility(looks, alone.efficacy[-1], drift), drift, lambda k, *_: alone.efficacy[k]
    )
    return Bounds(alone.efficacy, walked.futility, alone.spent)


def _settle(looks: Looks, drift: float) -> Bounds:
    """Bounds, repeated until a futility bound that is built on the last efficacy bound agrees with
    it.
    """
    if not isinstance(looks.futility, ConditionalPowerFutility):
        return _by_rule(looks, drift)
    last, found = INFINITY, _by_rule(replace(looks, futility=None), drift)
    for _ in range(200):
        if abs(found.efficacy[-1] - last) < 1e-13:
            return found
        last = found.efficacy[-1]
        found = _by_rule(_fixed_futility(looks, last, drift), drift)
    raise ValueError(
        "futility by conditional power and the efficacy bounds do not settle; ask for a lower power"
    )


def _fixed_futility(looks: Looks, last_bound: float, drift: float) -> Looks:
    if not isinstance(looks.futility, ConditionalPowerFutility):
        return looks
    z = looks.futility.bounds(looks.information, last_bound, drift)
    return replace(looks, futility=FutilityBounds(z))


def _by_rule(looks: Looks, drift: float) -> Bounds:
    rule = looks.rule
    if isinstance(rule, WangTsiatis):
        return _wang_tsiatis(looks, rule, drift)
    if isinstance(rule, HaybittlePeto):
        return _haybittle_peto(looks, rule, drift)
    cumulative = rule.spent(looks.level, looks.spending_times)
    return _walk(
        looks,
        drift,
        lambda k, now, step, spent: bound_above(now, step, float(cumulative[k]) - spent),
    )


def _wang_tsiatis(looks: Looks, rule: WangTsiatis, drift: float) -> Bounds:
    """The constant c at which the whole error is the level."""
    shape = np.asarray(looks.spending_times) ** (rule.delta - 0.5)

    def bounds(constant: float) -> Bounds:
        return _walk(looks, drift, lambda k, *_: constant * float(shape[k]))

    def surplus(constant: float) -> float:
        return float(np.log(sum(bounds(constant).spent)) - np.log(looks.level))

    # The first look alone spends no more than the level; where each spends an equal share, all
    # spend no more.
    single, split = _normal_bound(looks.level), _normal_bound(looks.level / len(shape))
    low = single / float(shape[0]) - 0.01
    high = split / float(shape.min() if split > 0 else shape.max()) + 0.01
    low = max(low, 0.0) if looks.sided == 2 else low
    return bounds(float(brentq(surplus, low, high, xtol=1e-14, rtol=8.9e-16)))


def _haybittle_peto(looks: Looks, rule: HaybittlePeto, drift: float) -> Bounds:
    last = len(looks.information) - 1

    def efficacy(k: int, now: Surviving, step: Step, spent: float) -> float:
        if k < last:
            return rule.z
        if spent >= looks.level:
            raise ValueError(
                f"z is {rule.z}; the interim looks alone spend {spent:.6g} of the one-sided level"
                f" {looks.level:g}"
            )
        return bound_above(now, step, looks.level - spent)

    return _walk(looks, drift, efficacy)


def _walk(looks: Looks, drift: float, efficacy: Efficacy) -> Bounds:
    """One pass over the looks, carrying those within the bounds under no effect and under the
    drift.
    """
    null_steps, steps = (
        canonical_steps(looks.information, 0.0),
        canonical_steps(looks.information, drift),
    )
    null, alternative = start_at(), start_at()
    upper: list[float] = []
    lower: list[float] = []
    spent: list[float] = []
    for k, null_step in enumerate(null_steps):
        b = efficacy(k, null, null_step, sum(spent))
        a = min(_futility_bound(looks, k, alternative, steps[k]), b)
        upper.append(b)
        lower.append(a)
        spent.append(chance_above(null, null_step, b))
        if k + 1 < len(steps):
            floor = -b if looks.sided == 2 else a if looks.binding else -INFINITY
            null = go_on(null, null_step, null_steps[k + 1], floor, b)
            if isinstance(looks.futility, BetaSpending):
                alternative = go_on(alternative, steps[k], steps[k + 1], a, b)
    return Bounds(tuple(upper), tuple(lower[:-1]), tuple(spent))


def _futility_bound(looks: Looks, k: int, now: Surviving, step: Step) -> float:
    if k + 1 == len(looks.information):
        return INFINITY  # not significant at the last look is the end as well
    match looks.futility:
        case FutilityBounds(z):
            return z[k]
        case BetaSpending(spending):
            cumulative = spending.spent(looks.beta, looks.spending_times)
            return bound_below(
                now, step, float(cumulative[k]) - (float(cumulative[k - 1]) if k else 0.0)
            )
        case _:
            return -INFINITY


def _normal_bound(level: float) -> float:
    return -float(ndtri(level))


def floors(bounds: Sequence[float], futility: Sequence[float], sided: Sided) -> tuple[float, ...]:
    """The lower end of the continuation region at each look; the last efficacy bound closes it."""
    if sided == 2:
        return tuple(-b for b in bounds)
    return (*futility, bounds[-1])
