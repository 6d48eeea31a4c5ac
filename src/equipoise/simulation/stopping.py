"""What do early looks at the primary endpoint do? Bounds by the protocol, and where trials stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from equipoise.protocol.model import Protocol
from equipoise.simulation.full_trial import FullTrialResults
from equipoise.simulation.operating_characteristics import Estimate, decide, mean_of, pooled_z
from equipoise.statistics.sequential import (
    GroupSequentialDesign,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
)
from equipoise.statistics.sequential.bounds import Rule
from equipoise.terms.dates import DAYS_PER_MONTH

SPENDING: Mapping[str, Rule] = {
    "obrien_fleming": OBrienFleming(),
    "pocock": Pocock(),
    "obrien_fleming_spending": OBrienFlemingSpending(),
    "pocock_spending": PocockSpending(),
}
"""The names of the protocol."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """What looks at these numbers of participants and the end would do: bounds of |z|, how many
    trials reject and in favor of the experimental arm, where they stop, and who has entered by then
    after how many months.
    """

    spending: str
    looks: list[int]
    bounds: list[float]
    rejected: Estimate
    in_favor: Estimate
    stopped_for_efficacy: list[Estimate]
    entered: Estimate
    months: Estimate


def two_sided_z(protocol: Protocol) -> float:
    """The z that |z| must pass for the protocol's two-sided alpha."""
    return float(ndtri(1 - float(protocol.design.alpha) / 2))


def sequential_design(
    protocol: Protocol, looks: tuple[int, ...], spending: str
) -> GroupSequentialDesign:
    """Two-sided bounds for looks at these numbers of participants and the end."""
    n = protocol.design.participants
    fractions = [participants / n for participants in (*looks, n)]
    return design_group_sequential(
        SPENDING[spending], fractions, alpha=float(protocol.design.alpha), sided=2
    )


def looked_early(
    protocol: Protocol, results: FullTrialResults, looks: tuple[int, ...], spending: str
) -> Stopping:
    """What early looks at the pooled z statistic would do; `results` has a column for each look,
    then the end.
    """
    design = sequential_design(protocol, looks, spending)
    stages = len(looks) + 1
    z = np.stack(
        [pooled_z(results.controlled[:, k], results.participants[:, k]) for k in range(stages)],
        axis=1,
    )
    decisions = decide(z, design)
    return Stopping(
        spending=spending,
        looks=[*looks, protocol.design.participants],
        bounds=list(design.efficacy),
        rejected=decisions.rejected,
        in_favor=decisions.power,
        stopped_for_efficacy=list(decisions.stopped_for_efficacy()),
        entered=mean_of(decisions.at_stop(results.entered[:, :stages])),
        months=mean_of(decisions.at_stop(results.cut[:, :stages]) / DAYS_PER_MONTH),
    )
