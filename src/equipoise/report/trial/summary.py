"""What was found, in words that a patient's relative could follow, and how far may it be
trusted?
"""

from __future__ import annotations

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    EndpointResult,
    SafetyEndpoint,
    TimeToEventEndpoint,
)
from equipoise.analysis.results.trial import Results
from equipoise.endpoints.catalogue import words_of
from equipoise.report.kit.formats import (
    day_words,
    listed,
    p_equals,
    plural,
    points,
    points_span,
    ratio,
    signed,
    span,
)
from equipoise.report.trial.declared import by_scans, influenced, selected_by_ctdna
from equipoise.report.trial.primary import (
    Primary,
    analyzed_in,
    other_effects,
    primary_effect,
    primary_endpoint,
)
from equipoise.report.trial.words import SENSITIVITY


def too_early(analysis: Analysis) -> list[str]:
    """Why this is not the analysis that the protocol plans; nothing when the planned size and
    cutoff are reached.
    """
    protocol, randomized = analysis.trial.protocol, analysis.results.flow.randomized
    reasons = []
    scans = "the scans that the primary endpoint counts"
    due = scans if by_scans(protocol) else "the follow-up that the primary endpoint asks for"
    if randomized < protocol.design.participants:
        reasons.append(
            f"{randomized} of the {protocol.design.participants} planned participants are"
            " randomized."
        )
    if analysis.primary_due and analysis.cutoff < analysis.primary_due:
        reasons.append(
            f"The cutoff lies before {day_words(analysis.primary_due.isoformat())}; from then on"
            f" every participant can have had {due}."
        )
    return reasons


def not_locked(analysis: Analysis) -> list[str]:
    """Whether entries may still change."""
    if analysis.trial.locked:
        return []
    return ["The database is not locked: entries may still be corrected."]


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


def not_shown(analysis: Analysis) -> list[str]:
    """What a reader may not conclude from the primary result."""
    protocol, endpoint = analysis.trial.protocol, primary_endpoint(analysis.results)
    sentences = [
        f"That ctDNA predicts who benefits: everyone who entered is {status} in ctDNA."
        for status in selected_by_ctdna(protocol)
    ]
    if by_scans(protocol):
        sentences.append(
            "That participants live longer, or better: the primary endpoint is read from scans, and"
            " the secondary results are nominal."
        )
        sentences += influenced(protocol)
    if changes := _direction_changes(endpoint):
        sentences.append(
            "That the result does not depend on its assumptions: the direction changes under"
            f" {changes}."
        )
    inside = analyzed_in(endpoint)
    missing = sum(
        not account.evaluable for name, account in analysis.accounts.items() if name in inside
    )
    if missing and isinstance(endpoint, BinaryEndpoint):
        sentences.append(
            f"What happened to {plural(missing, 'participant')} without an evaluable response, who"
            " count as failure."
        )
    return sentences


def _direction_changes(endpoint: Primary) -> str:
    turned = [
        SENSITIVITY[name][0].lower() if name in SENSITIVITY else words_of(name)
        for name, effect in other_effects(endpoint).items()
        if effect * primary_effect(endpoint) < 0
    ]
    return listed(turned) if turned else ""


def range_of_sensitivity(endpoint: Primary) -> str:
    """From the least to the greatest difference over all sensitivity analyses."""
    values = other_effects(endpoint).values()
    if not values or not isinstance(endpoint, BinaryEndpoint):
        return ""
    low, high = signed(100 * min(values)), signed(100 * max(values))
    return f"from {low} to {high} percentage points"
