"""How long until each event, by arm and rule set? All nominal but the primary analysis."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.analysis.results.endpoints import TimeAnalysis, TimeComparison, TimeToEventEndpoint
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import (
    NONE,
    confidence,
    months,
    p_equals,
    p_value,
    percent,
    proportion_span,
    ratio,
    signed,
    span,
)
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import time_notes
from equipoise.report.trial.primary import is_primary
from equipoise.report.trial.words import median_words, with_rules
from equipoise.terms.dates import DAYS_PER_MONTH

DESCRIPTIVE = "descriptive"
"""The note of times that are compared with nothing."""


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
    stratified = any(
        its.comparison.stratified for endpoint in endpoints for its in endpoint.rules.values()
    )
    by = ", stratified as randomized" if stratified else ""
    note = (
        f"Events / n, median in months ({sure} interval). Hazard ratio by Cox regression"
        f" (Efron{by}), experimental over control; under 1 favors the experimental arm."
    )
    return Table(head, rows, note=note, stack=True)


def landmark_table(results: Results, endpoints: Sequence[TimeToEventEndpoint]) -> Table | None:
    """What the curves say at the landmarks, the restricted means, and whether hazards stay
    proportional; None where nothing is compared.
    """
    rows: list[list[Cell]] = []
    for endpoint in endpoints:
        for rules, rule_set in endpoint.rules.items():
            if rule_set.comparison.note != DESCRIPTIVE:
                rows.append([with_rules(endpoint.label, rules)])
                rows += _landmark_rows(results, rule_set.comparison)
    if not rows:
        return None
    sure = confidence(results.confidence)
    head: list[Cell] = ["", *(about.label for about in results.arms.values()), "Difference"]
    note = (
        f"Kaplan-Meier share with {sure} interval (log-log); – where a curve says nothing any more."
        " Restricted mean: months event-free up to the last day that both arms reach, with normal"
        " intervals. Proportional hazards: score test of Grambsch and Therneau; a small p speaks"
        " against one hazard ratio for all times. All nominal."
    )
    return Table(head, rows, note=note, stack=True)


def _landmark_rows(results: Results, told: TimeComparison) -> list[list[Cell]]:
    marks = {round(each.days / DAYS_PER_MONTH) for its in told.landmarks.values() for each in its}
    rows: list[list[Cell]] = [
        [f"  at {month} months", *(_landmark_cell(told, arm, month) for arm in results.arms), ""]
        for month in sorted(marks)
    ]
    if mean := told.restricted_mean:
        cells = [
            f"{months(mean.means[arm])} ({span(mean.intervals[arm], months)})"
            for arm in results.arms
        ]
        gap = NONE
        if mean.difference is not None:
            bounds = span(mean.interval, _signed_months)
            gap = f"{_signed_months(mean.difference)} ({bounds}), {p_equals(mean.p_value)}"
        rows.append([f"  restricted mean, {months(mean.tau)} months", *cells, gap])
    if told.hazard_ratio is not None:
        empty = [""] * len(results.arms)
        rows.append(["  proportional hazards", *empty, p_equals(told.proportional)])
    return rows


def _landmark_cell(told: TimeComparison, arm: str, month: int) -> Cell:
    for each in told.landmarks[arm]:
        if round(each.days / DAYS_PER_MONTH) == month and each.survival is not None:
            return f"{percent(each.survival)} ({proportion_span(each.interval)})"
    return NONE


def _signed_months(days: float) -> str:
    return signed(days / DAYS_PER_MONTH)


def _time_cell(
    rule_set: TimeAnalysis, arm: str, title: str, results: Results, drill_down: DrillDown
) -> Markup:
    counts, median = rule_set.comparison.arms[arm], rule_set.comparison.medians[arm]
    shown = f"{counts.events} / {counts.n}, {median_words(median, counts.n)}"
    notes = time_notes(rule_set, arm, results)
    return drill_down.number(shown, f"{title}: {results.arms[arm].label}", notes)


def _effect_cells(comparison: TimeComparison) -> tuple[str, str]:
    """Hazard ratio with its interval, and p."""
    if comparison.note == DESCRIPTIVE:  # responders are no randomized groups
        return "not compared", NONE
    effect = (
        f"{ratio(comparison.hazard_ratio)} ({span(comparison.interval, ratio)})"
        if comparison.interval
        else "not estimable"
    )
    tested = f", {comparison.test}" if comparison.test else ""
    return effect, p_value(comparison.p_value) + tested
