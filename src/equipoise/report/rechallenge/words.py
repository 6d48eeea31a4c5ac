"""How is a figure of re-challenge written?"""

from __future__ import annotations

from decimal import Decimal
from math import isnan

from equipoise.planning.rechallenge.figures import Assay, Expected, Outcome, Point, Rechallenge
from equipoise.report.kit.formats import NONE, signed
from equipoise.report.kit.table import Cell

PERCENT_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_TINY = 1e-4
EVERY = 3
"""Months between the rows of a table over intervals."""


def percent_number(share: float) -> str:
    """A share in percent, written out: never as a power of ten."""
    return f"{Decimal(f'{100 * share:.6g}'):f}"


def limit_words(value: float) -> str:
    """A limit of detection."""
    return f"{percent_number(value)} %"


def share_words(share: float) -> str:
    """A share of cells; one that leaves hardly any, or takes hardly any out, as one in so many."""
    if share < _TINY:
        return _one_in(share) if share > 0 else "none"
    if share > 1 - _TINY:
        return f"all but {_one_in(1 - share)}" if share < 1 else "all"
    return f"{percent_number(float(f'{share:.2g}'))} %"


def _one_in(share: float) -> str:
    return f"1 in {float(f'{1 / share:.2g}'):,.0f}"


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
