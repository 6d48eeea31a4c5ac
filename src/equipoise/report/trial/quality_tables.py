"""How good are the data? Recruitment, deviations, questions and corrections on one page."""

from __future__ import annotations

from collections import Counter

from equipoise.analysis.results.layout import Names
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import first_up, percent
from equipoise.report.kit.table import Cell, Table


def site_table(results: Results, drill_down: DrillDown) -> Table | None:
    """Each site with whom it screened and what became of its entries; None before the first."""
    if not results.quality:
        return None
    rows: list[list[Cell]] = []
    for site, told in results.quality.items():
        share = percent(told.corrected / told.forms) if told.forms else "–"
        rows.append(
            [
                site,
                drill_down.number(len(told.screened), f"Screened: {site}", told.screened),
                drill_down.number(len(told.randomized), f"Randomized: {site}", told.randomized),
                str(told.forms),
                f"{told.corrected} ({share})",
                str(told.queries),
                str(told.open),
                str(told.missed),
                str(told.overdue),
            ]
        )
    head = [
        "Site", "Screened", "Randomized", "Forms", "Corrected", "Queries", "Open", "Visits missed",
        "Overdue",
    ]  # fmt: skip
    note = "Screened by code: somebody screened again counts twice. Visits of those randomized."
    return Table(head, rows, note=note, stack=True)


def recruitment_table(results: Results) -> Table | None:
    """How many were randomized in each month, and by then."""
    months: Counter[str] = Counter()
    for told in results.quality.values():
        months.update(told.by_month)
    if not months:
        return None
    rows: list[list[Cell]] = []
    by_then = 0
    for month in _every(min(months), max(months)):
        by_then += months[month]
        sites = [str(told.by_month.get(month, "·")) for told in results.quality.values()]
        rows.append([month, *sites, str(months[month]), str(by_then)])
    return Table(["Month", *results.quality, "All", "By then"], rows)


def _every(first: str, last: str) -> list[str]:
    """The months from one to another, as 2021-03."""
    begin, end = (12 * int(each[:4]) + int(each[5:]) - 1 for each in (first, last))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(begin, end + 1)]


def deviation_table(results: Results, drill_down: DrillDown) -> Table | None:
    """Recorded deviations by kind and arm; None where there is none."""
    told = results.deviations
    kinds = sorted({kind for arm in told.values() for kind in arm.kinds})
    if not kinds:
        return None
    asked: dict[str, dict[str, Names]] = {
        **{
            first_up(kind.lower()): {arm: its.kinds.get(kind, ()) for arm, its in told.items()}
            for kind in kinds
        },
        "Important": {arm: its.important for arm, its in told.items()},
        "Left out of the per-protocol population": {a: its.excluding for a, its in told.items()},
        "Not classified yet": {arm: its.unclassified for arm, its in told.items()},
    }
    rows: list[list[Cell]] = []
    for title, by_arm in asked.items():
        row: list[Cell] = [title]
        for arm, about in results.arms.items():
            names = by_arm[arm]
            row.append(drill_down.number(len(names), f"{title}: {about.label}", names))
        rows.append(row)
    head = ["Participants with a deviation", *(about.label for about in results.arms.values())]
    return Table(head, rows, note="Recorded ones; a participant counts once in a row.", stack=True)
