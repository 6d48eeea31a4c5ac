"""How steep is the partial likelihood at these coefficients? One walk over the ordered subjects."""

from typing import Any

import numpy as np

from equipoise.compiled import njit
from equipoise.statistics.same_numbers import exp_of, log_of


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
