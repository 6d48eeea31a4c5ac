"""Which endpoints of a protocol does a virtual trial judge, and by which of its rules?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from equipoise.endpoints.catalogue import (
    DURATION_OF_RESPONSE,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
    endpoint_of,
    rules_of,
)
from equipoise.endpoints.censoring import TimeToEventRules
from equipoise.endpoints.choices import counted_responses
from equipoise.protocol.estimands import BinaryAnalysis, SafetyAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol

PFS, OS, DOR = range(3)
"""Kinds of time: from randomization to progression or death, or to death; from the first response,
of those who have one."""
TESTS = ("boschloo", "fisher", "cmh")
"""Those of a binary analysis that change the test and not the values."""
KINDS: Mapping[str, int] = {
    PROGRESSION_FREE_SURVIVAL.code: PFS,
    OVERALL_SURVIVAL.code: OS,
    DURATION_OF_RESPONSE.code: DOR,
}
"""Code of a time in the catalogue -> the compiled rule of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedResponses:
    """A binary endpoint by its id, and the best responses that reach it (see `mask_of`)."""

    endpoint: str
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzedTimes:
    """One analysis of an endpoint of times: its name, which kind of time, the censoring rules, and
    whether its tests are stratified.
    """

    endpoint: str
    analysis: str
    kind: int
    rules: TimeToEventRules
    stratified: bool

    @property
    def compares(self) -> bool:
        """Whether the arms are compared; responders are no randomized groups."""
        return self.kind != DOR


def primary_first(protocol: Protocol) -> tuple[Endpoint, ...]:
    """The endpoints in declared order, but for the primary, which leads."""
    others = (endpoint for endpoint in protocol.endpoints if endpoint.role != "primary")
    return (protocol.primary, *others)


def counts_everybody(protocol: Protocol, endpoint: Endpoint) -> bool:
    """Whether the endpoint is of all who were randomized, as virtual trials count."""
    return protocol.population(endpoint.estimand.population).rule == "randomized"


def counted_endpoints(protocol: Protocol) -> tuple[CountedResponses, ...]:
    """The binary endpoints, the primary first."""
    return tuple(
        CountedResponses(endpoint=endpoint.id, counted=counted_responses(endpoint))
        for endpoint in primary_first(protocol)
        if isinstance(endpoint.analysis, BinaryAnalysis) and counts_everybody(protocol, endpoint)
    )


def timed_endpoints(protocol: Protocol) -> tuple[AnalyzedTimes, ...]:
    """Every analysis of times that has a compiled rule, that of the primary endpoint first."""
    return tuple(
        times for endpoint in primary_first(protocol) for times in _times_of(endpoint, protocol)
    )


def _times_of(endpoint: Endpoint, protocol: Protocol) -> Iterator[AnalyzedTimes]:
    if not isinstance(endpoint.analysis, TimeToEventAnalysis):
        return
    if not counts_everybody(protocol, endpoint):
        return
    for analysis in endpoint.analysis.rules:
        kind = kind_of(analysis, protocol)
        if kind is not None:
            yield AnalyzedTimes(
                endpoint=endpoint.id,
                analysis=analysis,
                kind=kind,
                rules=rules_of(analysis, protocol),
                stratified=endpoint.analysis.stratified,
            )


def kind_of(analysis: str, protocol: Protocol) -> int | None:
    """The compiled rule that an analysis of times follows, or None for one that has none."""
    try:
        return KINDS.get(endpoint_of(analysis, protocol).code)
    except ValueError:
        return None


def not_judged(protocol: Protocol) -> dict[str, str]:
    """What a virtual trial leaves out, by the id of the endpoint, with the reason."""
    reasons = {
        endpoint.id: "; ".join(_left_out(protocol, endpoint)) for endpoint in protocol.endpoints
    }
    return {name: why for name, why in reasons.items() if why}


def _left_out(protocol: Protocol, endpoint: Endpoint) -> Iterator[str]:
    match endpoint.analysis:
        case SafetyAnalysis():
            yield "adverse events are not drawn"
            return
        case TimeToEventAnalysis(rules=rules):
            if unknown := [name for name in rules if kind_of(name, protocol) is None]:
                yield f"{', '.join(unknown)}: no compiled rule follows it"
        case BinaryAnalysis(sensitivity=sensitivity):
            if others := [name for name in sensitivity if name not in TESTS]:
                yield f"sensitivity analyses {', '.join(others)}: only tests are simulated"
    if not counts_everybody(protocol, endpoint):
        yield f"population {endpoint.estimand.population}: everybody randomized is counted here"
