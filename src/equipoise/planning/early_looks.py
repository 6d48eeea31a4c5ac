"""What does one early look at half of the participants cost and save?"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.analysis.interim import SPENDING
from equipoise.protocol.model import Protocol
from equipoise.simulation.full_trial import FullTrialResults
from equipoise.simulation.stopping import Stopping, looked_early, sequential_design
from equipoise.statistics.sequential import design_group_sequential, operating_characteristics
from equipoise.statistics.sequential.design import fixed_drift


@dataclass(frozen=True, slots=True)
class LookCost:
    """One look by theory and in virtual trials: bounds of |z|, the power at the same size, by which
    part the participants must grow to lose none, and what part of them is expected to be needed.
    """

    bounds: list[float]
    power_at_same_size: float
    more_participants: float
    expected_participants: float
    simulated: Stopping
    simulated_without_effect: Stopping


def look_at_half(
    protocol: Protocol,
    spending: str,
    with_effect: FullTrialResults,
    without: FullTrialResults,
    columns: tuple[int, int],
) -> LookCost:
    """The look with the bounds of one spending rule; `columns` of the results are its own and that
    of the end.
    """
    half = protocol.design.participants // 2
    design = sequential_design(protocol, (half,), spending)
    level, power = float(protocol.design.alpha) / 2, float(protocol.design.power)
    at_same_size = operating_characteristics(design, fixed_drift(level, power))
    return LookCost(
        bounds=list(design.efficacy),
        power_at_same_size=at_same_size.power,
        more_participants=growth(protocol, (half,), spending) - 1,
        expected_participants=at_same_size.expected_information,
        simulated=looked_early(protocol, with_effect, (half,), spending, columns),
        simulated_without_effect=looked_early(protocol, without, (half,), spending, columns),
    )


def growth(protocol: Protocol, looks: tuple[int, ...], spending: str) -> float:
    """The factor by which participants must grow so that looks at so many of them cost no power."""
    planned, declared = protocol.design.participants, protocol.design
    fractions = [participants / planned for participants in (*looks, planned)]
    design = design_group_sequential(
        SPENDING[spending],
        fractions,
        alpha=float(declared.alpha),
        sided=2,
        power=float(declared.power),
    )
    assert design.inflation_factor is not None
    return design.inflation_factor
