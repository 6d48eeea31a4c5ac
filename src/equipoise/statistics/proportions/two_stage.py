"""When may a trial of one arm stop early because too few respond, and how many subjects does it
then need?

Simon's designs: n1 subjects first; with r1 responses or fewer the trial ends and the treatment is
given up, otherwise it goes on to n subjects and is given up with r or fewer. What can be said
afterwards is asked of `two_stage_estimate`.
"""

from dataclasses import dataclass
from math import exp, log, log1p
from typing import Any

import numpy as np
from scipy.special import gammaln
from scipy.stats import binom, norm

from equipoise.compiled import at, njit
from equipoise.statistics.checks import check_share


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """Give up with `r1` or fewer responses among the first `n1`, or with `r` or fewer among all
    `n`.
    """

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not 0 < self.n1 < self.n:
            raise ValueError(f"n1 is {self.n1}; it must be over 0 and below n = {self.n}")
        if not 0 <= self.r1 < self.n1:
            raise ValueError(f"r1 is {self.r1}; it must lie between 0 and n1 - 1 = {self.n1 - 1}")
        if not self.r1 <= self.r < self.n:
            raise ValueError(
                f"r is {self.r}; it must lie between r1 = {self.r1} and n - 1 = {self.n - 1}"
            )

    def stops_early(self, p: float) -> float:
        """Probability that the trial ends after the first stage if the true share is p."""
        return float(binom.cdf(self.r1, self.n1, p))

    def expected_n(self, p: float) -> float:
        """Mean number of subjects if the true share is p."""
        return self.n1 + (1 - self.stops_early(p)) * (self.n - self.n1)

    def rejects(self, p: float) -> float:
        """Probability of more than r responses, the treatment being held for active: the error at
        p0, power at p1.
        """
        x = np.arange(self.r1 + 1, self.n1 + 1)
        return float(binom.pmf(x, self.n1, p) @ binom.sf(self.r - x, self.n - self.n1, p))


@dataclass(frozen=True, slots=True)
class SimonDesigns:
    """All designs have error <= alpha at p0 and power >= `power` at p1.

    `optimal` has the least expected n at p0, `minimax` the least n (and then the least expected n).
    `admissible` lead
    from minimax to optimal: each has the least w n + (1 - w) expected n for some weight w (Jung et
    al. 2004).
    """

    optimal: TwoStage
    minimax: TwoStage
    admissible: tuple[TwoStage, ...]
    searched_to: int


def simon_two_stage(
    p0: float, p1: float, *, alpha: float = 0.05, power: float = 0.8, largest_n: int | None = None
) -> SimonDesigns:
    """Simon's optimal and minimax two-stage designs, by exact enumeration.

    p0: share of responses that is of no interest; p1: share that is, above p0; alpha is one-sided
    at p0, `power` at p1.
    Every total up to `largest_n` is tried: by default 20 more than twice the size of a design of
    one stage by the normal approximation, well beyond where expected sizes begin to rise. Raises
    ValueError for shares or errors out of range, and if no design is that small.
    Sources: Simon, Controlled Clinical Trials 1989; Jung, Lee, Kim and George, Statistics in
    Medicine 2004.
    """
    for name, value in (("p0", p0), ("p1", p1), ("alpha", alpha), ("power", power)):
        check_share(name, value)
    if not p0 < p1:
        raise ValueError(f"p1 is {p1}; it must be above p0 = {p0}")
    if power <= alpha:
        raise ValueError(f"power is {power}; it must be above alpha = {alpha}")
    most = _default_largest(p0, p1, alpha, power) if largest_n is None else largest_n
    if most > 1000:
        raise ValueError(f"largest_n is {most}; designs of at most 1000 subjects are searched")
    if most < 2:
        raise ValueError(f"largest_n is {most}; two stages need at least 2 subjects")
    search = at(_best_of_each_n, most**3 // 5)
    rows = search(p0, p1, alpha, 1 - power, most, gammaln(np.arange(1, most + 2)))
    found = [_as_design(row) for row in rows if row[0] >= 0]
    if not found:
        raise ValueError(f"largest_n is {most}; no design of so few subjects has power {power}")
    optimal = min(found, key=lambda design: design.expected_n(p0))
    return SimonDesigns(optimal, found[0], _admissible(found, optimal, p0), most)


def _default_largest(p0: float, p1: float, alpha: float, power: float) -> int:
    spread = norm.isf(alpha) * np.sqrt(p0 * (1 - p0)) + norm.ppf(power) * np.sqrt(p1 * (1 - p1))
    return 20 + int(np.ceil(2 * max((spread / (p1 - p0)) ** 2, 2.0)))


def _as_design(row: Any) -> TwoStage:
    r1, n1, r, n = (int(value) for value in row[:4])
    return TwoStage(r1=r1, n1=n1, r=r, n=n)


def _admissible(found: list[TwoStage], optimal: TwoStage, p0: float) -> tuple[TwoStage, ...]:
    """Lower convex hull of (n, expected n), from minimax to optimal."""
    hull: list[TwoStage] = []
    for design in (d for d in found if d.n <= optimal.n):
        while len(hull) > 1 and _is_above(hull[-2], hull[-1], design, p0):
            hull.pop()
        hull.append(design)
    return tuple(hull)


def _is_above(left: TwoStage, middle: TwoStage, right: TwoStage, p0: float) -> bool:
    low, mean, high = (design.expected_n(p0) for design in (left, middle, right))
    return (mean - low) * (right.n - left.n) >= (high - low) * (middle.n - left.n)


@njit(cache=True)
def _best_of_each_n(
    p0: float, p1: float, alpha: float, beta: float, most: int, log_factorial: Any
) -> Any:
    """For each n up to `most` the design of least expected n at p0: rows r1, n1, r, n, expected n;
    r1 -1 if none.
    """
    rows = np.full((most + 1, 5), -1.0)
    pmf0, tail0 = _binomials(p0, most, log_factorial)
    pmf1, tail1 = _binomials(p1, most, log_factorial)
    for n in range(2, most + 1):
        best = np.inf
        for n1 in range(1, n):
            for r1 in range(n1):
                # Every trial that ends early is lost to the power.
                if tail1[n1, r1 + 1] < 1 - beta - 1e-12:
                    break
                expected = n1 + tail0[n1, r1 + 1] * (n - n1)
                if expected >= best:
                    continue
                r = _smallest_r(pmf0, tail0, r1, n1, n, alpha)
                if r < n and _rejects(pmf1, tail1, r1, n1, r, n) >= 1 - beta - 1e-12:
                    best = expected
                    rows[n] = np.array([float(r1), float(n1), float(r), float(n), expected])
    return rows


@njit(cache=True)
def _binomials(p: float, most: int, log_factorial: Any) -> Any:
    """Probabilities of k of n, and of k or more."""
    pmf, tail = np.zeros((most + 1, most + 2)), np.zeros((most + 1, most + 2))
    for n in range(most + 1):
        for k in range(n, -1, -1):
            choices = log_factorial[n] - log_factorial[k] - log_factorial[n - k]
            pmf[n, k] = exp(choices + k * log(p) + (n - k) * log1p(-p))
            tail[n, k] = tail[n, k + 1] + pmf[n, k]
    return pmf, tail


@njit(cache=True)
def _rejects(pmf: Any, tail: Any, r1: int, n1: int, r: int, n: int) -> float:
    total = 0.0
    for x in range(r1 + 1, n1 + 1):
        total += pmf[n1, x] * tail[n - n1, min(max(r - x + 1, 0), n - n1 + 1)]
    return total


@njit(cache=True)
def _smallest_r(pmf: Any, tail: Any, r1: int, n1: int, n: int, alpha: float) -> int:
    """The smallest r with error at most alpha, by halving; n if there is none."""
    low, high = r1 - 1, n
    while high - low > 1:
        middle = (low + high) // 2
        if _rejects(pmf, tail, r1, n1, middle, n) <= alpha + 1e-12:
            high = middle
        else:
            low = middle
    return high
