"""What was the best response of each participant, by each reading, and do the readings agree?"""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.endpoints import BinaryEndpoint, Contrast, TippingPoint
from equipoise.analysis.results.responses import BestResponses, Category
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import (
    NONE,
    confidence,
    months,
    p_value,
    percent,
    points,
    points_span,
)
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import arm_of
from equipoise.report.trial.words import TESTS

CATEGORIES: Mapping[Category, str] = {
    "CR": "Complete response (CR)",
    "PR": "Partial response (PR)",
    "SD": "Stable disease (SD)",
    "NON-CR/NON-PD": "Non-CR/non-PD",
    "PD": "Progressive disease (PD)",
    "NE": "Not evaluable (NE)",
    "MISSING": "No scan after baseline",
}
_MAY_BE_LEFT_OUT = ("NON-CR/NON-PD",)
"""Only of participants without a target lesion."""


def best_response_table(results: Results, drill_down: DrillDown) -> Table:
    """How many of each arm by category, by the reading that counts, with differences."""
    best = results.best_responses[0]
    rows: list[list[Cell]] = [
        [
            CATEGORIES[category],
            *_counts(best, category, results, drill_down),
            _gap_words(contrast),
        ]
        for category, contrast in _shown(best)
    ]
    head: list[Cell] = [
        "Best overall response",
        *(about.label for about in results.arms.values()),
        f"Difference ({confidence(results.confidence)} interval)",
    ]
    note = f"{_how(best)}. Differences in percentage points (Miettinen-Nurminen), nominal."
    return Table(head, rows, note=note, stack=True)


def _shown(best: BestResponses) -> list[tuple[Category, Contrast]]:
    return [
        (category, contrast)
        for category, contrast in best.categories.items()
        if category not in _MAY_BE_LEFT_OUT or any(arm.events for arm in contrast.arms.values())
    ]


def _how(best: BestResponses) -> str:
    reading = "as read" if best.reading == "read" else "derived from the lesions"
    return f"Responses {reading}, {'confirmed' if best.confirmed else 'unconfirmed'}"


def _counts(
    best: BestResponses, category: Category, results: Results, drill_down: DrillDown
) -> list[Cell]:
    arms = arm_of(results)
    cells: list[Cell] = []
    for arm, about in results.arms.items():
        inside = {
            name: its.why
            for name, its in best.subjects.items()
            if its.value == category and arms[name] == arm
        }
        n = best.categories[category].arms[arm].n
        shown = f"{len(inside)} ({percent(len(inside) / n, 0)})" if n else "0"
        title = f"{_how(best)}: {CATEGORIES[category]}, {about.label}"
        cells.append(drill_down.number(shown, title, inside))
    return cells


def _gap_words(contrast: Contrast) -> str:
    if contrast.difference is None:
        return NONE
    return f"{points(contrast.difference)} ({points_span(contrast.interval)})"


def four_ways_table(results: Results, drill_down: DrillDown) -> Table:
    """Best overall response by each reading, unconfirmed and confirmed."""
    ways = sorted(results.best_responses, key=lambda each: (each.reading != "read", each.confirmed))
    over: list[tuple[Cell, int]] = [("", 1)]
    head: list[Cell] = ["Category"]
    for best in ways:
        over.append((_how(best).removeprefix("Responses "), len(results.arms)))
        head += [about.label for about in results.arms.values()]
    rows: list[list[Cell]] = [
        [
            str(CATEGORIES[category]),
            *(cell for best in ways for cell in _counts(best, category, results, drill_down)),
        ]
        for category, _ in _shown(ways[0])
    ]
    return Table(head, rows, over=over, note="All randomized; number (percent).")


def to_response_table(results: Results, drill_down: DrillDown) -> Table:
    """Months to the first response of those who responded."""
    rows: list[list[Cell]] = []
    for arm, about in results.arms.items():
        told = results.to_response[arm]
        notes = {name: f"day {day}" for name, day in told.subjects.items()}
        span = f"{months(told.first)} to {months(told.last)}" if told.n else NONE
        shown = drill_down.number(told.n, f"Responded: {about.label}", notes)
        rows.append([about.label, shown, months(told.median) if told.n else NONE, span])
    note = "Of those who responded, who are no randomized groups: nothing is compared."
    return Table(["", "Responded", "Median, months", "Range"], rows, note=note, stack=True)


def concordance_table(results: Results) -> Table | None:
    """The reader's answer about each scan, and that of the lesions; None where there is none."""
    told = results.concordance
    if not told.n:
        return None
    rows: list[list[Cell]] = [
        [read, *(str(count) for count in derived.values())] for read, derived in told.scans.items()
    ]
    kappa = "" if told.kappa is None else f"; kappa {told.kappa:.2f} (Cohen)"
    note = f"{told.agree} of {told.n} scans agree ({percent(told.agree / told.n)}){kappa}."
    over: list[tuple[Cell, int]] = [("", 1), ("From the lesions", len(told.scans))]
    return Table(["As read", *told.scans], rows, over=over, note=note)


# ------------------------------------------------------------------ missing


def tipping_table(results: Results, endpoint: BinaryEndpoint) -> Table | None:
    """The comparison for every number of the missing who may have reached it; None where nobody is
    missing or none is declared.
    """
    if not endpoint.tipping:
        return None
    rows: list[list[Cell]] = [
        [
            *(f"{each.reached[arm]} of {len(endpoint.missing[arm])}" for arm in results.arms),
            points(each.difference),
            points_span(each.interval),
            p_value(each.p_value),
        ]
        for each in endpoint.tipping
    ]
    head: list[Cell] = [
        *(f"Reached of the missing: {about.label}" for about in results.arms.values()),
        "Difference",
        f"{confidence(results.confidence)} interval",
        f"p ({TESTS[endpoint.primary_test]})" if endpoint.primary_test else "p",
    ]
    return Table(head, rows, note=_tips(results, endpoint), stack=True)


def _tips(results: Results, endpoint: BinaryEndpoint) -> str:
    """Does any of them turn what the primary test says?"""
    level = results.level if endpoint.role == "primary" else 1 - results.confidence
    first = endpoint.tipping[0].p_value

    def shows(point: TippingPoint) -> bool:
        return level is not None and point.p_value is not None and point.p_value <= level

    if level is None or first is None:
        return "Percentage points (Miettinen-Nurminen)."
    turned = sum(shows(each) != shows(endpoint.tipping[0]) for each in endpoint.tipping)
    told = (
        f"{turned} of {len(endpoint.tipping)} change what the test says at the level {level:g}"
        if turned
        else f"None of them changes what the test says at the level {level:g}"
    )
    return f"Percentage points (Miettinen-Nurminen). {told}."
