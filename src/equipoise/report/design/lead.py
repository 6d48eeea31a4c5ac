"""What does a hurried reader of a design read? The plan, its hypotheses, and what the declared test
finds.
"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.planning.declared_power import ENUMERATED
from equipoise.planning.design import ComputedDesign
from equipoise.planning.planned import is_divisible
from equipoise.planning.simulated_design import SimulatedDesign
from equipoise.protocol.model import Protocol
from equipoise.report.design.words import (
    TEST_SENTENCES,
    responses_words,
    spending_words,
    strata_words,
)
from equipoise.report.kit.formats import isolated
from equipoise.simulation.protocol_trials import EFFECT


def lead(
    protocol: Protocol, computed: ComputedDesign, simulated: SimulatedDesign | None
) -> list[str]:
    """The first lines of the text and of the page."""
    design = protocol.design
    h0, h1 = (isolated(words) for words in (design.hypotheses.h0, design.hypotheses.h1))
    return [
        _plan(protocol, computed),
        f"H0: {h0}. H1: {h1}. Looks at efficacy: {_looks(protocol)}.",
        _power(computed),
        *_duration(simulated),
        *([computed.blocks.words()] if computed.blocks else []),
        *(f"Not simulated: {refusal}." for refusal in (simulated.refused if simulated else ())),
    ]


def _plan(protocol: Protocol, computed: ComputedDesign) -> str:
    (n_1, n_0), (one, zero) = computed.plan.end, computed.plan.ratio
    labels = f"{isolated(protocol.experimental.label)} v {isolated(protocol.control.label)}"
    primary, confirmed = protocol.primary, protocol.assessment.confirmation is not None
    counted = responses_words(primary.responses, confirmed=confirmed)
    rest = "" if is_divisible(protocol) else ", which cannot be divided exactly"
    return (
        f"{protocol.id}: {protocol.design.participants} participants, {n_1} v {n_0} ({labels},"
        f" {one}:{zero}{rest}), {protocol.design.masking.lower()}, two-sided"
        f" {protocol.design.alpha}; {isolated(primary.label.lower())} ({counted})."
    )


def _looks(protocol: Protocol) -> str:
    if not protocol.design.looks:
        return "none"
    sizes = ", ".join(str(look.participants) for look in protocol.design.looks)
    return f"at {sizes} participants, {spending_words(protocol.design.spending)}"


def _duration(simulated: SimulatedDesign | None) -> list[str]:
    if simulated is None or EFFECT not in simulated.durations:
        return []
    months = simulated.durations[EFFECT].months
    return [
        (
            "At the assumed rate of recruitment the primary analysis comes after"
            f" {months.value:.1f} months on average (simulated, standard error"
            f" {months.standard_error:.2f}), in 90 % of trials after {months.q05:.1f} to"
            f" {months.q95:.1f}."
        )
    ]


def _power(computed: ComputedDesign) -> str:
    plan = computed.plan
    powers = [row.power[plan.test] for row in computed.table]
    if not powers:
        return "The protocol declares no scenario, so no power is computed."
    low, high = f"{min(powers):.2f}", f"{max(powers):.2f}"
    span = low if low == high else f"{low} to {high}"
    conditions = ", ".join(["", *_conditions(computed)])
    return f"{TEST_SENTENCES[plan.test]} has a power of {span} over the scenarios{conditions}."


def _conditions(computed: ComputedDesign) -> Iterator[str]:
    """What a figure of power rests on, where that is not plain."""
    if computed.plan.looks:
        yield "looks included"
    if computed.plan.test == "cmh":
        how = "enumerated" if computed.how == ENUMERATED else f"by the {computed.how}"
        yield f"{how} with {strata_words(computed.plan.strata)}"
