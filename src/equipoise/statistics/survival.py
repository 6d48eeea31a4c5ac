"""How long until it happens, when for some it has not happened yet?

Times are in any one unit from one origin; `event` is true where the event happened and false where the time is
censored. A subject censored at a time is still at risk for the events of that time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from equipoise.statistics.proportions import check_share

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Transformation = Literal["log-log", "log", "plain"]


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time by which a share has had the event, with its interval; infinity where the curve never falls so far."""

    time: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """A Kaplan-Meier curve: one row for each distinct time, event or censoring, rising.

    `survival`, `lower` and `upper` hold from `times` on, to the next one; the bounds are NaN once survival is 0,
    where Greenwood's variance has no value.
    """

    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Counts
    events: Counts
    level: float

    def at(self, time: float) -> tuple[float, float, float]:
        """Survival at `time` with its bounds; NaN after the last time observed unless the curve has reached 0."""
        row = int(np.searchsorted(self.times, time, side="right")) - 1
        if row < 0:
            return 1.0, 1.0, 1.0
        if time > self.times[-1] and self.survival[-1] > 0:
            return float("nan"), float("nan"), float("nan")
        return float(self.survival[row]), float(self.lower[row]), float(self.upper[row])

    def quantile(self, share: float) -> Quantile:
        """When `share` of the subjects have had the event, as R's survfit has it.

        The bounds are the times at which the bounds of the curve cross (Brookmeyer and Crowley, Biometrics 1982);
        where a curve runs level exactly at the share, the middle of that stretch is taken.
        """
        left = 1 - check_share("share", share)
        lower, upper = (_first_time_at(self.times, curve, left) for curve in (self.lower, self.upper))
        return Quantile(_first_time_at(self.times, self.survival, left), lower, upper)

    def median(self) -> Quantile:
        """The time by which half have had the event."""
        return self.quantile(0.5)


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, level: float = 0.95, interval: Transformation = "log-log"
) -> SurvivalCurve:
    """Product-limit curve (Kaplan and Meier, JASA 1958) with bounds from Greenwood's variance.

    `time` and `event` have shape (subject,). The bounds are symmetric for log(-log S), log S or S itself, cut to 0..1.
    """
    times, happened = check_times(time, event)
    check_share("level", level)
    distinct, at_risk, events = _life_table(times, happened)
    survival = np.asarray(np.cumprod(1 - events / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore"):  # the last step to 0 has an infinite variance: its bounds become NaN
        error = np.asarray(np.sqrt(np.cumsum(events / (at_risk * (at_risk - events)))), dtype=np.float64)
    lower, upper = _bounds(survival, error, float(norm.isf((1 - level) / 2)), interval)
    return SurvivalCurve(distinct, survival, lower, upper, at_risk, events, level)


def _bounds(survival: Floats, error: Floats, z: float, interval: str) -> tuple[Floats, Floats]:
    """Bounds from the standard error of the cumulative hazard; (1, 1) before the first event, NaN at 0."""
    if interval not in get_args(Transformation):
        raise ValueError(f"interval is {interval!r}; known are {', '.join(get_args(Transformation))}")
    s = np.where((survival > 0) & (survival < 1), survival, 0.5)
    e = np.where(survival > 0, error, 0.0)
    if interval == "log-log":
        step = z * e / np.log(s)
        pair = s ** np.exp(-step), s ** np.exp(step)
    elif interval == "log":
        pair = s * np.exp(-z * e), s * np.exp(z * e)
    else:
        pair = s - z * e * s, s + z * e * s
    shown = [np.where(survival == 1, 1.0, np.where(survival == 0, np.nan, np.clip(b, 0, 1))) for b in pair]
    return shown[0], shown[1]


def _life_table(times: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Counts, Counts]:
    """Distinct times, rising, with the number at risk just before and the events at each."""
    distinct, row = np.unique(times, return_inverse=True)
    leaving = np.bincount(row, minlength=len(distinct))
    events = np.bincount(row[happened], minlength=len(distinct))
    return distinct, len(times) - np.cumsum(leaving) + leaving, events


def _first_time_at(times: Floats, curve: Floats, left: float) -> float:
    """First time at which a falling curve is at or under `left`; the middle of the stretch if it stays at `left`."""
    # The slack is R's: the square root of the smallest step of a float.
    slack = 1.5e-8
    low = np.flatnonzero(curve <= left + slack)
    if not len(low):
        return float("inf")
    under = np.flatnonzero(curve < left - slack)
    if abs(curve[low[0]] - left) <= slack and len(under):
        return float(times[low[0]] + times[under[0]]) / 2
    return float(times[low[0]])


@dataclass(frozen=True, slots=True)
class LogRank:
    """A log-rank test of k groups, arrays in the order of `groups`: shape (group,), variance (group, group)."""

    groups: NDArray[Any]
    chi_square: float
    degrees_of_freedom: int
    p: float
    observed: Floats
    expected: Floats
    variance: Floats


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None) -> LogRank:
    """Two-sided log-rank test, hypergeometric variance, stratified if `strata` is given (Mantel 1966; Peto 1972).

    All arguments have shape (subject,). A group with nobody at risk at any event is left out of the degrees of
    freedom, as in R's survdiff.
    """
    times, happened = check_times(time, event)
    names, member = np.unique(_labels("group", group, len(times)), return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"group holds only {names.tolist()}; at least two groups are needed")
    if not happened.any():
        raise ValueError("event is false for every subject; a log-rank test needs at least one event")
    observed, expected, variance = np.zeros(len(names)), np.zeros(len(names)), np.zeros((len(names),) * 2)
    for rows in each_stratum(strata, len(times)):
        o, e, v = _log_rank_parts(times[rows], happened[rows], member[rows], len(names))
        observed, expected, variance = observed + o, expected + e, variance + v
    chi_square, freedom = _quadratic_form(observed - expected, variance, expected > 0)
    return LogRank(names, chi_square, freedom, float(chi2.sf(chi_square, freedom)), observed, expected, variance)


def _log_rank_parts(
    times: Floats, happened: NDArray[np.bool_], member: Counts, k: int
) -> tuple[Floats, Floats, Floats]:
    """Observed, expected (group,) and variance (group, group) of one stratum, summed over its event times."""
    moments, row = np.unique(times[happened], return_inverse=True)
    at_risk = np.stack([np.sum(times[member == g, None] >= moments, axis=0) for g in range(k)], axis=1)
    total, events = at_risk.sum(axis=1), np.bincount(row, minlength=len(moments))
    share = at_risk / total[:, None]
    spread = events * (total - events) / np.maximum(total - 1, 1)
    variance = np.diag(spread @ share) - np.einsum("t,tg,th->gh", spread, share, share)
    return np.bincount(member[happened], minlength=k).astype(float), events @ share, variance


def _quadratic_form(gap: Floats, variance: Floats, counted: NDArray[np.bool_]) -> tuple[float, int]:
    """Chi-square and its degrees of freedom: one group is redundant, since the gaps add up to 0."""
    kept = np.flatnonzero(counted)[1:]
    block = variance[np.ix_(kept, kept)]
    if not len(kept) or np.linalg.matrix_rank(block) < len(kept):
        raise ValueError("the groups were never at risk together at an event; nothing can be compared")
    return float(gap[kept] @ np.linalg.solve(block, gap[kept])), len(kept)


def each_stratum(strata: ArrayLike | None, subjects: int) -> Iterator[NDArray[np.bool_]]:
    """The rows of each stratum in turn, bool (subject,); all of them once if there are no strata."""
    if strata is None:
        yield np.ones(subjects, dtype=bool)
        return
    labels = _labels("strata", strata, subjects)
    for name in np.unique(labels):
        yield labels == name


def _labels(name: str, values: ArrayLike, subjects: int) -> NDArray[Any]:
    labels = np.asarray(values)
    if labels.shape != (subjects,):
        raise ValueError(f"{name} has shape {labels.shape}; expected one value for each of {subjects} subjects")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError(f"{name} is missing (NaN) for subject {int(np.argmax(np.isnan(labels)))}")
    return labels


def check_times(time: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Times as floats and events as bools, shape (subject,); refuse empty, unequal, missing or negative ones."""
    times, happened = np.asarray(time, dtype=np.float64), np.asarray(event)
    if times.ndim != 1 or not len(times) or times.shape != happened.shape:
        raise ValueError(f"time has shape {times.shape} and event {happened.shape}; expected (subject,) for both")
    wrong = ~(np.isfinite(times) & (times >= 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"time is {times[first]} for subject {first}; it must be a finite number, 0 or more")
    if not np.isin(happened, (0, 1)).all():
        first = int(np.argmin(np.isin(happened, (0, 1))))
        raise ValueError(f"event is {happened[first]} for subject {first}; it must be 1 (happened) or 0 (censored)")
    return times, happened.astype(bool)
