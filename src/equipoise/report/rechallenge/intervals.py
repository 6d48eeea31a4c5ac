"""What does the time without the drug change? Figures and table over the intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equipoise.planning.rechallenge.figures import UNSELECTED, Expected, Outcome, Point, Rechallenge
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import first_up
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Cell, Table
from equipoise.report.rechallenge.words import (
    EVERY,
    PERCENT_TICKS,
    difference_words,
    every_clone,
    limit_words,
    percent_tick,
    pfs_cells,
    range_words,
    with_error,
)


def by_interval(answer: Rechallenge) -> tuple[str | Table | Figure, ...]:
    """What an interval without the drug gains."""
    limit = limit_words(answer.declared_limit)
    band = f"Bands: half-lives from {answer.half_lives[0]:g} to {answer.half_lives[-1]:g} months."
    return (
        (
            f"Half-life {answer.half_life:g} months unless said otherwise. All start from the"
            f" distribution for which the fitted model holds after {answer.reference_interval:g}"
            " months, whatever the half-life; so the bands meet there."
        ),
        _course_figure(
            answer,
            "Disease control, %",
            PERCENT_TICKS,
            lambda o: o.disease_control,
            f"Disease control (RECIST 1.1) by drug-free interval. Tests at a limit of {limit}."
            f" {band}",
            percent_tick,
        ),
        _course_figure(
            answer,
            "Mean PFS within 12 months, months",
            (0.0, 2.0, 4.0, 6.0, 8.0),
            lambda o: o.pfs_mean,
            f"Progression-free survival, its mean over the first 12 months. {band} The median, in"
            " the table below, moves from scan to scan and jumps.",
        ),
        _course_table(answer),
    )


def _course_figure(
    answer: Rechallenge,
    title: str,
    ticks: Sequence[float],
    which: Callable[[Outcome], Expected],
    caption: str,
    words: Callable[[float], str] = "{:g}".format,
) -> Figure:
    bound = every_clone(answer)
    flat = which(answer.control).value
    lines = (
        _course_line(answer, "cetuximab, no test", UNSELECTED, None, which),
        Line("control arm, without cetuximab", answer.intervals, [flat] * len(answer.intervals)),
        _course_line(
            answer,
            f"cetuximab, {answer.assays[0].label}",
            answer.assays[0].id,
            answer.declared_limit,
            which,
        ),
        _course_line(answer, f"cetuximab, {bound.label}", bound.id, answer.declared_limit, which),
    )
    months = tuple(float(m) for m in answer.intervals if m % EVERY == 0)
    chart = LineChart(
        f"{title}, by months without the drug",
        "Months without the drug before randomization",
        title,
        months,
        ticks,
        lines,
        words,
        simulated=True,
    )
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _course_line(
    answer: Rechallenge,
    label: str,
    assay: str,
    limit: float | None,
    which: Callable[[Outcome], Expected],
) -> Line:
    courses = [answer.course(assay, limit, half_life) for half_life in answer.half_lives]
    values = [[which(point.experimental).value for point in course] for course in courses]
    middle = answer.half_lives.index(answer.half_life)
    low, high = ([bound(at) for at in zip(*values, strict=True)] for bound in (min, max))
    return Line(label, answer.intervals, values[middle], low, high)


def _course_table(answer: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    bound = every_clone(answer)
    groups = (
        ("No test", UNSELECTED, None),
        *((assay.label, assay.id, answer.declared_limit) for assay in (answer.assays[0], bound)),
    )
    for label, assay, limit in groups:
        rows.append([label if limit is None else f"{first_up(label)}, limit {limit_words(limit)}"])
        rows += [
            [
                f"{m:g}",
                *_effect(answer.at(m, assay, limit), answer),
                *pfs_cells(answer.at(m, assay, limit).experimental),
            ]
            for m in answer.intervals
            if m % EVERY == 0
        ]
    control = answer.control
    note = (
        f"Control arm: disease control {with_error(control.disease_control, 100, 1)} %, mean PFS "
        f"{with_error(control.pfs_mean, 1, 2)}, median {with_error(control.pfs_median, 1, 2)} "
        "months. ± is the Monte-Carlo standard error. Range: the difference "
        f"over half-lives of {answer.half_lives[0]:g} to {answer.half_lives[-1]:g} months."
    )
    head = [
        "Months without",
        "Disease control, %",
        "Difference, points",
        "Range",
        "Mean PFS, months",
        "Median PFS, months",
    ]
    return Table(head, rows, note=note, stack=True)


def _effect(point: Point, answer: Rechallenge) -> list[Cell]:
    """Disease control, difference and range."""
    return [
        with_error(point.experimental.disease_control, 100, 1),
        difference_words(point),
        range_words(answer, point.interval, point.assay, point.limit),
    ]
