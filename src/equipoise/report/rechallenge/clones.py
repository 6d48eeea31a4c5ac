"""How fast do resistant clones fade, and what does a patient's own resistant fraction do?"""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.planning.rechallenge.decay import (
    course_by_exponential,
    course_by_odds,
    months_below_limit,
)
from equipoise.planning.rechallenge.figures import Rechallenge
from equipoise.report.kit.charts import Line, LineChart, draw_lines
from equipoise.report.kit.formats import at_decimal_point, percent
from equipoise.report.kit.page import Figure, draw_twice
from equipoise.report.kit.table import Cell, Table
from equipoise.report.rechallenge.words import (
    EVERY,
    PERCENT_TICKS,
    limit_words,
    percent_tick,
    pfs_cells,
    share_words,
    with_error,
)

_FROM = 0.9
"""The clone that the figure of decay starts from: large enough for odds and exponential to part."""
_CLONES, _PLASMA = (0.05, 0.5, 0.9), (0.01, 0.06, 0.3)


def by_clone(answer: Rechallenge) -> tuple[str | Table | Figure, ...]:
    """How the resistant clone declines without the drug."""
    months = [float(month) for month in answer.intervals]
    lines = [
        Line(
            f"half-life {h:g} months, by the odds",
            months,
            course_by_odds(_FROM, months, h),
        )
        for h in answer.half_lives[:3]
    ]
    by_exponential = course_by_exponential(_FROM, months, answer.half_life)
    lines.append(
        Line(f"half-life {answer.half_life:g} months, by the exponential", months, by_exponential)
    )
    title = "Resistant cells, % of the tumor"
    chart = LineChart(
        f"{title}, by months without the drug",
        "Months without the drug",
        title,
        tuple(m for m in months if m % EVERY == 0),
        PERCENT_TICKS,
        lines,
        percent_tick,
        simulated=True,
    )
    return (
        (
            "Log odds fall by ln 2 in each half-life. The exponential that is usually published is"
            " the same for small fractions and much too hopeful for large ones."
        ),
        draw_twice(
            lambda width: draw_lines(chart, width),
            f"A clone that makes up {percent(_FROM, 0)} of the tumor at first.",
        ),
        _below_table(answer),
    )


def _below_table(answer: Rechallenge) -> Table:
    rows: list[list[Cell]] = []
    for plasma in _PLASMA:
        rows.append([f"tumor fraction in plasma {percent(plasma, 0)}"])
        for start in _CLONES:
            months = [
                months_below_limit(start, plasma, at, answer.half_lives) for at in answer.limits
            ]
            rows.append([f"from {percent(start, 0)} resistant", *(_span(each) for each in months)])
    head = ["Clone", *(f"limit {limit_words(at)}" for at in answer.limits)]
    note = (
        "Months without the drug until the variant is below the limit, over half-lives of"
        f" {answer.half_lives[0]:g} to {answer.half_lives[-1]:g} months; 0: never above it."
        " Chemotherapy lowers the tumor fraction too, and hides the clone without shrinking it."
    )
    return Table(head, rows, note=note, stack=True)


def _span(months: Sequence[float]) -> str:
    return "0" if max(months) == 0 else f"{min(months):.1f} to {max(months):.1f}"


def by_fraction(answer: Rechallenge) -> tuple[str | Table | Figure, ...]:
    """What is expected at each resistant fraction."""
    shares = at_decimal_point([share_words(fraction) for fraction, _ in answer.at_fraction])
    rows = [
        [share, with_error(outcome.disease_control, 100, 1), *pfs_cells(outcome)]
        for share, (_, outcome) in zip(shares, answer.at_fraction, strict=True)
    ]
    head = [
        "Resistant cells at randomization",
        "Disease control, %",
        "Mean PFS, months",
        "Median PFS, months",
    ]
    return (
        (
            "The two-clone tumor on the experimental arm, with no assumption about intervals or"
            " assays. Small clones cost PFS long before they cost disease control, which the first"
            " scans decide."
        ),
        Table(head, rows, stack=True),
    )
