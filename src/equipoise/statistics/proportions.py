"""How sure may one be of a share of subjects, and of the difference between two shares?

Group 1 is the experimental one, group 0 the control; differences are p1 - p0. Every p-value is two-sided.
What these tests can find, and how many subjects they need, is asked of `exact_power`.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, xlog1py, xlogy
from scipy.stats import beta, norm

Floats = NDArray[np.float64]
Region = NDArray[np.bool_]
Test = Literal["fisher", "boschloo", "pooled_z"]

# Two tables that are equally probable on paper differ in the last bits of a float; R's fisher.test uses the same slack.
TIE = 1 + 1e-7


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate (a share, or a difference of shares) with the two-sided confidence interval at `level`."""

    estimate: float
    lower: float
    upper: float
    level: float


@dataclass(frozen=True, slots=True)
class StratifiedComparison:
    """Cochran-Mantel-Haenszel: chi-square on one degree of freedom, its p-value, and the common risk difference."""

    chi_square: float
    p: float
    risk_difference: Interval


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of one share from the beta quantiles (Clopper and Pearson, Biometrika 1934)."""
    check_counts(events, n)
    tail = (1 - check_share("level", level)) / 2
    lower = float(beta.ppf(tail, events, n - events + 1)) if events else 0.0
    return Interval(events / n, lower, 1.0 if events == n else float(beta.isf(tail, events + 1, n - events)), level)


def wilson(events: int, n: int, level: float = 0.95) -> Interval:
    """Score interval of one share, without continuity correction (Wilson, JASA 1927)."""
    check_counts(events, n)
    share, z = events / n, _two_sided_z(level)
    weight = z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * np.sqrt(share * (1 - share) / n + weight / (4 * n))
    ends = 0.0 if events == 0 else float(middle - half), 1.0 if events == n else float(middle + half)
    return Interval(share, *ends, level)


def newcombe(events_1: int, n_1: int, events_0: int, n_0: int, level: float = 0.95) -> Interval:
    """Interval of p1 - p0 from the two Wilson intervals (Newcombe, Statistics in Medicine 1998, method 10)."""
    check_table(events_1, n_1, events_0, n_0)
    one, zero = wilson(events_1, n_1, level), wilson(events_0, n_0, level)
    below = np.hypot(one.estimate - one.lower, zero.upper - zero.estimate)
    above = np.hypot(one.upper - one.estimate, zero.estimate - zero.lower)
    difference = one.estimate - zero.estimate
    return Interval(difference, float(difference - below), float(difference + above), level)


def miettinen_nurminen(events_1: int, n_1: int, events_0: int, n_0: int, level: float = 0.95) -> Interval:
    """Score interval of p1 - p0, variance times N/(N-1) (Miettinen and Nurminen, Statistics in Medicine 1985).

    The bounds are the differences whose score chi-square equals the normal quantile squared, found to 1e-12.
    """
    check_table(events_1, n_1, events_0, n_0)
    z = _two_sided_z(level)
    observed = events_1 / n_1 - events_0 / n_0

    def excess(difference: float) -> float:
        # No quotient: where the variance is zero (differences of -1 and 1) there is nothing to divide by.
        variance = _score_variance(events_1, n_1, events_0, n_0, difference)
        return (observed - difference) ** 2 - z * z * variance

    lower = -1.0 if observed == -1 else _bound(excess, observed, -1.0)
    return Interval(observed, lower, 1.0 if observed == 1 else _bound(excess, observed, 1.0), level)


def _bound(excess: Callable[[float], float], observed: float, limit: float) -> float:
    """The root of the score equation between the observed difference and -1 or 1."""
    # With shares of 0 and 0 (or 1 and 1) the variance vanishes at the estimate too, which is not the root wanted.
    return float(brentq(excess, observed + limit * 1e-9, limit, xtol=1e-12))


def _score_variance(events_1: int, n_1: int, events_0: int, n_0: int, difference: float) -> float:
    """Variance of the difference at the likeliest pair of shares that lie `difference` apart, times N/(N-1)."""
    share_0 = _restricted_share(events_1, n_1, events_0, n_0, difference)
    share_1 = share_0 + difference
    return (share_1 * (1 - share_1) / n_1 + share_0 * (1 - share_0) / n_0) * (n_1 + n_0) / (n_1 + n_0 - 1)


def _restricted_share(events_1: int, n_1: int, events_0: int, n_0: int, difference: float) -> float:
    """Maximum likelihood estimate of p0 given p1 = p0 + difference: the middle root of a cubic (M and N, appendix)."""
    total, events = n_1 + n_0, events_1 + events_0
    square = (n_1 + 2 * n_0) * difference - total - events
    linear = (n_0 * difference - total - 2 * events_0) * difference + events
    constant = events_0 * difference * (1 - difference)
    shift = square / (3 * total)
    cube = shift**3 - square * linear / (6 * total**2) + constant / (2 * total)
    radius = np.copysign(np.sqrt(max(shift**2 - linear / (3 * total), 0.0)), cube)
    angle = np.arccos(1.0 if radius == 0 else np.clip(cube / radius**3, -1, 1))
    root = 2 * radius * np.cos((np.pi + angle) / 3) - shift
    return float(np.clip(root, max(0.0, -difference), min(1.0, 1 - difference)))


def pooled_z(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """The p-value of the z test with pooled variance and no continuity correction; 1 if nobody or everybody has it."""
    check_table(events_1, n_1, events_0, n_0)
    return float(_pooled_z(np.array(events_1), n_1, np.array(events_0), n_0))


def _pooled_z(events_1: NDArray[np.int_], n_1: int, events_0: NDArray[np.int_], n_0: int) -> Floats:
    pooled = (events_1 + events_0) / (n_1 + n_0)
    variance = pooled * (1 - pooled) * (1 / n_1 + 1 / n_0)
    difference = np.abs(events_1 / n_1 - events_0 / n_0)
    z = np.divide(difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0)
    return np.asarray(2 * norm.sf(z), dtype=np.float64)


def fisher(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """Fisher's exact p-value: the probability, given both margins, of every table no likelier than this one."""
    check_table(events_1, n_1, events_0, n_0)
    margin, fewest = events_1 + events_0, max(0, events_1 + events_0 - n_0)
    return float(_fisher_of_margin(n_1, n_0, margin)[events_1 - fewest])


def _fisher_of_margin(n_1: int, n_0: int, events: int) -> Floats:
    """Fisher's p of every table with `events` in all, by rising number of events in group 1."""
    in_1 = np.arange(max(0, events - n_0), min(n_1, events) + 1)
    chance = np.exp(_log_choose(n_1, in_1) + _log_choose(n_0, events - in_1) - _log_choose(n_1 + n_0, np.array(events)))
    rising = np.sort(chance)
    no_likelier = np.searchsorted(rising, chance * TIE, side="right")
    return np.asarray(np.cumsum(rising)[no_likelier - 1].clip(max=1.0), dtype=np.float64)


def _log_choose(n: int, k: NDArray[np.int_]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


@lru_cache(maxsize=4096)  # sensitivity analyses ask for the same table again and again
def boschloo(events_1: int, n_1: int, events_0: int, n_0: int) -> float:
    """Boschloo's unconditional exact p-value (Statistica Neerlandica 1970), ordered by Fisher's two-sided p.

    The probability of every table whose Fisher p is no larger, at the common share that makes it largest.
    R's `Exact` calls this two-sided definition "minlike"; it is not twice a one-sided p.
    """
    check_table(events_1, n_1, events_0, n_0)
    p = p_values("fisher", n_1, n_0)
    return largest_probability(p <= p[events_1, events_0] * TIE)


@lru_cache(maxsize=512)
def p_values(test: Test, n_1: int, n_0: int) -> Floats:
    """The p-value of every possible table: shape (n_1 + 1, n_0 + 1), indexed by the events; read-only, kept."""
    if test not in get_args(Test):
        raise ValueError(f"test is {test!r}; known are {', '.join(get_args(Test))}")
    check_counts(0, n_1, "n_1")
    check_counts(0, n_0, "n_0")
    p = {"fisher": _fisher_matrix, "boschloo": _boschloo_matrix, "pooled_z": _pooled_z_matrix}[test](n_1, n_0)
    p.setflags(write=False)  # callers share the one array that is kept
    return p


def _pooled_z_matrix(n_1: int, n_0: int) -> Floats:
    return _pooled_z(np.arange(n_1 + 1)[:, None], n_1, np.arange(n_0 + 1)[None, :], n_0)


def _fisher_matrix(n_1: int, n_0: int) -> Floats:
    p = np.empty((n_1 + 1, n_0 + 1))
    for events in range(n_1 + n_0 + 1):
        in_1 = np.arange(max(0, events - n_0), min(n_1, events) + 1)
        p[in_1, events - in_1] = _fisher_of_margin(n_1, n_0, events)
    return p


def _boschloo_matrix(n_1: int, n_0: int) -> Floats:
    order = p_values("fisher", n_1, n_0)
    p = np.empty_like(order)
    done = 0.0
    for level in np.unique(order):
        if level <= done * TIE:  # the same tables, a rounding apart
            continue
        done = float(np.max(order[order <= level * TIE]))
        p[(order >= level) & (order <= done)] = largest_probability(order <= level * TIE)
    return p


NEAR = 0.98
"""A peak of the grid below this share of the highest is not climbed: the grid is too fine to hide so much."""


def largest_probability(region: Region) -> float:
    """Largest probability of a set of tables, bool (n_1 + 1, n_0 + 1), over the share common to both groups.

    A grid even in the arcsine of the root of the share (where every peak is about equally wide, and the grid many
    times finer) brackets each peak; every peak within 2 % of the highest is then climbed. No randomness.
    """
    return _highest(region, _on_grid(region))


def exceeds(region: Region, limit: float) -> bool:
    """Is the largest probability above a limit? The grid alone answers unless its highest point is near the limit."""
    grid = _on_grid(region)
    if grid.max() > limit:
        return True
    return bool(grid.max() >= NEAR * limit and _highest(region, grid) > limit)


def _angles(n_1: int, n_0: int) -> Floats:
    return np.linspace(0, np.pi / 2, 24 * int(np.ceil(np.sqrt(n_1 + n_0))) + 1)


def _on_grid(region: Region) -> Floats:
    n_1, n_0 = region.shape[0] - 1, region.shape[1] - 1
    points = _angles(n_1, n_0).size
    weights = region.astype(np.float64)
    found: Floats = np.einsum("gx,gx->g", _binomial_on(n_1, points) @ weights, _binomial_on(n_0, points))
    return found


def _highest(region: Region, grid: Floats) -> float:
    weights, n_1, n_0 = region.astype(np.float64), region.shape[0] - 1, region.shape[1] - 1
    angles = _angles(n_1, n_0)

    def probability(angle: float) -> float:
        share = np.sin(angle) ** 2
        return float(binomial(n_1, share) @ weights @ binomial(n_0, share))

    inner = grid[1:-1]
    peaks = 1 + np.flatnonzero((inner >= grid[:-2]) & (inner >= grid[2:]) & (inner >= NEAR * grid.max()))
    climbed = [_climb(probability, angles[peak - 1], angles[peak + 1]) for peak in peaks]
    return min(max([float(grid.max()), *climbed]), 1.0)


def _climb(probability: Callable[[float], float], lower: float, upper: float) -> float:
    bounds = (lower, upper)
    found = minimize_scalar(lambda a: -probability(a), bounds=bounds, method="bounded", options={"xatol": 1e-9})
    return -float(found.fun)


@lru_cache(maxsize=64)
def _binomial_on(n: int, points: int) -> Floats:
    """Binomial probabilities on the grid: shape (points, n + 1)."""
    return binomial(n, np.sin(np.linspace(0, np.pi / 2, points)[:, None]) ** 2)


def binomial(n: int, share: float | Floats) -> Floats:
    """Probabilities of 0..n events; the last axis counts events, leading axes are those of `share` (ending in 1)."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(_log_choose(n, k) + xlogy(k, share) + xlog1py(n - k, -np.asarray(share))), np.float64)


def cochran_mantel_haenszel(
    tables: Sequence[tuple[int, int, int, int]], correction: bool = False, level: float = 0.95
) -> StratifiedComparison:
    """Association across strata; each table is (events_1, n_1, events_0, n_0).

    Chi-square after Mantel and Haenszel (JNCI 1959), by default without their continuity correction; the common
    risk difference has their weights n1 n0 / N and the variance of Sato (Biometrics 1989).
    A stratum in which one group is empty tells nothing and is left out, as the weights would do.
    """
    told = np.array([t for t in tables if _compares(t)], dtype=np.float64).reshape(-1, 4)
    if not len(told):
        raise ValueError(f"tables is {list(tables)!r}; at least one stratum must have subjects in both groups")
    x_1, n_1, x_0, n_0 = told.T
    total, events = n_1 + n_0, x_1 + x_0
    variance = float(np.sum(n_1 * n_0 * events * (total - events) / (total**2 * (total - 1))))
    gap = max(abs(float(np.sum(x_1 - events * n_1 / total))) - 0.5 * correction, 0.0)
    chi_square = gap**2 / variance if variance > 0 else 0.0
    return StratifiedComparison(chi_square, float(2 * norm.sf(np.sqrt(chi_square))), _common(x_1, n_1, x_0, n_0, level))


def _compares(table: tuple[int, int, int, int]) -> bool:
    """Check one stratum; true if it has subjects in both groups."""
    events_1, n_1, events_0, n_0 = table
    check_table(events_1, n_1 or int(not events_1), events_0, n_0 or int(not events_0))  # nobody and no event: allowed
    return n_1 > 0 and n_0 > 0


def _common(x_1: Floats, n_1: Floats, x_0: Floats, n_0: Floats, level: float) -> Interval:
    total = n_1 + n_0
    weight = n_1 * n_0 / total
    difference = float(np.sum(weight * (x_1 / n_1 - x_0 / n_0)) / np.sum(weight))
    tilt = (n_1**2 * x_0 - n_0**2 * x_1 + n_1 * n_0 * (n_0 - n_1) / 2) / total**2
    spread = (x_1 * (n_0 - x_0) + x_0 * (n_1 - x_1)) / (2 * total)
    variance = max(difference * float(np.sum(tilt)) + float(np.sum(spread)), 0.0) / float(np.sum(weight)) ** 2
    half = _two_sided_z(level) * variance**0.5
    return Interval(difference, max(difference - half, -1.0), min(difference + half, 1.0), level)


def _two_sided_z(level: float) -> float:
    return float(norm.isf((1 - check_share("level", level)) / 2))


def check_table(events_1: int, n_1: int, events_0: int, n_0: int) -> None:
    """Refuse a two-by-two table that cannot be one."""
    check_counts(events_1, n_1, "n_1", "events_1")
    check_counts(events_0, n_0, "n_0", "events_0")


def check_counts(events: int, n: int, n_name: str = "n", events_name: str = "events") -> None:
    """Refuse an empty group, or events that are no whole number from 0 to n."""
    if operator.index(n) < 1:
        raise ValueError(f"{n_name} is {n}; a group needs at least 1 subject")
    if not 0 <= operator.index(events) <= n:
        raise ValueError(f"{events_name} is {events}; it must lie between 0 and {n_name} = {n}")


def check_share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1, or refuse it by name."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it must lie strictly between 0 and 1")
    return value
