"""Who would be admitted to a trial? An invented person, made from the protocol's own criteria.

Each criterion may be met in several ways; the first is taken, and others where it leaves something
unmet. A criterion that nothing recorded can meet stays open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import singledispatch
from itertools import chain, islice, product
from typing import Any

from equipoise.eligibility import evaluate_all
from equipoise.exchange.invented.records import attestations_for, records_for
from equipoise.exchange.invented.wishes import Wish, Wishes
from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.protocol.criteria import Rule
from equipoise.protocol.criteria.combination import AllOf, AnyOf, Not
from equipoise.protocol.criteria.if_measured import IfMeasured
from equipoise.protocol.model import Criterion, Protocol
from equipoise.protocol.yaml_file import load, shipped
from equipoise.terms.dates import parse_date
from equipoise.terms.verdict import Verdict

Way = tuple[tuple[Rule, bool], ...]
"""Simple rules, each with the answer that it should get."""

_MOST_WAYS = 24
"""Of one criterion; more are not tried."""


def invent_person(protocol: Protocol) -> dict[str, Any]:
    """The input of `equipoise screen` for somebody who meets the criteria, as far as records can.

    Of a shipped protocol it is the person who stands beside it.
    """
    if protocol.id in shipped() and protocol == load(protocol.id):
        return example_subject(protocol.id)
    index = parse_date(protocol.registration.start).earliest
    ways = [list(islice(ways_to(it.rule, met=True), _MOST_WAYS)) for it in protocol.criteria]
    chosen = [0] * len(ways)
    person = _person(protocol, index, ways, chosen)
    for at, others in enumerate(ways):
        for other in range(1, len(others)):
            if not (open_now := _not_met(protocol, person)):
                return person
            tried = [*chosen[:at], other, *chosen[at + 1 :]]
            instead = _person(protocol, index, ways, tried)
            if len(_not_met(protocol, instead)) < len(open_now):
                chosen, person = tried, instead
    return person


@singledispatch
def ways_to(rule: Rule, *, met: bool) -> Iterator[Way]:
    """How the rule gets an answer: each way is what must hold together."""
    yield ((rule, met),)


@ways_to.register
def _(rule: AllOf, *, met: bool) -> Iterator[Way]:
    yield from _together(rule.of, met=True) if met else _each(rule.of, met=False)


@ways_to.register
def _(rule: AnyOf, *, met: bool) -> Iterator[Way]:
    yield from _each(rule.of, met=True) if met else _together(rule.of, met=False)


@ways_to.register
def _(rule: Not, *, met: bool) -> Iterator[Way]:
    yield from ways_to(rule.of, met=not met)


@ways_to.register
def _(rule: IfMeasured, *, met: bool) -> Iterator[Way]:
    yield from ways_to(rule.of, met=met)


def _each(parts: Sequence[Rule], *, met: bool) -> Iterator[Way]:
    for part in parts:
        yield from ways_to(part, met=met)


def _together(parts: Sequence[Rule], *, met: bool) -> Iterator[Way]:
    every = (list(islice(ways_to(part, met=met), _MOST_WAYS)) for part in parts)
    for ways in product(*every):
        yield tuple(chain.from_iterable(ways))


def _person(
    protocol: Protocol, index: date, ways: Sequence[Sequence[Way]], chosen: Sequence[int]
) -> dict[str, Any]:
    wishes = [
        Wish(criterion.id, rule, met)
        for criterion, some, at in zip(protocol.criteria, ways, chosen, strict=True)
        for rule, met in some[at]
    ]
    wished = Wishes(wishes, index, protocol.version)
    return {
        "subject": "EX-001",
        "index_date": index.isoformat(),
        "records": records_for(wished),
        "attestations": attestations_for(wished),
    }


def _not_met(protocol: Protocol, person: dict[str, Any]) -> list[Criterion]:
    subject, index = read_subject(json.dumps(person), protocol)
    findings = evaluate_all(protocol, subject, index)
    return [
        criterion
        for criterion, finding in zip(protocol.criteria, findings, strict=True)
        if finding.verdict is not Verdict.MET
    ]
