"""How many die in each group at each time, and how many would by chance? Sums of rank tests."""

from typing import Any

import numpy as np

from equipoise.compiled import njit
from equipoise.statistics.survival.ordered import (
    partition,
)


@njit(cache=True, error_model="numpy")
def log_rank_sums(time: Any, event: Any, group: Any, starts: Any, k: int, weights: Any) -> Any:
    """Weighted deaths observed and expected, (weight, group), and their covariance (weight, weight,
    group, group).

    `time`, `event`, `group` (0..k-1) are sorted by time within each stratum, `starts` (stratum +
    1,) says where each begins; `weights` has a row (rho, gamma, t*, s*) for each weight.
    """
    w = len(weights)
    observed, expected, variance = np.zeros((w, k)), np.zeros((w, k)), np.zeros((w, w, k, k))
    at_risk, deaths = np.zeros(k), np.zeros(k)
    weight, floor = np.zeros(w), np.zeros(w)
    for s in range(len(starts) - 1):
        lo, hi = int(starts[s]), int(starts[s + 1])
        at_risk[:] = 0.0
        for i in range(lo, hi):
            at_risk[group[i]] += 1
        _floors(time, event, lo, hi, weights, floor)
        survival, i = 1.0, lo
        while i < hi:
            first, t, d = i, time[i], 0.0
            while i < hi and time[i] == t:
                d += event[i]
                deaths[group[i]] += event[i]
                i += 1
            if d > 0:
                total = float(hi - first)
                for a in range(w):
                    weight[a] = weight_at(survival, weights[a, 0], weights[a, 1], floor[a])
                _add_time(at_risk, deaths, total, d, weight, observed, expected, variance)
                survival *= (total - d) / total
            for j in range(first, i):
                at_risk[group[j]] -= 1
                deaths[group[j]] = 0.0
    return observed, expected, variance


@njit(cache=True, error_model="numpy")
def _add_time(
    at_risk: Any,
    deaths: Any,
    total: float,
    d: float,
    weight: Any,
    observed: Any,
    expected: Any,
    variance: Any,
) -> None:
    each = 1.0 / total
    spread = d * (total - d) / max(total - 1.0, 1.0) * each * each
    for g in range(len(at_risk)):
        for a in range(len(weight)):
            observed[a, g] += weight[a] * deaths[g]
            expected[a, g] += weight[a] * d * at_risk[g] * each
        for h in range(g + 1):
            # The number of the others is exact; one minus a share near 1 would lose its digits.
            v = spread * at_risk[g] * (total - at_risk[g] if g == h else -at_risk[h])
            for a in range(len(weight)):
                for b in range(len(weight)):
                    variance[a, b, g, h] += weight[a] * weight[b] * v
                    if g != h:
                        variance[a, b, h, g] += weight[a] * weight[b] * v


@njit(cache=True, error_model="numpy")
def weight_at(survival: float, rho: float, gamma: float, floor: float) -> float:
    """The weight where the pooled curve is at `survival` just before."""
    weight = 1.0 / max(survival, floor)
    if rho != 0.0:
        weight *= survival**rho
    if gamma != 0.0:
        weight *= (1.0 - survival) ** gamma
    return weight


@njit(cache=True, error_model="numpy")
def _floors(time: Any, event: Any, lo: int, hi: int, weights: Any, floor: Any) -> None:
    """max(S(t*), s*) for each weight in one stratum; the curve is walked only where a t* asks for
    it.
    """
    for a in range(len(weights)):
        floor[a] = weights[a, 3]
        t_star = weights[a, 2]
        if t_star == np.inf:
            continue
        survival, i = 1.0, lo
        while i < hi and time[i] <= t_star:
            first, t, d = i, time[i], 0.0
            while i < hi and time[i] == t:
                d += event[i]
                i += 1
            survival *= (hi - first - d) / (hi - first)
        floor[a] = max(floor[a], survival)


@njit(cache=True, error_model="numpy")
def two_group_scores(time: Any, event: Any, group: Any, starts: Any, weights: Any) -> Any:
    """Scores of group 1, observed minus expected, (weight,), and their covariance, (weight,
    weight).

    Arguments as those of `log_rank_sums`, whose sums these are for two groups; compiled loops over
    trials call this one, which keeps the numbers at risk in registers.
    """
    w = len(weights)
    scores, covariance = np.zeros(w), np.zeros((w, w))
    weight, floor = np.zeros(w), np.zeros(w)
    for s in range(len(starts) - 1):
        lo, hi = int(starts[s]), int(starts[s + 1])
        ones = 0
        for i in range(lo, hi):
            ones += int(group[i])
        _floors(time, event, lo, hi, weights, floor)
        survival, i = 1.0, lo
        while i < hi:
            t, total, at_risk, d, d_1 = time[i], float(hi - i), float(ones), 0, 0
            while i < hi and time[i] == t:
                d += int(event[i])
                d_1 += int(event[i]) * int(group[i])
                ones -= int(group[i])
                i += 1
            if d == 0:
                continue
            each = 1.0 / total
            gap = d_1 - d * at_risk * each
            spread = (
                d * (total - d) / max(total - 1.0, 1.0) * each * each * at_risk * (total - at_risk)
            )
            for a in range(w):
                weight[a] = weight_at(survival, weights[a, 0], weights[a, 1], floor[a])
                scores[a] += weight[a] * gap
                for b in range(a + 1):
                    covariance[a, b] += weight[a] * weight[b] * spread
            survival *= (total - d) * each
    for a in range(w):
        for b in range(a):
            covariance[b, a] = covariance[a, b]
    return scores, covariance


@njit(cache=True, error_model="numpy")
def two_group_log_rank(
    time: Any,
    event: Any,
    group: Any,
    stratum: Any,
    rho: float,
    gamma: float,
    t_star: float,
    s_star: float,
) -> Any:
    """Score U (observed minus expected of group 1) and its variance V of one trial, for compiled
    loops.

    Arrays of one trial sorted by time; `group` is 0 or 1; `stratum` holds integers 0.. or is empty
    for none. The unweighted test is (0, 0, inf, 1); Magirr and Burman's is (0, 0, t*, 0), or (0, 0,
    inf, s*).
    """
    weights = np.empty((1, 4))
    weights[0, 0], weights[0, 1], weights[0, 2], weights[0, 3] = rho, gamma, t_star, s_star
    if len(stratum) == 0:
        starts = np.array([0, len(time)], dtype=np.int32)
        scores, covariance = two_group_scores(time, event, group, starts, weights)
    else:
        place, starts = partition(stratum, int(stratum.max()) + 1)
        scores, covariance = two_group_scores(
            time[place], event[place], group[place], starts, weights
        )
    return scores[0], covariance[0, 0]
