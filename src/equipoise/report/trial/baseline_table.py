"""Who were they at randomization? No tests: differences at baseline are chance (CONSORT 2025 item
23).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median

from markupsafe import Markup

from equipoise.analysis.results.participants import Baseline
from equipoise.analysis.results.trial import Results
from equipoise.protocol.model import Protocol
from equipoise.report.kit.drill_down import DrillDown
from equipoise.report.kit.formats import NONE, percent
from equipoise.report.kit.table import Cell, Table
from equipoise.report.trial.arms import and_all, arm_of, belongs

Rows = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A characteristic that is a number: its median and range are shown."""

    title: str
    form: str
    of: Callable[[Baseline], float | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A characteristic that has a few values: how many have each is shown."""

    title: str
    of: Callable[[Baseline], str | None]


CHARACTERISTICS: tuple[Measure | Kind, ...] = (
    Measure("Age, years", "{:.0f}", lambda row: row.age),
    Kind("Sex", lambda row: row.sex and {"M": "male", "F": "female"}.get(row.sex, row.sex)),
    Kind("ECOG performance status", lambda row: row.ecog),
    Measure("Organs with tumor", "{:.0f}", lambda row: row.organs),
    Kind("Tumor in the liver only", lambda row: "yes" if row.liver_only else "no"),
    Measure("Sum of diameters, mm", "{:.0f}", lambda row: row.sum_mm),
    Measure("Anti-EGFR-free interval, months", "{:.1f}", lambda row: row.anti_egfr_free_months),
)


def baseline_table(results: Results, protocol: Protocol, drill_down: DrillDown) -> Table:
    """Every characteristic, then the strata as randomized, by arm and for all."""
    rows: Rows = []
    for characteristic in (*CHARACTERISTICS, *_strata(protocol)):
        if isinstance(characteristic, Measure):
            rows += _measure_rows(characteristic, results, drill_down)
        else:
            rows += _kind_rows(characteristic, results, drill_down)
    return Table(
        _count_head(results, drill_down),
        rows,
        note="Median (lowest to highest), or number (percent).",
    )


def _strata(protocol: Protocol) -> list[Kind]:
    return [
        Kind(
            f"{stratum.label} (stratum as randomized)",
            partial(_level, position),
        )
        for position, stratum in enumerate(protocol.randomization.strata)
    ]


def _level(position: int, row: Baseline) -> str | None:
    return row.stratum[position] if row.stratum else None


def _count_head(results: Results, drill_down: DrillDown) -> list[Cell]:
    arms = arm_of(results)
    head: list[Cell] = [""]
    for arm, label in and_all(results.arms):
        inside = [name for name, of in arms.items() if belongs(of, arm)]
        count = drill_down.number(len(inside), f"Randomized: {label}", inside)
        head.append(Markup("{}<br><small>n = {}</small>").format(label, count))
    return head


def _measure_rows(measure: Measure, results: Results, drill_down: DrillDown) -> Rows:
    """The row of a measure and, where it is not known of somebody, a row that says of whom."""
    row: list[Cell] = [measure.title]
    missing: list[Cell] = [f"{measure.title}: not known"]
    for arm, label in and_all(results.arms):
        values = {n: measure.of(b) for n, b in results.baseline.items() if belongs(b.arm, arm)}
        measured = {n: float(value) for n, value in values.items() if value is not None}
        shown = {n: measure.form.format(value) for n, value in measured.items()}
        row.append(drill_down.number(_range(measure, measured), f"{measure.title}: {label}", shown))
        lost = [n for n in values if n not in measured]
        missing.append(drill_down.number(len(lost), f"{measure.title}: not known, {label}", lost))
    return [row] if missing[-1] == "0" else [row, ["  not known", *missing[1:]]]


def _range(measure: Measure, measured: Mapping[str, float]) -> str:
    if not measured:
        return NONE
    middle, low, high = (
        measure.form.format(figure(measured.values())) for figure in (median, min, max)
    )
    return f"{middle} ({low} to {high})"


def _kind_rows(kind: Kind, results: Results, drill_down: DrillDown) -> Rows:
    values = {name: kind.of(row) for name, row in results.baseline.items()}
    levels = sorted({value for value in values.values() if value})
    unknown = [None] if None in values.values() else []
    return [
        [kind.title],
        *(_level_row(kind, level, values, results, drill_down) for level in [*levels, *unknown]),
    ]


def _level_row(
    kind: Kind,
    level: str | None,
    values: Mapping[str, str | None],
    results: Results,
    drill_down: DrillDown,
) -> list[Cell]:
    arms, called = arm_of(results), "not known" if level is None else level
    row: list[Cell] = [f"  {called}"]
    for arm, label in and_all(results.arms):
        inside = [name for name in values if belongs(arms[name], arm)]
        has = [name for name in inside if values[name] == level]
        shown = f"{len(has)} ({percent(len(has) / len(inside), 0)})" if inside else "0"
        row.append(drill_down.number(shown, f"{kind.title}, {called}: {label}", has))
    return row
