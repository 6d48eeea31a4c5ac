"""Do the arms differ in how long until it happens? Curves, the log-rank test and hazard ratios, all
at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.arrays import Floats, Ints
from equipoise.statistics.cox import CoxFit, Ties, fit_cox, proportionality_test
from equipoise.statistics.survival import (
    LogRank,
    MeanContrast,
    MeanTime,
    Quantile,
    SurvivalCurve,
    Transformation,
    kaplan_meier,
    log_rank,
    restricted_mean,
)
from equipoise.statistics.survival.checked import check_times

Labels = NDArray[Any]
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSurvival:
    """One arm; `landmarks` has survival and its bounds at each time asked for, NaN beyond what is
    known.
    """

    name: str
    subjects: int
    events: int
    median: Quantile
    landmarks: tuple[tuple[float, float, float], ...]
    restricted_mean: MeanTime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRatio:
    """An arm's hazard against the reference arm's; `coef` is its logarithm, `se` that of `coef`."""

    arm: str
    coef: float
    se: float
    hazard_ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalComparison:
    """Arms in sorted order, the first being the reference; hazard ratios of the others against it.

    What cannot be computed is None, or empty, and the text beside it says why: `log_rank_unknown`,
    `hazard_ratios_unknown`. `proportionality` is the chi-square, degrees of freedom and p of the
    test that the hazard ratios stay the same, or None where there are too few event times, and then
    `proportionality_unknown` says so. `interval` is how the bounds of the curves and medians were
    made, `ties` how the Cox model takes them. `landmarks` are the times asked for, `tau` the end of
    the restricted means.
    """

    arms: tuple[ArmSurvival, ...]
    log_rank: LogRank | None
    log_rank_unknown: str
    hazard_ratios: tuple[HazardRatio, ...]
    hazard_ratios_unknown: str
    ties: Ties
    proportionality: tuple[float, int, float] | None
    proportionality_unknown: str
    restricted_mean_difference: MeanContrast | None
    strata: int
    level: float
    interval: Transformation
    landmarks: tuple[float, ...]
    tau: float | None

    @property
    def reference(self) -> str:
        """The arm that the others are compared with."""
        return self.arms[0].name


def compare_survival(  # noqa: PLR0913  (options by name, for statisticians)
    time: ArrayLike,
    event: ArrayLike,
    arm: Sequence[str] | Labels,
    strata: ArrayLike | None = None,
    *,
    level: float = 0.95,
    interval: Transformation = "log",
    landmarks: Sequence[float] = (),
    tau: float | None = None,
    ties: Ties = "efron",
) -> SurvivalComparison:
    """Compare two or more arms; subjects' arguments have shape (subject,), times are in any one
    unit.

    Curves and restricted means are of whole arms; the log-rank test, the Cox model and its test of
    proportionality are stratified by `strata`. The bounds of curves and medians are
    by default those of R's survfit, `log`. Labels of arms that are all numbers are sorted as
    numbers. What an arm without an event, or times that are all the same, leave unknown is told
    with its reason beside what can be computed. Raises ValueError for fewer than two arms and
    whatever the methods themselves refuse.
    """
    times, happened = check_times(time, event)
    names, member = _arms(arm, len(times))
    if len(names) < 2:
        raise ValueError(f"arm is {names[0]!r} for every subject; expected at least two arms")
    incomparable = _incomparable(times, happened.astype(bool), names, member)
    if any(not 0 <= moment < np.inf for moment in landmarks):
        raise ValueError(f"landmarks are {list(landmarks)}; expected finite times of 0 or more")
    test, no_test = _told("log-rank test", names, log_rank, times, happened, member, strata)
    fit, no_fit = None, incomparable
    if not incomparable:
        covariates = _indicators(member, len(names))
        fit, no_fit = _told(
            "Cox model", names, fit_cox, times, happened, covariates, strata, ties, level=level
        )
    proportionality, unknown = _proportionality(fit) if fit else (None, no_fit)
    means = None
    if tau is not None:
        means = _within(
            "restricted mean", names, restricted_mean, times, happened, member, tau=tau, level=level
        )
    return SurvivalComparison(
        arms=tuple(
            _arm(
                name,
                happened[member == g],
                kaplan_meier(times[member == g], happened[member == g], level, interval),
                landmarks,
                means.means[g] if means else None,
            )
            for g, name in enumerate(names)
        ),
        log_rank=test,
        log_rank_unknown=no_test,
        hazard_ratios=tuple(_hazard_ratio(fit, j, name) for j, name in enumerate(names[1:]))
        if fit
        else (),
        hazard_ratios_unknown=no_fit,
        ties=ties,
        proportionality=proportionality,
        proportionality_unknown=unknown,
        restricted_mean_difference=means.difference if means else None,
        strata=1 if strata is None else len(np.unique(np.asarray(strata))),
        level=level,
        interval=interval,
        landmarks=tuple(float(moment) for moment in landmarks),
        tau=tau,
    )


def _arms(arm: Sequence[str] | Labels, subjects: int) -> tuple[list[str], Ints]:
    """Names in order, and the place of each subject's arm among them."""
    labels = np.asarray(arm)
    if labels.shape != (subjects,):
        raise ValueError(
            f"arm has shape {labels.shape}; expected one label for each of {subjects} subjects"
        )
    distinct, codes = np.unique(labels.astype(str), return_inverse=True)
    names = [str(name) for name in distinct]
    order = list(range(len(names)))
    if all(NUMBER.fullmatch(name) for name in names):
        order.sort(key=lambda g: (float(names[g]), names[g]))
    place = np.argsort(np.array(order)).astype(np.int32)
    return [names[g] for g in order], place[codes]


def _incomparable(times: Labels, happened: Labels, names: Sequence[str], member: Labels) -> str:
    """Why there is no hazard ratio, or nothing."""
    if not happened.any():
        return f"none of {len(times)} subjects had an event"
    for g, name in enumerate(names):
        if not happened[member == g].any():
            subjects = int(np.sum(member == g))
            return (
                f"arm {name!r} has no event among {subjects} subjects, so its hazard ratio has no"
                " finite estimate"
            )
    return f"time is {times[0]} for every subject" if times.min() == times.max() else ""


def _told(
    what: str, names: Sequence[str], method: Any, *arguments: Any, **options: Any
) -> tuple[Any, str]:
    """The method's result, or None and why there is none."""
    try:
        return _within(what, names, method, *arguments, **options), ""
    except ValueError as error:
        return None, str(error)


def _indicators(member: Labels, k: int) -> Floats:
    """A column for each arm but the reference, (subject, arm - 1)."""
    return np.asarray(member[:, None] == np.arange(1, k), dtype=np.float64)


def _within(what: str, names: Sequence[str], method: Any, *arguments: Any, **options: Any) -> Any:
    """The method's result; what it refuses is told with its name, its numbers of arms being
    explained.
    """
    try:
        return method(*arguments, **options)
    except ValueError as error:
        message = f"{what}: {error}"
        if "covariate" in message:
            message += "; covariates are " + ", ".join(
                f"{j} arm {name!r}" for j, name in enumerate(names[1:])
            )
        elif "group " in message:
            message += "; groups are " + ", ".join(
                f"{g} arm {name!r}" for g, name in enumerate(names)
            )
        raise ValueError(message) from None


def _arm(
    name: str,
    happened: Labels,
    curve: SurvivalCurve,
    landmarks: Sequence[float],
    mean: MeanTime | None,
) -> ArmSurvival:
    return ArmSurvival(
        name=name,
        subjects=len(happened),
        events=int(happened.sum()),
        median=curve.median(),
        landmarks=tuple(curve.at(float(moment)) for moment in landmarks),
        restricted_mean=mean,
    )


def _hazard_ratio(fit: CoxFit, j: int, name: str) -> HazardRatio:
    return HazardRatio(
        arm=name,
        coef=float(fit.coef[j]),
        se=float(fit.se[j]),
        hazard_ratio=float(fit.hazard_ratio[j]),
        lower=float(fit.lower[j]),
        upper=float(fit.upper[j]),
        p=float(fit.p[j]),
    )


def _proportionality(fit: CoxFit) -> tuple[tuple[float, int, float] | None, str]:
    try:
        test = proportionality_test(fit)
    except ValueError as error:  # the comparison stands without it
        return None, str(error)
    return (test.global_chi_square, test.degrees_of_freedom, test.global_p), ""
