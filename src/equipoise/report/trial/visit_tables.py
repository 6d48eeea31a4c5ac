"""Did the visits take place, when they should and whole? Counts that lead to the participants."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.trial import Results
from equipoise.analysis.results.visits import VisitRow, VisitsOfArm
from equipoise.report.kit.drill_down import DrillDown, subject_link
from equipoise.report.kit.formats import day_words
from equipoise.report.kit.table import Cell, Table

COLUMNS = (
    ("In window", "done"),
    ("Outside it", "outside"),
    ("Partly", "partly"),
    ("Due", "due"),
    ("Overdue", "overdue"),
    ("Missed", "missed"),
)
"""Head of a column, and its field in the results."""
NOTE = (
    "Counted are visits, by the schedule and not by what was entered. Partly: some form of the"
    " visit is not there. Due: the window is open. Overdue: it has closed, and the visit can still"
    " be made up or entered. Missed: it has closed for good. A visit whose window was open at"
    " death, withdrawal or whatever else ended it was not expected."
)


def visit_table(results: Results, drill_down: DrillDown) -> Table | None:
    """Each visit of the schedule by arm; None while none was expected."""
    rows: list[list[Cell]] = []
    for row in results.visits.schedule.values():
        if any(_all_of(arm) for arm in row.arms.values()):
            rows.append([row.label])
            rows += [
                _arm_row(row, arm, about.label, drill_down) for arm, about in results.arms.items()
            ]
    head = ["Visit", "Expected", *(title for title, _ in COLUMNS)]
    return Table(head, rows, note=NOTE, stack=True) if rows else None


def _arm_row(row: VisitRow, arm: str, label: str, drill_down: DrillDown) -> list[Cell]:
    visits = row.arms[arm]

    def cell(title: str, told: Mapping[str, tuple[str, ...]]) -> Cell:
        count = sum(map(len, told.values()))
        notes = {name: ", ".join(recorded) for name, recorded in told.items()}
        return drill_down.number(count, f"{row.label}, {title.lower()}: {label}", notes)

    parts = [cell(title, getattr(visits, field)) for title, field in COLUMNS]
    return [f"  {label}", cell("Expected", _all_of(visits)), *parts]


def _all_of(visits: VisitsOfArm) -> dict[str, tuple[str, ...]]:
    """Every expected visit of one arm, by participant; shorter names have lower numbers."""
    every: dict[str, list[str]] = {}
    for _, field in COLUMNS:
        for name, recorded in getattr(visits, field).items():
            every.setdefault(name, []).extend(recorded)
    return {
        name: tuple(sorted(recorded, key=lambda visit: (len(visit), visit)))
        for name, recorded in sorted(every.items())
    }


def overdue_table(results: Results) -> Table | None:
    """Who is overdue at the cutoff, longest first; None when nobody is."""
    rows: list[list[Cell]] = [
        [subject_link(late.subject), late.visit, day_words(late.closed), str(late.days)]
        for late in results.visits.overdue
    ]
    return Table(["Participant", "Visit", "Window closed", "Days since"], rows) if rows else None
