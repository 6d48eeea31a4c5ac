"""What endpoints are there? Each with its rule, and the words for it in tables and on pages.

The names of endpoints and of sets of censoring rules stand here and nowhere else. Another endpoint
is registered from outside with `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from equipoise.endpoints.censoring import CENSOR, DATED, EVENT, IGNORE, TimeToEventRules
from equipoise.endpoints.choices import censoring_rules
from equipoise.endpoints.response_rules import CONTROLLED, RESPONDED
from equipoise.endpoints.time_to_event import (
    FollowUp,
    TimeToEvent,
    derive_duration_of_response,
    derive_os,
    derive_pfs,
)
from equipoise.protocol.estimands import Event, Strategy, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEndpoint:
    """An endpoint that a best response reaches or does not."""

    code: str
    title: str
    counted: int  # best responses, as `mask_of` makes one number of them


DISEASE_CONTROL = ResponseEndpoint(code="DCR", title="Disease control rate", counted=CONTROLLED)
OBJECTIVE_RESPONSE = ResponseEndpoint(
    code="ORR", title="Objective response rate", counted=RESPONDED
)
"""What they count unless a protocol says otherwise; a protocol names the responses it counts."""


_STRATEGY: Mapping[int, Strategy] = {
    CENSOR: "hypothetical",
    EVENT: "composite",
    IGNORE: "treatment policy",
}


def strategies_of(rules: TimeToEventRules) -> dict[Event, Strategy]:
    """What a set of censoring rules does with each intercurrent event, by the names of ICH E9(R1)
    A.3.2. Scans go on when treatment stops, so stopping it changes nothing.
    """
    return {
        "new anticancer therapy": _STRATEGY[rules.new_therapy],
        "death": _STRATEGY[rules.death],
        "clinical progression": _STRATEGY[rules.clinical_progression],
        "study treatment stopped": "treatment policy",
    }


def _whatever_happens(rules: TimeToEventRules) -> dict[Event, Strategy]:
    """Time to death: nothing that comes before it changes it."""
    return {event: "treatment policy" for event in strategies_of(rules) if event != "death"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEndpoint:
    """A time to an event. `derive` takes what is known of one person, the day of the first response
    (NEVER: none) and a set of censoring rules, and gives None where the endpoint is not defined.
    `strategies` says what it does with intercurrent events under these rules.
    """

    code: str  # PARAMCD, and the name of its analysis in a protocol
    title: str  # PARAM
    derive: Callable[[FollowUp, int, TimeToEventRules], TimeToEvent | None]
    strategies: Callable[[TimeToEventRules], Mapping[Event, Strategy]] = strategies_of
    origin: str = "randomization"
    on_scans: bool = True  # the event is read from scans, so who reads them matters
    of_responders: bool = False  # they are no randomized groups, so the arms are not compared


PROGRESSION_FREE_SURVIVAL = TimeEndpoint(
    code="PFS",
    title="Progression-Free Survival",
    derive=lambda known, _responded, rules: derive_pfs(known, rules),
)
OVERALL_SURVIVAL = TimeEndpoint(
    code="OS",
    title="Overall Survival",
    derive=lambda known, *_: derive_os(known),
    strategies=_whatever_happens,
    on_scans=False,
)
DURATION_OF_RESPONSE = TimeEndpoint(
    code="DOR",
    title="Duration of Response",
    derive=derive_duration_of_response,
    origin="first response",
    of_responders=True,
)
TIME_ENDPOINTS: dict[str, TimeEndpoint] = {}
"""Code -> endpoint."""


def register(endpoint: TimeEndpoint) -> None:
    """Make an endpoint known to analyses, reports and derivations. Raises ValueError for a code
    that is taken.
    """
    if TIME_ENDPOINTS.setdefault(endpoint.code, endpoint) is not endpoint:
        raise ValueError(f"there is an endpoint {endpoint.code} already; choose another code")


for _endpoint in (PROGRESSION_FREE_SURVIVAL, OVERALL_SURVIVAL, DURATION_OF_RESPONSE):
    register(_endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """A published set of censoring rules; `suffix` follows the endpoint in PARAMCD, which has eight
    letters.
    """

    name: str
    suffix: str
    rules: TimeToEventRules


FDA_2018_A = TimeToEventRules(CENSOR, DATED, CENSOR, CENSOR, EVENT, CENSOR)
"""FDA 2018, table A: only documented progression counts."""
FDA_2018_C = TimeToEventRules(CENSOR, DATED, EVENT, CENSOR, EVENT, IGNORE)
"""FDA 2018, table C: clinical progression and events after missed visits count."""
EMA_2013 = TimeToEventRules(CENSOR, DATED, IGNORE, IGNORE, EVENT, IGNORE)
"""EMA 2013: events count whatever came between (treatment policy)."""
NOTHING_CENSORS = TimeToEventRules(IGNORE, DATED, IGNORE, IGNORE, EVENT, IGNORE)
"""For endpoints that ask no rules, such as overall survival."""
RULE_SETS = {
    rule_set.name: rule_set
    for rule_set in (
        RuleSet(name="FDA_2018_A", suffix="FDAA", rules=FDA_2018_A),
        RuleSet(name="FDA_2018_C", suffix="FDAC", rules=FDA_2018_C),
        RuleSet(name="EMA_2013", suffix="EMA", rules=EMA_2013),
    )
}


def endpoint_of(analysis: str, protocol: Protocol) -> TimeEndpoint:
    """What an analysis by this name measures: progression-free survival under the rule set of that
    name, else the endpoint of that code. Raises ValueError for a name that is neither.
    """
    if analysis in protocol.censoring:
        return PROGRESSION_FREE_SURVIVAL
    if analysis not in TIME_ENDPOINTS:
        raise ValueError("; ".join(unknown_analyses(protocol)))
    return TIME_ENDPOINTS[analysis]


def rules_of(analysis: str, protocol: Protocol) -> TimeToEventRules:
    """The censoring rules of an analysis: the set it names, else those that lead."""
    if analysis in protocol.censoring:
        return censoring_rules(protocol, protocol.censoring[analysis])
    return leading_rules(protocol)


def leading_rules(protocol: Protocol) -> TimeToEventRules:
    """The rule set that stands first in the protocol's own order of analyses; where none is
    declared, nothing censors but the end of what is known.
    """
    for name in _analyses(protocol.endpoints):
        if name in protocol.censoring:
            return censoring_rules(protocol, protocol.censoring[name])
    return NOTHING_CENSORS


def _analyses(endpoints: Iterable[Endpoint]) -> Iterable[str]:
    for endpoint in endpoints:
        if isinstance(endpoint.analysis, TimeToEventAnalysis):
            yield from endpoint.analysis.rules


def words_of(analysis: str) -> str:
    """What stands beside the label of an endpoint, to tell its analyses apart; empty for the only
    one.
    """
    return "" if analysis in TIME_ENDPOINTS else f"{analysis} rules"


def unknown_analyses(protocol: Protocol) -> tuple[str, ...]:
    """What the protocol asks for and nothing here can answer, in a sentence each."""
    there = (*protocol.censoring, *TIME_ENDPOINTS)
    return tuple(
        f"endpoints.{endpoint.id}.analysis.rules: found {name!r}, expected one of"
        f" {', '.join(there)}"
        for endpoint in protocol.endpoints
        for name in _analyses((endpoint,))
        if name not in there
    )
