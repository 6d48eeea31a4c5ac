"""How likely are the deaths as they fell, given the hazard ratios?

The partial likelihood (Cox, JRSS B 1972) with its slope and curvature, in one walk from the last
time to the first. Sums over the risk set are kept in one vector of length 1 + p + p (p + 1) / 2:
the sum of the risks, of risk times covariate, and the lower triangle of risk times covariate times
covariate. Covariates should be standardized.
"""

from typing import Any

import numpy as np

from equipoise.compiled import njit
from equipoise.statistics.same_numbers import exp_of, log_of
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
def _add(sums: Any, x: Any, row: int, risk: float) -> None:
    p = x.shape[1]
    sums[0] += risk
    at = 1 + p
    for j in range(p):
        part = risk * x[row, j]
        sums[1 + j] += part
        for k in range(j + 1):
            sums[at] += part * x[row, k]
            at += 1


@njit(cache=True, error_model="numpy")
def _log_risk(x: Any, row: int, beta: Any) -> float:
    eta = 0.0
    for j in range(len(beta)):
        eta += x[row, j] * beta[j]
    return eta


@njit(cache=True, error_model="numpy")
def _count_deaths(
    risk: Any,
    dying: Any,
    deaths: int,
    efron: bool,
    shift: float,
    mean: Any,
    score: Any,
    information: Any,
    record: Any,
) -> float:
    """Take the deaths of one time off score and information; their part of the log likelihood.

    Efron (JASA 1977): the j-th of d deaths at one time still counts each of the d with weight 1 -
    j/d. `record`, if
    any, gets the row that the residuals need: hazard (of others, of the dying), sum of the means,
    sums of hazard times mean (of others, of the dying), information.
    """
    p, loglik = len(score), 0.0
    for d in range(deaths):
        share = d / deaths if efron else 0.0
        total = risk[0] - share * dying[0]
        each = 1.0 / total
        loglik -= log_of(total) + shift
        for j in range(p):
            mean[j] = (risk[1 + j] - share * dying[1 + j]) * each
            score[j] -= mean[j]
        at = 0
        for j in range(p):
            for k in range(j + 1):
                information[at] += (risk[1 + p + at] - share * dying[1 + p + at]) * each - mean[
                    j
                ] * mean[k]
                at += 1
        if len(record):
            _write_down(record, risk, dying, share, each, exp_of(-shift), mean)
    return loglik


@njit(cache=True, error_model="numpy")
def _write_down(
    record: Any, risk: Any, dying: Any, share: float, each: float, unit: float, mean: Any
) -> None:
    """Add one death to the row of its time: see `_count_deaths`."""
    p, step, at = len(mean), each * unit, 0
    record[0] += step
    record[1] += (1.0 - share) * step
    for j in range(p):
        record[2 + j] += mean[j]
        record[2 + p + j] += step * mean[j]
        record[2 + 2 * p + j] += (1.0 - share) * step * mean[j]
        for k in range(j + 1):
            spread = (risk[1 + p + at] - share * dying[1 + p + at]) * each - mean[j] * mean[k]
            record[2 + 3 * p + at] += spread
            at += 1


@njit(cache=True, error_model="numpy")
def _rebuild(
    risk: Any, x: Any, beta: Any, time: Any, entry: Any, lo: int, hi: int, t: float
) -> float:
    """The risk set at `t` summed anew: what was taken off it again may have been all that the sums
    could hold.
    """
    shift = -np.inf
    for i in range(lo, hi):
        if entry[i] < t <= time[i]:
            shift = max(shift, _log_risk(x, i, beta))
    risk[:] = 0.0
    for i in range(lo, hi):
        if entry[i] < t <= time[i]:
            _add(risk, x, i, exp_of(_log_risk(x, i, beta) - shift))
    return shift


@njit(cache=True, error_model="numpy")
def _walk(
    time: Any,
    event: Any,
    x: Any,
    entry: Any,
    by_entry: Any,
    lo: int,
    hi: int,
    beta: Any,
    efron: bool,
    score: Any,
    information: Any,
    records: Any,
    at: int,
) -> Any:
    """One stratum from its last time to its first: its log likelihood, and the next free row of
    `records`.
    """
    q = 1 + x.shape[1] + len(information)
    risk, dying, mean, nothing = np.zeros(q), np.zeros(q), np.zeros(len(beta)), np.zeros(0)
    loglik, shift, highest, i, leaving = 0.0, -np.inf, 0.0, hi - 1, hi - 1
    last_eta, last_risk = np.nan, 0.0
    while i >= lo:
        t, deaths = time[i], 0
        first = i
        while i >= lo and time[i] == t:
            eta = _log_risk(x, i, beta)
            if eta > shift + 30.0:
                # Everything is kept relative to about the highest risk so far: exponentials stay
                # finite.
                risk *= exp_of(shift - eta)
                shift, highest, last_eta = eta, risk[0], np.nan
            if eta != last_eta:
                last_eta, last_risk = eta, exp_of(eta - shift)
            _add(risk, x, i, last_risk)
            if event[i]:
                loglik += eta
                deaths += 1
                for j in range(len(beta)):
                    score[j] += x[i, j]
            i -= 1
        highest = max(highest, risk[0])
        if len(entry):
            while leaving >= lo and entry[by_entry[leaving]] >= t:
                row = int(by_entry[leaving])
                _add(risk, x, row, -exp_of(_log_risk(x, row, beta) - shift))
                leaving -= 1
            if deaths and risk[0] < 1e-4 * highest:
                shift = _rebuild(risk, x, beta, time, entry, lo, hi, t)
                highest, last_eta = risk[0], np.nan
        if deaths:
            if deaths > 1 and efron:
                dying[:] = 0.0
                for row in range(i + 1, first + 1):
                    if event[row]:
                        _add(dying, x, row, exp_of(_log_risk(x, row, beta) - shift))
            record = nothing if len(records) == 0 else records[at]
            loglik += _count_deaths(
                risk, dying, deaths, efron, shift, mean, score, information, record
            )
            at += 1
    return loglik, at


@njit(cache=True, error_model="numpy")
def slope(
    time: Any,
    event: Any,
    x: Any,
    entry: Any,
    by_entry: Any,
    starts: Any,
    beta: Any,
    efron: bool,
    score: Any,
    information: Any,
    records: Any,
) -> float:
    """Log likelihood at `beta`; fills score (p,), information (lower triangle) and `records`,
    unless that is empty.

    `records` has a row for each time with a death: strata rising, times falling within a stratum.
    """
    score[:] = 0.0
    information[:] = 0.0
    loglik, at = 0.0, 0
    for s in range(len(starts) - 1):
        part, at = _walk(
            time,
            event,
            x,
            entry,
            by_entry,
            int(starts[s]),
            int(starts[s + 1]),
            beta,
            efron,
            score,
            information,
            records,
            at,
        )
        loglik += part
    return loglik


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
