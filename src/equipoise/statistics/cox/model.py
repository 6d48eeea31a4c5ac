"""What is known of a fitted proportional hazards model, and of the risk sets it was fitted to?"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from equipoise.arrays import Floats
from equipoise.compiled import at
from equipoise.statistics.cox.walk import slope
from equipoise.statistics.survival.ordered import Ordered


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Ordered subjects with standardized covariates `x` (subject, covariate), in the order of
    `ordered`.

    `mean` and `scale` (covariate,) lead back: covariate = mean + scale x.
    """

    ordered: Ordered
    x: Floats
    mean: Floats
    scale: Floats
    efron: bool


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A proportional hazards model; arrays have shape (covariate,), bounds are of the hazard ratio
    at `level`.

    The score, Wald and likelihood-ratio chi-squares test all coefficients at once against 0, on one
    degree of freedom for each; for one indicator the score test is the log-rank test but for ties.
    `covariance`, `se` and the Wald test are robust where that was asked for; `naive_covariance` is
    the inverse of the information either way. `loglik` is the partial log likelihood, `loglik_null`
    that of coefficients of 0.
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
    naive_covariance: Floats
    wald_chi_square: float
    wald_p: float
    likelihood_ratio: float
    likelihood_ratio_p: float
    iterations: int
    risk_sets: RiskSets = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventTimes:
    """What happened at each time with a death, by stratum and rising time; (time,) or (time,
    covariate).

    Covariates are standardized. `hazard` is the step of the baseline hazard at x = 0; `shifted` is
    hazard times mean of the risk set, summed over the deaths; those of the `dying` carry Efron's
    shares. `information` is (time, p, p).
    """

    time: Floats
    stratum: NDArray[np.int64]
    deaths: NDArray[np.int64]
    mean: Floats
    hazard: Floats
    hazard_dying: Floats
    shifted: Floats
    shifted_dying: Floats
    information: Floats


def event_times(sets: RiskSets, beta: Floats) -> EventTimes:
    """One more walk over the risk sets at standardized coefficients `beta`, writing down every time
    with a death.
    """
    ordered, p = sets.ordered, len(beta)
    stratum = stratum_of(ordered)
    died = np.flatnonzero(ordered.event)
    new = np.ones(len(died), dtype=bool)
    new[1:] = (np.diff(ordered.time[died]) != 0) | (np.diff(stratum[died]) != 0)
    first = np.flatnonzero(new)
    records = np.zeros((len(first), 2 + 3 * p + p * (p + 1) // 2))
    triangle = np.zeros(p * (p + 1) // 2)
    at(slope, steps_of_walk(sets))(
        ordered.time,
        ordered.event,
        sets.x,
        ordered.entry,
        ordered.by_entry,
        ordered.starts,
        beta,
        sets.efron,
        np.zeros(p),
        triangle,
        records,
    )
    of_time = stratum[died[first]]
    records = records[np.argsort(np.lexsort((-ordered.time[died[first]], of_time)))]
    deaths = np.diff(np.append(first, len(died)))
    return EventTimes(
        time=ordered.time[died[first]],
        stratum=of_time,
        deaths=deaths,
        mean=records[:, 2 : 2 + p] / deaths[:, None],
        hazard=records[:, 0],
        hazard_dying=records[:, 1],
        shifted=records[:, 2 + p : 2 + 2 * p],
        shifted_dying=records[:, 2 + 2 * p : 2 + 3 * p],
        information=square(records[:, 2 + 3 * p :], p),
    )


def steps_of_walk(sets: RiskSets) -> int:
    """How much work one walk over the risk sets is (see `compiled.at`)."""
    p = sets.x.shape[1]
    return len(sets.x) * int(2 + p * (p + 1) // 2)


def stratum_of(ordered: Ordered) -> NDArray[np.int64]:
    """The stratum of each ordered subject, counted from 0."""
    return np.repeat(np.arange(len(ordered.starts) - 1), np.diff(ordered.starts))


def square(triangle: Floats, p: int) -> Floats:
    """Symmetric matrices (..., p, p) from their lower triangles (..., p (p + 1) / 2)."""
    full = np.empty((*triangle.shape[:-1], p, p))
    row, column = np.tril_indices(p)
    full[..., row, column] = triangle
    full[..., column, row] = triangle
    return full
