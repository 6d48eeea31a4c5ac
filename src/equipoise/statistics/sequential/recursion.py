"""How likely is it that a normal statistic, watched at several looks, first leaves its bounds at a
given look?

The statistics of the looks form a Gaussian Markov chain, so the density of those still within the
bounds is carried from look to look by one-dimensional integrals (Armitage, McPherson and Rowe, JRSS
A 1969; Jennison and Turnbull, Group Sequential Methods, 2000, chapter 19). The integrals use
Gauss-Legendre panels no wider than the narrowest normal kernel they meet, which leaves errors of
the order of 1e-15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from equipoise.arrays import Floats

REACH = 9.0
"""Standard deviations around the mean that are integrated; 1e-19 lies outside."""
FARTHEST = 38.0
"""A bound beyond it is infinity: the normal tail there is below the smallest double."""
_POINTS, _POINT_MASS = np.polynomial.legendre.leggauss(16)
_PANEL = 2.5
_ROWS = 256


@dataclass(frozen=True, slots=True)
class Step:
    """From the statistic z of one look to slope * z + shift + scale * (standard normal) at the
    next.

    `mean` and `deviation` describe the statistic of the next look when nobody ever stops.
    """

    slope: float
    shift: float
    scale: float
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Surviving:
    """Those still within the bounds: the probability `mass` at each of the `nodes` on the z
    scale.
    """

    nodes: Floats
    mass: Floats


@dataclass(frozen=True, slots=True)
class Exits:
    """Probabilities of leaving above and below at each look, and of never leaving."""

    above: Floats
    below: Floats
    within: float


def start_at(z: float = 0.0) -> Surviving:
    """Everybody stands at z."""
    return Surviving(np.array([z]), np.ones(1))


def canonical_steps(information: Sequence[float], theta: float) -> tuple[Step, ...]:
    """Z of look k is normal(theta sqrt(I_k), 1) with correlation sqrt(I_j / I_k); Jennison and
    Turnbull (3.1).
    """
    steps, before = [], 0.0
    for now in information:
        root = float(np.sqrt(now))
        steps.append(
            Step(
                slope=float(np.sqrt(before / now)),
                shift=theta * (now - before) / root,
                scale=float(np.sqrt((now - before) / now)),
                mean=theta * root,
                deviation=1.0,
            )
        )
        before = now
    return tuple(steps)


def steps_after(
    z: float,
    now: float,
    later: Sequence[float],
    theta: float,
    prior_information: float = float("inf"),
) -> tuple[Step, ...]:
    """The same chain from a look at which z was seen on information `now`.

    theta is fixed, or, where `prior_information` is finite, normal with that information about the
    prior mean theta; what has been seen updates it, which gives the predictive distribution.
    """
    steps: list[Step] = []
    before, mean, variance = now, z, 0.0
    for after in later:
        gain, root = after - before, float(np.sqrt(after))
        # The score S = z sqrt(I) grows by gain * theta; the posterior mean of theta is (prior + S)
        # / known.
        known = prior_information + before
        weight = 0.0 if np.isinf(prior_information) else gain / known
        drift = theta if np.isinf(prior_information) else theta * prior_information / known
        slope = float(np.sqrt(before)) * (1.0 + weight) / root
        shift = gain * drift / root
        scale = float(np.sqrt(gain * (1.0 + weight))) / root
        mean, variance = slope * mean + shift, slope**2 * variance + scale**2
        steps.append(Step(slope, shift, scale, mean, float(np.sqrt(variance))))
        before = after
    return tuple(steps)


def chance_above(now: Surviving, step: Step, bound: float) -> float:
    """Probability of being within the bounds so far and above `bound` at the next look."""
    return float(now.mass @ ndtr((step.slope * now.nodes + step.shift - bound) / step.scale))


def chance_below(now: Surviving, step: Step, bound: float) -> float:
    """Probability of being within the bounds so far and below `bound` at the next look."""
    return float(now.mass @ ndtr((bound - step.slope * now.nodes - step.shift) / step.scale))


def go_on(
    now: Surviving, step: Step, following: Step | None, lower: float, upper: float
) -> Surviving:
    """Those who stay between `lower` and `upper` at the next look; `following` is the step after
    it, if any.
    """
    low = max(lower, step.mean - REACH * step.deviation)
    high = min(upper, step.mean + REACH * step.deviation)
    if following is None or low >= high or not now.nodes.size:
        return Surviving(np.empty(0), np.empty(0))
    finest = min(step.scale, following.scale / following.slope)
    panels = max(1, int(np.ceil((high - low) / (_PANEL * finest))))
    half = (high - low) / (2 * panels)
    centers = low + half * (2 * np.arange(panels) + 1)
    nodes = (centers[:, None] + half * _POINTS).ravel()
    return Surviving(nodes, np.tile(half * _POINT_MASS, panels) * _density(now, step, nodes))


def _density(now: Surviving, step: Step, at: Floats) -> Floats:
    """Density of the next statistic at each point of a rising grid.

    Very close looks need many nodes, but each then reaches few neighbors: blocks of rows leave out
    the rest.
    """
    density = np.empty_like(at)
    origin, target = (step.slope * now.nodes + step.shift) / step.scale, at / step.scale
    for first in range(0, at.size, _ROWS):
        rows = target[first : first + _ROWS, None]
        near = slice(*np.searchsorted(origin, (rows[0, 0] - REACH, rows[-1, 0] + REACH)))
        distance = rows - origin[near]
        density[first : first + _ROWS] = np.exp(-0.5 * distance * distance) @ now.mass[near]
    return np.asarray(density / (step.scale * np.sqrt(2 * np.pi)))


def exits(
    steps: Sequence[Step],
    lower: Sequence[float],
    upper: Sequence[float],
    start: Surviving | None = None,
) -> Exits:
    """Where a chain leaves: above[k], below[k] at each look, and `within`, still inside after the
    last.
    """
    now = start_at() if start is None else start
    above, below = np.zeros(len(steps)), np.zeros(len(steps))
    within = 1.0
    for k, step in enumerate(steps):
        following = steps[k + 1] if k + 1 < len(steps) else None
        above[k] = chance_above(now, step, upper[k])
        # Where both bounds are one and the same, every z is above or below it, and none is counted
        # twice.
        below[k] = chance_below(now, step, min(lower[k], upper[k]))
        if following is None:
            within = max(0.0, float(now.mass.sum() - above[k] - below[k]))
        now = go_on(now, step, following, lower[k], upper[k])
    return Exits(above, below, within)


def bound_above(now: Surviving, step: Step, chance: float) -> float:
    """The bound that those within pass upwards with this probability; infinity when it is too small
    for a double.
    """
    return _bound(now, step, chance, 1.0)


def bound_below(now: Surviving, step: Step, chance: float) -> float:
    """The bound that those within pass downwards with this probability; minus infinity when it is
    too small.
    """
    return -_bound(now, step, chance, -1.0)


def _bound(now: Surviving, step: Step, chance: float, sign: float) -> float:
    """Root in the logarithm, where the tail is nearly a parabola and small levels keep their
    digits.
    """
    center = sign * (step.slope * now.nodes + step.shift)
    if chance <= 0.0 or not now.nodes.size:
        return float("inf")
    if now.nodes.size == 1:
        return float(center[0]) - step.scale * float(ndtri(chance))

    def surplus(bound: float) -> float:
        tail = float(now.mass @ ndtr((center - bound) / step.scale))
        return (log(tail) if tail > 0 else -800.0) - log(chance)

    middle = sign * step.mean
    low, high = middle - FARTHEST, middle + FARTHEST
    if surplus(high) >= 0:
        return float("inf")
    if surplus(low) <= 0:
        return float("-inf")
    return float(brentq(surplus, low, high, xtol=1e-14, rtol=8.9e-16))
