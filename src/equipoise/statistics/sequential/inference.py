"""What may be said about the effect at a look, and after the trial has stopped?

theta is the effect per unit of information: Z of look k is normal(theta sqrt(I_k), 1). For a log
hazard ratio the information is events / 4 with equal arms, and theta the log hazard ratio with its
sign turned so that benefit is positive. Sources: Jennison and Turnbull 2000, chapters 8 and 9;
stage-wise ordering: Tsiatis, Rosner and Mehta, Biometrics 1984; repeated intervals: Jennison and
Turnbull, JRSS B 1989.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, sqrt

from scipy.optimize import brentq

from equipoise.statistics.sequential.boundaries import HaybittlePeto
from equipoise.statistics.sequential.design import (
    GroupSequentialDesign,
    efficacy_at_level,
    without_futility,
)
from equipoise.statistics.sequential.information import check_between, check_finite, check_look
from equipoise.statistics.sequential.recursion import canonical_steps, exits


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of theta, infinite where nothing can be said, and the confidence of the interval."""

    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True, slots=True)
class FinalInference:
    """After stopping: p-value, median-unbiased estimate and interval of theta, by the stage-wise
    ordering.
    """

    p_value: float
    estimate: float
    interval: Interval


def stagewise_p_value(design: GroupSequentialDesign, look: int, z: float) -> float:
    """p-value after stopping at `look` (from 1) with z: earlier stops for efficacy are stronger
    evidence.

    One-sided in a one-sided design; twice the smaller tail in a two-sided one. Non-binding futility
    bounds are left out, binding ones count. Raises ValueError where the trial has not stopped.
    """
    _check_stopped(design, look, z)
    upper = _at_least_as_strong(design, look, z, 0.0)
    return upper if design.sided == 1 else min(1.0, 2 * min(upper, 1 - upper))


def final_inference(
    design: GroupSequentialDesign, look: int, z: float, *, confidence: float | None = None
) -> FinalInference:
    """p-value, median-unbiased estimate and interval of theta after stopping at `look` (from 1)
    with z.

    confidence: two-sided; 1 - 2 alpha for a one-sided design and 1 - alpha for a two-sided one if
    left out. theta is per unit of `design.maximum_information`'s scale; with maximum 1 it is the
    drift.
    """
    level = _confidence(design, confidence)
    p_value = stagewise_p_value(design, look, z)
    tail = (1 - level) / 2
    root = sqrt(design.amounts()[look - 1])

    def theta_at(chance: float) -> float:
        return _rising_root(
            lambda drift: _at_least_as_strong(design, look, z, drift) - chance, z, root, design
        )

    return FinalInference(
        p_value, theta_at(0.5), Interval(theta_at(tail), theta_at(1 - tail), level)
    )


def repeated_interval(design: GroupSequentialDesign, look: int, z: float) -> Interval:
    """(z -+ c_k) / sqrt(I_k), c_k the efficacy bound of the look: covers at all looks at once,
    stopped or not.

    The bounds are those without futility stopping, on which the coverage rests whatever is done
    about futility; where the futility bounds bind, those of the design, so that interval, p-value
    and bound are one verdict. The confidence is 1 - 2 alpha for a one-sided design, 1 - alpha for a
    two-sided one.
    """
    check_look("look", look, len(design.information))
    check_finite("z", z)
    bounds = design if design.binding else without_futility(design)
    bound = bounds.efficacy[look - 1]
    root = sqrt(design.amounts()[look - 1])
    return Interval((z - bound) / root, (z + bound) / root, _confidence(design, None))


def repeated_p_value(design: GroupSequentialDesign, look: int, z: float) -> float:
    """The smallest alpha at which a design of the same family rejects at this look; two-sided if
    the design is.

    Valid at any look, stopped or not; where futility bounds bind, for a trial that obeys them. At
    most 0.5 in each tail. Haybittle-Peto bounds are no such
    family: refused.
    """
    check_look("look", look, len(design.information))
    check_finite("z", z)
    if isinstance(design.rule, HaybittlePeto):
        raise ValueError(
            "rule is HaybittlePeto; its interim bound does not move with alpha, so no repeated"
            " p-value"
        )
    reached = abs(z) if design.sided == 2 else z

    def surplus(log_level: float) -> float:
        bound = efficacy_at_level(design, exp(log_level), look)[-1]
        if bound == inf and design.binding and exp(log_level) > design.level:
            bound = -inf  # the looks before stop everybody, for futility or for efficacy
        return reached - max(-50.0, min(50.0, bound))

    low, high = log(1e-200), log(0.5)
    if surplus(high) <= 0:
        return 0.5 * design.sided
    if surplus(low) >= 0:
        return 0.0
    return float(exp(brentq(surplus, low, high, xtol=1e-13))) * design.sided


def _confidence(design: GroupSequentialDesign, confidence: float | None) -> float:
    return 1 - 2 * design.level if confidence is None else check_between("confidence", confidence)


def _check_stopped(design: GroupSequentialDesign, look: int, z: float) -> None:
    looks = len(design.information)
    check_look("look", look, looks)
    check_finite("z", z)
    low, high = design.floors[look - 1], design.efficacy[look - 1]
    if look < looks and low < z < high:
        raise ValueError(
            f"z is {z} at look {look} of {looks}; the trial goes on between {low:.6g} and"
            f" {high:.6g}, so only repeated intervals and p-values are valid"
        )


def _at_least_as_strong(design: GroupSequentialDesign, look: int, z: float, drift: float) -> float:
    """Probability of stopping above at an earlier look, or of at least z at this one."""
    floors = design.floors
    if design.sided == 1 and not design.binding:
        floors = tuple(float("-inf") for _ in floors)
    steps = canonical_steps(design.information[:look], drift)
    return min(
        1.0, float(exits(steps, floors[:look], (*design.efficacy[: look - 1], z)).above.sum())
    )


def _rising_root(
    chance: Callable[[float], float], z: float, root: float, design: GroupSequentialDesign
) -> float:
    """Theta where a probability that rises with the drift is reached."""
    scale = sqrt(design.maximum_information)
    center = z / root * scale
    low, high, width = center - 2.0, center + 2.0, 2.0
    while chance(low) > 0 and width < 1e4:
        width *= 2
        low -= width
    width = 2.0
    while chance(high) < 0 and width < 1e4:
        width *= 2
        high += width
    return float(brentq(chance, low, high, xtol=1e-12, rtol=8.9e-16)) / scale
