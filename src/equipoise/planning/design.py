"""What can the planned size show? Everything about two proportions that needs no simulation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from equipoise.allocation.declared import Blocks, blocks_of
from equipoise.planning.assurance import planned_assurance
from equipoise.planning.boundaries import LookDesign, look_design, stopped_at
from equipoise.planning.declared_power import (
    ShownTest,
    cmh_approximately,
    how_computed,
    power_of_many,
)
from equipoise.planning.early_looks import growth
from equipoise.planning.operating_table import OperatingRow, planned_table
from equipoise.planning.planned import Arms, Planned, planned
from equipoise.planning.refusals import refusals
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use, require
from equipoise.statistics.proportions import power_of

FEWEST_IN_CURVE, MOST_POINTS = 20, 60
EFFECT_STEP, WIDEST_EFFECT = 0.02, 0.6


@dataclass(frozen=True, slots=True)
class SizePower:
    """Power of one test at the end with so many participants by arm."""

    arms: Arms
    power: float

    @property
    def participants(self) -> int:
        """Both arms together."""
        return sum(self.arms)


class EffectPower(NamedTuple):
    """Power at the planned size for one difference of the shares, and participants judged on
    average; looks included.
    """

    difference: float
    power: float
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedDesign:
    """What can be computed of a design: the plan, the operating table, power of the declared test
    by size and by effect for each scenario, bounds of looks, and assurance.

    `how` says where the power of the declared test comes from; `assurance` goes by the id of those
    scenarios whose counts are known; `more_for_looks` is the part by which participants must grow
    so that the declared looks cost no power, None without looks. `blocks` says how much of the list
    could be guessed, None where nothing is allocated in blocks.
    """

    plan: Planned
    how: str
    table: list[OperatingRow]
    curves: dict[str, list[SizePower]]
    by_effect: dict[str, list[EffectPower]]
    looks: LookDesign
    assurance: dict[str, float]
    more_for_looks: float | None
    blocks: Blocks | None


def compute_design(protocol: Protocol, *, sealed: bool = False) -> ComputedDesign:
    """Everything about the primary endpoint's two proportions that needs no simulation. Raises
    CannotObey for a protocol whose primary endpoint is another, or is analyzed by other rules.
    `sealed` says that its block sizes are assumed.
    """
    require(refusals(protocol), Use.DESIGNED)
    plan, table = planned(protocol), planned_table(protocol)
    sizes = _sizes(plan)
    return ComputedDesign(
        plan=plan,
        how=how_computed(plan.test, plan),
        table=table,
        curves={
            row.scenario: [
                SizePower(arms, _at_end(plan, arms, row.p_experimental, row.p_control))
                for arms in sizes
            ]
            for row in table
        },
        by_effect={row.scenario: _by_effect(plan, row) for row in table},
        looks=look_design(plan, protocol.design.scenarios),
        assurance=planned_assurance(protocol, plan),
        more_for_looks=_more_for_looks(protocol),
        blocks=blocks_of(protocol, sealed=sealed),
    )


def _by_effect(plan: Planned, row: OperatingRow) -> list[EffectPower]:
    """From no difference, or the scenario's own where that is against the experimental arm, up to
    the widest or to everybody.
    """
    own = row.p_experimental - row.p_control
    first = int(min(0.0, own) / EFFECT_STEP)
    widest = min(max(WIDEST_EFFECT, own), 1 - row.p_control)
    last = int(widest / EFFECT_STEP + 1e-9)
    differences = sorted({own, *(EFFECT_STEP * step for step in range(first, last + 1))})
    return [_effect(plan, each, row.p_control) for each in differences]


def _effect(plan: Planned, difference: float, control: float) -> EffectPower:
    share = min(control + difference, 1.0)
    if plan.looks:
        at_looks = stopped_at(plan, share, control)
        return EffectPower(difference, at_looks.power, at_looks.expected)
    power = power_of_many(plan.test, plan, share, control)
    return EffectPower(difference, power, float(sum(plan.end)))


def _more_for_looks(protocol: Protocol) -> float | None:
    looks = tuple(look.participants for look in protocol.design.looks)
    return growth(protocol, looks, protocol.design.spending) - 1 if looks else None


def _sizes(plan: Planned) -> list[Arms]:
    """Arms of the ratio up to about twice the planned size; every one while they are few."""
    one, zero = plan.ratio
    first = max(1, FEWEST_IN_CURVE // (one + zero))
    last = max(first, (2 * sum(plan.end) + FEWEST_IN_CURVE) // (one + zero))
    step = -(-(last - first + 1) // MOST_POINTS)
    return [(one * n, zero * n) for n in range(first, last + 1, step)]


def _at_end(plan: Planned, arms: Arms, p_1: float, p_0: float) -> float:
    test: ShownTest = plan.test
    if test == "cmh":
        return cmh_approximately(plan, arms, p_1, p_0)
    return power_of(test, *arms, p_1, p_0, plan.alpha)
