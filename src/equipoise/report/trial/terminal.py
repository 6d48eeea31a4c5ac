"""What did the primary endpoint show, in a line for each arm and one for the effect?"""

from __future__ import annotations

from equipoise.analysis.results.endpoints import BinaryEndpoint, TimeToEventEndpoint
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.formats import first_up, ratio, span
from equipoise.report.trial.primary import leading, primary_endpoint
from equipoise.report.trial.words import median_words, with_rules


def primary_lines(results: Results) -> tuple[list[str], str]:
    """The lines of the arms, and that of the effect."""
    endpoint = primary_endpoint(results)
    if isinstance(endpoint, BinaryEndpoint):
        return _proportions(results, endpoint), _difference(results, endpoint)
    return _medians(results, endpoint), _ratio(results, endpoint)


def _proportions(results: Results, endpoint: BinaryEndpoint) -> list[str]:
    lines = []
    for arm, proportion in endpoint.comparison.arms.items():
        shown = "" if proportion.estimate is None else f" = {100 * proportion.estimate:.1f} %"
        counts = f"{proportion.events} of {proportion.n}{shown}"
        lines.append(f"{endpoint.label}, {results.arms[arm].label}: {counts}")
    return lines


def _difference(results: Results, endpoint: BinaryEndpoint) -> str:
    comparison, test = endpoint.comparison, endpoint.primary_test
    if comparison.difference is None or comparison.interval is None or test is None:
        return f"no comparison: {comparison.note}"
    low, high = (100 * (bound or 0.0) for bound in comparison.interval)
    p = comparison.tests[test]
    tested = "not computed" if p is None else f"{p:.4f}"
    name = "CMH" if test == "cmh" else test.capitalize()
    return (
        f"difference {100 * comparison.difference:.1f} points"
        f" ({100 * results.confidence:g} % interval {low:.1f} to {high:.1f}),"
        f" {name} p = {tested}"
    )


def _medians(results: Results, endpoint: TimeToEventEndpoint) -> list[str]:
    name, rules = leading(endpoint)
    title = with_rules(endpoint.label, name)
    return [
        f"{title}, {results.arms[arm].label}: {counts.events} of {counts.n} with the event, median"
        f" {median_words(rules.comparison.medians[arm], counts.n)} months"
        for arm, counts in rules.comparison.arms.items()
    ]


def _ratio(results: Results, endpoint: TimeToEventEndpoint) -> str:
    comparison = leading(endpoint)[1].comparison
    if comparison.p_value is None:
        return f"no comparison: {comparison.note}"
    effect = (
        f"hazard ratio {ratio(comparison.hazard_ratio)} ({100 * results.confidence:g} % interval"
        f" {span(comparison.interval, ratio)})"
        if comparison.hazard_ratio is not None
        else "no hazard ratio can be estimated"
    )
    return f"{effect}, {first_up(comparison.test or '')} p = {comparison.p_value:.4f}"
