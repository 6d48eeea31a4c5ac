"""Given what has been seen at a look, how likely is it that the trial will succeed?

Sources: Lan, Simon and Halperin, Sequential Analysis 1982; Jennison and Turnbull 2000, chapter 10;
Spiegelhalter, Freedman and Blackburn, Controlled Clinical Trials 1986 (predictive power).
"""

from math import sqrt
from typing import Literal

from equipoise.statistics.sequential.design import GroupSequentialDesign
from equipoise.statistics.sequential.information import check_finite, check_look
from equipoise.statistics.sequential.recursion import exits, start_at, steps_after


def conditional_power(
    design: GroupSequentialDesign,
    look: int,
    z: float,
    theta: float | Literal["trend", "design"] = "trend",
    *,
    obey_futility: bool = True,
) -> float:
    """Probability of passing an efficacy bound at a later look, given z at `look` (from 1).

    theta: "trend" takes the estimate z / sqrt(I_k), "design" the effect the design has its power
    for; a number is the effect on the scale of the design's information. Bounds and information are
    those of `design`: use `update_information` first where the looks differ from the plan.
    """
    _check(design, look, z)
    effect = _effect(design, look, z, theta)
    return _chance(design, look, z, effect, float("inf"), obey_futility)


def predictive_power(
    design: GroupSequentialDesign,
    look: int,
    z: float,
    *,
    prior_mean: float = 0.0,
    prior_information: float = 0.0,
    obey_futility: bool = True,
) -> float:
    """Conditional power averaged over the posterior of theta, exactly: the looks to come are a
    Markov chain too.

    The prior of theta is normal(prior_mean, 1 / prior_information); information 0 is the flat
    prior.
    """
    _check(design, look, z)
    check_finite("prior_mean", prior_mean)
    if check_finite("prior_information", prior_information) < 0:
        raise ValueError(f"prior_information is {prior_information}; it must be 0 (flat) or above")
    return _chance(design, look, z, prior_mean, prior_information, obey_futility)


def _check(design: GroupSequentialDesign, look: int, z: float) -> None:
    check_look("look", look, len(design.information))
    check_finite("z", z)
    if look == len(design.information):
        raise ValueError(
            f"look is {look}, the last one; conditional power is for looks that another one follows"
        )


def _effect(design: GroupSequentialDesign, look: int, z: float, theta: float | str) -> float:
    if theta == "trend":
        return z / sqrt(design.amounts()[look - 1])
    if theta == "design":
        if design.drift is None:
            raise ValueError(
                "theta is 'design', but the design was made without power; give theta as a number"
            )
        return design.drift / sqrt(design.maximum_information)
    if isinstance(theta, str):
        raise ValueError(f"theta is {theta!r}; it must be 'trend', 'design' or a number")
    return check_finite("theta", theta)


def _chance(
    design: GroupSequentialDesign,
    look: int,
    z: float,
    theta: float,
    prior_information: float,
    obey_futility: bool,
) -> float:
    amounts = design.amounts()
    steps = steps_after(z, amounts[look - 1], amounts[look:], theta, prior_information)
    floors = design.floors[look:]
    if design.sided == 1 and not obey_futility:
        floors = tuple(float("-inf") for _ in floors)
    return float(exits(steps, floors, design.efficacy[look:], start_at(z)).above.sum())
