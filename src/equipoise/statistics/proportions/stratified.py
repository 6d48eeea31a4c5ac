"""Do two groups differ in their shares across strata, and by how much in common?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_table
from equipoise.statistics.proportions.intervals import (
    Interval,
    score_bound,
    score_variance,
    two_sided_z,
)

_WHOLE = 1 - 1e-12
"""A difference of 1 in every stratum, weighted: the weights add up to 1 as far as rounding lets
them.
"""


@dataclass(frozen=True, slots=True)
class StratifiedComparison:
    """Cochran-Mantel-Haenszel: chi-square on one degree of freedom, its p-value, and the common
    risk difference.
    """

    chi_square: float
    p: float
    risk_difference: Interval


def cochran_mantel_haenszel(
    tables: Sequence[tuple[int, int, int, int]], correction: bool = False, level: float = 0.95
) -> StratifiedComparison:
    """Association across strata; each table is (events_1, n_1, events_0, n_0).

    Chi-square after Mantel and Haenszel (JNCI 1959), by default without their continuity
    correction; the common risk difference has their weights n1 n0 / N and the variance of Sato
    (Biometrics 1989). Where that variance vanishes, since every stratum has no event or nothing but
    events, the interval is the stratified one of Miettinen and Nurminen (Statistics in Medicine
    1985) with the same weights. A stratum in which one group is empty tells nothing and is left
    out, as the weights would do.
    """
    x_1, n_1, x_0, n_0 = _telling(tables)
    total, events = n_1 + n_0, x_1 + x_0
    variance = float(np.sum(n_1 * n_0 * events * (total - events) / (total**2 * (total - 1))))
    gap = max(abs(float(np.sum(x_1 - events * n_1 / total))) - 0.5 * correction, 0.0)
    chi_square = gap**2 / variance if variance > 0 else 0.0
    return StratifiedComparison(
        chi_square, float(2 * norm.sf(np.sqrt(chi_square))), _common(x_1, n_1, x_0, n_0, level)
    )


def stratified_miettinen_nurminen(
    tables: Sequence[tuple[int, int, int, int]], level: float = 0.95
) -> Interval:
    """The common risk difference with the weights n1 n0 / N of Mantel and Haenszel, and its score
    interval (Miettinen and Nurminen, Statistics in Medicine 1985, with fixed weights); tables and
    errors as for `cochran_mantel_haenszel`. One stratum gives `miettinen_nurminen`.
    """
    x_1, n_1, x_0, n_0 = _telling(tables)
    return _by_scores(x_1, n_1, x_0, n_0, level)


def heterogeneity(tables: Sequence[tuple[int, int, int, int]]) -> float | None:
    """p of the test that the risk difference is the same in every stratum: Cochran's Q of the
    differences, weighed by the inverse of their variances, a chi-square on one degree of freedom
    less than strata (Lipsitz et al., Biometrics 1998). None for fewer than two strata with both
    groups, or where a stratum shows no variance.
    """
    told = [table for table in tables if _compares(table)]
    if len(told) < 2:
        return None
    x_1, n_1, x_0, n_0 = np.array(told, float).T
    p_1, p_0 = x_1 / n_1, x_0 / n_0
    variance = p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0
    if not np.all(variance > 0):
        return None
    gaps = p_1 - p_0
    common = np.average(gaps, weights=1 / variance)
    return float(chi2.sf(np.sum((gaps - common) ** 2 / variance), len(told) - 1))


def _telling(tables: Sequence[tuple[int, int, int, int]]) -> Floats:
    """The strata with subjects in both groups, by column."""
    told = np.array([t for t in tables if _compares(t)], dtype=np.float64).reshape(-1, 4)
    if not len(told):
        raise ValueError(
            f"tables is {list(tables)!r}; at least one stratum must have subjects in both groups"
        )
    return np.asarray(told.T)


def _compares(table: tuple[int, int, int, int]) -> bool:
    """Check one stratum; true if it has subjects in both groups."""
    events_1, n_1, events_0, n_0 = table
    check_table(
        events_1, n_1 or int(not events_1), events_0, n_0 or int(not events_0)
    )  # nobody and no event: allowed
    return n_1 > 0 and n_0 > 0


def _common(x_1: Floats, n_1: Floats, x_0: Floats, n_0: Floats, level: float) -> Interval:
    total = n_1 + n_0
    weight = n_1 * n_0 / total
    difference = float(np.sum(weight * (x_1 / n_1 - x_0 / n_0)) / np.sum(weight))
    tilt = (n_1**2 * x_0 - n_0**2 * x_1 + n_1 * n_0 * (n_0 - n_1) / 2) / total**2
    spread = (x_1 * (n_0 - x_0) + x_0 * (n_1 - x_1)) / (2 * total)
    variance = (
        max(difference * float(np.sum(tilt)) + float(np.sum(spread)), 0.0)
        / float(np.sum(weight)) ** 2
    )
    if variance == 0:
        return _by_scores(x_1, n_1, x_0, n_0, level)
    half = two_sided_z(level) * variance**0.5
    return Interval(difference, max(difference - half, -1.0), min(difference + half, 1.0), level)


def _by_scores(x_1: Floats, n_1: Floats, x_0: Floats, n_0: Floats, level: float) -> Interval:
    """The differences whose weighted score chi-square is at most the squared normal quantile."""
    weight = n_1 * n_0 / (n_1 + n_0)
    weight /= weight.sum()
    observed, z = float(np.sum(weight * (x_1 / n_1 - x_0 / n_0))), two_sided_z(level)

    def excess(difference: float) -> float:
        each = [
            score_variance(int(a), int(b), int(c), int(d), difference)
            for a, b, c, d in zip(x_1, n_1, x_0, n_0, strict=True)
        ]
        return (observed - difference) ** 2 - z * z * float(np.sum(weight**2 * each))

    return Interval(
        observed,
        -1.0 if observed < -_WHOLE else score_bound(excess, observed, -1.0),
        1.0 if observed > _WHOLE else score_bound(excess, observed, 1.0),
        level,
    )
