"""What do the endpoints show? Tables, forest and curves, in the order of the protocol."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.analyze import Analysis
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    TimeComparison,
    TimeToEventEndpoint,
)
from equipoise.analysis.results.trial import Results
from equipoise.endpoints.catalogue import TimeEndpoint, endpoint_of
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import confidence, first_up, p_equals, ratio, span
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.trial.arms import arm_of, time_notes
from equipoise.report.trial.forest import WHOLE, Forest, draw_forest
from equipoise.report.trial.primary import Primary, is_primary, primary_endpoint
from equipoise.report.trial.proportion_tables import (
    comparison_table,
    proportion_table,
    sensitivity_table,
)
from equipoise.report.trial.response_tables import (
    best_response_table,
    four_ways_table,
    tipping_table,
    to_response_table,
)
from equipoise.report.trial.survival_figure import Curves, draw_survival
from equipoise.report.trial.time_table import landmark_table, time_table
from equipoise.report.trial.words import median_words, with_rules


def efficacy(analysis: Analysis, drill_down: DrillDown) -> dict[str, object]:
    """What the page shows of the primary and the secondary endpoints."""
    results, protocol = analysis.results, analysis.trial.protocol
    primary = primary_endpoint(results)
    endpoints = results.endpoints.values()
    binary = [e for e in endpoints if isinstance(e, BinaryEndpoint) and e is not primary]
    timed = [e for e in endpoints if isinstance(e, TimeToEventEndpoint) and e is not primary]
    return {
        **_primary(results, primary, protocol, drill_down),
        "secondary_binary": [
            {
                "label": endpoint.label,
                "table": proportion_table(results, [endpoint], drill_down),
                "comparison": comparison_table(results, endpoint, drill_down),
            }
            for endpoint in binary
        ],
        "best_response": best_response_table(results, drill_down),
        "four_ways": four_ways_table(results, drill_down),
        "to_response": to_response_table(results, drill_down),
        "follow_up": follow_up_words(results),
        "time_table": time_table(results, timed, drill_down),
        "landmarks": landmark_table(results, timed),
        "survival": [
            curves
            for endpoint in timed
            for curves in _curves(results, endpoint, protocol, drill_down)
        ],
    }


def _primary(
    results: Results, primary: Primary, protocol: Protocol, drill_down: DrillDown
) -> dict[str, object]:
    """Tables, sensitivity analyses and figures of the primary endpoint, by its kind."""
    if isinstance(primary, TimeToEventEndpoint):
        return {
            "primary_tables": [
                time_table(results, [primary], drill_down),
                landmark_table(results, [primary]),
            ],
            "primary_curves": _curves(results, primary, protocol, drill_down),
            "sensitivity": None,
            "tipping": None,
            "forest": None,
        }
    return {
        "primary_tables": [
            proportion_table(results, [primary], drill_down),
            comparison_table(results, primary, drill_down),
        ],
        "primary_curves": [],
        "sensitivity": (
            sensitivity_table(results, primary, drill_down) if primary.sensitivity else None
        ),
        "tipping": tipping_table(results, primary),
        "forest": _forest(results, primary, protocol, drill_down) if primary.by_stratum else None,
    }


def follow_up_words(results: Results) -> str:
    """How long they were followed."""
    told = results.follow_up
    each = [
        f"{about.label} {median_words(told.arms[arm], len(results.flow.arms[arm].randomized))}"
        for arm, about in results.arms.items()
    ]
    every, sure = median_words(told.all, results.flow.randomized), confidence(results.confidence)
    return (
        f"Median follow-up {every} months (reverse Kaplan-Meier, {sure} interval);"
        f" {'; '.join(each)}."
    )


def _curves(
    results: Results, endpoint: TimeToEventEndpoint, protocol: Protocol, drill_down: DrillDown
) -> list[dict[str, object]]:
    return [
        _survival(results, endpoint, name, endpoint_of(name, protocol), drill_down)
        for name in endpoint.rules
    ]


# ------------------------------------------------------------------ forest


def _forest(
    results: Results, endpoint: BinaryEndpoint, protocol: Protocol, drill_down: DrillDown
) -> Figure:
    forest = Forest(
        rows={WHOLE: endpoint.comparison, **endpoint.by_stratum},
        experimental=protocol.experimental,
        control=protocol.control,
        hrefs=_forest_links(results, endpoint, protocol, drill_down),
        simulated=results.simulated,
    )
    caption = (
        f"Difference of the {endpoint.label.lower()} in percentage points with"
        f" {confidence(results.confidence)} intervals (Miettinen-Nurminen), experimental minus"
        " control, beside participants who reached it of those analyzed, experimental v control."
        f" The larger a square, the more participants. {_interaction_words(endpoint)}Descriptive."
    )
    return draw_twice(lambda width: draw_forest(forest, width), caption)


def _interaction_words(endpoint: BinaryEndpoint) -> str:
    """Whether the differences in the levels of a stratum differ."""
    told = [f"{label} {p_equals(p)}" for label, p in endpoint.interaction.items() if p is not None]
    if not told:
        return "Too few for a test of interaction. "
    return f"Test of interaction (Cochran's Q of the differences): {'; '.join(told)}. "


def _forest_links(
    results: Results, endpoint: BinaryEndpoint, protocol: Protocol, drill_down: DrillDown
) -> dict[str, str]:
    """Where each row leads: to the subjects of its level."""
    notes = {
        name: f"{'reached' if reached.value else 'not reached'}: {reached.why}"
        for name, reached in endpoint.subjects.items()
    }
    rows = {WHOLE: (f"{endpoint.label}: all analyzed", notes)}
    for position, stratum in enumerate(protocol.randomization.strata):
        for level in stratum.levels:
            row = f"{stratum.label}: {level}"
            inside = _at_level(results, notes, position, level)
            rows[row] = (f"{endpoint.label}, {row}", inside)
    return {row: drill_down.href(title, inside) for row, (title, inside) in rows.items() if inside}


def _at_level(
    results: Results, notes: Mapping[str, str], position: int, level: str
) -> dict[str, str]:
    return {
        name: notes[name]
        for name, baseline in results.baseline.items()
        if name in notes and baseline.stratum[position] == level
    }


# ------------------------------------------------------------------ curves


def _survival(
    results: Results,
    endpoint: TimeToEventEndpoint,
    name: str,
    measured: TimeEndpoint,
    drill_down: DrillDown,
) -> dict[str, object]:
    rule_set, title = endpoint.rules[name], with_rules(endpoint.label, name)
    if not rule_set.subjects:
        who = "Nobody has responded." if measured.of_responders else "Nobody is randomized."
        return {"title": title, "figure": None, "empty": f"{who} There is no curve."}
    notes = {arm: time_notes(rule_set, arm, results) for arm in results.arms}
    curves = Curves(
        title=title,
        rule_set=rule_set,
        arms=results.arms,
        arm_of=arm_of(results),
        hrefs={
            arm: drill_down.href(f"{title}: {about.label}", notes[arm])
            for arm, about in results.arms.items()
            if notes[arm]
        },
        origin=measured.origin,
        simulated=results.simulated,
        effect=_effect_lines(rule_set.comparison, confidence(results.confidence)),
    )
    sure = confidence(results.confidence)
    caption = _curve_words(
        rule_set.comparison, measured.of_responders, sure, is_primary(endpoint, name)
    )
    return {"title": title, "figure": draw_twice(lambda w: draw_survival(curves, w), caption)}


def _curve_words(comparison: TimeComparison, of_responders: bool, sure: str, primary: bool) -> str:
    shown = (
        f"Kaplan-Meier estimate with pointwise {sure} intervals (log-log, shaded); ticks are"
        " censored participants. Faded where fewer than five remain. "
    )
    if of_responders:
        return (
            shown + "Responders only: they are no randomized groups, so the arms are not compared."
        )
    return shown + _effect_words(comparison, sure, primary)


def _effect_lines(comparison: TimeComparison, sure: str) -> list[str]:
    """The comparison inside the figure."""
    if comparison.hazard_ratio is None:
        return []
    how = "Stratified hazard ratio" if comparison.stratified else "Hazard ratio"
    bounds = span(comparison.interval, ratio)
    return [
        f"{how} {ratio(comparison.hazard_ratio)} ({sure} {bounds})",
        f"{first_up(comparison.test or '')} {p_equals(comparison.p_value)}".strip(),
    ]


def _effect_words(comparison: TimeComparison, sure: str, primary: bool) -> str:
    p, standing = p_equals(comparison.p_value), "" if primary else ", nominal"
    if comparison.hazard_ratio is None:
        why = (
            "an arm is empty"
            if comparison.note == "an arm is empty"
            else "these times do not let it be estimated"
        )
        tested = f" {first_up(comparison.test)} {p}{standing}." if comparison.test else ""
        return f"No hazard ratio: {why}.{tested}"
    return (
        f"{'Stratified hazard' if comparison.stratified else 'Hazard'} ratio"
        f" {ratio(comparison.hazard_ratio)} ({sure} interval"
        f" {span(comparison.interval, ratio)}), {comparison.test} {p}{standing}."
    )
