"""How long do subjects live event-free, on average, up to a given time?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from equipoise.arrays import Floats
from equipoise.compiled import at
from equipoise.statistics.checks import check_share
from equipoise.statistics.survival.checked import Bytes, check_times, label_codes
from equipoise.statistics.survival.curve import product_limit
from equipoise.statistics.survival.ordered import NO_TIMES, order_checked


@dataclass(frozen=True, slots=True)
class MeanTime:
    """Area under the survival curve up to tau, in the unit of time, with standard error and
    interval.
    """

    estimate: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class MeanContrast:
    """A difference or ratio of two restricted means with its interval and two-sided p-value."""

    estimate: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Restricted mean of each group in the order of `groups`; contrasts are second against first,
    None if there are not two, or one of them shows no variance: without an event before tau, or
    with nobody left at the only one, nothing is known of its error.
    """

    groups: NDArray[Any]
    means: tuple[MeanTime, ...]
    difference: MeanContrast | None
    ratio: MeanContrast | None
    tau: float
    level: float


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    tau: float | None = None,
    level: float = 0.95,
) -> RestrictedMean:
    """Restricted mean survival time up to `tau` (Royston and Parmar, BMC Med Res Methodol 2013; R:
    survfit, rmean=).

    Arguments have shape (subject,). `tau` is by default the largest time that every group reaches.
    ValueError if a curve is unknown at `tau`, since the last time of the group is earlier and was
    censored. The difference has a normal interval, the ratio one on the log scale (both as the R
    package survRM2).
    """
    times, happened = check_times(time, event)
    z = float(norm.isf((1 - check_share("level", level)) / 2))
    names, codes = np.zeros(1, dtype=np.int32), np.zeros(len(times), dtype=np.int32)
    if group is not None:
        names, codes = label_codes("group", group, len(times))
    ordered = order_checked(times, happened)
    member = codes[ordered.rows]
    parts = [(ordered.time[member == g], ordered.event[member == g]) for g in range(len(names))]
    until = _check_tau(tau, parts, names)
    means = tuple(_mean_time(*part, until, z) for part in parts)
    told = len(names) == 2 and all(mean.se > 0 for mean in means)
    difference, ratio = _contrasts(means, z) if told else (None, None)
    return RestrictedMean(names, means, difference, ratio, until, level)


def _check_tau(tau: float | None, parts: list[tuple[Floats, Bytes]], names: NDArray[Any]) -> float:
    if tau is None:
        tau = min(float(times[-1]) for times, _ in parts)
    if not (np.isfinite(tau) and tau > 0):
        raise ValueError(f"tau is {tau}; it must be a finite time over 0")
    for name, (times, happened) in zip(names, parts, strict=True):
        last = times == times[-1]
        if tau > times[-1] and not happened[last].all():
            raise ValueError(
                f"tau is {tau}, but in group {name} the last time is {times[-1]} and censored; "
                f"tau must be over 0 and at most {times[-1]}"
            )
    return float(tau)


def _mean_time(times: Floats, happened: Bytes, tau: float, z: float) -> MeanTime:
    """Area, and variance as the sum of squared areas to the right of each event times Greenwood's
    step.
    """
    moments, survival, _, at_risk, events = at(product_limit, len(times))(times, happened, NO_TIMES)
    kept = moments <= tau
    edges = np.concatenate([[0.0], moments[kept], [tau]])
    areas = np.diff(edges) * np.concatenate([[1.0], survival[kept]])
    right = np.cumsum(areas[:0:-1])[::-1]
    left = at_risk[kept].astype(np.float64) - events[kept]
    # Nothing lies to the right of the step to 0, so its infinite variance counts for nothing.
    greenwood = np.divide(
        events[kept], at_risk[kept] * left, out=np.zeros(len(left)), where=left > 0
    )
    mean, se = float(areas.sum()), float(np.sqrt(np.sum(right**2 * greenwood)))
    return MeanTime(mean, se, mean - z * se, mean + z * se)


def _contrasts(means: tuple[MeanTime, ...], z: float) -> Iterator[MeanContrast]:
    first, second = means
    for gap, se, shown in (
        (second.estimate - first.estimate, float(np.hypot(first.se, second.se)), float),
        (
            float(np.log(second.estimate / first.estimate)),
            float(np.hypot(first.se / first.estimate, second.se / second.estimate)),
            np.exp,
        ),
    ):
        p = float(2 * norm.sf(abs(gap) / se))
        yield MeanContrast(
            float(shown(gap)), float(shown(gap - z * se)), float(shown(gap + z * se)), p
        )
