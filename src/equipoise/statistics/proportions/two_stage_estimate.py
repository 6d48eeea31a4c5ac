"""What share of responses does a two-stage trial show, given that it might have stopped early?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom

from equipoise.statistics.checks import check_share
from equipoise.statistics.proportions.intervals import Interval
from equipoise.statistics.proportions.two_stage import TwoStage
from equipoise.statistics.proportions.unconditional import log_choose


@dataclass(frozen=True, slots=True)
class TwoStageResult:
    """`stage` of the end, the naive share of responses, the unbiased one with its exact interval,
    and p at p0.
    """

    stage: int
    naive: float
    unbiased: Interval
    p: float


def two_stage_result(
    design: TwoStage, responses: int, p0: float, level: float = 0.95
) -> TwoStageResult:
    """Exact one-sided p-value, unbiased estimate and two-sided interval after the trial.

    `responses`: those of the first stage if they are r1 or fewer (the trial ended there), else of
    all n subjects. Ending later counts as more evidence than ending early; among equals more
    responses do (Koyama and Chen, Statistics in Medicine 2008). The estimate is the uniformly
    minimum variance unbiased one (Jung and Kim, same journal 2004); the bounds are the shares at
    which the result, or more, and the result, or less, has probability (1 - level)/2.
    """
    check_share("p0", p0)
    tail = (1 - check_share("level", level)) / 2
    if not 0 <= responses <= design.n:
        raise ValueError(f"responses is {responses}; it must lie between 0 and n = {design.n}")
    first = responses <= design.r1
    lower = (
        0.0 if responses == 0 else _share_where(lambda p: _at_least(design, responses, p) - tail)
    )
    upper = (
        1.0
        if responses == design.n
        else _share_where(lambda p: tail - _at_most(design, responses, p))
    )
    naive = responses / (design.n1 if first else design.n)
    interval = Interval(_unbiased(design, responses), lower, upper, level)
    return TwoStageResult(1 if first else 2, naive, interval, _at_least(design, responses, p0))


def _share_where(rising: Callable[[float], float]) -> float:
    return float(brentq(rising, 0.0, 1.0, xtol=1e-13))


def _at_least(design: TwoStage, responses: int, p: float) -> float:
    """Probability of this result or one with more evidence; every second stage has more than any
    early end.
    """
    if responses <= design.r1:
        return float(binom.sf(responses - 1, design.n1, p))
    x = np.arange(design.r1 + 1, design.n1 + 1)
    return float(binom.pmf(x, design.n1, p) @ binom.sf(responses - x - 1, design.n - design.n1, p))


def _at_most(design: TwoStage, responses: int, p: float) -> float:
    if responses <= design.r1:
        return float(binom.cdf(responses, design.n1, p))
    x = np.arange(design.r1 + 1, design.n1 + 1)
    later = binom.pmf(x, design.n1, p) @ binom.cdf(responses - x, design.n - design.n1, p)
    return float(binom.cdf(design.r1, design.n1, p) + later)


def _unbiased(design: TwoStage, responses: int) -> float:
    """The mean share of the first stage among all courses that end with this result."""
    n1, n2 = design.n1, design.n - design.n1
    if responses <= design.r1:
        return responses / n1
    x = np.arange(max(design.r1 + 1, responses - n2), min(responses, n1) + 1)
    weight = log_choose(n1, x) + log_choose(n2, responses - x)
    ways = np.exp(weight - weight.max())
    return float(ways @ (x / n1) / ways.sum())
