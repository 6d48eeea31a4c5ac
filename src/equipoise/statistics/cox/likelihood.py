"""How likely are the deaths as they fell, given the hazard ratios?

The partial likelihood (Cox, JRSS B 1972) with its slope and curvature, in one walk from the last
time to the first. Sums over the risk set are kept in one vector of length 1 + p + p (p + 1) / 2:
the sum of the risks, of risk times covariate, and the lower triangle of risk times covariate times
covariate. Covariates should be standardized.
"""

from typing import Any

import numpy as np

from equipoise.compiled import njit
from equipoise.statistics.cox.walk import slope
from equipoise.statistics.survival.ordered import partition

MOST_STEPS = 50
LEAST_INFORMATION = 1e-6
"""Of a standardized coefficient, given the others: a standard error over 1000 means it is walking
to infinity."""
SHORT = 0.01
"""A last step longer than this, in standard deviations of a covariate, is a coefficient that walks
on."""
R_TOLERANCE = 1e-9
"""Where R's coxph stops."""


@njit(cache=True, error_model="numpy")
def _solve(information: Any, score: Any, step: Any, least: float) -> bool:
    """Newton's step by Cholesky; false where a coefficient has less than `least` information given
    those before it.
    """
    p = len(score)
    root = np.zeros((p, p))
    at = 0
    for j in range(p):
        for k in range(j + 1):
            value = information[at]
            for m in range(k):
                value -= root[j, m] * root[k, m]
            if j != k:
                root[j, k] = value / root[k, k]
            elif value > least:
                root[j, j] = np.sqrt(value)
            else:
                return False
            at += 1
    for j in range(p):
        value = score[j]
        for m in range(j):
            value -= root[j, m] * step[m]
        step[j] = value / root[j, j]
    for j in range(p - 1, -1, -1):
        value = step[j]
        for m in range(j + 1, p):
            value -= root[m, j] * step[m]
        step[j] = value / root[j, j]
    return True


@njit(cache=True, error_model="numpy")
def maximize(
    time: Any,
    event: Any,
    x: Any,
    entry: Any,
    by_entry: Any,
    starts: Any,
    efron: bool,
    loglik: float,
    score: Any,
    information: Any,
    tolerance: float,
) -> Any:
    """Climb from 0 by Newton's method; a step that does not climb is halved.

    `loglik`, `score` and `information` are those of coefficients of 0, from `slope`.

    Returns coefficients (p,), log likelihood, steps taken, and whether it converged: the likelihood
    changed by a share of no more than `tolerance`, as R asks, by a short step. Under separation the
    likelihood converges while the coefficient walks on and its information melts away. `score` and
    `information` are those at the coefficients.
    """
    p, longest = x.shape[1], np.inf
    beta, step, none = np.zeros(p), np.zeros(p), np.zeros((0, 0))
    for taken in range(MOST_STEPS):
        if not _solve(information, score, step, LEAST_INFORMATION):
            return beta, loglik, taken, False
        longest, before = np.max(np.abs(step)), longest
        for _ in range(30):
            there = slope(
                time,
                event,
                x,
                entry,
                by_entry,
                starts,
                beta + step,
                efron,
                score,
                information,
                none,
            )
            if there >= loglik - 1e-11 * abs(loglik):
                break
            step /= 2.0
        change = abs(1.0 - loglik / there) if there != 0.0 else np.inf
        beta, loglik = beta + step, there
        # Steps shrink quadratically until only rounding is left of them.
        vanished = longest < 1e-12 or before / 2 < longest < 1e-8
        if vanished or (
            change <= tolerance and longest < SHORT and _shrinks(information, score, step)
        ):
            return beta, loglik, taken + 1, True
    return beta, loglik, MOST_STEPS, False


@njit(cache=True, error_model="numpy")
def _shrinks(information: Any, score: Any, step: Any) -> bool:
    """Whether the next step would be less than half of the last for each covariate, as it is near a
    top.
    """
    following, shrinks = np.zeros(len(step)), True
    if not _solve(information, score, following, 0.0):
        return False
    for j in range(len(step)):
        shrinks = shrinks and (abs(following[j]) <= 0.5 * abs(step[j]) or abs(following[j]) <= 1e-9)
    return shrinks


@njit(cache=True, error_model="numpy")
def column_range(x: Any) -> Any:
    """Least and greatest value of each column (p,); NaN for one that holds a NaN."""
    low, high = x[0].copy(), x[0].copy()
    for i in range(len(x)):
        for j in range(x.shape[1]):
            if not low[j] <= x[i, j]:
                low[j] = x[i, j] if low[j] == low[j] else np.nan
            if not high[j] >= x[i, j]:
                high[j] = x[i, j] if high[j] == high[j] else np.nan
    return low, high


@njit(cache=True, error_model="numpy")
def standardize(x: Any, rows: Any) -> Any:
    """The covariates of `rows`, each with mean 0 and standard deviation 1; their means and
    deviations (p,).
    """
    n, p = len(rows), x.shape[1]
    z, mean, scale = np.empty((n, p)), np.zeros(p), np.zeros(p)
    for i in range(n):
        for j in range(p):
            mean[j] += x[i, j]
    mean /= n
    for i in range(n):
        for j in range(p):
            scale[j] += (x[i, j] - mean[j]) * (x[i, j] - mean[j])
    scale = np.sqrt(scale / n)
    unit = 1.0 / np.where(scale > 0, scale, np.inf)
    for i in range(n):
        for j in range(p):
            z[i, j] = (x[rows[i], j] - mean[j]) * unit[j]
    return z, mean, scale


@njit(cache=True, error_model="numpy")
def two_group_cox(time: Any, event: Any, group: Any, stratum: Any) -> Any:
    """Log hazard ratio of group 1 (Efron), its standard error, steps, and whether it converged, for
    compiled loops.

    Arrays of one trial sorted by time; `group` is 0 or 1; `stratum` holds integers 0.. or is empty
    for none. NaN for both numbers where there is no finite estimate.
    """
    n = len(time)
    rows, starts = np.arange(n).astype(np.int32), np.array([0, n], dtype=np.int32)
    if len(stratum):
        rows, starts = partition(stratum, int(stratum.max()) + 1)
        time, event = time[rows], event[rows]
    x = np.empty((n, 1))
    for i in range(n):
        x[i, 0] = group[i]
    z, _, scale = standardize(x, rows)
    score, information = np.zeros(1), np.zeros(1)
    no_entry, no_rows = np.empty(0), np.empty(0, dtype=np.int32)
    null = slope(
        time,
        event,
        z,
        no_entry,
        no_rows,
        starts,
        np.zeros(1),
        True,
        score,
        information,
        np.zeros((0, 0)),
    )
    beta, _, steps, converged = maximize(
        time, event, z, no_entry, no_rows, starts, True, null, score, information, R_TOLERANCE
    )
    if not converged:
        return np.nan, np.nan, steps, False
    return beta[0] / scale[0], 1.0 / (np.sqrt(information[0]) * scale[0]), steps, True
