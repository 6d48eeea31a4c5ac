"""Whom and when does a proportional hazards model describe badly?

Residuals are in the order of the caller's subjects, except those of Schoenfeld, which belong to
deaths. All are as R's survival package has them (Therneau and Grambsch, Modeling Survival Data,
2000, chapter 4), Efron's shares included.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.arrays import Floats
from equipoise.statistics.cox.model import CoxFit, EventTimes, RiskSets, event_times, stratum_of
from equipoise.statistics.survival.checked import label_codes


@dataclass(frozen=True, slots=True)
class BaselineHazard:
    """Cumulative hazard at every distinct time, event or censoring, rising within each stratum;
    shapes (time,).
    """

    time: Floats
    cumulative_hazard: Floats
    stratum: NDArray[Any]


@dataclass(frozen=True, slots=True)
class SchoenfeldResiduals:
    """For every death, by stratum and rising time: its time and stratum (death,), residuals (death,
    covariate).
    """

    time: Floats
    stratum: NDArray[Any]
    residuals: Floats


def baseline_hazard(fit: CoxFit, at: ArrayLike | None = None) -> BaselineHazard:
    """Cumulative hazard of somebody with covariates `at`, shape (covariate,), by default 0.

    Breslow's or Efron's estimate, as the ties of the model (R: basehaz, centered=FALSE).
    ValueError if so far from the data that it overflows.
    """
    sets, ordered = fit.risk_sets, fit.risk_sets.ordered
    x = np.zeros(len(fit.coef)) if at is None else np.asarray(at, dtype=np.float64)
    if x.shape != fit.coef.shape or not np.isfinite(x).all():
        raise ValueError(
            f"at is {x.tolist()}; expected {len(fit.coef)} finite numbers, one for each covariate"
        )
    stratum = stratum_of(ordered)
    new = np.ones(len(stratum), dtype=bool)
    new[1:] = (np.diff(ordered.time) != 0) | (np.diff(stratum) != 0)
    events = event_times(sets, fit.coef * sets.scale)
    hazard = _cumulative(events, events.hazard, stratum[new], ordered.time[new])
    with np.errstate(over="ignore"):
        hazard = hazard * np.exp(float((x - sets.mean) @ fit.coef))
    if not np.isfinite(hazard).all():
        raise ValueError(
            f"at is {x.tolist()}; the hazard there is too large for a number, choose values near"
            " the data"
        )
    return BaselineHazard(ordered.time[new], hazard, ordered.strata[stratum[new]])


def martingale_residuals(fit: CoxFit) -> Floats:
    """Events minus expected events of each subject, (subject,); they add up to 0 (R: residuals,
    type martingale).
    """
    sets, ordered = fit.risk_sets, fit.risk_sets.ordered
    events = event_times(sets, fit.coef * sets.scale)
    died = ordered.event == 1
    hazard = _exposure(sets, events, events.hazard)
    own = _own_time(events)
    hazard[died] += (events.hazard_dying - events.hazard)[own]
    return _as_given(sets, ordered.event - np.exp(sets.x @ (fit.coef * sets.scale)) * hazard)


def score_residuals(fit: CoxFit) -> Floats:
    """Each subject's part of the score, (subject, covariate); they add up to 0 (R: residuals, type
    score).
    """
    return _score_residuals(fit.risk_sets, fit.coef) * fit.risk_sets.scale


def dfbeta(fit: CoxFit) -> Floats:
    """About how much each subject moved each coefficient, (subject, covariate): score residuals
    times the variance.
    """
    return score_residuals(fit) @ fit.naive_covariance


def schoenfeld_residuals(fit: CoxFit, *, scaled: bool = False) -> SchoenfeldResiduals:
    """Covariates of each death minus their mean over its risk set, in the covariates' units.

    `scaled` as Grambsch and Therneau (Biometrika 1994): times the variance and the number of
    deaths, plus the coefficients, so that their course over time is that of the coefficients.
    """
    sets, ordered = fit.risk_sets, fit.risk_sets.ordered
    events, died = event_times(sets, fit.coef * sets.scale), ordered.event == 1
    residuals = (sets.x[died] - events.mean[_own_time(events)]) * sets.scale
    if scaled:
        residuals = residuals @ fit.covariance * fit.events + fit.coef
    return SchoenfeldResiduals(
        ordered.time[died], ordered.strata[stratum_of(ordered)[died]], residuals
    )


def robust_covariance(
    sets: RiskSets, coef: Floats, naive: Floats, cluster: ArrayLike | None
) -> Floats:
    """Sandwich variance (Lin and Wei, JASA 1989), the parts of one cluster added up first."""
    parts = (_score_residuals(sets, coef) * sets.scale) @ naive
    if cluster is not None:
        names, codes = label_codes("cluster", cluster, len(parts))
        if len(names) <= len(coef):
            raise ValueError(
                f"cluster has {len(names)} labels; more than {len(coef)} are needed, one for a"
                " covariate"
            )
        parts = np.stack([np.bincount(codes, column, len(names)) for column in parts.T], axis=1)
    return np.asarray(parts.T @ parts, dtype=np.float64)


def _score_residuals(sets: RiskSets, coef: Floats) -> Floats:
    beta = coef * sets.scale
    events, died = event_times(sets, beta), sets.ordered.event == 1
    own = _own_time(events)
    hazard, shifted = (
        _exposure(sets, events, events.hazard),
        _exposure(sets, events, events.shifted),
    )
    hazard[died] += (events.hazard_dying - events.hazard)[own]
    shifted[died] += (events.shifted_dying - events.shifted)[own]
    parts = -np.exp(sets.x @ beta)[:, None] * (sets.x * hazard[:, None] - shifted)
    parts[died] += sets.x[died] - events.mean[own]
    return _as_given(sets, parts)


def _own_time(events: EventTimes) -> NDArray[np.intp]:
    """For each death in order, its row among the event times."""
    return np.repeat(np.arange(len(events.time)), events.deaths)


def _exposure(sets: RiskSets, events: EventTimes, steps: Floats) -> Floats:
    """Steps added up over the time each ordered subject was at risk."""
    ordered, stratum = sets.ordered, stratum_of(sets.ordered)
    total = _cumulative(events, steps, stratum, ordered.time)
    if len(ordered.entry):
        total -= _cumulative(events, steps, stratum, ordered.entry)
    return total


def _cumulative(events: EventTimes, steps: Floats, stratum: NDArray[Any], time: Floats) -> Floats:
    """Sum of the steps of the stratum up to and with each time."""
    total = np.zeros((len(time), *steps.shape[1:]))
    for s in np.unique(stratum):
        here, there = events.stratum == s, stratum == s
        if here.any():
            sums = np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps[here], axis=0)])
            total[there] = sums[np.searchsorted(events.time[here], time[there], side="right")]
    return total


def _as_given(sets: RiskSets, values: Floats) -> Floats:
    given = np.empty_like(values)
    given[sets.ordered.rows] = values
    return given
