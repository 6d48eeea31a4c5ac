"""Where does a look stop the trial, how often does it, and how many does that save?"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.analysis.interim import two_sided_level
from equipoise.planning.planned import Arms, by_ratio
from equipoise.protocol.design import Scenario
from equipoise.protocol.model import Protocol
from equipoise.simulation.stopping import sequential_design
from equipoise.statistics.sequential import operating_characteristics


@dataclass(frozen=True, slots=True)
class Boundary:
    """One look, or the end: participants by arm; the bound of |z|, the two-sided p that it stands
    for, and the level spent by then; the difference of shares that reaches it, by scenario, at its
    share in control; None where no difference does.
    """

    arms: Arms
    z: float
    p: float
    spent: float
    difference: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Under one truth: how often each look stops in either direction, the end being acceptance too,
    and the expected number of participants.
    """

    stopping: tuple[float, ...]
    power: float
    expected: float


@dataclass(frozen=True, slots=True)
class LookDesign:
    """The looks with their bounds, and what they do without a difference and in each scenario; by
    the normal approximation. `declared` says whether the protocol takes them.
    """

    declared: bool
    boundaries: tuple[Boundary, ...]
    without: Stopped
    scenarios: dict[str, Stopped]


def look_design(protocol: Protocol) -> LookDesign:
    """The declared looks; where there are none, the one at half that the declared spending would
    take.
    """
    planned = protocol.design.participants
    declared = tuple(look.participants for look in protocol.design.looks)
    looks = declared or (planned // 2,)
    design = sequential_design(protocol, looks, protocol.design.spending)
    sizes = [by_ratio(protocol, n) for n in (*looks, planned)]
    scenarios = protocol.design.scenarios

    def stopped(drift: float) -> Stopped:
        found = operating_characteristics(design, drift)
        return Stopped(found.stopping, found.power, found.expected_information * planned)

    return LookDesign(
        declared=bool(declared),
        boundaries=tuple(
            Boundary(
                arms,
                z,
                two_sided_level(z),
                spent,
                {each.id: difference_at(z, float(each.control), arms) for each in scenarios},
            )
            for arms, z, spent in zip(sizes, design.efficacy, design.alpha_spent, strict=True)
        ),
        without=stopped(0.0),
        scenarios={each.id: stopped(_drift(each, sizes[-1])) for each in scenarios},
    )


def _drift(scenario: Scenario, arms: Arms) -> float:
    """The expected z of the difference at the end."""
    p_1, p_0 = float(scenario.experimental), float(scenario.control)
    n_1, n_0 = arms
    return float((p_1 - p_0) / (p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0) ** 0.5)


def difference_at(z: float, control: float, arms: Arms) -> float | None:
    """The least difference over a share in control whose pooled z reaches a bound; None where even
    all of the experimental arm do not.
    """
    n_1, n_0 = arms

    def reached(share: float) -> bool:
        pooled = (n_1 * share + n_0 * control) / (n_1 + n_0)
        error = (pooled * (1 - pooled) * (1 / n_1 + 1 / n_0)) ** 0.5
        return bool(error > 0 and (share - control) / error >= z)

    if not reached(1.0):
        return None
    low, high = control, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high - control
