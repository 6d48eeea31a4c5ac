"""What does a protocol ask of the analysis that no analysis here does?"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.analysis.sensitivity import POPULATION_RULES, population_with, tests_of
from equipoise.endpoints.catalogue import endpoint_of, unknown_analyses
from equipoise.protocol.estimands import BinaryAnalysis, SafetyAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.protocol.refusal import Refusal, Use


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Primary endpoints that compare nothing, and populations that an analysis needs and does not
    have.
    """
    if unknown_analyses(protocol):
        return ()  # the endpoints have refused what the questions below would ask about
    rules = (_primary, _looks, _populations, _sensitivity, _strata)
    return tuple(
        Refusal(Use.ANALYZED, field, why) for rule in rules for field, why in rule(protocol)
    )


def _primary(protocol: Protocol) -> Iterator[tuple[str, str]]:
    primary = protocol.primary
    if not compares(protocol, primary):
        yield (
            f"endpoints.{primary.id}.role",
            (
                "found primary, expected secondary: this analysis describes, and compares no"
                " randomized groups"
            ),
        )


def _looks(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Looks count participants, which is the information of a proportion and not of times."""
    if protocol.design.looks and not isinstance(protocol.primary.analysis, BinaryAnalysis):
        yield (
            "design.looks",
            (
                "found looks at numbers of participants, expected none: a time to an event is"
                " looked at by events, and that cannot be declared yet"
            ),
        )


def compares(protocol: Protocol, endpoint: Endpoint) -> bool:
    """Whether the analysis of an endpoint compares the arms as randomized."""
    match endpoint.analysis:
        case BinaryAnalysis():
            return True
        case SafetyAnalysis():
            return False
        case TimeToEventAnalysis(rules=rules):
            return not endpoint_of(rules[0], protocol).of_responders


def _populations(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for endpoint in protocol.endpoints:
        population = protocol.population(endpoint.estimand.population)
        as_received = population.rule == "received_experimental_drug"
        if as_received and not isinstance(endpoint.analysis, SafetyAnalysis):
            yield (
                f"endpoints.{endpoint.id}.estimand.population",
                (
                    f"found {population.id}, which counts arms as received, expected a population"
                    " in the arm allocated: efficacy compares randomized groups"
                ),
            )


def _sensitivity(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for endpoint in protocol.endpoints:
        if not isinstance(endpoint.analysis, BinaryAnalysis):
            continue
        for name in endpoint.analysis.sensitivity:
            rule = POPULATION_RULES.get(name)
            if rule and population_with(protocol, rule) is None:
                yield (
                    f"endpoints.{endpoint.id}.analysis.sensitivity",
                    (
                        f"found {name}, expected a population with the rule {rule} for it, and"
                        " there is none"
                    ),
                )


def _strata(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """A stratified analysis needs strata to be named for."""
    if protocol.randomization.strata:
        return
    for endpoint in protocol.endpoints:
        field, analysis = f"endpoints.{endpoint.id}.analysis", endpoint.analysis
        if isinstance(analysis, TimeToEventAnalysis) and analysis.stratified:
            yield f"{field}.stratified", "found true, expected false: no strata are declared"
        if isinstance(analysis, BinaryAnalysis) and "cmh" in tests_of(analysis):
            yield f"{field}", "found cmh, expected another test: no strata are declared"
