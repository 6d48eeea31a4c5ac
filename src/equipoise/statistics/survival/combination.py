"""Does one arm live longer, when nobody knows beforehand whether the difference comes early, late
or all along?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from equipoise.arrays import Floats
from equipoise.statistics.multivariate_normal import multivariate_normal_box
from equipoise.statistics.survival.rank_tests import (
    Alternative,
    FlemingHarrington,
    Weight,
    weighted_log_rank_scores,
)

FOUR = (
    FlemingHarrington(),
    FlemingHarrington(0, 1),
    FlemingHarrington(1, 0),
    FlemingHarrington(1, 1),
)
"""The usual four; the first is the sum of the second and third, which the integral takes as it
comes."""


@dataclass(frozen=True, slots=True)
class MaxCombo:
    """Several weighted log-rank tests and their largest, `statistic`, with its p-value.

    `z`, shape (weight,), is of the second group in sorted order: negative when it lives longer.
    `statistic` is the largest of -z (`longer`), z (`shorter`) or |z|. `p_each` are the single
    p-values of `alternative`, not adjusted.
    """

    weights: tuple[Weight, ...]
    z: Floats
    correlation: Floats
    statistic: float
    decided_by: int
    p: float
    p_each: Floats
    alternative: Alternative


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weights: Sequence[Weight] = FOUR,
    strata: ArrayLike | None = None,
    *,
    alternative: Alternative = "two-sided",
) -> MaxCombo:
    """MaxCombo test: the largest of several weighted log-rank tests, judged by their joint normal
    distribution.

    time, event, group, strata: shape (subject,); exactly two groups; `alternative` is of the second
    of them in sorted order, as in `log_rank`. Raises ValueError for no weights, or what the
    log-rank test refuses.
    Sources: Karrison, Stata Journal 2016; Lin et al., Statistics in Biopharmaceutical Research
    2020; the covariance is the sum of products of weights times the hypergeometric variance.
    """
    scores, covariance = weighted_log_rank_scores(time, event, group, weights, strata)
    return max_combo_of_scores(scores, covariance, weights, alternative=alternative)


def max_combo_of_scores(
    scores: ArrayLike,
    covariance: ArrayLike,
    weights: Sequence[Weight],
    *,
    alternative: Alternative = "two-sided",
) -> MaxCombo:
    """MaxCombo test from scores, shape (weight,), and their covariance, (weight, weight), as
    simulations keep them.
    """
    if alternative not in get_args(Alternative):
        raise ValueError(
            f"alternative is {alternative!r}; known are {', '.join(get_args(Alternative))}"
        )
    score, spread = np.asarray(scores, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    _check_scores(score, spread, len(weights))
    deviation = np.sqrt(np.diag(spread))
    z = score / deviation
    correlation = (spread / np.outer(deviation, deviation)).clip(-1, 1)
    np.fill_diagonal(correlation, 1.0)
    towards = {"longer": -z, "shorter": z, "two-sided": np.abs(z)}[alternative]
    decided_by = int(np.argmax(towards))
    each = norm.sf(towards) * (2 if alternative == "two-sided" else 1)
    p = p_of_largest(float(towards[decided_by]), correlation, two_sided=alternative == "two-sided")
    return MaxCombo(
        tuple(weights), z, correlation, float(towards[decided_by]), decided_by, p, each, alternative
    )


def p_of_largest(statistic: float, correlation: ArrayLike, *, two_sided: bool) -> float:
    """Probability that the largest of correlated standard normals (or of their sizes) reaches
    `statistic`.

    The integral is exact to about 1e-10. It is kept within what is known without it: no less than
    the p-value of one test and no more than their number times that, so that a p far below 1e-10
    still has its order of magnitude.
    """
    tests = len(np.asarray(correlation))
    alone = float(norm.sf(statistic)) * (2 if two_sided else 1)
    if two_sided and statistic <= 0:
        return 1.0
    lower = np.full(tests, -statistic if two_sided else -np.inf)
    inside = multivariate_normal_box(lower, np.full(tests, statistic), correlation)
    return float(np.clip(1 - inside, alone, min(1.0, tests * alone)))


def _check_scores(score: Floats, spread: Floats, weights: int) -> None:
    if score.shape != (weights,) or spread.shape != (weights, weights) or not weights:
        raise ValueError(
            f"scores has shape {score.shape} and covariance {spread.shape} for {weights} weights; "
            "expected (weight,) and (weight, weight), at least one"
        )
    if not (np.isfinite(score).all() and np.isfinite(spread).all()):
        raise ValueError("scores or covariance hold a value that is no finite number")
    for place, variance in enumerate(np.diag(spread)):
        if not variance > 0:
            raise ValueError(
                f"covariance[{place}, {place}] is {variance}; a test needs a variance above 0"
            )
