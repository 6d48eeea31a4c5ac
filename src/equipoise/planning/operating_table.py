"""What does the size of the trial buy? Power, true size and participants needed, by test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from equipoise.planning.declared_power import (
    ShownTest,
    cmh_approximately,
    power_at,
    shown_tests,
    size_at,
)
from equipoise.planning.planned import Arms, Planned, planned
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Protocol
from equipoise.statistics.proportions import n_per_arm_by_formula, n_per_arm_for

MOST_SEARCHED = 600
"""Participants by the usual formula, up to which the needed size is searched by enumeration."""


@dataclass(frozen=True, slots=True)
class Truth:
    """An assumption on the truth: the proportion with the endpoint in each arm, and where it was
    taken from (`id`).
    """

    id: str
    p_control: float
    p_experimental: float


@dataclass(frozen=True, slots=True)
class Needed:
    """Participants by arm with which one test at the end has the power asked for: the `first` that
    do, and from which on it is never missed again; None where a formula gives them, which only
    rises.
    """

    first: Arms
    always_from: Arms | None


@dataclass(frozen=True, slots=True)
class OperatingRow:
    """One scenario; the mappings go by the name of the test. `size` is the largest over all common
    proportions.

    `needed` lacks the tests whose search would take too long; `needed_by_formula` is the usual
    normal approximation, None where the proportions are the same.
    """

    scenario: str
    p_control: float
    p_experimental: float
    power: dict[ShownTest, float]
    size: dict[ShownTest, float]
    needed: dict[ShownTest, Needed]
    needed_by_formula: Arms | None


def planned_table(protocol: Protocol) -> list[OperatingRow]:
    """The operating table of the planned size under the protocol's scenarios, which are of two
    proportions; none for a primary endpoint that is not binary.
    """
    if not isinstance(protocol.primary.analysis, BinaryAnalysis):
        return []
    scenarios = tuple(
        Truth(s.id, float(s.control), float(s.experimental)) for s in protocol.design.scenarios
    )
    return _enumerated(planned(protocol), scenarios)


@lru_cache(maxsize=4)
def _enumerated(plan: Planned, scenarios: tuple[Truth, ...]) -> list[OperatingRow]:
    """Once for a protocol: it takes seconds."""
    return operating_table(plan, scenarios)


def operating_table(plan: Planned, scenarios: Iterable[Truth]) -> list[OperatingRow]:
    """Power, true size and participants needed for the power asked for, each test two-sided.

    Looks count for power and size; the participants needed are for one test at the end. All
    enumerated but for CMH (see `declared_power`), nothing simulated.
    """
    tests = shown_tests(plan.test)
    size = {test: at for test in tests if (at := size_at(test, plan)) is not None}
    return [
        OperatingRow(
            scenario=truth.id,
            p_control=truth.p_control,
            p_experimental=truth.p_experimental,
            power={
                test: power_at(test, plan, truth.p_experimental, truth.p_control) for test in tests
            },
            size=size,
            needed=_needed(plan, truth),
            needed_by_formula=_by_formula(plan, truth),
        )
        for truth in scenarios
    ]


def _by_formula(plan: Planned, truth: Truth) -> Arms | None:
    shares = truth.p_experimental, truth.p_control
    if shares[0] == shares[1]:
        return None
    multiple = n_per_arm_by_formula(*shares, plan.power, plan.alpha, plan.ratio)
    return plan.ratio[0] * multiple, plan.ratio[1] * multiple


def _needed(plan: Planned, truth: Truth) -> dict[ShownTest, Needed]:
    guess = _by_formula(plan, truth)
    if guess is None:
        return {}
    needed: dict[ShownTest, Needed] = {}
    shares = truth.p_experimental, truth.p_control
    for test in shown_tests(plan.test):
        if test == "cmh":
            needed[test] = Needed(_cmh_needed(plan, *shares), None)
        elif sum(guess) <= MOST_SEARCHED:
            n = n_per_arm_for(test, *shares, plan.power, plan.alpha, plan.ratio)
            needed[test] = Needed(n.arms(n.first), n.arms(n.always_from))
    return needed


def _cmh_needed(plan: Planned, p_1: float, p_0: float) -> Arms:
    """By the normal approximation, which rises with the size: doubled, then halved between."""
    one, zero = plan.ratio

    def short(multiple: int) -> bool:
        return cmh_approximately(plan, (one * multiple, zero * multiple), p_1, p_0) < plan.power

    high = 1
    while short(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return one * high, zero * high
