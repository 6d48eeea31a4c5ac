"""How is a figure of re-challenge written?"""

from __future__ import annotations

from math import isnan

from equipoise.planning.rechallenge.figures import Assay, Expected, Outcome, Point, Rechallenge
from equipoise.report.kit.formats import NONE, signed
from equipoise.report.kit.table import Cell

PERCENT_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_TINY = 1e-4
EVERY = 3
"""Months between the rows of a table over intervals."""


def limit_words(value: float) -> str:
    """A limit of detection."""
    return f"{100 * value:g} %"


def share_words(share: float) -> str:
    """A share of cells; a tiny one as one in so many."""
    if share < _TINY:
        return f"1 in {float(f'{1 / share:.2g}'):,.0f}" if share > 0 else "none"
    return f"{float(f'{100 * share:.2g}'):g} %"


def range_words(answer: Rechallenge, interval: float, assay: str, limit: float | None) -> str:
    """The difference in points, from the least to the greatest over the half-lives."""
    values = [
        100 * point.difference.disease_control.value
        for point in answer.over_half_lives(interval, assay, limit)
    ]
    return f"{signed(min(values))} to {signed(max(values))}"


def difference_words(point: Point) -> str:
    """The difference in points, with its error."""
    difference = point.difference.disease_control
    return f"{signed(100 * difference.value)} ± {100 * difference.error:.1f}"


def pfs_cells(outcome: Outcome) -> list[Cell]:
    """Mean and median PFS, for a table."""
    return [with_error(outcome.pfs_mean, 1, 2), with_error(outcome.pfs_median, 1, 2)]


def with_error(figure: Expected, times: float, digits: int) -> str:
    """A figure with its error; nothing where it is not a number."""
    if isnan(figure.value):
        return NONE
    error = NONE if isnan(figure.error) else f"{times * figure.error:.{digits}f}"
    return f"{times * figure.value:.{digits}f} ± {error}"


def percent_tick(height: float) -> str:
    """A height of 0 to 1 at an axis in percent."""
    return f"{100 * height:.0f}"


def every_clone(answer: Rechallenge) -> Assay:
    """The test that would see every resistant clone."""
    return next(assay for assay in answer.assays if assay.sees == 1)
