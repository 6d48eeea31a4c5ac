"""Where does an analysis of the primary endpoint reject, how often at which look, and how many does
that save?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.planning.declared_power import stopping_at
from equipoise.planning.planned import Arms, Planned
from equipoise.protocol.design import Scenario
from equipoise.statistics.proportions import rejection_region
from equipoise.statistics.sequential import (
    GroupSequentialDesign,
    OBrienFleming,
    design_group_sequential,
)


@dataclass(frozen=True, slots=True)
class Boundary:
    """One look, or the end: participants by arm, the part of the planned ones, the bound of |z|
    (infinity: no stop), the two-sided p that it stands for, and the level spent by then.
    """

    arms: Arms
    fraction: float
    z: float
    p: float
    spent: float


@dataclass(frozen=True, slots=True)
class Reached:
    """What reaches the bound of one look in favor of the experimental arm, where control is as in a
    scenario; None where nothing does.

    `difference` of shares is the least whose pooled z reaches it. The declared test itself rejects
    from `experimental` events on when control has the `control` events that come nearest to its
    share; None for CMH, which looks at the strata.
    """

    arms: Arms
    difference: float | None
    control: int
    experimental: int | None

    @property
    def exact_difference(self) -> float | None:
        """The difference of shares from which on the declared test rejects."""
        if self.experimental is None:
            return None
        return self.experimental / self.arms[0] - self.control / self.arms[1]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Under one truth: how often each look rejects in favor of the experimental arm and of control,
    (look,), the end being the last; and how many participants are judged by then on average.
    """

    above: tuple[float, ...]
    below: tuple[float, ...]
    expected: float

    @property
    def power(self) -> float:
        """Rejected at any look, in either direction."""
        return min(sum(self.above) + sum(self.below), 1.0)


@dataclass(frozen=True, slots=True)
class LookDesign:
    """The declared looks and the end: their bounds, what reaches them in each scenario, and, where
    there are looks, what they do in each scenario and without a difference, at its share in
    control.
    """

    boundaries: tuple[Boundary, ...]
    reached: dict[str, tuple[Reached, ...]]
    stopped: dict[str, Stopped]
    without: dict[str, Stopped]


def look_design(plan: Planned, scenarios: tuple[Scenario, ...]) -> LookDesign:
    """The bounds of the declared spending, and what the declared test does with them."""
    shares = {each.id: (float(each.experimental), float(each.control)) for each in scenarios}
    looking = shares if plan.looks else {}
    return LookDesign(
        boundaries=_boundaries(plan),
        reached={name: reached_at(plan, control) for name, (_, control) in shares.items()},
        stopped={name: stopped_at(plan, *both) for name, both in looking.items()},
        without={
            name: stopped_at(plan, control, control) for name, (_, control) in looking.items()
        },
    )


def bounds_of(plan: Planned) -> GroupSequentialDesign:
    """Those of the looks; without looks, of the one test at the end, which every shape gives."""
    return plan.bounds or design_group_sequential(OBrienFleming(), [1.0], alpha=plan.alpha, sided=2)


def _boundaries(plan: Planned) -> tuple[Boundary, ...]:
    bounds = bounds_of(plan)
    return tuple(
        Boundary(arms, sum(arms) / sum(plan.end), z, level, spent)
        for arms, z, level, spent in zip(
            plan.arms, bounds.efficacy, plan.levels, bounds.alpha_spent, strict=True
        )
    )


def stopped_at(plan: Planned, p_1: float, p_0: float) -> Stopped:
    """What the declared looks and the end do with the declared test, if the arms have these shares.
    Only for a plan with looks.
    """
    at_looks = stopping_at(plan, p_1, p_0)
    stops = [sum(both) for both in zip(at_looks.above, at_looks.below, strict=True)]
    stops[-1] = 1 - sum(stops[:-1])  # whoever comes to the end is judged there, whatever it shows
    expected = sum(chance * sum(arms) for chance, arms in zip(stops, plan.arms, strict=True))
    return Stopped(at_looks.above, at_looks.below, expected)


def reached_at(plan: Planned, control: float) -> tuple[Reached, ...]:
    """At each look and at the end, with this share in control."""
    return tuple(
        Reached(
            arms,
            difference_at(z, control, arms),
            round(control * arms[1]),
            _fewest(plan, arms, level, round(control * arms[1])),
        )
        for arms, level, z in zip(plan.arms, plan.levels, bounds_of(plan).efficacy, strict=True)
    )


def _fewest(plan: Planned, arms: Arms, level: float, control: int) -> int | None:
    """Events of the experimental arm from which on the declared test rejects in its favor."""
    if plan.test == "cmh" or not level > 0 or not all(arms):
        return None
    rejects = np.flatnonzero(rejection_region(plan.test, *arms, level)[:, control])
    better = rejects[rejects * arms[1] > control * arms[0]]
    return int(better[0]) if len(better) else None


def difference_at(z: float, control: float, arms: Arms) -> float | None:
    """The least difference over a share in control whose pooled z reaches a bound; None where even
    all of the experimental arm do not.
    """
    n_1, n_0 = arms

    def reached(share: float) -> bool:
        pooled = (n_1 * share + n_0 * control) / (n_1 + n_0)
        error = (pooled * (1 - pooled) * (1 / n_1 + 1 / n_0)) ** 0.5
        return bool(error > 0 and (share - control) / error >= z)

    if not all(arms) or not reached(1.0):
        return None
    low, high = control, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high - control
