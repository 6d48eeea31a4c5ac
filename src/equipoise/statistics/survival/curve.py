"""How long until it happens, when for some it has not happened yet?

Times are in any one unit from one origin; `event` is true where the event happened and false where
the time is censored. A subject censored at a time is still at risk for the events of that time.
What groups differ in is asked of `log_rank` and `restricted_mean`.
"""

from dataclasses import dataclass
from math import asin, sin
from typing import Any, Literal, get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from equipoise.arrays import Floats
from equipoise.compiled import at, njit
from equipoise.statistics.checks import check_share
from equipoise.statistics.same_numbers import exp_of, log_of
from equipoise.statistics.survival.ordered import NO_TIMES, order_subjects

Counts = NDArray[np.int32]
Transformation = Literal["log-log", "log", "plain", "arcsine"]


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time by which a share has had the event, with its interval; infinity where the curve
    never falls so far.
    """

    time: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """A Kaplan-Meier curve: one row for each distinct time, event or censoring, rising.

    `survival`, `lower` and `upper` hold from `times` on, to the next one; the bounds are NaN once
    survival is 0, where Greenwood's variance has no value. `error` is Greenwood's standard error of
    -log(survival), infinite there.
    """

    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Counts
    events: Counts
    level: float
    error: Floats

    @overload
    def at(self, time: float) -> tuple[float, float, float]: ...
    @overload
    def at(self, time: ArrayLike) -> tuple[Floats, Floats, Floats]: ...
    def at(self, time: Any) -> tuple[Any, Any, Any]:
        """Survival at a landmark with its bounds, floats or arrays of the shape of `time`.

        NaN after the last time observed, unless the curve has reached 0.
        """
        moments = np.asarray(time, dtype=np.float64)
        if np.isnan(moments).any():
            raise ValueError("time is NaN; a landmark must be a number")
        row = np.searchsorted(self.times, moments, side="right") - 1
        unknown = (moments > self.times[-1]) & (self.survival[-1] > 0)
        found = (
            np.where(unknown, np.nan, np.where(row < 0, 1.0, curve[row]))
            for curve in (self.survival, self.lower, self.upper)
        )
        survival, lower, upper = (value if moments.ndim else float(value) for value in found)
        return survival, lower, upper

    def quantile(self, share: float) -> Quantile:
        """When `share` of the subjects have had the event, as R's survfit has it.

        The bounds are the times at which the bounds of the curve cross (Brookmeyer and Crowley,
        Biometrics 1982); where a curve runs level exactly at the share, the middle of that stretch
        is taken. With left truncation a bound may rise again; its first crossing counts.
        """
        left = 1 - check_share("share", share)
        first_time = at(first_time_at, len(self.times))
        lower, upper = (
            float(first_time(self.times, curve, left)) for curve in (self.lower, self.upper)
        )
        return Quantile(float(first_time(self.times, self.survival, left)), lower, upper)

    def median(self) -> Quantile:
        """The time by which half have had the event."""
        return self.quantile(0.5)


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    level: float = 0.95,
    interval: Transformation = "log-log",
    *,
    entry: ArrayLike | None = None,
) -> SurvivalCurve:
    """Product-limit curve (Kaplan and Meier, JASA 1958) with bounds from Greenwood's variance.

    `time` and `event` have shape (subject,), and so has `entry`, the time from which a subject was
    under observation (left truncation; at risk at t are those with entry < t <= time). The bounds
    are symmetric for log(-log S), log S, S itself or arcsin(sqrt(S)), cut to 0..1.
    """
    check_share("level", level)
    if interval not in get_args(Transformation):
        raise ValueError(
            f"interval is {interval!r}; known are {', '.join(get_args(Transformation))}"
        )
    times, happened, entries = _sorted(time, event, entry)
    times, survival, error, at_risk, events = at(product_limit, len(times))(
        times, happened, entries
    )
    z = float(norm.isf((1 - level) / 2))
    lower, upper = at(_bounds, len(times))(
        survival, error, events, z, get_args(Transformation).index(interval)
    )
    return SurvivalCurve(times, survival, lower, upper, at_risk, events, level, error)


def _sorted(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None
) -> tuple[Floats, NDArray[np.uint8], Floats]:
    """Times, events and sorted entries alone: the order itself is let go before the curve needs its
    memory.
    """
    ordered = order_subjects(time, event, entry=entry)
    return (
        ordered.time,
        ordered.event,
        ordered.entry[ordered.by_entry] if len(ordered.entry) else NO_TIMES,
    )


@njit(cache=True, error_model="numpy")
def product_limit(time: Any, event: Any, entry: Any) -> Any:
    """Distinct times, survival, standard error of -log survival, numbers at risk and of events,
    from sorted times.

    `entry` is sorted by itself, or empty. The distinct times are written over the beginning of
    `time`.
    """
    n, m = len(time), 0
    for i in range(n):
        m += 1 if i == 0 or time[i] != time[i - 1] else 0
    survival, error = np.empty(m), np.empty(m)
    at_risk, events = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    left, total, i, entered = 1.0, 0.0, 0, 0
    for row in range(m):
        t, first, d = time[i], i, 0
        while entered < len(entry) and entry[entered] < t:
            entered += 1
        while i < n and time[i] == t:
            d += int(event[i])
            i += 1
        risk = (entered if len(entry) else n) - first
        left *= (risk - d) / risk
        if d > 0:
            total = total + d / (risk * float(risk - d)) if risk > d else np.inf
        time[row], survival[row], error[row], at_risk[row], events[row] = (
            t,
            left,
            np.sqrt(total),
            risk,
            d,
        )
    return time[:m], survival, error, at_risk, events


@njit(cache=True, error_model="numpy")
def _bounds(survival: Any, error: Any, events: Any, z: float, interval: int) -> Any:
    """Bounds at every row; (1, 1) before the first event, NaN at 0. `interval` counts through
    Transformation.
    """
    lower, upper = np.empty(len(survival)), np.empty(len(survival))
    low = high = 1.0
    for i in range(len(survival)):
        if events[i] > 0:
            low, high = _bounds_at(survival[i], error[i], z, interval)
        lower[i], upper[i] = low, high
    return lower, upper


@njit(cache=True, error_model="numpy")
def _bounds_at(s: float, error: float, z: float, interval: int) -> Any:
    if s <= 0.0:
        return np.nan, np.nan
    if interval == 0:
        log = log_of(s)
        step = exp_of(-z * error / log)
        return exp_of(log * step), exp_of(log / step)
    if interval == 1:
        step = exp_of(z * error)
        return s / step, min(s * step, 1.0)
    if interval == 2:
        return max(s - z * error * s, 0.0), min(s + z * error * s, 1.0)
    angle, step = asin(np.sqrt(s)), 0.5 * z * error * np.sqrt(s / (1.0 - s))
    low, high = sin(max(0.0, angle - step)), sin(min(np.pi / 2, angle + step))
    return low * low, high * high


@njit(cache=True, error_model="numpy")
def first_time_at(times: Any, curve: Any, left: float) -> float:
    """First time at which a falling curve is at or under `left`; the middle of the stretch if it
    stays at `left`.
    """
    # The slack is R's: the square root of the smallest step of a float.
    slack = 1.5e-8
    for i in range(len(times)):
        if curve[i] < left - slack:
            return float(times[i])
        if curve[i] <= left + slack:
            for j in range(i + 1, len(times)):
                if curve[j] < left - slack:
                    return float((times[i] + times[j]) / 2)
            return float(times[i])
    return np.inf


@njit(cache=True, error_model="numpy")
def median_of_sorted(time: Any, event: Any) -> float:
    """Kaplan-Meier median of one group sorted by time, for compiled loops; infinity if not
    reached.
    """
    times, survival, _, _, _ = product_limit(time.copy(), event, np.empty(0))
    return first_time_at(times, survival, 0.5)
