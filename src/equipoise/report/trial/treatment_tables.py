"""What was given, how much of what was planned, and what came after?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from statistics import median

from equipoise.analysis.results.treatment import ExposureOfArm
from equipoise.analysis.results.trial import Results
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import NONE, first_up, percent
from equipoise.report.kit.table import Cell, Table


def exposure_table(results: Results, drill_down: DrillDown) -> Table | None:
    """Cycles, weeks, dose intensity, delays and reductions by arm as treated; None where nobody
    was.
    """
    told = results.exposure
    if not any(arm.days for arm in told.values()):
        return None
    drugs = sorted({drug for arm in told.values() for drug in arm.drugs})
    reasons = sorted({reason for arm in told.values() for reason in arm.reasons})

    count, measure = partial(_count_row, results, drill_down), partial(_row, results, drill_down)
    rows: list[list[Cell]] = [
        measure("Cycles begun", "{:.0f}", lambda arm: arm.cycles),
        measure("Days with a dose", "{:.0f}", lambda arm: arm.days),
        measure("Weeks from first to last dose", "{:.1f}", lambda arm: arm.weeks),
        count("A dose delayed", lambda arm: arm.delayed),
        count("A dose reduced", lambda arm: arm.reduced),
    ]
    if reasons:
        rows.append(["Reason of a delay or reduction, as recorded"])
        rows += [count(f"  {reason}", partial(_with_reason, reason)) for reason in reasons]
    rows.append(["Relative dose intensity, percent"])
    rows += [
        measure(f"  {drug.capitalize()}", "{:.0f}", partial(_intensity, drug)) for drug in drugs
    ]
    note = (
        "Median (lowest to highest), or number (percent) of those treated. Intensity: dose given by"
        " the time it took, against dose planned by its cycles; of those who received the drug."
    )
    return Table(_head(results), rows, note=note, stack=True)


def _head(results: Results) -> list[Cell]:
    return [
        "",
        *(
            f"{about.label} (n = {len(results.exposure[arm].days)})"
            for arm, about in results.arms.items()
        ),
    ]


def _with_reason(reason: str, arm: ExposureOfArm) -> Sequence[str]:
    return arm.reasons.get(reason, ())


def _intensity(drug: str, arm: ExposureOfArm) -> Mapping[str, float]:
    return {
        name: 100 * given.intensity
        for name, given in arm.drugs.get(drug, {}).items()
        if given.intensity is not None
    }


def _row(
    results: Results,
    drill_down: DrillDown,
    title: str,
    form: str,
    values_of: Callable[[ExposureOfArm], Mapping[str, float]],
) -> list[Cell]:
    """A measure with its range, by arm, and everybody's value behind it."""
    cells: list[Cell] = [title]
    for arm, about in results.arms.items():
        values = values_of(results.exposure[arm])
        shown = {name: form.format(value) for name, value in values.items()}
        label = f"{title.strip()}: {about.label}"
        cells.append(drill_down.number(_range(form, values.values()), label, shown))
    return cells


def _count_row(
    results: Results,
    drill_down: DrillDown,
    title: str,
    names_of: Callable[[ExposureOfArm], Sequence[str]],
) -> list[Cell]:
    """How many of those treated, by arm."""
    cells: list[Cell] = [title]
    for arm, about in results.arms.items():
        told = results.exposure[arm]
        names = names_of(told)
        label = f"{title.strip()}: {about.label}"
        cells.append(drill_down.number(_share(len(names), len(told.days)), label, names))
    return cells


def _range(form: str, values: Iterable[float]) -> str:
    every = list(values)
    if not every:
        return NONE
    low, middle, high = (form.format(each) for each in (min(every), median(every), max(every)))
    return f"{middle} ({low} to {high})"


def _share(count: int, n: int) -> str:
    return f"{count} ({percent(count / n, 0)})" if n else "0"


def _therapy(kind: str) -> str:
    return "Anti-EGFR" if kind == "ANTI-EGFR" else first_up(kind.lower())


def therapy_after_table(results: Results, drill_down: DrillDown) -> Table:
    """Anticancer therapy after study treatment, of all randomized."""
    told = results.therapy_after
    kinds = sorted({kind for arm in told.values() for kind in arm.kinds})
    n = {arm: len(results.flow.arms[arm].randomized) for arm in results.arms}
    rows: list[list[Cell]] = []
    for title, kind in (("Any", ""), *((_therapy(kind), kind) for kind in kinds)):
        row: list[Cell] = [title if not kind else f"  {title}"]
        for arm, about in results.arms.items():
            names = told[arm].kinds.get(kind, ()) if kind else told[arm].any
            label = f"Therapy after study treatment, {title.lower()}: {about.label}"
            row.append(drill_down.number(_share(len(names), n[arm]), label, names))
        rows.append(row)
    head = ["", *(f"{about.label} (n = {n[arm]})" for arm, about in results.arms.items())]
    return Table(head, rows, note="Number (percent) of all randomized.", stack=True)
