"""What do the endpoints of a protocol declare that no rule here carries out?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from equipoise.endpoints.catalogue import (
    TIME_ENDPOINTS,
    endpoint_of,
    rules_of,
    strategies_of,
    unknown_analyses,
)
from equipoise.endpoints.choices import censoring_rules, recist_policy
from equipoise.endpoints.populations import NEEDS_DRUG, drugs_under_test
from equipoise.endpoints.reading_forms import unreadable_readings
from equipoise.protocol.estimands import (
    BinaryAnalysis,
    Event,
    SafetyAnalysis,
    Strategy,
    TimeToEventAnalysis,
)
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.protocol.refusal import Refusal, Use

Strategies = Mapping[Event, Strategy]

BY_RESPONSE: Strategies = {
    "death": "composite",
    "clinical progression": "treatment policy",
    "study treatment stopped": "treatment policy",
}
"""What a best response does with events, whatever the protocol chooses."""
ON_TREATMENT: Strategies = {"study treatment stopped": "while on treatment"}
"""Adverse events count until the declared days after the last dose."""


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Analyses, strategies, responses and populations that the rules of the endpoints do not
    have.
    """
    unknown = [sentence.split(": ", 1) for sentence in unknown_analyses(protocol)]
    if undefined := [*unknown, *_recist(protocol)]:
        return tuple(Refusal(Use.ANALYZED, field, why) for field, why in undefined)
    found = [*_names(protocol), *_rule_sets(protocol), *_estimands(protocol), *_responses(protocol)]
    found += [*_drug(protocol), *unreadable_readings(protocol)]
    return tuple(Refusal(Use.ANALYZED, *each) for each in found)


def _recist(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Thresholds and switches that RECIST does not have, or not in this way."""
    try:
        recist_policy(protocol.assessment)
    except ValueError as error:
        yield "assessment.recist", str(error)


def _names(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """An analysis is named by a set of rules or by an endpoint; one name cannot be both."""
    for name in protocol.censoring:
        if name in TIME_ENDPOINTS:
            yield (
                f"censoring.{name}",
                (
                    f"found the name of the endpoint {TIME_ENDPOINTS[name].title}, expected"
                    " another: analyses by this name could be either"
                ),
            )


def _rule_sets(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for name, declared in protocol.censoring.items():
        done = strategies_of(censoring_rules(protocol, declared))
        for event, strategy in done.items():
            if (said := declared.strategy.get(event)) != strategy:
                yield (
                    f"censoring.{name}.strategy",
                    (
                        f"found {said or 'nothing'} for {event}, expected {strategy}: that is what"
                        " the choices of the set do; change one of the two"
                    ),
                )


def _estimands(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for endpoint in protocol.endpoints:
        field = f"endpoints.{endpoint.id}.estimand"
        done = carried_out(protocol, endpoint)
        for declared in endpoint.estimand.intercurrent:
            if (strategy := done.get(declared.event)) != declared.strategy:
                yield (
                    f"{field}.intercurrent",
                    (
                        f"found {declared.strategy} for {declared.event}, expected"
                        f" {strategy or 'it left out'}: that is what the analysis does with it"
                    ),
                )
        if (summary := endpoint.estimand.summary) != (expected := _summary(protocol, endpoint)):
            yield f"{field}.summary", f"found {summary}, expected {expected} for this analysis"


def carried_out(protocol: Protocol, endpoint: Endpoint) -> Strategies:
    """The strategy of each intercurrent event as the analysis carries it out; of several rule sets
    the first.
    """
    match endpoint.analysis:
        case TimeToEventAnalysis(rules=rules):
            measured = endpoint_of(rules[0], protocol)
            return measured.strategies(rules_of(rules[0], protocol))
        case SafetyAnalysis():
            return ON_TREATMENT
    ends = protocol.assessment.recist.choices["therapy_ends_assessability"]
    return {**BY_RESPONSE, "new anticancer therapy": "composite" if ends else "treatment policy"}


def _summary(protocol: Protocol, endpoint: Endpoint) -> str:
    match endpoint.analysis:
        case BinaryAnalysis():
            return "difference of proportions"
        case SafetyAnalysis():
            return "number and percentage by grade"
        case TimeToEventAnalysis(rules=rules):
            responders = endpoint_of(rules[0], protocol).of_responders
            return "median" if responders else "hazard ratio"


def _responses(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for endpoint in protocol.endpoints:
        field = f"endpoints.{endpoint.id}.responses"
        said = ", ".join(endpoint.responses) or "nothing"
        if isinstance(endpoint.analysis, BinaryAnalysis):
            if not endpoint.responses:
                yield field, "found nothing, expected the best responses that reach the endpoint"
        elif _counts_from_response(protocol, endpoint):
            if set(endpoint.responses) != {"CR", "PR"}:
                yield field, f"found {said}, expected CR, PR: a response begins with either"
        elif endpoint.responses:
            yield field, f"found {said}, expected nothing: this analysis counts no responses"


def _counts_from_response(protocol: Protocol, endpoint: Endpoint) -> bool:
    analysis = endpoint.analysis
    return isinstance(analysis, TimeToEventAnalysis) and any(
        endpoint_of(name, protocol).of_responders for name in analysis.rules
    )


def _drug(protocol: Protocol) -> Iterator[tuple[str, str]]:
    by_drug = [each.id for each in protocol.populations if each.rule in NEEDS_DRUG]
    drugs = drugs_under_test(protocol)
    if by_drug and len(drugs) != 1:
        yield (
            "treatment",
            (
                f"found {', '.join(drugs) or 'no rule with values.drug'}, expected exactly one drug"
                " that only the experimental arm receives, since who received it decides the"
                f" population {', '.join(by_drug)}"
            ),
        )
