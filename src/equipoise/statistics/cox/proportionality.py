"""Do the hazard ratios stay the same over time?"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata

from equipoise.arrays import Floats
from equipoise.compiled import at
from equipoise.statistics.cox.model import CoxFit, RiskSets, event_times
from equipoise.statistics.survival.curve import product_limit

Transform = Literal["km", "identity", "log", "rank"]


@dataclass(frozen=True, slots=True)
class ProportionalityTest:
    """Score tests of a coefficient that changes with a function of time: each alone, (covariate,),
    and all at once.
    """

    chi_square: Floats
    p: Floats
    global_chi_square: float
    global_p: float
    degrees_of_freedom: int
    transform: Transform


def proportionality_test(fit: CoxFit, transform: Transform = "km") -> ProportionalityTest:
    """Grambsch and Therneau's test (Biometrika 1994) as the exact score test of R's cox.zph from
    survival 3 on.

    The covariates times g(t) enter the model with coefficients 0; g is `km` (1 minus the
    Kaplan-Meier curve of all just before t), `identity`, `log` or `rank` (of all times), centered
    over the deaths.
    """
    if transform not in get_args(Transform):
        raise ValueError(f"transform is {transform!r}; known are {', '.join(get_args(Transform))}")
    sets, p = fit.risk_sets, len(fit.coef)
    events = event_times(sets, fit.coef * sets.scale)
    own = np.repeat(np.arange(len(events.time)), events.deaths)
    g = _transformed(sets, events.time, transform)
    g = g - np.average(g, weights=events.deaths)
    if not np.any(np.abs(g) > 1e-12 * max(1.0, float(np.max(np.abs(events.time))))):
        raise ValueError("all events fall at one time; a change over time cannot be seen")
    died = sets.x[sets.ordered.event == 1]
    score = np.concatenate([np.zeros(p), (died - events.mean[own]).T @ g[own]])
    once, twice = (np.tensordot(w, events.information, 1) for w in (g, g * g))
    information = np.block([[events.information.sum(axis=0), once], [once, twice]])
    chi_square = np.array([_quadratic(score, information, [*range(p), p + j]) for j in range(p)])
    everything = _quadratic(score, information, list(range(2 * p)))
    return ProportionalityTest(
        chi_square,
        np.asarray(chi2.sf(chi_square, 1)),
        everything,
        float(chi2.sf(everything, p)),
        p,
        transform,
    )


def _quadratic(score: Floats, information: Floats, kept: list[int]) -> float:
    block = information[np.ix_(kept, kept)]
    scale = np.sqrt(np.diag(block))
    if np.any(scale == 0) or np.linalg.matrix_rank(block / np.outer(scale, scale)) < len(kept):
        raise ValueError(
            "too few event times to tell a change over time from the covariates; need more events"
        )
    return float(score[kept] @ np.linalg.solve(block, score[kept]))


def _transformed(sets: RiskSets, moments: Floats, transform: Transform) -> Floats:
    if transform == "identity":
        return moments
    times = np.sort(sets.ordered.time)
    if transform == "rank":
        return np.asarray(rankdata(times)[np.searchsorted(times, moments)], dtype=np.float64)
    if transform == "log":
        if moments[0] <= 0 or moments.min() <= 0:
            raise ValueError("time is 0.0 for an event; transform 'log' needs times over 0")
        return np.asarray(np.log(moments), dtype=np.float64)
    return _fallen(sets, moments)


def _fallen(sets: RiskSets, moments: Floats) -> Floats:
    """1 minus the curve of all strata together, just before each moment."""
    order: NDArray[np.intp] = np.argsort(sets.ordered.time, kind="stable")
    distinct, survival, *_ = at(product_limit, len(sets.ordered.time))(
        sets.ordered.time[order], sets.ordered.event[order], np.sort(sets.ordered.entry)
    )
    before = np.concatenate([[1.0], survival])[np.searchsorted(distinct, moments)]
    return np.asarray(1 - before, dtype=np.float64)
