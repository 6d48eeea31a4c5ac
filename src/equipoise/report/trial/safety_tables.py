"""How many had an event of which kind, how far are the arms apart, and how did the laboratory
shift?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from equipoise.analysis.results.endpoints import Gap, KindOfEvent, SafetyEndpoint
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import NONE, percent, points, points_span
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import Arms

_KINDS: Mapping[KindOfEvent, str] = {
    "any": "Any adverse event",
    "severe": "Grade 3 or more",
    "serious": "Serious",
    "related": "Related to treatment, as the site judged",
    "stopped": "Led to stopping a drug",
    "fatal": "Fatal",
}
_WORST = 4
"""The highest grade that a number tells."""


def overview_table(endpoint: SafetyEndpoint, arms: Arms, drill_down: DrillDown) -> Table:
    """Who had any event of a kind, by arm, with differences."""
    rows: list[list[Cell]] = []
    for kind, told in endpoint.kinds.items():
        row: list[Cell] = [_KINDS[kind]]
        for arm, about in arms.items():
            names, n = told.arms[arm], endpoint.n[arm]
            shown = f"{len(names)} ({percent(len(names) / n, 0)})" if n else "0"
            row.append(drill_down.number(shown, f"{_KINDS[kind]}: {about.label}", names))
        rows.append([*row, _gap_words(told.gap)] if len(arms) > 1 else row)
    head: list[Cell] = ["Participants with"]
    head += [f"{about.label} (n = {endpoint.n[arm]})" for arm, about in arms.items()]
    note = "Number (percent) of those treated, by treatment received."
    if len(arms) > 1:
        head.append("Difference")
        note += " Differences in percentage points with intervals (Miettinen-Nurminen), nominal."
    note += " An event whose relation nobody recorded is not among the related ones."
    return Table(head, rows, note=note, stack=True)


def _gap_words(gap: Gap | None) -> str:
    return f"{points(gap.difference)} ({points_span(gap.interval)})" if gap else NONE


def term_gap_table(endpoint: SafetyEndpoint) -> Table:
    """How far the arms are apart in each term, the widest first."""
    ordered = sorted(
        endpoint.gaps.items(),
        key=lambda each: (-abs(each[1].any.difference) if each[1].any else 0.0, each[0]),
    )
    rows: list[list[Cell]] = [
        [term, _gap_words(gaps.any), _gap_words(gaps.severe)] for term, gaps in ordered
    ]
    note = (
        "Experimental minus control in percentage points with intervals (Miettinen-Nurminen). Many"
        " terms are looked at: some differ by chance."
    )
    return Table(["Term", "Any grade", "Grade 3 or more"], rows, note=note, stack=True)


def shift_table(endpoint: SafetyEndpoint, arms: Arms, drill_down: DrillDown) -> Table | None:
    """Of each laboratory term the worst grade on treatment by the one before it; None where no
    value can be graded.
    """
    if not endpoint.shifts:
        return None
    rows: list[list[Cell]] = []
    for term, by_arm in endpoint.shifts.items():
        for arm, about in arms.items():
            grades = by_arm[arm].subjects
            n = Counter(worst for _, worst in grades.values())
            row: list[Cell] = [f"{term}: {about.label}", str(len(grades))]
            for worst in (*range(_WORST + 1), None):
                named = {
                    name: f"before: {_grade(before)}"
                    for name, (before, its) in grades.items()
                    if its == worst
                }
                title = f"{term}, worst {_grade(worst)}: {about.label}"
                row.append(drill_down.number(n[worst], title, named) if n[worst] else "·")
            worse = [
                name
                for name, (before, its) in grades.items()
                if before is not None and its is not None and its > before
            ]
            title = f"{term}, worse than before: {about.label}"
            rows.append([*row, drill_down.number(len(worse), title, worse)])
    head: list[Cell] = ["", "n", *map(str, range(_WORST + 1)), "not told", "worse than before"]
    over: list[tuple[Cell, int]] = [("", 2), ("worst grade on treatment", _WORST + 2), ("", 1)]
    note = (
        f"CTCAE {endpoint.ctcae}, from the numbers alone, each value by its own limits of normal;"
        " of those with a value on treatment. Not told: a value lacks a unit or limit."
    )
    return Table(head, rows, note=note, over=over)


def _grade(grade: int | None) -> str:
    return "grade not told" if grade is None else f"grade {grade}"
