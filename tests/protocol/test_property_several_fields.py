"""Several parts of the protocol declared otherwise at once: the lists, the analysis, the design,
virtual trials and the report change as they must, or the check refuses in a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from math import prod

import pytest
from field_changes import Values
from field_places import DoesNotLoad, loaded
from generated_protocols import PARTS, Drawn, draw
from rule_answers import Asked, allocation, answer_of, can_answer, refused

from equipoise.analysis.results.endpoints import BinaryEndpoint, TimeToEventEndpoint
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use
from equipoise.simulation.protocol_trials import simulate_protocol

SEEDS = range(1, 7)
IN_ORDER = ("allocation", "endpoints", "conduct", "analysis", "planning", "simulation")
"""The rooms, the quickest first."""
SHOWN = {"blinded": ("report",)}
"""Part that no rule could obey -> the page that shows it."""


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_declared_otherwise_is_obeyed_or_refused(seed):
    check(draw(seed))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(7, 211))
def test_so_for_many_more(seed):
    check(draw(seed))


def check(drawn: Drawn) -> None:
    asked = read(drawn)
    if drawn.contradicts or asked is None:
        assert drawn.contradicts, drawn.words
        assert asked is None, drawn.words
        return
    assert_obeyed(asked)
    for part in drawn.parts:
        assert_not_unread(asked, drawn, part)


def read(drawn: Drawn, without: str | None = None) -> Asked | None:
    """The protocol, if it can be analyzed; every refusal is a sentence about what was changed."""
    protocol, wrong = attempted(drawn.values(without))
    assert wrong is None or wrong.by_rule, (drawn.words, str(wrong))
    if protocol is None:
        return None
    said = refused(protocol, IN_ORDER)
    assert {refusal.field.split(".")[0] for refusal in said} <= set(Protocol.model_fields)
    return None if Use.ANALYZED in {refusal.use for refusal in said} else Asked(protocol)


def attempted(values: Values) -> tuple[Protocol | None, DoesNotLoad | None]:
    try:
        return loaded(values), None
    except DoesNotLoad as wrong:
        return None, wrong


# ------------------------------------------------------------------ as they must


def assert_obeyed(asked: Asked) -> None:
    protocol, lost = asked.protocol, {refusal.use for refusal in refused(asked.protocol)}
    _lists(asked)
    assert (Use.CONDUCTED in lost) == (protocol.design.masking != "OPEN LABEL")
    _analysis(asked)
    assert protocol.design.masking.lower() in answer_of(asked, "protocol page")
    assert protocol.primary.label in answer_of(asked, "report")
    is_open = protocol.design.masking == "OPEN LABEL"
    assert ("An open label" in answer_of(asked, "report")) == is_open
    if Use.DESIGNED not in lost:
        _design(asked)
    if Use.SIMULATED not in lost:
        _simulation(protocol)


def _lists(asked: Asked) -> None:
    """Blocks hold the ratio, in every combination of levels."""
    (lists,) = allocation(asked)
    protocol = asked.protocol
    assert len(lists) == prod(len(stratum.levels) for stratum in protocol.randomization.strata)
    for sequence in lists.values():
        counted = Counter(sequence)
        assert (
            counted[protocol.experimental.id] * protocol.control.ratio
            == counted[protocol.control.id] * protocol.experimental.ratio
        )


def _analysis(asked: Asked) -> None:
    protocol, results = asked.protocol, asked.analyzed.results
    assert results.confidence == pytest.approx(1 - float(protocol.design.alpha))
    for endpoint in protocol.endpoints:
        shown = results.endpoints[endpoint.id]
        assert shown.role == endpoint.role
        if isinstance(shown, BinaryEndpoint) and isinstance(endpoint.analysis, BinaryAnalysis):
            named = {endpoint.analysis.primary_test, *endpoint.analysis.sensitivity}
            assert set(shown.comparison.tests) == named & {"boschloo", "fisher", "cmh"}
            assert shown.population == endpoint.estimand.population
            for subject in shown.subjects.values():
                best = subject.why.removeprefix("best response ").split(":")[0]
                assert subject.value == (best in endpoint.responses)
        elif isinstance(shown, TimeToEventEndpoint):
            assert tuple(shown.rules) == endpoint.analysis.rules


def _design(asked: Asked) -> None:
    protocol, plan = asked.protocol, asked.computed.plan
    assert (plan.test, plan.alpha) == (
        protocol.primary.analysis.primary_test,
        float(protocol.design.alpha),
    )
    one, zero = plan.end
    assert one + zero == protocol.design.participants
    assert one * protocol.control.ratio == zero * protocol.experimental.ratio


def _simulation(protocol: Protocol) -> None:
    simulated = simulate_protocol(protocol, 2, seed=1)
    for scenario in simulated.scenarios.values():
        assert scenario.primary.endpoint == protocol.primary.id
        for endpoint in protocol.endpoints:
            shown = scenario.endpoints.get(endpoint.id)
            if isinstance(endpoint.analysis, BinaryAnalysis) and shown is not None:
                assert tuple(shown.responses) == endpoint.responses
                assert shown.confirmed == (protocol.assessment.confirmation is not None)


# ------------------------------------------------------------------ none passes unread


def assert_not_unread(asked: Asked, drawn: Drawn, part: str) -> None:
    """Declared as it was, something would be answered otherwise, or refused otherwise."""
    other = read(drawn, without=part)
    if other is None:
        return
    assert any(differences(asked, other, SHOWN.get(part, IN_ORDER))), (part, drawn.words)


def differences(one: Asked, other: Asked, rooms: Collection[str]) -> Iterator[bool]:
    first, second = (refused(asked.protocol, IN_ORDER) for asked in (one, other))
    yield first != second
    lost = {refusal.use for refusal in (*first, *second)}
    for room in rooms:
        if can_answer(room, lost):
            yield answer_of(one, room) != answer_of(other, room)


# ------------------------------------------------------------------ what is drawn


def test_the_seeds_draw_every_part_and_contradictions():
    drawn = [draw(seed) for seed in SEEDS]

    assert {part for each in drawn for part in each.parts} == set(PARTS)
    assert sum(each.contradicts is not None for each in drawn) == 2
