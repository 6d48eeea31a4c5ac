"""How much do characteristics multiply the hazard, whatever the hazard is?"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from equipoise.statistics.proportions import check_share
from equipoise.statistics.survival import Floats, check_times, each_stratum

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A proportional hazards model; arrays have shape (covariate,), bounds are of the hazard ratio at `level`.

    `score_chi_square` tests all coefficients at once against 0; for one indicator it is the log-rank test but
    for ties. `loglik` is the partial log likelihood, `loglik_null` that of coefficients of 0.
    """

    coef: Floats
    se: Floats
    hazard_ratio: Floats
    lower: Floats
    upper: Floats
    p: Floats
    covariance: Floats
    loglik: float
    loglik_null: float
    score_chi_square: float
    score_p: float
    subjects: int
    events: int
    level: float


class _Stratum(NamedTuple):
    """One stratum by falling time. `last`: for each event, the last row still at risk; `tied`: its set of ties."""

    x: Floats
    dead: NDArray[np.bool_]
    last: NDArray[np.int64]
    tied: NDArray[np.int64]
    removed: Floats


class _Slope(NamedTuple):
    loglik: float
    score: Floats
    information: Floats


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    strata: ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> CoxFit:
    """Maximize the partial likelihood (Cox, JRSS B 1972; ties: Efron, JASA 1977, or Breslow) by Newton's method.

    `covariates` has shape (subject, covariate) or (subject,). ValueError if there is no event, a value is missing,
    a covariate is constant or a combination of others, or one separates so that no finite estimate exists.
    """
    times, happened = check_times(time, event)
    z = float(norm.isf((1 - check_share("level", level)) / 2))
    x = _check_covariates(covariates, len(times))
    if not happened.any():
        raise ValueError("event is false for every subject; a Cox model needs at least one event")
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties is {ties!r}; known are efron, breslow")
    # Standardized, a step of one is large for every covariate alike; the coefficients are scaled back at the end.
    scale = x.std(axis=0)
    standard = (x - x.mean(axis=0)) / scale
    parts = [_stratum(times[r], happened[r], standard[r], ties) for r in each_stratum(strata, len(times))]
    null = _slope(parts, np.zeros(x.shape[1]))
    _check_rank(null.information)
    beta, best = _newton(parts, null)
    covariance = np.linalg.inv(best.information) / np.outer(scale, scale)
    coef, se = beta / scale, np.sqrt(np.diag(covariance))
    score = float(null.score @ np.linalg.solve(null.information, null.score))
    return CoxFit(
        coef=coef,
        se=se,
        hazard_ratio=np.exp(coef),
        lower=np.exp(coef - z * se),
        upper=np.exp(coef + z * se),
        p=2 * norm.sf(np.abs(coef / se)),
        covariance=covariance,
        loglik=best.loglik,
        loglik_null=null.loglik,
        score_chi_square=score,
        score_p=float(chi2.sf(score, x.shape[1])),
        subjects=len(times),
        events=int(happened.sum()),
        level=level,
    )


def _stratum(times: Floats, happened: NDArray[np.bool_], x: Floats, ties: Ties) -> _Stratum:
    order = np.argsort(-times, kind="stable")
    times, dead, x = times[order], happened[order], x[order]
    moments, tied = np.unique(-times[dead], return_inverse=True)
    last = np.searchsorted(-times, moments, side="right")[tied] - 1
    deaths = np.bincount(tied, minlength=len(moments))
    # Efron: the j-th of d deaths at one time still counts each of the d with weight 1 - j/d in the risk set.
    rank = np.arange(len(tied)) - np.searchsorted(tied, tied)
    removed = rank / deaths[tied] if ties == "efron" else np.zeros(len(tied))
    return _Stratum(x, dead, last, tied, removed)


def _slope(parts: list[_Stratum], beta: Floats) -> _Slope:
    """Log likelihood, its gradient (covariate,) and minus its second derivative (covariate, covariate)."""
    terms = [_slope_of_stratum(part, beta) for part in parts if part.dead.any()]
    return _Slope(sum(t.loglik for t in terms), np.sum([t.score for t in terms], 0), np.sum([t[2] for t in terms], 0))


def _slope_of_stratum(part: _Stratum, beta: Floats) -> _Slope:
    x, dead = part.x, part.dead
    log_risk = x @ beta
    highest = float(log_risk.max())  # keeps the exponentials finite; it cancels in every ratio
    risk = np.exp(log_risk - highest)
    sum_0, sum_1 = _at_risk(part, risk), _at_risk(part, risk[:, None] * x)
    sum_2 = _at_risk(part, np.einsum("i,ij,ik->ijk", risk, x, x))
    mean = sum_1 / sum_0[:, None]
    loglik = float(np.sum(log_risk[dead]) - np.sum(np.log(sum_0) + highest))
    spread = np.sum(sum_2 / sum_0[:, None, None], axis=0) - mean.T @ mean
    return _Slope(loglik, x[dead].sum(axis=0) - mean.sum(axis=0), spread)


def _at_risk(part: _Stratum, values: Floats) -> Floats:
    """Sum of `values` over the risk set of each event, less Efron's share of those that die at the same time."""
    everyone = np.cumsum(values, axis=0)[part.last]
    dying = np.zeros((int(part.tied.max()) + 1, *values.shape[1:]))
    np.add.at(dying, part.tied, values[part.dead])
    removed = part.removed.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(everyone - removed * dying[part.tied], dtype=np.float64)


def _newton(parts: list[_Stratum], start: _Slope) -> tuple[Floats, _Slope]:
    """Climb from 0; a step that does not climb is halved.

    Under separation the likelihood converges while the coefficient walks on and its information melts away, so
    converged means: the steps have vanished, and each (standardized) coefficient has a standard error under 1000.
    """
    beta, here = np.zeros(len(start.score)), start
    for _ in range(50):
        if np.linalg.eigvalsh(here.information)[0] < 1e-6:
            break
        step = np.asarray(np.linalg.solve(here.information, here.score), dtype=np.float64)
        if np.max(np.abs(step)) < 1e-9:
            return beta, here
        beta, here = _climb(parts, beta, step, here)
    raise ValueError(
        f"no finite estimate: covariate {int(np.argmax(np.abs(beta)))} separates those with events from those at risk "
        "(a group without events, or events in order of the covariate); leave it out or stratify by it"
    )


def _climb(parts: list[_Stratum], beta: Floats, step: Floats, here: _Slope) -> tuple[Floats, _Slope]:
    for _ in range(30):
        there = _slope(parts, beta + step)
        if there.loglik >= here.loglik - 1e-12 * abs(here.loglik):
            break
        step = step / 2
    return beta + step, there


def _check_covariates(covariates: ArrayLike, subjects: int) -> Floats:
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != subjects or not x.shape[1]:
        raise ValueError(f"covariates has shape {x.shape}; expected ({subjects}, covariate)")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"covariate {column} is {x[row, column]} for subject {row}; leave out or complete the subject")
    constant = np.flatnonzero(np.ptp(x, axis=0) == 0)
    if len(constant):
        raise ValueError(f"covariate {constant[0]} is {x[0, constant[0]]} for every subject; it explains nothing")
    return x


def _check_rank(information: Floats) -> None:
    """Refuse covariates that tell the same thing, seen in the information at coefficients of 0."""
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-10 * max(values[-1], 1.0):
        involved = np.flatnonzero(np.abs(vectors[:, 0]) > 1e-3).tolist()
        raise ValueError(f"covariates {involved} do not vary, or only together, among those at risk at the events")
