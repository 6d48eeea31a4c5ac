"""How long until each event, by arm and rule set? All nominal but the primary analysis."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.analysis.results.endpoints import TimeAnalysis, TimeComparison, TimeToEventEndpoint
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import NONE, confidence, p_value, ratio, span
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import time_notes
from equipoise.report.trial.primary import is_primary
from equipoise.report.trial.words import median_words, with_rules


def time_table(
    results: Results, endpoints: Sequence[TimeToEventEndpoint], drill_down: DrillDown
) -> Table:
    """Events, medians and hazard ratio of every time-to-event endpoint under each rule set."""
    rows: list[list[Cell]] = []
    for endpoint in endpoints:
        for rules, rule_set in endpoint.rules.items():
            title = with_rules(endpoint.label, rules)
            cells = [_time_cell(rule_set, arm, title, results, drill_down) for arm in results.arms]
            effect, p = _effect_cells(rule_set.comparison)
            mark = ", primary" if is_primary(endpoint, rules) else ""
            rows.append([title, *cells, effect, p + mark])
    sure = confidence(results.confidence)
    head: list[Cell] = [
        "",
        *(about.label for about in results.arms.values()),
        f"Hazard ratio ({sure})",
        "p" if any(e.role == "primary" for e in endpoints) else "p (nominal)",
    ]
    note = (
        f"Events / n, median in months ({sure} interval). Hazard ratio by Cox regression (Efron),"
        " experimental over control; under 1 favors the experimental arm."
    )
    return Table(head, rows, note=note, stack=True)


def _time_cell(
    rule_set: TimeAnalysis, arm: str, title: str, results: Results, drill_down: DrillDown
) -> Markup:
    counts, median = rule_set.comparison.arms[arm], rule_set.comparison.medians[arm]
    shown = f"{counts.events} / {counts.n}, {median_words(median, counts.n)}"
    notes = time_notes(rule_set, arm, results)
    return drill_down.number(shown, f"{title}: {results.arms[arm].label}", notes)


def _effect_cells(comparison: TimeComparison) -> tuple[str, str]:
    """Hazard ratio with its interval, and p."""
    if comparison.note == "descriptive":  # responders are no randomized groups
        return "not compared", NONE
    effect = (
        f"{ratio(comparison.hazard_ratio)} ({span(comparison.interval, ratio)})"
        if comparison.interval
        else "not estimable"
    )
    tested = f", {comparison.test}" if comparison.test else ""
    return effect, p_value(comparison.p_value) + tested
