"""What can the Cochran-Mantel-Haenszel test find with strata of fixed sizes, and how often does it
err at worst?

Every set of tables is enumerated, nothing is simulated. The strata are split into two halves; a set
of tables is rejected when the sum of its two gaps is large for the sum of its two variances, so for
each outcome of the first half it is enough to know where the sorted gaps of the second half begin
to reject.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, norm

from equipoise.arrays import Floats
from equipoise.compiled import at, njit
from equipoise.statistics.checks import check_counts, check_probability, check_share
from equipoise.statistics.proportions.unconditional import binomial

Sizes = Sequence[tuple[int, int]]

MOST = 400_000
"""Sets of tables of one half that are listed; four strata of 12 and 13 have 33,124."""
POINTS = {1: 161, 2: 41, 3: 17, 4: 9}
"""Grid points for each stratum's share, even in the arcsine of its root."""
STARTS = 3


@dataclass(frozen=True, slots=True)
class LargestSize:
    """The largest probability of rejecting that was found, and the common share of each stratum
    where it is.
    """

    size: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Half:
    """Outcomes of some strata: gap and variance of each, and for each the tables of the strata by
    index.
    """

    sizes: tuple[tuple[int, int], ...]
    gap: Floats
    variance: Floats


def _probabilities(sizes: Sizes, shares: Sequence[tuple[float, float]]) -> Floats:
    """Probability of each outcome of some strata, given (p1, p0) of each."""
    tables = [
        np.outer(binomial(n_1, p_1), binomial(n_0, p_0)).ravel()
        for (n_1, n_0), (p_1, p_0) in zip(sizes, shares, strict=True)
    ]
    return reduce(lambda a, b: np.outer(a, b).ravel(), tables, np.ones(1))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Both halves, and which pairs of their outcomes are not rejected.

    The second half's outcomes are sorted by variance and gap (`order`); between positions `low` and
    `high` of that order, both (outcome, variance), the test does not reject.
    """

    first: _Half
    second: _Half
    order: NDArray[np.intp]
    low: NDArray[np.int32]
    high: NDArray[np.int32]


def cmh_power_of(
    sizes: Sizes,
    p_1: Sequence[float],
    p_0: Sequence[float],
    alpha: float = 0.05,
    *,
    correction: bool = False,
) -> float:
    """Probability that the two-sided Cochran-Mantel-Haenszel test rejects, by enumeration of all
    tables.

    sizes: (n_1, n_0) of each stratum, fixed; p_1, p_0: the true shares of each stratum;
    `correction` is that of `cochran_mantel_haenszel`. Raises ValueError for strata too many or too
    large to list.
    """
    plan = _plan(sizes, alpha, correction)
    for name, shares in (("p_1", p_1), ("p_0", p_0)):
        if len(shares) != len(sizes):
            raise ValueError(f"{name} has {len(shares)} shares; there are {len(sizes)} strata")
        for place, share in enumerate(shares):
            check_probability(f"{name}[{place}]", share)
    pairs = list(zip(p_1, p_0, strict=True))
    cut = len(plan.first.sizes)
    accepted = _accepted(plan, _probabilities(plan.second.sizes, pairs[cut:]))
    return float((1 - _probabilities(plan.first.sizes, pairs[:cut]) @ accepted).clip(0.0, 1.0))


def cmh_power_by_formula(
    sizes: Sequence[tuple[float, float]],
    p_1: Sequence[float],
    p_0: Sequence[float],
    alpha: float = 0.05,
) -> float:
    """Power of the two-sided test without correction by the normal approximation; no stratum is too
    large, and (n_1, n_0) need not be whole, as strata of equal size are not always.

    The sum of the gaps has its mean and variance under the shares given, and the variance that the
    test takes is that at its expectation (Mantel and Haenszel, JNCI 1959; the size by this formula
    is Woolson, Bean and Rojas, Biometrics 1986). Arguments as those of `cmh_power_of`.
    """
    check_share("alpha", alpha)
    n_1, n_0 = np.array(sizes, dtype=np.float64).reshape(-1, 2).T
    one, zero = np.array(p_1, dtype=np.float64), np.array(p_0, dtype=np.float64)
    if not len(n_1) or min(n_1.min(), n_0.min()) <= 0 or not len(n_1) == len(one) == len(zero):
        raise ValueError(
            f"{len(n_1)} strata of {list(sizes)} with {len(one)} and {len(zero)} shares; expected"
            " one stratum or more, subjects in both arms, and a share of each"
        )
    total, pooled = n_1 + n_0, (n_1 * one + n_0 * zero) / (n_1 + n_0)
    weight = n_1 * n_0 / total
    taken = np.sum(weight * total / np.maximum(total - 1, 1) * pooled * (1 - pooled))
    true = np.sum(weight**2 * (one * (1 - one) / n_1 + zero * (1 - zero) / n_0))
    mean, bound = np.sum(weight * (one - zero)), norm.isf(alpha / 2) * np.sqrt(taken)
    if not true > 0:
        return float(abs(mean) > bound)
    return float(
        norm.cdf((mean - bound) / np.sqrt(true)) + norm.cdf((-mean - bound) / np.sqrt(true))
    )


def cmh_size_of(sizes: Sizes, alpha: float = 0.05, *, correction: bool = False) -> LargestSize:
    """The true size: the probability of rejecting, maximized over one share per stratum common to
    both arms.

    All combinations of a grid are tried (161, 41 squared, 17 cubed, 9 to the fourth points, even in
    the arcsine of the root), then one share after the other is climbed from the three best until
    nothing is gained. The result is reached at the shares given; that no higher peak lies between
    the points is not proven. At most four strata.
    """
    if len(sizes) not in POINTS:
        raise ValueError(f"sizes has {len(sizes)} strata; the size is searched for 1 to 4")
    plan = _plan(sizes, alpha, correction)
    best = LargestSize(0.0, ())
    for angles in _starts(plan):
        found = _climb(plan, angles)
        best = max(best, found, key=lambda largest: largest.size)
    return best


def _plan(sizes: Sizes, alpha: float, correction: bool) -> _Plan:
    check_share("alpha", alpha)
    if not len(sizes):
        raise ValueError("sizes is empty; at least one stratum is needed")
    for place, (n_1, n_0) in enumerate(sizes):
        check_counts(0, n_1, f"sizes[{place}], n_1,")
        check_counts(0, n_0, f"sizes[{place}], n_0,")
    cut = (len(sizes) + 1) // 2
    first, second = _half(sizes[:cut]), _half(sizes[cut:])
    order = np.lexsort((second.gap, second.variance))
    low, high = _unrejected(first, second.gap[order], second.variance[order], alpha, correction)
    return _Plan(first, second, order, low, high)


def _half(sizes: Sizes) -> _Half:
    listed = int(np.prod([(n_1 + 1.0) * (n_0 + 1.0) for n_1, n_0 in sizes]))
    if listed > MOST:
        raise ValueError(
            f"sizes is {list(sizes)}; these strata have {listed} sets of tables, at most {MOST} are"
            " listed"
        )
    gap, variance = np.zeros(1), np.zeros(1)
    for n_1, n_0 in sizes:
        total, events = n_1 + n_0, np.add.outer(np.arange(n_1 + 1), np.arange(n_0 + 1)).ravel()
        in_1 = np.repeat(np.arange(n_1 + 1), n_0 + 1)
        gap = np.add.outer(gap, in_1 - events * n_1 / total).ravel()
        variance = np.add.outer(
            variance, n_1 * n_0 * events * (total - events) / (total**2 * (total - 1.0))
        ).ravel()
    # Equal on paper, apart by a rounding: made equal, so that outcomes of one variance stand
    # together.
    return _Half(tuple(sizes), gap, np.round(variance, 10))


def _unrejected(
    first: _Half, gap: Floats, variance: Floats, alpha: float, correction: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    values, begin = np.unique(variance, return_index=True)
    end = np.append(begin[1:], len(variance))
    low, high = (np.empty((len(first.gap), len(values)), np.int32) for _ in range(2))
    quantile = float(chi2.isf(alpha, 1))
    for v, (value, i, j) in enumerate(zip(values, begin, end, strict=True)):
        spread = first.variance + value
        # Without variance nothing is rejected; the slack takes equality on paper as rejection.
        bound = np.where(spread > 0, 0.5 * correction + np.sqrt(quantile * spread) - 1e-9, np.inf)
        low[:, v] = i + np.searchsorted(gap[i:j], -bound - first.gap, side="right")
        high[:, v] = i + np.searchsorted(gap[i:j], bound - first.gap, side="left")
    return low, np.maximum(high, low)


def _accepted(plan: _Plan, second: Floats) -> Floats:
    """Probability that the test does not reject, given each outcome of the first half."""
    below = np.concatenate([[0.0], np.cumsum(second[plan.order])])
    return np.asarray(at(_sum_between, plan.low.size)(below, plan.low, plan.high), dtype=np.float64)


@njit(cache=True)
def _sum_between(below: Any, low: Any, high: Any) -> Any:
    found = np.zeros(len(low))
    for a in range(low.shape[0]):
        for v in range(low.shape[1]):
            found[a] += below[high[a, v]] - below[low[a, v]]
    return found


def _starts(plan: _Plan) -> list[tuple[float, ...]]:
    """The best points of the grid, as angles."""
    a, b = len(plan.first.sizes), len(plan.second.sizes)
    angles = np.linspace(0, np.pi / 2, POINTS[a + b])
    first = list(product(angles, repeat=a))
    chances = np.stack([_probabilities(plan.first.sizes, _pairs(point)) for point in first])
    scored: list[tuple[float, tuple[float, ...]]] = []
    for point in product(angles, repeat=b):
        rejected = 1 - chances @ _accepted(plan, _probabilities(plan.second.sizes, _pairs(point)))
        scored += [
            (float(rejected[i]), (*first[i], *point)) for i in np.argsort(-rejected)[:STARTS]
        ]
    return [angles for _, angles in sorted(scored, key=lambda row: -row[0])[:STARTS]]


def _pairs(angles: Sequence[float]) -> list[tuple[float, float]]:
    return [(float(np.sin(angle) ** 2),) * 2 for angle in angles]


def _climb(plan: _Plan, angles: Sequence[float]) -> LargestSize:
    """One share after the other, within one step of the grid, until a round gains less than
    1e-8.
    """
    shares, step = [float(angle) for angle in angles], np.pi / 2 / (POINTS[len(angles)] - 1)
    cut = len(plan.first.sizes)
    reached, before = 0.0, -1.0
    while reached - before > 1e-8:
        before = reached
        # The other half is summed over once; what is left is a small function of the shares of this
        # half.
        second = _probabilities(plan.second.sizes, _pairs(shares[cut:]))
        shares[:cut], reached = _climb_half(
            plan.first, 1 - _accepted(plan, second), shares[:cut], step
        )
        if plan.second.sizes:
            first = _probabilities(plan.first.sizes, _pairs(shares[:cut]))
            rejected = 1 - _accepted_by_second(plan, first)
            shares[cut:], reached = _climb_half(plan.second, rejected, shares[cut:], step)
    return LargestSize(min(reached, 1.0), tuple(p for p, _ in _pairs(shares)))


def _accepted_by_second(plan: _Plan, first: Floats) -> Floats:
    """Probability that the test does not reject, given each outcome of the second half."""
    found = np.empty(len(plan.order))
    found[plan.order] = np.cumsum(
        at(_begin_and_end, plan.low.size)(first, plan.low, plan.high, len(plan.order))
    )[:-1]
    return found


@njit(cache=True)
def _begin_and_end(first: Any, low: Any, high: Any, outcomes: int) -> Any:
    change = np.zeros(outcomes + 1)
    for a in range(low.shape[0]):
        for v in range(low.shape[1]):
            change[low[a, v]] += first[a]
            change[high[a, v]] -= first[a]
    return change


def _climb_half(
    half: _Half, rejected: Floats, angles: list[float], step: float
) -> tuple[list[float], float]:
    """The shares of one half, each climbed in turn; `rejected` is the probability given each of its
    outcomes.
    """
    angles, reached = list(angles), 0.0
    for place, (n_1, n_0) in enumerate(half.sizes):
        weights = _given_one(half, rejected, angles, place).reshape(n_1 + 1, n_0 + 1)

        def probability(
            angle: float, n_1: int = n_1, n_0: int = n_0, weights: Floats = weights
        ) -> float:
            share = float(np.sin(angle) ** 2)
            return float(binomial(n_1, share) @ weights @ binomial(n_0, share))

        bounds = max(angles[place] - step, 0.0), min(angles[place] + step, np.pi / 2)
        found = minimize_scalar(lambda a, f=probability: -f(a), bounds=bounds, method="bounded")
        reached = probability(angles[place])
        if -found.fun > reached:
            reached, angles[place] = -float(found.fun), float(found.x)
    return angles, reached


def _given_one(half: _Half, rejected: Floats, angles: list[float], place: int) -> Floats:
    """Probability of rejecting given the table of one stratum, the others of the half summed
    over.
    """
    tables = [(n_1 + 1) * (n_0 + 1) for n_1, n_0 in half.sizes]
    before, after = int(np.prod(tables[:place])), int(np.prod(tables[place + 1 :]))
    pairs = _pairs(angles)
    left = _probabilities(half.sizes[:place], pairs[:place])
    right = _probabilities(half.sizes[place + 1 :], pairs[place + 1 :])
    summed = (left @ rejected.reshape(before, -1)).reshape(tables[place], after)
    return np.asarray(summed @ right, dtype=np.float64)
