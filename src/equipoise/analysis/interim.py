"""Who is in the primary analysis now, and at which level is it tested? What the declared looks
leave for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from scipy.special import ndtr

from equipoise.endpoints.values import Courses
from equipoise.protocol.model import Protocol
from equipoise.statistics.sequential import (
    GroupSequentialDesign,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
    update_information,
)
from equipoise.statistics.sequential.bounds import Rule

SPENDING: Mapping[str, Rule] = {
    "obrien_fleming": OBrienFleming(),
    "pocock": Pocock(),
    "obrien_fleming_spending": OBrienFlemingSpending(),
    "pocock_spending": PocockSpending(),
}
"""The names of the protocol."""
SHAPES = ("obrien_fleming", "pocock")
"""Those that hold for the planned looks only: they spend nothing by information."""


class Standing(NamedTuple):
    """How the primary endpoint is analyzed: held to this two-sided level (None: no look is reached,
    so nothing is decided), and the subjects who are counted, None for all.
    """

    level: float | None
    counted: frozenset[str] | None = None


def standing_of(protocol: Protocol, courses: Courses, cutoff: date, *, locked: bool) -> Standing:
    """Without looks, everybody at the declared alpha. With looks, those of the look that was
    reached last, at what its bound leaves; at the end, everybody at the rest.

    A look is reached when so many participants, in the order of their randomization, could have had
    the scans of the primary endpoint by the cutoff; it counts these and no later ones, whose scans
    are not due. The end is reached with the planned number, or when the database is locked.
    """
    looks = [look.participants for look in protocol.design.looks]
    if not looks:
        return Standing(float(protocol.design.alpha))
    judged = _judged(protocol, courses, cutoff)
    if locked or len(judged) >= protocol.design.participants:
        return Standing(_at_the_end(protocol, len(courses)))
    reached = [place for place, n in enumerate(looks) if n <= len(judged)]
    if not reached:
        return Standing(None)
    last = reached[-1]
    return Standing(levels_of_looks(protocol)[last], frozenset(judged[: looks[last]]))


def look_due(protocol: Protocol, level: float | None) -> bool:
    """Whether a look that the protocol declares is reached, so that a committee is shown the
    primary endpoint by arm; `level` is that of the standing.
    """
    return bool(protocol.design.looks) and level is not None


def _judged(protocol: Protocol, courses: Courses, cutoff: date) -> list[str]:
    """Who could have had the scans of the primary endpoint, in the order of randomization."""
    wait = timedelta(protocol.cutoff.primary_days_after_last_randomization)
    ready = [(c.start, name) for name, c in courses.items() if c.start + wait <= cutoff]
    return [name for _, name in sorted(ready)]


def _at_the_end(protocol: Protocol, participants: int) -> float:
    """What is left for the last analysis, of so many participants: all that was not spent."""
    design = planned_looks(protocol)
    looks = [float(look.participants) for look in protocol.design.looks]
    short = looks[-1] < participants != protocol.design.participants
    if short and protocol.design.spending not in SHAPES:
        design = update_information(
            design,
            [*looks, float(participants)],
            maximum=float(protocol.design.participants),
            final=True,
        )
    return two_sided_level(design.efficacy[-1])


def levels_of_looks(protocol: Protocol) -> list[float]:
    """The nominal two-sided level of each look and of the end, for looks at the declared numbers of
    participants (group-sequential bounds by the declared spending).
    """
    return [two_sided_level(bound) for bound in planned_looks(protocol).efficacy]


def planned_looks(protocol: Protocol) -> GroupSequentialDesign:
    """The declared looks and the end, as fractions of the planned participants."""
    n = protocol.design.participants
    fractions = [look.participants / n for look in protocol.design.looks] + [1.0]
    rule, alpha = SPENDING[protocol.design.spending], float(protocol.design.alpha)
    return design_group_sequential(rule, fractions, alpha=alpha, sided=2)


def two_sided_level(bound: float) -> float:
    """The two-sided level of a bound of |z|."""
    return float(2 * ndtr(-bound))
