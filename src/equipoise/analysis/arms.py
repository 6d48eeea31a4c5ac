"""What does every comparison of the arms have in common?"""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.endpoints.values import Courses
from equipoise.protocol.model import Protocol

Arms = Mapping[str, str]


def confidence_of(protocol: Protocol) -> float:
    """The level of every interval: what the declared two-sided alpha leaves."""
    return float(1 - protocol.design.alpha)


def arms_of(courses: Courses) -> dict[str, str]:
    """The arm that was allocated, by subject id."""
    return {name: c.subject.randomized.arm for name, c in courses.items() if c.subject.randomized}


def levels_of(courses: Courses) -> dict[str, tuple[str, ...]]:
    """The levels of the strata as randomized, by subject id."""
    return {
        name: c.subject.randomized.stratum for name, c in courses.items() if c.subject.randomized
    }


def strata_of(courses: Courses) -> dict[str, str]:
    """The stratum as randomized, which is what the analysis is stratified by."""
    return {name: " / ".join(levels) for name, levels in levels_of(courses).items()}
