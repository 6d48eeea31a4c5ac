"""What was found, in words that a patient's relative could follow, and how far may it be
trusted?
"""

from __future__ import annotations

from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    EndpointResult,
    SafetyEndpoint,
    TimeToEventEndpoint,
)
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import (
    confidence,
    day_words,
    listed,
    p_equals,
    percent,
    plural,
    points,
    points_span,
    ratio,
    signed,
    span,
)
from equipoise.report.trial.arms import reached_notes
from equipoise.report.trial.words import SENSITIVITY, TESTS


def too_early(analysis: Analysis) -> list[str]:
    """Why this is not the analysis that the protocol plans; nothing when the planned size and
    cutoff are reached.
    """
    protocol, randomized = analysis.trial.protocol, analysis.results.flow.randomized
    reasons = []
    if randomized < protocol.design.participants:
        reasons.append(
            f"{randomized} of the {protocol.design.participants} planned participants are"
            " randomized."
        )
    if analysis.primary_due and analysis.cutoff < analysis.primary_due:
        reasons.append(
            f"The cutoff lies before {day_words(analysis.primary_due.isoformat())}; from then on"
            " every participant can have had the scans that the primary endpoint counts."
        )
    return reasons


def not_locked(analysis: Analysis) -> list[str]:
    """Whether entries may still change."""
    if analysis.trial.locked:
        return []
    return ["The database is not locked: entries may still be corrected."]


# ------------------------------------------------------------------ primary


def primary_endpoint(results: Results) -> BinaryEndpoint:
    """The one primary endpoint."""
    for endpoint in results.endpoints.values():
        if endpoint.role == "primary" and isinstance(endpoint, BinaryEndpoint):
            return endpoint
    raise TypeError("the primary endpoint is no proportion; the report has no words for it")


def primary_words(results: Results, alpha: float, drill_down: DrillDown) -> list[Markup]:
    """The primary result: the proportions, the difference, the test, and what they mean."""
    endpoint = primary_endpoint(results)
    if endpoint.comparison.difference is None:
        none = Markup("<strong>There is no primary result.</strong> {}")
        return [none.format(_why_none(results))]
    return [_proportions(endpoint, results, drill_down), _difference(endpoint, results, alpha)]


def _why_none(results: Results) -> str:
    if not results.flow.randomized:
        return "Nobody has been randomized by the cutoff, so there is nothing to compare."
    empty = [
        about.label for arm, about in results.arms.items() if not results.flow.arms[arm].randomized
    ]
    return (
        f"Nobody has been randomized to {' or '.join(empty)} by the cutoff, so there is nothing to"
        " compare."
    )


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


def _difference(endpoint: BinaryEndpoint, results: Results, alpha: float) -> Markup:
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
        _verdict(p, alpha, comparison.difference),
    )
    return words + " " + _in_a_hundred(endpoint, results)


def _verdict(p: float | None, alpha: float, difference: float | None) -> str:
    assert p is not None
    assert difference is not None
    if p > alpha:
        return (
            f"This is above the {alpha:g} declared: the trial does not show that the arms differ, "
            "and it does not show that they are alike."
        )
    better = "more" if difference > 0 else "fewer"
    return (
        f"This is not above the {alpha:g} declared: {better} participants of the experimental arm"
        " reached the endpoint than chance explains."
    )


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


# ------------------------------------------------------------------ secondary


def secondary_words(results: Results) -> list[str]:
    """The secondary results in a sentence each; all nominal."""
    return [
        sentence
        for endpoint in results.endpoints.values()
        if endpoint.role != "primary"
        for sentence in _sentences(endpoint)
    ]


def _sentences(endpoint: EndpointResult) -> list[str]:
    match endpoint:
        case BinaryEndpoint():
            return _difference_words(endpoint)
        case TimeToEventEndpoint():
            return _ratio_words(endpoint)
        case SafetyEndpoint():
            return []


def _difference_words(endpoint: BinaryEndpoint) -> list[str]:
    difference = endpoint.comparison.difference
    if difference is None:
        return []
    bounds = points_span(endpoint.comparison.interval)
    return [f"{endpoint.label}: {points(difference)} percentage points ({bounds})."]


def _ratio_words(endpoint: TimeToEventEndpoint) -> list[str]:
    """By the analysis that the protocol names first."""
    effect = next(iter(endpoint.rules.values())).comparison
    if effect.hazard_ratio is None:
        return []
    bounds = span(effect.interval, ratio)
    shown = f"{ratio(effect.hazard_ratio)} ({bounds}), {p_equals(effect.p_value)}"
    return [f"{endpoint.label}: hazard ratio {shown}."]


# ------------------------------------------------------------------ what it does not show


def not_shown(analysis: Analysis, by_ctdna: bool) -> list[str]:
    """What a reader may not conclude from the primary result."""
    endpoint = primary_endpoint(analysis.results)
    sentences = (
        ["That ctDNA predicts who benefits: everyone who entered is RAS wild type in ctDNA."]
        if by_ctdna
        else []
    )
    sentences += [
        (
            "That participants live longer, or better: disease control is read from scans, and the"
            " secondary results are nominal."
        ),
        (
            "That the readers were not influenced: treatment was open, and the local team read the"
            " scans."
        ),
    ]
    if changes := _direction_changes(endpoint):
        sentences.append(
            "That the result does not depend on its assumptions: the direction changes under"
            f" {changes}."
        )
    missing = sum(not account.evaluable for account in analysis.accounts.values())
    if missing:
        sentences.append(
            f"What happened to {plural(missing, 'participant')} without an evaluable response, who"
            " count as failure."
        )
    return sentences


def _direction_changes(endpoint: BinaryEndpoint) -> str:
    primary = endpoint.comparison.difference or 0
    turned = [
        SENSITIVITY[name][0].lower()
        for name, difference in _differences(endpoint).items()
        if difference * primary < 0
    ]
    return listed(turned) if turned else ""


def range_of_sensitivity(endpoint: BinaryEndpoint) -> str:
    """From the least to the greatest difference over all sensitivity analyses."""
    values = _differences(endpoint).values()
    if not values:
        return ""
    low, high = signed(100 * min(values)), signed(100 * max(values))
    return f"from {low} to {high} percentage points"


def _differences(endpoint: BinaryEndpoint) -> dict[str, float]:
    """The difference under each sensitivity analysis that has one."""
    return {
        name: analysis.comparison.difference
        for name, analysis in endpoint.sensitivity.items()
        if analysis.comparison.difference is not None
    }
