"""How sure may one be of a share of subjects, and of the difference between two shares?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, norm

from equipoise.statistics.checks import check_counts, check_share, check_table
from equipoise.statistics.proportions.restricted import restricted_share


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate (a share, or a difference of shares) with the two-sided confidence interval at
    `level`.
    """

    estimate: float
    lower: float
    upper: float
    level: float


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of one share from the beta quantiles (Clopper and Pearson, Biometrika
    1934).
    """
    check_counts(events, n)
    tail = (1 - check_share("level", level)) / 2
    lower = float(beta.ppf(tail, events, n - events + 1)) if events else 0.0
    return Interval(
        events / n,
        lower,
        1.0 if events == n else float(beta.isf(tail, events + 1, n - events)),
        level,
    )


def wilson(events: int, n: int, level: float = 0.95) -> Interval:
    """Score interval of one share, without continuity correction (Wilson, JASA 1927)."""
    check_counts(events, n)
    share, z = events / n, two_sided_z(level)
    weight = z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * np.sqrt(share * (1 - share) / n + weight / (4 * n))
    ends = (
        0.0 if events == 0 else float(middle - half),
        1.0 if events == n else float(middle + half),
    )
    return Interval(share, *ends, level)


def newcombe(events_1: int, n_1: int, events_0: int, n_0: int, level: float = 0.95) -> Interval:
    """Interval of p1 - p0 from the two Wilson intervals (Newcombe, Statistics in Medicine 1998,
    method 10).
    """
    check_table(events_1, n_1, events_0, n_0)
    one, zero = wilson(events_1, n_1, level), wilson(events_0, n_0, level)
    below = np.hypot(one.estimate - one.lower, zero.upper - zero.estimate)
    above = np.hypot(one.upper - one.estimate, zero.estimate - zero.lower)
    difference = one.estimate - zero.estimate
    return Interval(difference, float(difference - below), float(difference + above), level)


def miettinen_nurminen(
    events_1: int, n_1: int, events_0: int, n_0: int, level: float = 0.95
) -> Interval:
    """Score interval of p1 - p0, variance times N/(N-1) (Miettinen and Nurminen, Statistics in
    Medicine 1985).

    The bounds are the differences whose score chi-square equals the normal quantile squared, found
    to 1e-12.
    """
    check_table(events_1, n_1, events_0, n_0)
    z = two_sided_z(level)
    observed = events_1 / n_1 - events_0 / n_0

    def excess(difference: float) -> float:
        # No quotient: where the variance is zero (differences of -1 and 1) there is nothing to
        # divide by.
        variance = score_variance(events_1, n_1, events_0, n_0, difference)
        return (observed - difference) ** 2 - z * z * variance

    lower = -1.0 if observed == -1 else score_bound(excess, observed, -1.0)
    return Interval(
        observed, lower, 1.0 if observed == 1 else score_bound(excess, observed, 1.0), level
    )


def score_bound(excess: Callable[[float], float], observed: float, limit: float) -> float:
    """The root of the score equation between the observed difference and -1 or 1."""
    # With shares of 0 and 0 (or 1 and 1) the variance vanishes at the estimate too, which is not
    # the root wanted.
    return float(brentq(excess, observed + limit * 1e-9, limit, xtol=1e-12))


def score_variance(events_1: int, n_1: int, events_0: int, n_0: int, difference: float) -> float:
    """Variance of the difference at the likeliest pair of shares that lie `difference` apart, times
    N/(N-1).
    """
    share_0 = restricted_share(events_1, n_1, events_0, n_0, difference)
    share_1 = share_0 + difference
    return (
        (share_1 * (1 - share_1) / n_1 + share_0 * (1 - share_0) / n_0)
        * (n_1 + n_0)
        / (n_1 + n_0 - 1)
    )


def two_sided_z(level: float) -> float:
    """The normal quantile of an interval at `level`."""
    return float(norm.isf((1 - check_share("level", level)) / 2))
