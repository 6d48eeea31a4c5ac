"""What was found, in words that a patient's relative could follow, and how far may it be
trusted?
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from equipoise.analysis.analyze import Analysis
from equipoise.report.kit.drill_down import Behind
from equipoise.report.kit.formats import (
    SENSITIVITY,
    TESTS,
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
from equipoise.report.trial.tables import of_arm


def too_early(analysis: Analysis) -> list[str]:
    """Why this is not the analysis that the protocol plans; nothing when the planned size and
    cutoff are reached.
    """
    protocol, randomized = analysis.trial.protocol, analysis.results["flow"]["randomized"]
    found = []
    if randomized < protocol.design.participants:
        found.append(
            f"{randomized} of the {protocol.design.participants} planned participants are"
            " randomized."
        )
    starts = [course.start for course in analysis.courses.values()]
    if starts:
        due = max(starts) + timedelta(protocol.cutoff.primary_days_after_last_randomization)
        if analysis.cutoff < due:
            found.append(
                f"The cutoff lies before {day_words(due.isoformat())}; from then on every"
                " participant can have had the scans that the primary endpoint counts."
            )
    return found


def not_locked(analysis: Analysis) -> list[str]:
    """Whether entries may still change."""
    return (
        []
        if analysis.trial.locked
        else ["The database is not locked: entries may still be corrected."]
    )


def primary_words(results: Mapping[str, Any], alpha: float, behind: Behind) -> list[Markup]:
    """The primary result: the shares, the difference, the test, and what they mean."""
    found = _primary(results)
    if found["difference"] is None:
        return [
            Markup("<strong>There is no primary result.</strong> {}").format(_why_none(results))
        ]
    return [_shares(found, results, behind), _difference(found, results, alpha)]


def _primary(results: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(one for one in results["endpoints"].values() if one["role"] == "primary")


def _why_none(results: Mapping[str, Any]) -> str:
    if not results["flow"]["randomized"]:
        return "Nobody has been randomized by the cutoff, so there is nothing to compare."
    empty = [
        about["label"]
        for arm, about in results["arms"].items()
        if not results["flow"]["arms"][arm]["randomized"]
    ]
    return (
        f"Nobody has been randomized to {' or '.join(empty)} by the cutoff, so there is nothing to"
        " compare."
    )


def _shares(found: Mapping[str, Any], results: Mapping[str, Any], behind: Behind) -> Markup:
    parts = []
    for arm, about in results["arms"].items():
        share = found["arms"][arm]
        inside = of_arm(found, arm, results)
        reached = {name: why for name, why in inside.items() if found["subjects"][name]["value"]}
        count = behind.number(
            share["events"], f"{found['label']}, reached: {about['label']}", reached
        )
        parts.append(
            Markup('<b class="{}">{}</b>: {} of {} ({})').format(
                about["role"], about["label"], count, share["n"], percent(share["estimate"])
            )
        )
    return Markup("{}, the one primary endpoint, was reached as follows. {}.").format(
        found["label"], Markup("; ").join(parts)
    )


def _difference(found: Mapping[str, Any], results: Mapping[str, Any], alpha: float) -> Markup:
    test = found["primary_test"]
    low, high = found["interval"]
    p = found["tests"][test]
    words = Markup(
        "The difference is <strong>{} percentage points</strong> ({} interval {}); "
        "{}, two-sided: <strong>{}</strong>. {}"
    ).format(
        points(found["difference"]),
        confidence(results),
        points_span(found["interval"]),
        TESTS[test],
        p_equals(p),
        _verdict(p, alpha, found),
    )
    return words + " " + _in_a_hundred(found["difference"], low, high, results)


def _verdict(p: float, alpha: float, found: Mapping[str, Any]) -> str:
    if p > alpha:
        return (
            f"This is above the {alpha:g} declared: the trial does not show that the arms differ, "
            "and it does not show that they are alike."
        )
    better = "more" if found["difference"] > 0 else "fewer"
    return (
        f"This is not above the {alpha:g} declared: {better} participants of the experimental arm"
        " reached the endpoint than chance explains."
    )


def _in_a_hundred(difference: float, low: float, high: float, results: Mapping[str, Any]) -> str:
    label = next(
        about["label"] for about in results["arms"].values() if about["role"] == "experimental"
    ).lower()

    def people(share: float) -> str:
        n = round(100 * abs(share))
        return f"{n} {'more' if share >= 0 else 'fewer'}" if n else "no more"

    return (
        f"Of 100 participants, {people(difference)} would reach it with {label}; "
        f"the data agree with anything from {people(low)} to {people(high)}."
    )


def secondary_words(results: Mapping[str, Any]) -> list[str]:
    """The secondary results in one sentence each; all nominal."""
    found = []
    for one in results["endpoints"].values():
        if one["role"] == "primary":
            continue
        if one.get("difference") is not None:
            found.append(
                f"{one['label']}: {points(one['difference'])} percentage points"
                f" ({points_span(one['interval'])})."
            )
        for rules in ("FDA", "OS"):
            if rules in one and one[rules]["hazard_ratio"] is not None:
                effect = one[rules]
                found.append(
                    f"{one['label']}: hazard ratio {ratio(effect['hazard_ratio'])} "
                    f"({span(effect['interval'], ratio)}), {p_equals(effect['p_value'])}."
                )
    return found


def not_shown(results: Mapping[str, Any], by_ctdna: bool) -> list[str]:
    """What a reader may not conclude from the primary result."""
    found = _primary(results)
    said = (
        ["That ctDNA predicts who benefits: everyone who entered is RAS wild type in ctDNA."]
        if by_ctdna
        else []
    )
    said += [
        (
            "That participants live longer, or better: disease control is read from scans, and the"
            " secondary results are nominal."
        ),
        (
            "That the readers were not influenced: treatment was open, and the local team read the"
            " scans."
        ),
    ]
    changes = _direction_changes(found)
    if changes:
        said.append(
            "That the result does not depend on its assumptions: the direction changes under"
            f" {changes}."
        )
    missing = sum(one["why"].startswith("best response NE") for one in found["subjects"].values())
    if missing:
        said.append(
            f"What happened to {plural(missing, 'participant')} without an evaluable response, who"
            " count as failure."
        )
    return said


def _direction_changes(found: Mapping[str, Any]) -> str:
    primary = found["difference"] or 0
    turned = [
        SENSITIVITY[name][0].lower()
        for name, one in found["sensitivity"].items()
        if one["difference"] is not None and one["difference"] * primary < 0
    ]
    return listed(turned) if turned else ""


def range_of_sensitivity(found: Mapping[str, Any]) -> str:
    """From the least to the greatest difference over all sensitivity analyses."""
    values = [
        one["difference"] for one in found["sensitivity"].values() if one["difference"] is not None
    ]
    return (
        f"from {signed(100 * min(values))} to {signed(100 * max(values))} percentage points"
        if values
        else ""
    )
