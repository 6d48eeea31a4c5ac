"""What can a test of two shares find that is taken at looks before the end, and how often does it
err?

Everything is enumerated over all tables at every look. Group 1 is the experimental one, group 0 the
control.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_probability
from equipoise.statistics.proportions.exact_power import rejection_region
from equipoise.statistics.proportions.two_shares import Test
from equipoise.statistics.proportions.unconditional import binomial

SHARES = np.linspace(0, 1, 201)
"""Common shares that the size is the largest over."""


@dataclass(frozen=True, slots=True)
class RepeatedStopping:
    """Probability of rejecting at each look for the first time, (look,): `above` in favor of group
    1, `below` in favor of group 0.
    """

    above: tuple[float, ...]
    below: tuple[float, ...]


def repeated_power_of(
    test: Test,
    arms: Sequence[tuple[int, int]],
    levels: Sequence[float],
    p_1: float,
    p_0: float,
) -> float:
    """Probability that the two-sided test rejects at one of its looks, in favor of either group;
    see `repeated_stopping_of`.
    """
    stopping = repeated_stopping_of(test, arms, levels, p_1, p_0)
    return min(sum(stopping.above) + sum(stopping.below), 1.0)


def repeated_stopping_of(
    test: Test,
    arms: Sequence[tuple[int, int]],
    levels: Sequence[float],
    p_1: float,
    p_0: float,
) -> RepeatedStopping:
    """At which look the two-sided test rejects for the first time, and in whose favor.

    arms: subjects (n_1, n_0) by each look, never falling; levels: the two-sided level of each look,
    0 for none. Raises ValueError for numbers that are none of these.
    """
    check_probability("p_1", p_1)
    check_probability("p_0", p_0)
    _check(arms, levels)
    above, below = [0.0] * len(arms), [0.0] * len(arms)
    going_on, before = np.ones((1, 1)), (0, 0)
    for look, ((n_1, n_0), level) in enumerate(zip(arms, levels, strict=True)):
        going_on = _added(going_on, n_1 - before[0], n_0 - before[1], p_1, p_0)
        if level > 0 and n_1 and n_0:
            region = rejection_region(test, n_1, n_0, level)
            better = np.arange(n_1 + 1)[:, None] * n_0 > np.arange(n_0 + 1)[None, :] * n_1
            above[look] = float(going_on[region & better].sum())
            below[look] = float(going_on[region & ~better].sum())
            going_on = np.where(region, 0.0, going_on)
        before = n_1, n_0
    return RepeatedStopping(tuple(above), tuple(below))


def repeated_size_of(test: Test, arms: Sequence[tuple[int, int]], levels: Sequence[float]) -> float:
    """The largest probability of rejecting at one of the looks while both shares are the same, over
    a grid of 201 shares.
    """
    return max(repeated_power_of(test, arms, levels, float(p), float(p)) for p in SHARES)


def _added(going_on: Floats, more_1: int, more_0: int, p_1: float, p_0: float) -> Floats:
    """Probabilities of the events by group, with so many more subjects."""
    return np.asarray(
        _steps(going_on.shape[0], more_1, p_1).T @ going_on @ _steps(going_on.shape[1], more_0, p_0)
    )


def _steps(events: int, more: int, p: float) -> Floats:
    """The chance of each number of events after so many more subjects, a row for each before."""
    steps, added = np.zeros((events, events + more)), binomial(more, p) if more else np.ones(1)
    for before in range(events):
        steps[before, before : before + more + 1] = added
    return steps


def _check(arms: Sequence[tuple[int, int]], levels: Sequence[float]) -> None:
    if not len(arms) or len(arms) != len(levels):
        raise ValueError(f"{len(arms)} looks with {len(levels)} levels; expected as many of both")
    last = (0, 0)
    for n_1, n_0 in arms:
        if n_1 < last[0] or n_0 < last[1]:
            raise ValueError(f"arms is {list(arms)}; subjects of an arm never get fewer")
        last = n_1, n_0
    if any(not 0 <= level < 1 for level in levels):
        raise ValueError(f"levels is {list(levels)}; each must be 0 or more, and under 1")
