"""When may a trial stop, how is its level kept, and what do the looks cost?

Theory and names: Jennison and Turnbull, Group Sequential Methods with Applications to Clinical
Trials, 2000. The
statistics have the canonical joint distribution: Z of look k is normal(theta sqrt(I_k), 1) with
correlation sqrt(I_j / I_k). Information is counted in fractions of the planned maximum; the drift
is theta * sqrt(maximum), the expected Z of a last look at fraction 1. A large Z speaks for the
experimental arm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from equipoise.statistics.sequential.boundaries import HaybittlePeto, WangTsiatis
from equipoise.statistics.sequential.bounds import (
    Bounds,
    Looks,
    Rule,
    Sided,
    bounds_at,
    floors,
    with_futility,
)
from equipoise.statistics.sequential.design_checks import alike, check_bounds, check_looks
from equipoise.statistics.sequential.futility import Futility, FutilityBounds
from equipoise.statistics.sequential.information import (
    CLOSEST,
    check_fractions,
    check_length,
    check_positive,
    check_rising,
)
from equipoise.statistics.sequential.recursion import canonical_steps, exits


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSequentialDesign:
    """Bounds and levels of every look.

    `efficacy` holds one z per look (infinity: no stop); a two-sided design stops at +z and -z.
    `futility` holds one z per interim look (minus infinity: no stop); at the last look everything
    below the efficacy bound accepts. `alpha_spent` is cumulative and over both tails of a two-sided
    design; `stage_levels` are the one-sided levels at which Z alone is compared. `drift` gives
    `power`; both are None when no power was asked for. `planned_power`
    is what was asked for: it fixes the error that futility spends, however often the information is
    updated. `maximum_information` turns fractions into amounts of information (events / 4 for a log
    hazard ratio, equal arms).
    """

    rule: Rule
    alpha: float
    sided: Sided
    information: tuple[float, ...]
    spending_times: tuple[float, ...]
    futility_rule: Futility | None
    binding: bool
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    alpha_spent: tuple[float, ...]
    stage_levels: tuple[float, ...]
    power: float | None
    planned_power: float | None
    drift: float | None
    inflation_factor: float | None
    maximum_information: float

    @property
    def level(self) -> float:
        """The level of one tail: alpha, or half of it in a two-sided design."""
        return self.alpha / self.sided

    @property
    def floors(self) -> tuple[float, ...]:
        """The z below which each look stops, for futility or, in a two-sided design, for harm."""
        return floors(self.efficacy, self.futility, self.sided)

    def amounts(self) -> tuple[float, ...]:
        """Information of every look on its own scale."""
        return tuple(t * self.maximum_information for t in self.information)


def design_group_sequential(
    rule: Rule,
    information: Sequence[float],
    *,
    alpha: float = 0.025,
    sided: Literal[1, 2] = 1,
    power: float | None = None,
    futility: Futility | None = None,
    binding: bool = False,
    spending_times: Sequence[float] | None = None,
    maximum_information: float = 1.0,
) -> GroupSequentialDesign:
    """Bounds for looks at fractions of the planned information that end at 1.

    rule: a shape (`OBrienFleming`, `Pocock`, `WangTsiatis`, `HaybittlePeto`) or a spending family.
    sided: 2 is the union of two one-sided designs of alpha / 2 with bounds +z and -z; its spending
    is twice the
        family's at alpha / 2, as in rpact. Futility is for one-sided designs.
    power: if given, the drift with this power to pass the upper bounds, and the inflation factor,
    are found. Futility
        bounds count as obeyed, binding or not.
    binding: whether the efficacy bounds rely on the futility bounds being obeyed.
    spending_times: fractions at which error is spent when they are not those of information
    (calendar time).

    Raises ValueError, which names the argument, for looks that do not rise to 1, alpha or power
    outside (0, 1), power not above alpha, spending that falls or does not end at alpha, and rules
    that do not fit the number of looks.
    """
    fractions = check_fractions("information", information)
    times = fractions
    if spending_times is not None:
        times = check_fractions(
            "spending_times",
            check_length("spending_times", spending_times, len(fractions), "information"),
        )
        if isinstance(rule, WangTsiatis | HaybittlePeto) and times != fractions:
            raise ValueError(
                f"spending_times is given, but {type(rule).__name__} spends nothing by time"
            )
    looks = check_looks(rule, fractions, times, alpha, sided, power, futility, binding)
    check_positive("maximum_information", maximum_information)
    if power is None:
        return _design(looks, bounds_at(looks, 0.0), None, None, None, maximum_information)
    drift, bounds = _drift_for(looks, power)
    return _design(looks, bounds, power, power, drift, maximum_information)


def update_information(
    design: GroupSequentialDesign,
    information: Sequence[float],
    *,
    maximum: float | None = None,
    spending_times: Sequence[float] | None = None,
    final: bool = False,
) -> GroupSequentialDesign:
    """The design at the information of the looks made, followed by the looks still planned.

    information: amounts; `maximum` is the planned maximum (`design.maximum_information` if left
    out). While there are fewer looks than planned and the maximum is not reached, the last one is
    an interim look, and the planned ones follow. The final look spends all that is left, whether it
    has more information than planned (over-running) or less: with `final` the last look given is
    the final one though the maximum is not reached. As many looks as planned, or more, that end
    below the maximum are refused without it. An interim look at or beyond the maximum is refused:
    nothing is left to spend after it.
    spending_times: fractions at which error is spent (calendar time), one for each look given;
    those of information, at most 1, if left out. The drift stays that of the plan, and futility by
    beta spending is built for it; `power` is what then results.

    Shapes without spending (O'Brien-Fleming, Pocock, Wang-Tsiatis) hold for the planned looks only
    and are refused unless the looks are the planned ones.
    """
    top = check_positive("maximum", design.maximum_information if maximum is None else maximum)
    fractions = tuple(value / top for value in check_rising("information", information))
    to_come = _looks_to_come(design, fractions, final=final)
    given, fractions = len(fractions), (*fractions, *to_come)
    for k, value in enumerate(fractions[:-1]):
        if value >= 1:
            raise ValueError(
                f"information[{k}] is {information[k]}, not below maximum {top}; no look can"
                " follow it"
            )
    if isinstance(design.rule, WangTsiatis) and not alike(fractions, design.information):
        raise ValueError(
            f"information is {tuple(information)}, planned were {design.amounts()}; the shape of"
            f" {type(design.rule).__name__} holds for the planned looks only: plan with a spending"
            " family"
        )
    times = (*fractions[:-1], 1.0)
    if spending_times is not None:
        spent = check_length("spending_times", spending_times, given, "information")
        planned = design.spending_times[len(design.spending_times) - len(to_come) :]
        times = check_fractions("spending_times", (*spent, *(planned if to_come else ())))
    looks = check_looks(
        design.rule,
        fractions,
        times,
        design.alpha,
        design.sided,
        design.planned_power,
        design.futility_rule,
        design.binding,
    )
    bounds = bounds_at(looks, design.drift or 0.0)
    power = None if design.drift is None else _power(looks, bounds, design.drift)
    return _design(
        looks, bounds, power, design.planned_power, design.drift, top, design.inflation_factor
    )


def _looks_to_come(
    design: GroupSequentialDesign, made: tuple[float, ...], *, final: bool
) -> tuple[float, ...]:
    """The planned looks after those made, as fractions; none after the final one. Raises
    ValueError for as many looks as planned that end early without being called final.
    """
    if final or made[-1] >= 1 - CLOSEST:
        return ()
    rest = design.information[len(made) :]
    if not rest:
        raise ValueError(
            f"information ends at {made[-1]:.6g} of the maximum with look {len(made)} of"
            f" {len(design.information)} planned; if it is the last one for another reason, say"
            " final=True"
        )
    return tuple(planned for planned in rest if planned > made[-1] * (1 + CLOSEST))


def without_futility(design: GroupSequentialDesign) -> GroupSequentialDesign:
    """The same looks and level with efficacy bounds alone."""
    if design.futility_rule is None:
        return design
    looks = _looks_of(design, None)
    return _design(looks, bounds_at(looks, 0.0), None, None, None, design.maximum_information)


def efficacy_at_level(design: GroupSequentialDesign, level: float, looks: int) -> tuple[float, ...]:
    """Efficacy bounds of the first looks if one tail had this level; futility bounds count as they
    stand where they bind, and are left out where they do not.
    """
    return bounds_at(_looks_of(design, _binding(design), level), 0.0).efficacy[:looks]


def _binding(design: GroupSequentialDesign) -> Futility | None:
    """The futility bounds on which the efficacy bounds rely."""
    return FutilityBounds(tuple(design.futility)) if design.binding else None


def fixed_drift(level: float, power: float) -> float:
    """Drift of a single look with this one-sided level and power."""
    return float(ndtri(power) - ndtri(level))


def _looks_of(
    design: GroupSequentialDesign, futility: Futility | None, level: float | None = None
) -> Looks:
    return Looks(
        rule=design.rule,
        level=design.level if level is None else level,
        sided=design.sided,
        information=design.information,
        spending_times=design.spending_times,
        futility=futility,
        binding=design.binding and futility is not None,
        beta=1.0 - (design.planned_power or 0.5),
    )


def _design(
    looks: Looks,
    bounds: Bounds,
    power: float | None,
    planned_power: float | None,
    drift: float | None,
    maximum: float,
    inflation: float | None = None,
) -> GroupSequentialDesign:
    if power is not None and drift is not None and inflation is None:
        inflation = (drift / fixed_drift(looks.level, power)) ** 2
    check_bounds(looks, bounds)
    spent = np.cumsum(bounds.spent) * looks.sided
    return GroupSequentialDesign(
        rule=looks.rule,
        alpha=looks.level * looks.sided,
        sided=looks.sided,
        information=looks.information,
        spending_times=looks.spending_times,
        futility_rule=looks.futility,
        binding=looks.binding,
        efficacy=bounds.efficacy,
        futility=bounds.futility,
        alpha_spent=tuple(float(a) for a in spent),
        stage_levels=tuple(float(ndtr(-z)) for z in bounds.efficacy),
        power=power,
        planned_power=planned_power,
        drift=drift,
        inflation_factor=inflation,
        maximum_information=maximum,
    )


def _power(looks: Looks, bounds: Bounds, drift: float) -> float:
    steps = canonical_steps(looks.information, drift)
    return float(
        exits(
            steps, floors(bounds.efficacy, bounds.futility, looks.sided), bounds.efficacy
        ).above.sum()
    )


def _drift_for(looks: Looks, power: float) -> tuple[float, Bounds]:
    """The drift with this power, and the bounds at it: futility by beta spending moves with the
    drift.
    """
    at: Callable[[float], Bounds]
    if looks.binding and not isinstance(looks.futility, FutilityBounds):
        at = lambda drift: bounds_at(looks, drift)  # noqa: E731
    else:
        fixed = bounds_at(looks, 0.0)
        moves = looks.futility is not None and not isinstance(looks.futility, FutilityBounds)
        at = (lambda drift: with_futility(looks, fixed, drift)) if moves else (lambda _drift: fixed)

    def shortfall(drift: float) -> float:
        return _power(looks, at(drift), drift) - power

    # A single look has the most power of all designs of this level, so its drift is too small.
    low = high = 0.999 * fixed_drift(looks.level, power)
    for _ in range(60):
        high *= 1.06
        if shortfall(high) >= 0:
            break
    else:
        raise ValueError(
            f"power is {power}; no drift up to {high:.3g} reaches it: the futility bounds stop too"
            " many"
        )
    drift = float(brentq(shortfall, low, high, xtol=1e-13, rtol=8.9e-16))
    return drift, at(drift)
