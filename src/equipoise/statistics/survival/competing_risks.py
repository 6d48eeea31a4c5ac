"""How often does it happen, when something else may happen first?

`cause` is 0 for censored subjects and a positive integer for the kind of event. A subject who had
another event does
not leave by censoring: it can no longer have this one.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_share
from equipoise.statistics.survival.checked import check_times, label_codes, take
from equipoise.statistics.survival.ordered import Ordered, order_checked
from equipoise.statistics.survival.rank_tests import quadratic_form

Counts = NDArray[np.int64]
Variance = Literal["aalen", "delta"]


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Aalen-Johansen curves: `times` (time,) rising and distinct, `causes` (cause,), other arrays
    (time, cause).

    `lower` and `upper` are symmetric for log(-log), cut at nothing; (0, 0) before the first event
    of the cause.
    """

    times: Floats
    causes: Counts
    incidence: Floats
    se: Floats
    lower: Floats
    upper: Floats
    at_risk: Counts
    level: float

    def at(self, time: float) -> Floats:
        """Incidence of each cause at a landmark, (cause,); NaN after the last time unless nobody
        was left.
        """
        row = int(np.searchsorted(self.times, time, side="right")) - 1
        if np.isnan(time):
            raise ValueError("time is NaN; a landmark must be a number")
        if row < 0:
            return np.zeros(len(self.causes))
        if time > self.times[-1] and self.incidence[-1].sum() < 1 - 1e-12:
            return np.full(len(self.causes), np.nan)
        return np.asarray(self.incidence[row], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GrayTest:
    """Gray's test of k groups; arrays in the order of `groups`: score (group,), variance (group,
    group).
    """

    groups: NDArray[Any]
    chi_square: float
    degrees_of_freedom: int
    p: float
    score: Floats
    variance: Floats


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, level: float = 0.95, variance: Variance = "aalen"
) -> CumulativeIncidence:
    """Cumulative incidence of each cause (Aalen and Johansen, 1978); `time` and `cause` have shape
    (subject,).

    `variance` is `aalen`, which the R package cmprsk reports, or `delta` (Marubini and Valsecchi
    1995, which with one cause is Greenwood's).
    """
    z = float(norm.isf((1 - check_share("level", level)) / 2))
    if variance not in get_args(Variance):
        raise ValueError(f"variance is {variance!r}; known are {', '.join(get_args(Variance))}")
    ordered, causes = _order_causes(time, cause)
    moments, at_risk, events = _counts(
        ordered, np.zeros(len(ordered.time), dtype=np.int64), 1, len(causes)
    )
    n, d = at_risk[:, 0].astype(float), events[:, 0].astype(float)
    dead = d.sum(axis=1)
    survival = np.cumprod(1 - dead / n)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before[:, None] * d / n[:, None], axis=0)
    parts = [
        _variance(incidence[:, j], before, n, dead, d[:, j], variance) for j in range(len(causes))
    ]
    se = np.sqrt(np.maximum(np.stack(parts, axis=1), 0))
    lower, upper = _bounds(incidence, se, z)
    return CumulativeIncidence(moments, causes, incidence, se, lower, upper, at_risk[:, 0], level)


def _variance(
    f: Floats, before: Floats, n: Floats, dead: Floats, d: Floats, variance: Variance
) -> Floats:
    """Sums over earlier event times of (F(t) - F(s))^2 a(s) + b(s) - 2 (F(t) - F(s)) c(s), the
    squares expanded.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if variance == "delta":
            a, b, c = dead / (n * (n - dead)), before**2 * d * (n - d) / n**3, before * d / n**2
        else:
            a = dead / ((n - 1) * (n - dead))
            b = before**2 * d * (n - d) / (n**2 * (n - 1))
            c = before * d * (n - d) / (n * (n - dead) * (n - 1))
    last = dead == n  # the curve is level from here on; what a and c multiply is 0
    a, c = np.where(last, 0, a), np.where(last, 0, c)
    b = np.where(n > 1, b, before**2 * d * (n - d) / n**3)
    sums = np.cumsum(np.stack([a, a * f, a * f * f, b, c, c * f]), axis=1)
    return np.asarray(
        f * f * sums[0] - 2 * f * sums[1] + sums[2] + sums[3] - 2 * f * sums[4] + 2 * sums[5],
        dtype=np.float64,
    )


def _bounds(incidence: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    inner = (incidence > 0) & (incidence < 1)
    f = np.where(inner, incidence, 0.5)
    step = z * se / (f * np.log(f))
    pair = (
        np.where(inner, f ** np.exp(s), np.where(incidence > 0, np.nan, 0.0)) for s in (-step, step)
    )
    lower, upper = pair
    return lower, upper


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    *,
    of: int = 1,
    rho: float = 0,
) -> GrayTest:
    """Gray's k-sample test of the cumulative incidence of cause `of` (Annals of Statistics 1988),
    weight (1 - F)^rho.

    Subject arguments have shape (subject,); `strata` adds the scores and variances of each. The
    score is that of his formula with the risk set R = n (1 - F(t-)) / S(t-) of each group, the
    variance that of its martingale form, with one F pooled over the groups under the hypothesis.
    ValueError for fewer than two groups, a cause that happened to nobody, and a rho that is
    negative or not finite.

    His variance is written for continuous time and can be put into sums in several ways. This one
    was selected among them because it reproduces the four statistics (stratified, two and three
    groups, no ties, 7 digits) in the output
    that the R package cmprsk ships with its tests: a fit, not a derivation. Ties take the factors
    of cmprsk: 1 - (d - 1) / (E S_r - 1) for d events of the cause, E the sum of n / S(t-) over the
    groups, and 1 - (d - 1) / (n_r - 1) for competing ones. cmprsk 2.2 and greenwood's grays_test
    agree with it to rounding, tied or not. The test's size holds in simulation; with one cause the
    score is that of the log-rank test, and the variances agree only in large samples.
    """
    ordered, causes = _order_causes(time, cause, strata)
    names, codes = label_codes("group", group, len(ordered.time))
    if len(names) < 2:
        raise ValueError(f"group holds only {names.tolist()}; at least two groups are needed")
    if of not in causes:
        raise ValueError(f"of is {of}, which happened to nobody; causes seen are {causes.tolist()}")
    if not 0 <= rho < np.inf:
        raise ValueError(f"rho is {rho}; it must be a finite number, 0 or more")
    member, k = take(codes, ordered.rows).astype(np.int64), len(names)
    score, variance, counted = np.zeros(k), np.zeros((k, k)), np.zeros(k, dtype=bool)
    for lo, hi in pairwise(ordered.starts):
        part = _stretch(ordered, int(lo), int(hi))
        _, at_risk, events = _counts(part, member[lo:hi], k, len(causes))
        own = events[:, :, np.flatnonzero(causes == of)[0]]
        u, v, seen = _gray_sums(
            at_risk.astype(float), own.astype(float), (events.sum(axis=2) - own).astype(float), rho
        )
        score, variance, counted = score + u, variance + v, counted | seen
    chi_square, freedom = quadratic_form(score, variance, counted)
    return GrayTest(
        names, chi_square, freedom, float(chi2.sf(chi_square, freedom)), score, variance
    )


def _gray_sums(
    n: Floats, own: Floats, other: Floats, rho: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Score (group,), its variance (group, group) and who was at risk at an event, from counts
    (time, group).
    """
    m, k = n.shape
    dead = own + other
    survival = np.cumprod(1 - np.divide(dead, n, out=np.zeros((m, k)), where=n > 0), axis=0)
    before = np.vstack([np.ones(k), survival[:-1]])
    f = np.cumsum(np.divide(before * own, n, out=np.zeros((m, k)), where=n > 0), axis=0)
    f_before = np.vstack([np.zeros(k), f[:-1]])
    h = np.divide(n, before, out=np.zeros((m, k)), where=n > 0)
    risk = h * (1 - f_before)
    total, everybody, d = risk.sum(axis=1), h.sum(axis=1), own.sum(axis=1)
    step = np.divide(d, everybody, out=np.zeros(m), where=d > 0)
    pooled = np.cumsum(step)
    weight = np.maximum(1 - np.concatenate([[0.0], pooled[:-1]]), 0) ** rho
    share = np.divide(risk, total[:, None], out=np.zeros((m, k)), where=total[:, None] > 0)
    score = weight @ (own - share * d[:, None])
    steps = step[:, None] * _tied(d[:, None], everybody[:, None] * before)
    rivals = other * _tied(other, n)
    each = before / np.maximum(n, 1)
    variance = _gray_variance(h, rivals, survival, each, pooled, step, steps, weight)
    return score, variance, np.asarray(((n > 0) & (d > 0)[:, None]).any(axis=0))


def _tied(events: Floats, at_risk: Floats) -> Floats:
    """What ties leave of the variance of so many events among so many: 1 - (d - 1) / (n - 1), where
    there is more than one event and more than one at risk.
    """
    several = (events > 1) & (at_risk > 1)
    lost = np.divide(events - 1, at_risk - 1, out=np.zeros(np.shape(at_risk)), where=several)
    return np.asarray(1 - lost)


def _gray_variance(
    h: Floats,
    other: Floats,
    survival: Floats,
    each: Floats,
    pooled: Floats,
    step: Floats,
    steps: Floats,
    weight: Floats,
) -> Floats:
    """Sum over groups r and times of the squared coefficients of the two martingales of group r.

    An event of group r at u, of either kind, moves the ratio (1 - F) / S by which the group's risk
    set is reckoned from then on; `later` is what of the score depends on it, `each` how far one
    subject moves the curves.
    """
    m, k = h.shape
    variance = np.zeros((k, k))
    before = 1 - np.concatenate([[0.0], pooled[:-1]])
    hazard = np.divide(step, before, out=np.zeros(m), where=before > 0)
    everybody = h.sum(axis=1)[:, None]
    share = np.divide(h, everybody, out=np.zeros((m, k)), where=everybody > 0)
    for r in range(k):
        a = weight[:, None] * (np.eye(k)[r] - share)
        moved = a * (h[:, r] * hazard)[:, None]
        later = (moved.sum(axis=0) - np.cumsum(moved, axis=0)) * each[:, r, None]
        alive = survival[:, r] > 0
        ratio = np.divide(1 - pooled, survival[:, r], out=np.ones(m), where=alive)
        first = a - later * (ratio - 1)[:, None]
        second = later * np.where(alive, ratio, 0)[:, None]
        variance += (first * (h[:, r] * steps[:, r])[:, None]).T @ first
        variance += (second * other[:, r, None]).T @ second
    return variance


def _order_causes(
    time: ArrayLike, cause: ArrayLike, strata: ArrayLike | None = None
) -> tuple[Ordered, Counts]:
    """Ordered subjects whose `event` is 0 or the position of the cause, counted from 1, among those
    seen.
    """
    kinds = np.asarray(cause)
    times, _ = check_times(time, np.zeros(kinds.shape, dtype=bool))
    if kinds.dtype.kind not in "biuf":
        raise ValueError(f"cause has the type {kinds.dtype}; it must be integers, 0 for censored")
    wrong = ~((kinds >= 0) & (kinds == np.floor(kinds)) & (kinds < 2**31))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(
            f"cause is {kinds[first]} for subject {first}; it must be 0 (censored) or a positive"
            " integer"
        )
    seen = np.unique(kinds).astype(np.int64)
    causes = seen[seen > 0]
    if not len(causes):
        raise ValueError("cause is 0 for every subject; at least one event is needed")
    if len(causes) > 255:
        raise ValueError(f"cause holds {len(causes)} kinds of event; at most 255 are possible")
    codes = np.searchsorted(causes, kinds) + 1
    return order_checked(times, np.where(kinds > 0, codes, 0).astype(np.uint8), strata), causes


def _stretch(ordered: Ordered, lo: int, hi: int) -> Ordered:
    return Ordered(
        time=ordered.time[lo:hi],
        event=ordered.event[lo:hi],
        rows=ordered.rows[lo:hi],
        starts=ordered.starts,
        strata=ordered.strata,
        entry=ordered.entry,
        by_entry=ordered.by_entry,
    )


def _counts(ordered: Ordered, member: Counts, k: int, causes: int) -> tuple[Floats, Counts, Counts]:
    """Distinct times, numbers at risk (time, group) and events (time, group, cause)."""
    new = np.ones(len(ordered.time), dtype=bool)
    new[1:] = np.diff(ordered.time) != 0
    row = np.cumsum(new) - 1
    m = int(row[-1]) + 1
    table = np.bincount(
        (row * k + member) * (causes + 1) + ordered.event, minlength=m * k * (causes + 1)
    )
    table = table.reshape(m, k, causes + 1)
    left = table.sum(axis=2)
    return ordered.time[new], left[::-1].cumsum(axis=0)[::-1], table[:, :, 1:]
