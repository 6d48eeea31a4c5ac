"""How many reached an endpoint, and does that differ? Each number with the subjects behind it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from equipoise.analysis.results.endpoints import BinaryEndpoint, Sensitivity
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import (
    NONE,
    confidence,
    listed,
    p_value,
    percent,
    plural,
    points,
    points_span,
    proportion_span,
    spoken,
)
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import arm_of, reached_notes
from equipoise.report.trial.words import COVARIATES, SENSITIVITY, TESTS


def proportion_table(
    results: Results, endpoints: Sequence[BinaryEndpoint], drill_down: DrillDown
) -> Table:
    """n, events, proportion with its exact interval, by arm and endpoint."""
    several = len(endpoints) > 1
    rows: list[list[Cell]] = []
    for endpoint in endpoints:
        rows += [[endpoint.label]] if several else []
        for arm, about in results.arms.items():
            label = "  " + about.label if several else about.label
            rows.append([label, *_proportion_cells(endpoint, arm, results, drill_down)])
    return Table(
        ["", "n", "Reached", "Share", f"{confidence(results.confidence)} interval"],
        rows,
        note="Intervals by Clopper and Pearson (exact).",
        stack=True,
    )


def _proportion_cells(
    endpoint: BinaryEndpoint, arm: str, results: Results, drill_down: DrillDown
) -> list[Cell]:
    proportion, label = endpoint.comparison.arms[arm], results.arms[arm].label
    inside = reached_notes(endpoint, arm, results)
    reached = {name: why for name, why in inside.items() if endpoint.subjects[name].value}
    counted = f"{endpoint.label}, counted: {label}"
    return [
        drill_down.number(proportion.n, counted, inside),
        drill_down.number(proportion.events, f"{endpoint.label}, reached: {label}", reached),
        drill_down.number(percent(proportion.estimate), counted, inside),
        proportion_span(proportion.interval),
    ]


def comparison_table(results: Results, endpoint: BinaryEndpoint, drill_down: DrillDown) -> Table:
    """The difference and its tests; the declared one first, every other labeled sensitivity or
    nominal.
    """
    comparison = endpoint.comparison
    everyone = {
        name: why
        for arm in results.arms
        for name, why in reached_notes(endpoint, arm, results).items()
    }
    differ = drill_down.number(
        points(comparison.difference), f"{endpoint.label}: everyone compared", everyone
    )
    bounds = f"{confidence(results.confidence)} interval (Miettinen-Nurminen)"
    rows: list[list[Cell]] = [
        ["Difference, experimental minus control, percentage points", differ],
        [bounds, points_span(comparison.interval)],
    ]
    rows += _beside(results, endpoint)
    declared_first = sorted(comparison.tests, key=lambda test: test != endpoint.primary_test)
    for test in declared_first:
        title = Markup("{} <small>{}</small>").format(TESTS[test], _standing(test, endpoint))
        rows.append([title, p_value(comparison.tests[test])])
    return Table(["", endpoint.label], rows, note=comparison.note)


def _beside(results: Results, endpoint: BinaryEndpoint) -> list[list[Cell]]:
    """The difference by stratum in common, and adjusted for what was known at randomization."""
    sure, rows = confidence(results.confidence), []
    if common := endpoint.stratified:
        rows.append(
            [
                Markup("Stratified difference ({} interval) <small>{}</small>").format(
                    sure, "Mantel-Haenszel weights, score interval; sensitivity"
                ),
                f"{points(common.difference)} ({points_span(common.interval)})",
            ]
        )
    if adjusted := endpoint.adjusted:
        named = listed([COVARIATES[each] for each in adjusted.covariates])
        shown = (
            f"{points(adjusted.difference)} ({points_span(adjusted.interval)})"
            if adjusted.interval
            else f"not estimable: {adjusted.note}"
        )
        left = f"; without {plural(len(adjusted.left_out), 'participant')}, not known"
        how = f"G-computation: {named}{left if adjusted.left_out else ''}; sensitivity"
        title = Markup("Adjusted difference ({} interval) <small>{}</small>").format(sure, how)
        rows.append([title, shown])
    return rows


def _standing(test: str, endpoint: BinaryEndpoint) -> str:
    if endpoint.role != "primary":
        return "nominal"
    return "the primary test, two-sided" if test == endpoint.primary_test else "sensitivity"


# ------------------------------------------------------------------ sensitivity


def sensitivity_table(results: Results, endpoint: BinaryEndpoint, drill_down: DrillDown) -> Table:
    """The primary comparison under other assumptions, with the subjects whose value changes."""
    head: list[Cell] = [
        "Sensitivity analysis",
        *(about.label for about in results.arms.values()),
        f"Difference ({confidence(results.confidence)} interval)",
        "p, as the primary test",
        "Differs for",
    ]
    rows = [_sensitivity_row(name, endpoint, results, drill_down) for name in endpoint.sensitivity]
    return Table(
        head, rows, note="Sensitivity only: none of these replaces the primary result.", stack=True
    )


def _sensitivity_row(
    name: str, endpoint: BinaryEndpoint, results: Results, drill_down: DrillDown
) -> list[Cell]:
    analysis = endpoint.sensitivity[name]
    comparison = analysis.comparison
    title, words = SENSITIVITY.get(name, (spoken(name), ""))
    counts = [_reached_cell(analysis, arm, title, results, drill_down) for arm in results.arms]
    p = comparison.tests.get(endpoint.primary_test) if endpoint.primary_test else None
    return [
        Markup("{}<br><small>{}</small>").format(title, words),
        *counts,
        (
            f"{points(comparison.difference)} ({points_span(comparison.interval)})"
            if comparison.interval
            else NONE
        ),
        p_value(p),
        _changed_cell(analysis, endpoint, title, drill_down),
    ]


def _reached_cell(
    analysis: Sensitivity, arm: str, title: str, results: Results, drill_down: DrillDown
) -> Markup:
    arms, proportion = arm_of(results), analysis.comparison.arms[arm]
    inside = {
        name: "yes" if reached else "no"
        for name, reached in analysis.reached.items()
        if arms.get(name) == arm
    }
    shown = f"{proportion.events}/{proportion.n} ({percent(proportion.estimate, 0)})"
    return drill_down.number(shown, f"{title}: {results.arms[arm].label}", inside)


def _changed_cell(
    analysis: Sensitivity, endpoint: BinaryEndpoint, title: str, drill_down: DrillDown
) -> Markup:
    """Who counts differently than in the primary analysis, or does not count here at all."""
    changed = {}
    for name, primary in endpoint.subjects.items():
        here = analysis.reached.get(name)
        if here is None:
            changed[name] = "left out here"
        elif here != primary.value:
            outcome = "reached" if here else "not reached"
            changed[name] = f"{outcome} here; primary: {primary.why}"
    return drill_down.number(
        len(changed), f"{title}: who differs from the primary analysis", changed
    )
