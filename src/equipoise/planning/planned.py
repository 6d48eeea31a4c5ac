"""What is planned for the primary endpoint's two shares: how many at which look, by which test, at
which level?
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from equipoise.analysis.interim import two_sided_level
from equipoise.protocol.model import Protocol
from equipoise.simulation.declared_test import DeclaredTest, declared_test
from equipoise.simulation.stopping import sequential_design
from equipoise.statistics.proportions import Ratio, lowest_terms
from equipoise.statistics.sequential import GroupSequentialDesign

Arms = tuple[int, int]
"""Participants of the experimental arm and of control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Participants by arm at each look and at the end, with the two-sided level of the test there;
    `bounds` are those of the declared spending, None without looks.

    `ratio` is experimental to control in lowest terms; `strata` are taken as equal in size.
    """

    test: DeclaredTest
    arms: tuple[Arms, ...]
    levels: tuple[float, ...]
    alpha: float
    power: float
    ratio: Ratio
    strata: int
    bounds: GroupSequentialDesign | None = None

    @property
    def end(self) -> Arms:
        """Participants by arm at the end."""
        return self.arms[-1]

    @property
    def looks(self) -> int:
        """Looks before the end."""
        return len(self.arms) - 1


def planned(protocol: Protocol) -> Planned:
    """The declared design of a binary primary endpoint; see `refusals` for others."""
    design = protocol.design
    looks = tuple(look.participants for look in design.looks)
    bounds = sequential_design(protocol, looks, design.spending) if looks else None
    levels = tuple(map(two_sided_level, bounds.efficacy)) if bounds else (float(design.alpha),)
    return Planned(
        test=declared_test(protocol.primary),
        arms=tuple(by_ratio(protocol, n) for n in (*looks, design.participants)),
        levels=levels,
        alpha=float(design.alpha),
        power=float(design.power),
        ratio=ratio_of(protocol),
        strata=prod(len(stratum.levels) for stratum in protocol.randomization.strata),
        bounds=bounds,
    )


def ratio_of(protocol: Protocol) -> Ratio:
    """Experimental to control, in lowest terms."""
    return lowest_terms((protocol.experimental.ratio, protocol.control.ratio))


def by_ratio(protocol: Protocol, participants: int) -> Arms:
    """So many participants by the ratio of the arms; what cannot be divided goes to control."""
    one, zero = ratio_of(protocol)
    experimental = participants * one // (one + zero)
    return experimental, participants - experimental


def planned_per_arm(protocol: Protocol) -> Arms:
    """(experimental, control) of the planned participants."""
    return by_ratio(protocol, protocol.design.participants)


def is_divisible(protocol: Protocol) -> bool:
    """Whether the planned participants can be divided by the ratio without a rest."""
    return protocol.design.participants % sum(ratio_of(protocol)) == 0
