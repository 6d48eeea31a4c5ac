"""At which level is the primary endpoint tested now? What the declared looks leave for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from scipy.special import ndtr

from equipoise.endpoints.values import Courses
from equipoise.protocol.model import Protocol
from equipoise.statistics.sequential import (
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
)
from equipoise.statistics.sequential.bounds import Rule

SPENDING: Mapping[str, Rule] = {
    "obrien_fleming": OBrienFleming(),
    "pocock": Pocock(),
    "obrien_fleming_spending": OBrienFlemingSpending(),
    "pocock_spending": PocockSpending(),
}
"""The names of the protocol."""


def level_at(protocol: Protocol, courses: Courses, cutoff: date) -> float | None:
    """The two-sided level that the primary p-value is held to: the declared alpha without looks;
    with looks that of the last one reached, None before the first.

    A look is reached when its number of participants could have had the scans of the primary
    endpoint by the cutoff.
    """
    looks = [look.participants for look in protocol.design.looks]
    if not looks:
        return float(protocol.design.alpha)
    wait = timedelta(protocol.cutoff.primary_days_after_last_randomization)
    judged = sum(course.start + wait <= cutoff for course in courses.values())
    stages = [*looks, protocol.design.participants]
    reached = [
        level for n, level in zip(stages, levels_of_looks(protocol), strict=True) if n <= judged
    ]
    return reached[-1] if reached else None


def levels_of_looks(protocol: Protocol) -> list[float]:
    """The nominal two-sided level of each look and of the end, for looks at the declared numbers of
    participants (group-sequential bounds by the declared spending).
    """
    n = protocol.design.participants
    fractions = [look.participants / n for look in protocol.design.looks] + [1.0]
    rule, alpha = SPENDING[protocol.design.spending], float(protocol.design.alpha)
    design = design_group_sequential(rule, fractions, alpha=alpha, sided=2)
    return [two_sided_level(bound) for bound in design.efficacy]


def two_sided_level(bound: float) -> float:
    """The two-sided level of a bound of |z|."""
    return float(2 * ndtr(-bound))
