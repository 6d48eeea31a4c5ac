"""Is a share worse than another by no more than a margin, or better by more than one?

Group 1 is the experimental one, group 0 the control. Score tests of Farrington and Manning,
Statistics in Medicine
1990: the variance is that of the shares likeliest under the null hypothesis, without the factor
N/(N-1).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_counts, check_table
from equipoise.statistics.proportions.restricted import share_at_difference, share_at_ratio

Measure = Literal["difference", "ratio"]
Alternative = Literal["greater", "less", "two-sided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FarringtonManning:
    """The test that p1 - p0 is the `margin` (or p1 / p0, by `measure`) against `alternative`.

    Non-inferiority of a share that should be high: margin below 0 (or a ratio below 1) and
    `greater`.
    """

    margin: float = 0.0
    measure: Measure = "difference"
    alternative: Alternative = "greater"

    def __post_init__(self) -> None:
        if self.measure not in get_args(Measure):
            raise ValueError(
                f"measure is {self.measure!r}; known are {', '.join(get_args(Measure))}"
            )
        if self.alternative not in get_args(Alternative):
            raise ValueError(
                f"alternative is {self.alternative!r}; known are {', '.join(get_args(Alternative))}"
            )
        if self.measure == "difference" and not -1 < self.margin < 1:
            raise ValueError(
                f"margin is {self.margin}; a difference must lie strictly between -1 and 1"
            )
        if self.measure == "ratio" and not 0 < self.margin < np.inf:
            raise ValueError(f"margin is {self.margin}; a ratio must be a finite number above 0")

    def z(self, events_1: ArrayLike, n_1: int, events_0: ArrayLike, n_0: int) -> Floats:
        """The score statistic of every table; 0 where nothing varies and the margin is met
        exactly.
        """
        x_1, x_0 = np.asarray(events_1, dtype=np.float64), np.asarray(events_0, dtype=np.float64)
        if self.measure == "difference":
            p_0, factor, shift = (
                share_at_difference(x_1, n_1, x_0, n_0, self.margin),
                1.0,
                self.margin,
            )
        else:
            p_0, factor, shift = share_at_ratio(x_1, n_1, x_0, n_0, self.margin), self.margin, 0.0
        p_1 = (factor * p_0 + shift).clip(0.0, 1.0)
        variance = p_1 * (1 - p_1) / n_1 + factor**2 * p_0 * (1 - p_0) / n_0
        gap = x_1 / n_1 - factor * x_0 / n_0 - shift
        # Where both shares are 0 or 1 a rounding may stand for either variance or gap.
        varies = variance > 1e-15
        z = np.divide(gap, np.sqrt(variance), out=np.zeros(np.shape(gap)), where=varies)
        return np.asarray(np.where(varies | (np.abs(gap) < 1e-9), z, np.copysign(np.inf, gap)))

    def p(self, z: Floats) -> Floats:
        """The p-value of `alternative`."""
        if self.alternative == "two-sided":
            return np.asarray(2 * norm.sf(np.abs(z)))
        return np.asarray(norm.sf(z) if self.alternative == "greater" else norm.cdf(z))

    def null_shares(self, angles: Floats) -> tuple[Floats, Floats]:
        """Pairs (p1, p0) on the edge of the null hypothesis, p0 even in the arcsine of its root
        over `angles`.
        """
        s = np.sin(angles) ** 2
        if self.measure == "difference":
            p_0 = max(0.0, -self.margin) + s * (1 - abs(self.margin))
            return (p_0 + self.margin).clip(0.0, 1.0), p_0
        p_0 = s * min(1.0, 1 / self.margin)
        return (p_0 * self.margin).clip(0.0, 1.0), p_0


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """The observed difference or ratio (nan for 0 / 0, infinite for something / 0), the score z,
    and its p-value.
    """

    estimate: float
    z: float
    p: float


def farrington_manning(
    events_1: int,
    n_1: int,
    events_0: int,
    n_0: int,
    margin: float = 0.0,
    *,
    measure: Measure = "difference",
    alternative: Alternative = "greater",
) -> ScoreComparison:
    """Farrington-Manning test of two shares with a margin, for non-inferiority, superiority or
    equality.

    Raises ValueError for a table that cannot be one, or a margin outside (-1, 1) (above 0 for a
    ratio).
    """
    check_table(events_1, n_1, events_0, n_0)
    test = FarringtonManning(margin=margin, measure=measure, alternative=alternative)
    z = test.z(events_1, n_1, events_0, n_0)
    p_1, p_0 = events_1 / n_1, events_0 / n_0
    quotient = p_1 / p_0 if p_0 else (np.inf if p_1 else np.nan)
    return ScoreComparison(
        p_1 - p_0 if measure == "difference" else quotient, float(z), float(test.p(z))
    )


def score_p_values(test: FarringtonManning, n_1: int, n_0: int) -> Floats:
    """The p-value of every possible table: shape (n_1 + 1, n_0 + 1), indexed by the events."""
    check_counts(0, n_1, "n_1")
    check_counts(0, n_0, "n_0")
    return test.p(test.z(np.arange(n_1 + 1)[:, None], n_1, np.arange(n_0 + 1)[None, :], n_0))
