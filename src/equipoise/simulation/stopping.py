"""What do early looks at the primary endpoint do? Bounds by the protocol, and where trials stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.analysis.interim import SPENDING, two_sided_level
from equipoise.protocol.model import Protocol
from equipoise.simulation.declared_test import Rejected, primary_rejected
from equipoise.simulation.full_trial import FullTrialResults
from equipoise.simulation.operating_characteristics import (
    Decisions,
    Estimate,
    mean_of,
    stop_at_first,
)
from equipoise.statistics.sequential import GroupSequentialDesign, design_group_sequential
from equipoise.terms.dates import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Stopping:
    """What looks at these numbers of participants and the end would do: bounds of |z|, how many
    trials reject and in favor of the experimental arm, where they stop in favor of it, and who has
    entered by then after how many months.
    """

    spending: str
    looks: list[int]
    bounds: list[float]
    rejected: Estimate
    in_favor: Estimate
    stopped_for_efficacy: list[Estimate]
    entered: Estimate
    months: Estimate


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
    protocol: Protocol,
    results: FullTrialResults,
    looks: tuple[int, ...],
    spending: str,
    columns: Sequence[int] = (),
) -> Stopping:
    """What early looks at the primary endpoint would do; `columns` of the results are those of the
    looks and of the end, the first ones where none are given.

    Each look takes the declared test at the level that the bound of |z| stands for.
    """
    design = sequential_design(protocol, looks, spending)
    stages = list(columns or range(len(looks) + 1))
    decisions = stopped(
        primary_rejected(protocol, results, stage, two_sided_level(bound))
        for stage, bound in zip(stages, design.efficacy, strict=True)
    )
    return Stopping(
        spending=spending,
        looks=[*looks, protocol.design.participants],
        bounds=list(design.efficacy),
        rejected=decisions.rejected,
        in_favor=decisions.power,
        stopped_for_efficacy=list(decisions.stopped_for_efficacy()),
        entered=mean_of(decisions.at_stop(results.entered[:, stages])),
        months=mean_of(decisions.at_stop(results.cut[:, stages]) / DAYS_PER_MONTH),
    )


def stopped(looks: Iterable[Rejected]) -> Decisions:
    """Each trial stops at the first look that rejects, or at the last."""
    decided = list(looks)
    above = np.stack([at.above for at in decided], axis=1)
    below = np.stack([at.below for at in decided], axis=1)
    return stop_at_first(above, below, np.zeros_like(above))
