"""Of whom, by which policy and up to when? Every table and figure of the report says it, so that it
can be taken out of the report and still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    EndpointResult,
    SafetyEndpoint,
    TimeToEventEndpoint,
)
from equipoise.endpoints.catalogue import words_of
from equipoise.report.kit.formats import day_words, listed
from equipoise.report.kit.page import Figure
from equipoise.report.kit.table import Table
from equipoise.report.trial.primary import primary_endpoint

SCREENED = "everybody assessed for eligibility"
RANDOMIZED = "all randomized, by the arm allocated"
TREATED = "participants who received a dose, by treatment received"
DECLARED = "none: it is computed from the protocol"

POPULATIONS: Mapping[str, str] = {
    "consort": SCREENED,
    "baseline_table": RANDOMIZED,
    "waterfall": "all randomized who have a measured scan after baseline",
    "spider": "all randomized who have a measured scan after baseline",
    "swimmer": RANDOMIZED,
    "best_response": RANDOMIZED,
    "four_ways": RANDOMIZED,
    "to_response": "all randomized who responded",
    "concordance": RANDOMIZED,
    "exposure": TREATED,
    "therapy_after": RANDOMIZED,
    "deviations": RANDOMIZED,
    "sites": SCREENED,
    "recruitment": RANDOMIZED,
    "visits": RANDOMIZED,
    "overdue": RANDOMIZED,
    "eligibility": RANDOMIZED,
    "strata": RANDOMIZED,
    "disagreement": RANDOMIZED,
    "assumption_table": DECLARED,
    "checklist": DECLARED,
    "power": DECLARED,
    "timing": DECLARED,
}
"""Who stands in what is not about an endpoint, by its name on the page."""
OF_THE_PRIMARY = ("primary_tables", "primary_curves", "sensitivity", "tipping", "forest")
OF_TIMES = ("time_table", "landmarks")


def state(page: Mapping[str, Any], analysis: Analysis) -> dict[str, Any]:
    """What a page shows, with each table and figure saying what it is about; one that says so by
    itself is left as it is.
    """
    return {name: _state(shown, _about(name, analysis), analysis) for name, shown in page.items()}


def about(population: str, policy: str, cutoff: str) -> str:
    """The line under a table or figure."""
    parts = [f"Population: {population}"] if population else []
    parts += [f"Policy: {policy}"] if policy else []
    return ". ".join([*parts, f"Cutoff: {day_words(cutoff)}"]) + "."


def _state(shown: Any, said: str, analysis: Analysis) -> Any:
    match shown:
        case Table() | Figure():
            return shown if shown.about else replace(shown, about=said)
        case list():
            return [_state(one, said, analysis) for one in shown]
        case dict():
            named = str(shown.get("label") or shown.get("title") or "")
            own = _about_endpoint(_called(named, analysis), analysis, named) or said
            return {name: _state(one, own, analysis) for name, one in shown.items()}
        case _:
            return shown


def _about(name: str, analysis: Analysis) -> str:
    results = analysis.results
    if name in OF_THE_PRIMARY:
        return _about_endpoint(primary_endpoint(results), analysis)
    if name == "safety":
        harms = [e for e in results.endpoints.values() if isinstance(e, SafetyEndpoint)]
        return _about_endpoint(next(iter(harms), None), analysis)
    if name in OF_TIMES:
        return _about_times(analysis)
    return about(POPULATIONS.get(name, ""), "", results.cutoff)


def _about_times(analysis: Analysis) -> str:
    """Every time to event in one table: their populations, and the rules that are named in it."""
    timed = [e for e in analysis.results.endpoints.values() if isinstance(e, TimeToEventEndpoint)]
    who = dict.fromkeys(_definition(each, analysis) for each in timed)
    rules = dict.fromkeys(filter(None, (words_of(name) for each in timed for name in each.rules)))
    return about("; ".join(who), listed(list(rules)) if rules else "", analysis.results.cutoff)


def _called(named: str, analysis: Analysis) -> EndpointResult | None:
    """The endpoint that a title begins with; the longest, where one begins another."""
    fits = [e for e in analysis.results.endpoints.values() if named and named.startswith(e.label)]
    return max(fits, key=lambda each: len(each.label), default=None)


def _about_endpoint(endpoint: EndpointResult | None, analysis: Analysis, title: str = "") -> str:
    if endpoint is None:
        return ""
    match endpoint:
        case BinaryEndpoint():
            policy = endpoint.policy
        case TimeToEventEndpoint():
            policy = title.removeprefix(endpoint.label).strip(", ") or _rules(endpoint)
        case SafetyEndpoint():
            policy = f"worst grade by CTCAE {endpoint.ctcae}"
    return about(_definition(endpoint, analysis), policy, analysis.results.cutoff)


def _rules(endpoint: TimeToEventEndpoint) -> str:
    named = [words_of(name) for name in endpoint.rules if words_of(name)]
    return listed(named) if named else ""


def _definition(endpoint: EndpointResult, analysis: Analysis) -> str:
    """In the words of the protocol; responders, whom it does not define, by their own name."""
    declared = {each.id: each.definition for each in analysis.trial.protocol.populations}
    return declared.get(endpoint.population, endpoint.population)
