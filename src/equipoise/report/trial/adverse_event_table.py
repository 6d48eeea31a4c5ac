"""Who had which adverse event? By worst grade and treatment received, the most frequent first."""

from __future__ import annotations

from equipoise.analysis.results.endpoints import GRADES, SafetyEndpoint, Term, WorstGrade
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import percent
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import Arms


def adverse_event_table(endpoint: SafetyEndpoint, arms: Arms, drill_down: DrillDown) -> Table:
    """Each term with how many had it at any grade and at each, then who had a serious event."""
    head: list[Cell] = ["Term"]
    over: list[tuple[Cell, int]] = [("", 1)]
    for arm, about in arms.items():
        over.append((f"{about.label} (n = {endpoint.n[arm]}), by worst grade", 6))
        head += ["any", *GRADES]
    terms = sorted(
        endpoint.terms, key=lambda t: (-sum(arm.any for arm in endpoint.terms[t].values()), t)
    )
    rows: list[list[Cell]] = [
        [term, *(cell for arm in arms for cell in _cells(term, arm, endpoint, arms, drill_down))]
        for term in terms
    ]
    rows.append(_serious_row(endpoint, arms, drill_down))
    return Table(head, rows, note="Each participant once per term, at the worst grade.", over=over)


def _cells(
    term: str, arm: str, endpoint: SafetyEndpoint, arms: Arms, drill_down: DrillDown
) -> list[Cell]:
    """How many of one arm had the term, at any grade and at each."""
    counts, label = endpoint.terms[term][arm], arms[arm].label
    graded = {name: grade_words(worst) for name, worst in counts.subjects.items()}
    shown = _of(counts.any, endpoint.n[arm])
    cells: list[Cell] = [drill_down.number(shown, f"{term}: {label}", graded)]
    for grade in GRADES:
        names = _at(int(grade), counts)
        title = f"{term}, grade {grade}: {label}"
        cells.append(drill_down.number(counts.by_grade[grade], title, names) if names else "·")
    return cells


def grade_words(worst: WorstGrade) -> str:
    """The worst grade, or why there is none."""
    return worst.why if worst.value is None else f"worst grade {worst.value}"


def _at(grade: int, counts: Term) -> list[str]:
    return [name for name, worst in counts.subjects.items() if worst.value == grade]


def _of(count: int, n: int) -> str:
    return f"{count} ({percent(count / n, 0)})" if n else "0"


def _serious_row(endpoint: SafetyEndpoint, arms: Arms, drill_down: DrillDown) -> list[Cell]:
    row: list[Cell] = ["Any serious event"]
    for arm, about in arms.items():
        names = endpoint.serious[arm]
        shown = _of(len(names), endpoint.n[arm])
        title = f"Serious adverse event: {about.label}"
        row += [drill_down.number(shown, title, names), *[""] * len(GRADES)]
    return row
