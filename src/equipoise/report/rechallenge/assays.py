"""Whom does the test let in, and with what?"""

from __future__ import annotations

from collections.abc import Callable
from math import log10

from equipoise.planning.rechallenge.figures import UNSELECTED, Point, Rechallenge
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import first_up, percent
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Cell, Table
from equipoise.report.rechallenge.words import (
    PERCENT_TICKS,
    difference_words,
    limit_words,
    percent_number,
    percent_tick,
    with_error,
)


def by_assay(answer: Rechallenge) -> tuple[str | Table | Figure, ...]:
    """Whom each assay lets in."""
    here, above = answer.reference_interval, percent(answer.hidden_above[-1], 0)
    return (
        (
            f"After {here:g} months without the drug, at a half-life of {answer.half_life:g}"
            " months. Who is let in with a resistant clone either has too little of its variant"
            " in plasma for the assay, or a clone whose resistance is not among the variants it"
            " looks for."
        ),
        _limit_figure(
            answer,
            "Let in, % of those tested",
            lambda p: p.let_in,
            "Share of those tested in whom the assay sees nothing, and whose sample counts.",
        ),
        _limit_figure(
            answer,
            f"More than {above} resistant cells, % of those let in",
            lambda p: p.hidden[-1],
            f"Of those let in, the share whose tumor holds more than {above} resistant cells all"
            " the same.",
        ),
        (
            "A lower limit helps when the panel looks for what makes clones resistant. With a RAS"
            " panel that sees only a part of them it cannot: at the lowest limit everybody with a"
            " RAS variant is out, those with the least of it and the most to gain too, and those"
            " who remain are as resistant as untested patients."
        ),
        _assay_table(answer),
    )


def _limit_figure(
    answer: Rechallenge, title: str, which: Callable[[Point], float], caption: str
) -> Figure:
    places = tuple(log10(limit) for limit in answer.limits)
    lines = []
    for assay in [assay for assay in answer.assays if assay.tumor_dna == 1][:4]:
        points = [answer.at(answer.reference_interval, assay.id, at) for at in answer.limits]
        shares = [which(point) for point in points]
        dots = tuple(zip(places, shares, strict=True))
        lines.append(Line(assay.label, places, shares, dots=dots))
    chart = LineChart(
        f"{title}, by limit of detection",
        "Limit of detection, % allele fraction in plasma (logarithmic)",
        title,
        places,
        PERCENT_TICKS,
        lines,
        percent_tick,
        lambda x: percent_number(10**x),
        marked=[(log10(answer.declared_limit), "protocol")],
        simulated=True,
    )
    caption += " The dots are computed, and the lines between them are to guide the eye."
    return draw_twice(lambda width: draw_lines(chart, width), caption)


def _assay_table(answer: Rechallenge) -> Table:
    here = answer.reference_interval
    rows: list[list[Cell]] = [_assay_row("no test", answer.at(here, UNSELECTED, None))]
    for assay in answer.assays:
        rows.append([first_up(assay.label)])
        rows += [_assay_row(limit_words(at), answer.at(here, assay.id, at)) for at in answer.limits]
    above = [percent(part, 0) for part in answer.hidden_above]
    head = [
        "Limit of detection",
        "Let in, %",
        *(f"With > {part} resistant, %" for part in above),
        "Missed variant, %",
        "Disease control, %",
        "Difference, points",
    ]
    note = (
        "Percent of those let in, except the first column. Missed variant: a clone above"
        f" {above[0]} that carries a variant on the panel, below the limit. Who is let in is"
        " integrated over 16,384 quasi-random people and has no Monte-Carlo error to speak of."
    )
    return Table(head, rows, note=note, stack=True)


def _assay_row(label: str, point: Point) -> list[Cell]:
    proportions = (point.let_in, *point.hidden, point.below_limit)
    return [
        label,
        *(f"{100 * part:.1f}" for part in proportions),
        with_error(point.experimental.disease_control, 100, 1),
        difference_words(point),
    ]
