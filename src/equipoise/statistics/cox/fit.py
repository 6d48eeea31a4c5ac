"""How much do characteristics multiply the hazard, whatever the hazard is?"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from equipoise.arrays import Floats
from equipoise.compiled import at
from equipoise.statistics.checks import check_share
from equipoise.statistics.cox.likelihood import R_TOLERANCE, column_range, maximize, standardize
from equipoise.statistics.cox.model import CoxFit, RiskSets, square, steps_of_walk
from equipoise.statistics.cox.residuals import robust_covariance
from equipoise.statistics.cox.walk import slope
from equipoise.statistics.survival.ordered import order_subjects

Ties = Literal["efron", "breslow"]


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    strata: ArrayLike | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
    *,
    entry: ArrayLike | None = None,
    robust: bool = False,
    cluster: ArrayLike | None = None,
    tolerance: float = R_TOLERANCE,
) -> CoxFit:
    """Maximize the partial likelihood (Cox, JRSS B 1972; ties: Efron, JASA 1977, or Breslow) by
    Newton's method.

    `covariates` has shape (subject, covariate) or (subject,), all others (subject,). `entry` is the
    time from which a subject was under observation (left truncation; at risk at t are those with
    entry < t <= time). `robust` asks for the sandwich variance, `cluster` for that of groups of
    subjects that belong together. Climbing ends when the log
    likelihood changes by a share of no more than `tolerance`: 1e-9 is where R ends, a few parts in
    1e9 of a coefficient below the top; 0 climbs until only rounding is left. ValueError if there is
    no event, a value is missing, a covariate is constant or a combination of others, or one
    separates so that no finite estimate exists.
    """
    z = float(norm.isf((1 - check_share("level", level)) / 2))
    if ties not in get_args(Ties):
        raise ValueError(f"ties is {ties!r}; known are {', '.join(get_args(Ties))}")
    if not 0 <= tolerance < 1e-3:
        raise ValueError(f"tolerance is {tolerance}; it must lie between 0 and 0.001")
    sets = _risk_sets(time, event, covariates, strata, entry, ties == "efron")
    p, scales = sets.x.shape[1], np.outer(sets.scale, sets.scale)
    null, score, triangle = _null(sets)
    information = square(triangle, p)
    beta, loglik, taken, triangle = _maximum(sets, null, score.copy(), triangle, tolerance)
    coef = beta / sets.scale
    naive = np.linalg.inv(square(triangle, p)) / scales
    covariance = naive
    if robust or cluster is not None:
        covariance = robust_covariance(sets, coef, naive, cluster)
        _check_robust(covariance * scales, cluster)
    se = np.sqrt(np.diag(covariance))
    score_test = float(score @ np.linalg.solve(information, score))
    wald = float(beta @ np.linalg.solve(covariance * scales, beta))
    ratio = 2 * (loglik - null)
    return CoxFit(
        coef=coef,
        se=se,
        hazard_ratio=np.exp(coef),
        lower=np.exp(coef - z * se),
        upper=np.exp(coef + z * se),
        p=np.asarray(2 * norm.sf(np.abs(coef / se))),
        covariance=covariance,
        loglik=loglik,
        loglik_null=null,
        score_chi_square=score_test,
        score_p=float(chi2.sf(score_test, p)),
        subjects=len(sets.x),
        events=int(sets.ordered.event.sum()),
        level=level,
        naive_covariance=naive,
        wald_chi_square=wald,
        wald_p=float(chi2.sf(wald, p)),
        likelihood_ratio=ratio,
        likelihood_ratio_p=float(chi2.sf(ratio, p)),
        iterations=taken,
        risk_sets=sets,
    )


def _risk_sets(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    strata: ArrayLike | None,
    entry: ArrayLike | None,
    efron: bool,
) -> RiskSets:
    ordered = order_subjects(time, event, strata, entry)
    x = _check_covariates(covariates, len(ordered.time))
    if not ordered.event.any():
        raise ValueError("event is false for every subject; a Cox model needs at least one event")
    # Standardized, a step of one is large for every covariate alike; the coefficients are scaled
    # back at the end.
    standard, mean, scale = at(standardize, x.size)(x, ordered.rows)
    return RiskSets(ordered, standard, mean, scale, efron)


def _null(sets: RiskSets) -> tuple[float, Floats, Floats]:
    """Log likelihood, score and information (lower triangle) at coefficients of 0; the covariates
    must differ.
    """
    o, p = sets.ordered, sets.x.shape[1]
    score, triangle = np.zeros(p), np.zeros(p * (p + 1) // 2)
    loglik = at(slope, steps_of_walk(sets))(
        o.time,
        o.event,
        sets.x,
        o.entry,
        o.by_entry,
        o.starts,
        np.zeros(p),
        sets.efron,
        score,
        triangle,
        np.zeros((0, 0)),
    )
    _check_rank(square(triangle, p))
    return float(loglik), score, triangle


def _maximum(
    sets: RiskSets, null: float, score: Floats, triangle: Floats, tolerance: float
) -> tuple[Floats, float, int, Floats]:
    """Standardized coefficients, log likelihood, steps and information (lower triangle) at the
    top.
    """
    o = sets.ordered
    beta, loglik, taken, converged = at(maximize, 6 * steps_of_walk(sets))(
        o.time,
        o.event,
        sets.x,
        o.entry,
        o.by_entry,
        o.starts,
        sets.efron,
        null,
        score,
        triangle,
        tolerance,
    )
    if not converged:
        raise ValueError(
            f"no finite estimate: covariate {int(np.argmax(np.abs(beta)))} separates those with"
            " events from those at risk (a group without events, or events in order of the"
            " covariate); leave it out or stratify by it"
        )
    return beta, float(loglik), int(taken), triangle


def _check_covariates(covariates: ArrayLike, subjects: int) -> Floats:
    try:
        x = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"covariates cannot be read as numbers: {error}") from error
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or len(x) != subjects or not x.shape[1]:
        raise ValueError(f"covariates has shape {x.shape}; expected ({subjects}, covariate)")
    low, high = at(column_range, x.size)(x)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(
            f"covariate {column} is {x[row, column]} for subject {row}; leave out or complete the"
            " subject"
        )
    constant = np.flatnonzero(low == high)
    if len(constant):
        raise ValueError(
            f"covariate {constant[0]} is {x[0, constant[0]]} for every subject; it explains nothing"
        )
    return x


def _check_rank(information: Floats) -> None:
    """Refuse covariates that tell the same thing, seen in the information at coefficients of 0."""
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-10 * max(values[-1], 1.0):
        involved = np.flatnonzero(np.abs(vectors[:, 0]) > 1e-3).tolist()
        raise ValueError(
            f"covariates {involved} do not vary, or only together, among those at risk at the"
            " events"
        )


def _check_robust(covariance: Floats, cluster: ArrayLike | None) -> None:
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(covariance):
        what = "subjects" if cluster is None else "cluster: its groups"
        raise ValueError(
            f"{what} are too few or too alike for a robust variance of {len(covariance)}"
            " coefficients"
        )
