"""What did the one primary endpoint show, in words that a patient's relative could follow?"""

from __future__ import annotations

from collections.abc import Collection
from math import log

from markupsafe import Markup

from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    TimeAnalysis,
    TimeToEventEndpoint,
)
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import (
    confidence,
    first_up,
    p_equals,
    percent,
    points,
    points_span,
    ratio,
    span,
)
from equipoise.report.trial.arms import reached_notes, time_notes
from equipoise.report.trial.words import TESTS, median_words, with_rules

Primary = BinaryEndpoint | TimeToEventEndpoint


def primary_endpoint(results: Results) -> Primary:
    """The one primary endpoint; `check` lets no other kind be primary."""
    return next(
        endpoint
        for endpoint in results.endpoints.values()
        if endpoint.role == "primary" and isinstance(endpoint, Primary)
    )


def leading(endpoint: TimeToEventEndpoint) -> tuple[str, TimeAnalysis]:
    """The analysis that the protocol names first, which is the primary one."""
    return next(iter(endpoint.rules.items()))


def is_primary(endpoint: TimeToEventEndpoint, name: str) -> bool:
    """Whether this analysis is the primary one: the first of the primary endpoint."""
    return endpoint.role == "primary" and name == leading(endpoint)[0]


def analyzed_in(endpoint: Primary) -> Collection[str]:
    """The subjects of the primary analysis."""
    if isinstance(endpoint, BinaryEndpoint):
        return endpoint.subjects
    return leading(endpoint)[1].subjects


def has_result(endpoint: Primary) -> bool:
    """Whether there is anything to compare."""
    if isinstance(endpoint, BinaryEndpoint):
        return endpoint.comparison.difference is not None
    return leading(endpoint)[1].comparison.p_value is not None


def primary_effect(endpoint: Primary) -> float:
    """The effect on a scale on which 0 is none and more favors the experimental arm; 0 where there
    is none.
    """
    if isinstance(endpoint, BinaryEndpoint):
        return endpoint.comparison.difference or 0.0
    return _favor(leading(endpoint)[1])


def other_effects(endpoint: Primary) -> dict[str, float]:
    """The same under each other analysis that has one: sensitivity analyses, or other rule sets."""
    if isinstance(endpoint, BinaryEndpoint):
        return {
            name: analysis.comparison.difference
            for name, analysis in endpoint.sensitivity.items()
            if analysis.comparison.difference is not None
        }
    first, _ = leading(endpoint)
    return {name: _favor(rules) for name, rules in endpoint.rules.items() if name != first}


def _favor(rules: TimeAnalysis) -> float:
    hazard_ratio = rules.comparison.hazard_ratio
    return -log(hazard_ratio) if hazard_ratio else 0.0


def primary_words(results: Results, drill_down: DrillDown) -> list[Markup]:
    """The primary result: both arms, the effect, the test, and what they mean."""
    endpoint = primary_endpoint(results)
    if not has_result(endpoint):
        none = Markup("<strong>There is no primary result.</strong> {}")
        return [none.format(_why_none(results, endpoint))]
    if isinstance(endpoint, BinaryEndpoint):
        return [_proportions(endpoint, results, drill_down), _difference(endpoint, results)]
    return [_medians(endpoint, results, drill_down), _ratio(endpoint, results)]


def _why_none(results: Results, endpoint: Primary) -> str:
    if not results.flow.randomized:
        return "Nobody has been randomized by the cutoff, so there is nothing to compare."
    empty = [
        about.label for arm, about in results.arms.items() if not results.flow.arms[arm].randomized
    ]
    if empty:
        return (
            f"Nobody has been randomized to {' or '.join(empty)} by the cutoff, so there is nothing"
            " to compare."
        )
    if isinstance(endpoint, TimeToEventEndpoint):
        return first_up(f"{leading(endpoint)[1].comparison.note or 'there is no event'}.")
    return f"The population {endpoint.population} is empty in one arm."


# ------------------------------------------------------------------ a proportion


def _proportions(endpoint: BinaryEndpoint, results: Results, drill_down: DrillDown) -> Markup:
    parts = []
    for arm, about in results.arms.items():
        proportion = endpoint.comparison.arms[arm]
        inside = reached_notes(endpoint, arm, results)
        reached = {name: why for name, why in inside.items() if endpoint.subjects[name].value}
        title = f"{endpoint.label}, reached: {about.label}"
        count = drill_down.number(proportion.events, title, reached)
        parts.append(
            Markup('<b class="{}">{}</b>: {} of {} ({})').format(
                about.role, about.label, count, proportion.n, percent(proportion.estimate)
            )
        )
    return Markup("{}, the one primary endpoint, was reached as follows. {}.").format(
        endpoint.label, Markup("; ").join(parts)
    )


def _difference(endpoint: BinaryEndpoint, results: Results) -> Markup:
    test, comparison = endpoint.primary_test, endpoint.comparison
    assert test is not None
    p = comparison.tests[test]
    words = Markup(
        "The difference is <strong>{} percentage points</strong> ({} interval {}); "
        "{}, two-sided: <strong>{}</strong>. {}"
    ).format(
        points(comparison.difference),
        confidence(results.confidence),
        points_span(comparison.interval),
        TESTS[test],
        p_equals(p),
        _verdict(p, results, _more_reached(comparison.difference)),
    )
    return words + " " + _in_a_hundred(endpoint, results)


def _more_reached(difference: float | None) -> str:
    better = "more" if (difference or 0) > 0 else "fewer"
    return (
        f"{better} participants of the experimental arm reached the endpoint than chance explains"
    )


def _verdict(p: float | None, results: Results, shown: str) -> str:
    """What the test decides: at the declared alpha, or at what the declared looks leave of it."""
    alpha, level = 1 - results.confidence, results.level
    if level is None:
        return "No look at efficacy is planned for so few participants, so this decides nothing."
    if p is None:
        return "The test could not be computed, so the trial does not show that the arms differ."
    declared = abs(level - alpha) < 1e-9
    limit = f"{level:.6g} declared" if declared else f"{level:.4g} of this look"
    if p > level:
        return (
            f"This is above the {limit}: the trial does not show that the arms differ, "
            "and it does not show that they are alike."
        )
    return f"This is not above the {limit}: {shown}."


def _in_a_hundred(endpoint: BinaryEndpoint, results: Results) -> str:
    comparison = endpoint.comparison
    label = next(about.label for about in results.arms.values() if about.role == "experimental")
    low, high = comparison.interval or (None, None)
    return (
        f"Of 100 participants, {_people(comparison.difference)} would reach it with"
        f" {label.lower()}; the data agree with anything from {_people(low)} to {_people(high)}."
    )


def _people(difference: float | None) -> str:
    assert difference is not None
    n = round(100 * abs(difference))
    return f"{n} {'more' if difference >= 0 else 'fewer'}" if n else "no more"


# ------------------------------------------------------------------ a time


def _medians(endpoint: TimeToEventEndpoint, results: Results, drill_down: DrillDown) -> Markup:
    name, rule_set = leading(endpoint)
    title, parts = with_rules(endpoint.label, name), []
    for arm, about in results.arms.items():
        counts, median = rule_set.comparison.arms[arm], rule_set.comparison.medians[arm]
        events = drill_down.number(
            counts.events, f"{title}: {about.label}", time_notes(rule_set, arm, results)
        )
        parts.append(
            Markup('<b class="{}">{}</b>: {} of {} with the event, median {} months').format(
                about.role, about.label, events, counts.n, median_words(median, counts.n)
            )
        )
    return Markup("{}, the one primary endpoint. {}.").format(title, Markup("; ").join(parts))


def _ratio(endpoint: TimeToEventEndpoint, results: Results) -> Markup:
    comparison = leading(endpoint)[1].comparison
    effect = (
        f"The hazard ratio is {ratio(comparison.hazard_ratio)} ({confidence(results.confidence)}"
        f" interval {span(comparison.interval, ratio)})"
        if comparison.hazard_ratio is not None
        else "No hazard ratio can be estimated"
    )
    shown = "the times of the arms differ by more than chance explains"
    return Markup("{}; {} test, two-sided: <strong>{}</strong>. {}").format(
        effect,
        comparison.test,
        p_equals(comparison.p_value),
        _verdict(comparison.p_value, results, shown),
    )
