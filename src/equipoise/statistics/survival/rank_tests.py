"""Do some die sooner than others, and do they when early or late deaths count more?

A weight multiplies each event time's observed minus expected deaths. All weights offered are of one
form, with S the Kaplan-Meier curve of the whole stratum just before the time:

    S^rho (1 - S)^gamma / max(S, floor)

Fleming and Harrington (1991) have floor 1; Magirr and Burman (Statistics in Medicine 2019) have rho
= gamma = 0 and the floor S(t*) or s*.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from equipoise.arrays import Floats, Ints
from equipoise.compiled import at
from equipoise.statistics.survival.checked import label_codes, take
from equipoise.statistics.survival.ordered import Ordered, order_subjects
from equipoise.statistics.survival.rank_sums import log_rank_sums, two_group_scores

Alternative = Literal["two-sided", "longer", "shorter"]


@dataclass(frozen=True, slots=True)
class FlemingHarrington:
    """Weight S^rho (1 - S)^gamma; (0, 0) is the log-rank test, (1, 0) Peto-Prentice, (0, 1) late
    differences.
    """

    rho: float = 0.0
    gamma: float = 0.0


@dataclass(frozen=True, slots=True)
class ModestWeight:
    """Weight 1 / max(S(t-), S(t_star), s_star): it grows until `t_star` or until survival has
    fallen to `s_star`.
    """

    t_star: float | None = None
    s_star: float | None = None


Weight = FlemingHarrington | ModestWeight


@dataclass(frozen=True, slots=True)
class LogRank:
    """A log-rank test of k groups, arrays in the order of `groups`: shape (group,), variance
    (group, group).

    `observed` and `expected` are sums of weighted deaths. For two groups `z` is (observed -
    expected) / sqrt(variance)
    of the second of `groups`: negative when it lives longer. For more groups it is None. `p` is of
    `alternative`.
    """

    groups: NDArray[Any]
    chi_square: float
    degrees_of_freedom: int
    p: float
    observed: Floats
    expected: Floats
    variance: Floats
    z: float | None = None
    alternative: Alternative = "two-sided"


class LogRankScores(NamedTuple):
    """Weighted observed minus expected deaths of the second group, shape (weight,), and their
    covariance.
    """

    scores: Floats
    covariance: Floats


class _Sums(NamedTuple):
    groups: NDArray[Any]
    observed: Floats
    expected: Floats
    variance: Floats


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    *,
    rho: float = 0,
    gamma: float = 0,
    t_star: float | None = None,
    s_star: float | None = None,
    alternative: Alternative = "two-sided",
) -> LogRank:
    """Log-rank test, weighted and stratified on demand, hypergeometric variance (Mantel 1966; Peto
    1972).

    The subjects' arguments have shape (subject,). Curves for the weights are those of each stratum.
    `t_star` is in the unit of time, `s_star` a share; with either the weight is Magirr and
    Burman's. `alternative` is of the second of two
    groups in sorted order: `longer` says that it lives longer, then p is the lower tail of z. A
    group with nobody at risk at any event is left out of the degrees of freedom, as in R's
    survdiff.
    """
    weight: Weight = FlemingHarrington(rho, gamma)
    if t_star is not None or s_star is not None:
        if rho or gamma:
            raise ValueError(
                f"rho is {rho} and gamma {gamma}; with t_star or s_star both must be 0"
            )
        weight = ModestWeight(t_star, s_star)
    if alternative not in get_args(Alternative):
        raise ValueError(
            f"alternative is {alternative!r}; known are {', '.join(get_args(Alternative))}"
        )
    sums = _sums(time, event, group, strata, [weight])
    if alternative != "two-sided" and len(sums.groups) != 2:
        raise ValueError(
            f"alternative is {alternative!r} with {len(sums.groups)} groups; it needs two groups"
        )
    return _tested(sums, alternative)


def weighted_log_rank_scores(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weights: Sequence[Weight],
    strata: ArrayLike | None = None,
) -> LogRankScores:
    """Scores of several weights on the same two groups, (weight,), and their joint covariance,
    (weight, weight).

    The score is observed minus expected of the second group in sorted order. The covariance of two
    weights v and w is the sum of v w times the hypergeometric variance (Karrison, Stata Journal
    2016), so z = score / sqrt(its diagonal).
    """
    if not len(weights):
        raise ValueError("weights is empty; at least one weight is needed")
    table = np.array([weight_row(weight) for weight in weights])
    ordered, names, member = order_groups(time, event, group, strata)
    if len(names) != 2:
        raise ValueError(f"group holds {names.tolist()}; exactly two groups are needed")
    scores, covariance = at(two_group_scores, len(member) * (1 + len(weights)))(
        ordered.time, ordered.event, member, ordered.starts, table
    )
    _refuse_apart(float(covariance[0, 0]))
    return LogRankScores(scores, covariance)


def _sums(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None,
    weights: Sequence[Weight],
) -> _Sums:
    table = np.array([weight_row(weight) for weight in weights])
    ordered, names, member = order_groups(time, event, group, strata)
    steps = len(member) * (3 + (len(weights) * len(names)) ** 2)
    observed, expected, variance = at(log_rank_sums, steps)(
        ordered.time, ordered.event, member, ordered.starts, len(names), table
    )
    return _Sums(names, observed, expected, variance)


def order_groups(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None
) -> tuple[Ordered, NDArray[Any], Ints]:
    """Ordered subjects, the names of at least two groups, and each ordered subject's group."""
    ordered = order_subjects(time, event, strata)
    names, codes = label_codes("group", group, len(ordered.time))
    if len(names) < 2:
        raise ValueError(f"group holds only {names.tolist()}; at least two groups are needed")
    if not ordered.event.any():
        raise ValueError(
            "event is false for every subject; a log-rank test needs at least one event"
        )
    return ordered, names, take(codes, ordered.rows)


def weight_row(weight: Weight) -> tuple[float, float, float, float]:
    """A weight as the kernel takes it: rho, gamma, t*, s*. Without a floor s* is 1, without a time
    t* never comes.
    """
    if isinstance(weight, FlemingHarrington):
        for name, value in (("rho", weight.rho), ("gamma", weight.gamma)):
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} is {value}; it must be a finite number, 0 or more")
        return float(weight.rho), float(weight.gamma), np.inf, 1.0
    if weight.t_star is None and weight.s_star is None:
        raise ValueError("a modest weight needs t_star or s_star; both are None")
    if weight.t_star is not None and not 0 <= weight.t_star < np.inf:
        raise ValueError(f"t_star is {weight.t_star}; it must be a finite time, 0 or more")
    if weight.s_star is not None and not 0 < weight.s_star <= 1:
        raise ValueError(f"s_star is {weight.s_star}; it must be over 0 and at most 1")
    t_star = np.inf if weight.t_star is None else float(weight.t_star)
    return 0.0, 0.0, t_star, 0.0 if weight.s_star is None else float(weight.s_star)


def _tested(sums: _Sums, alternative: Alternative) -> LogRank:
    observed, expected, variance = sums.observed[0], sums.expected[0], sums.variance[0, 0]
    gap = observed - expected
    chi_square, freedom = quadratic_form(gap, variance, expected > 0)
    z = float(gap[1] / np.sqrt(variance[1, 1])) if len(gap) == 2 else None
    p = float(chi2.sf(chi_square, freedom))
    if z is not None and alternative != "two-sided":
        p = float(norm.cdf(z) if alternative == "longer" else norm.sf(z))
    return LogRank(
        sums.groups, chi_square, freedom, p, observed, expected, variance, z, alternative
    )


def quadratic_form(gap: Floats, variance: Floats, counted: NDArray[np.bool_]) -> tuple[float, int]:
    """Chi-square and its degrees of freedom: one group is redundant, since the gaps add up to 0."""
    kept = np.flatnonzero(counted)[1:]
    block = variance[np.ix_(kept, kept)]
    if not len(kept) or np.linalg.matrix_rank(block) < len(kept):
        _refuse_apart(0.0)
    return float(gap[kept] @ np.linalg.solve(block, gap[kept])), len(kept)


def _refuse_apart(variance: float) -> None:
    if not variance > 0:
        raise ValueError(
            "the groups were never at risk together at an event; nothing can be compared"
        )
