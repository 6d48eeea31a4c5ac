"""How probable is a set of two-by-two tables, at worst, when the shares behind it are not known?"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlog1py, xlogy

from equipoise.arrays import Floats

Region = NDArray[np.bool_]
Curve = Callable[[Floats], tuple[Floats, Floats]]

NEAR = 0.98
"""A peak of the grid below this share of the highest is not climbed: the grid is too fine to hide
so much."""


def largest_probability(region: Region) -> float:
    """Largest probability of a set of tables, bool (n_1 + 1, n_0 + 1), over the share common to
    both groups.

    A grid even in the arcsine of the root of the share (where every peak is about equally wide, and
    the grid many times finer) brackets each peak; every peak within 2 % of the highest is then
    climbed. No randomness.
    """
    return _highest(region, on_grid(region))


def exceeds(region: Region, limit: float) -> bool:
    """Is the largest probability above a limit? The grid alone answers unless its highest point is
    near the limit.
    """
    grid = on_grid(region)
    if grid.max() > limit:
        return True
    return bool(grid.max() >= NEAR * limit and _highest(region, grid) > limit)


def _angles(n_1: int, n_0: int) -> Floats:
    return np.linspace(0, np.pi / 2, 24 * int(np.ceil(np.sqrt(n_1 + n_0))) + 1)


def on_grid(region: Region) -> Floats:
    """Probability of the region at every share of the grid."""
    n_1, n_0 = region.shape[0] - 1, region.shape[1] - 1
    points = _angles(n_1, n_0).size
    # A region that stays the same when events and failures change names is needed on half the
    # shares only.
    needed = points // 2 + 1 if np.array_equal(region, region[::-1, ::-1]) else points
    one, zero = binomial_on_grid(n_1, points)[:needed], binomial_on_grid(n_0, points)[:needed]
    found: Floats = np.einsum("gx,gx->g", one @ region.astype(np.float64), zero)
    return found if needed == points else np.concatenate([found, found[-2::-1]])


def _highest(region: Region, grid: Floats) -> float:
    return _highest_along(_common, region, grid)


def _common(angles: Floats) -> tuple[Floats, Floats]:
    share = np.sin(angles) ** 2
    return share, share


def largest_probability_along(curve: Curve, region: Region) -> float:
    """Largest probability of a set of tables over a curve of share pairs, searched as by
    `largest_probability`.

    `curve` takes angles from 0 to pi/2 (at the ends nothing is left of the binomial spread) to
    pairs (p1, p0).
    """
    n_1, n_0 = region.shape[0] - 1, region.shape[1] - 1
    p_1, p_0 = (share[:, None] for share in curve(_angles(n_1, n_0)))
    grid = np.einsum("gx,gx->g", binomial(n_1, p_1) @ region.astype(np.float64), binomial(n_0, p_0))
    return _highest_along(curve, region, grid)


def _highest_along(curve: Curve, region: Region, grid: Floats) -> float:
    weights, n_1, n_0 = region.astype(np.float64), region.shape[0] - 1, region.shape[1] - 1
    angles = _angles(n_1, n_0)

    def probability(angle: float) -> float:
        p_1, p_0 = (float(share) for share in curve(np.asarray(angle)))
        return float(binomial(n_1, p_1) @ weights @ binomial(n_0, p_0))

    inner = grid[1:-1]
    peaks = 1 + np.flatnonzero(
        (inner >= grid[:-2]) & (inner >= grid[2:]) & (inner >= NEAR * grid.max())
    )
    climbed = [_climb(probability, angles[peak - 1], angles[peak + 1]) for peak in peaks]
    return min(max([float(grid.max()), *climbed]), 1.0)


def _climb(probability: Callable[[float], float], lower: float, upper: float) -> float:
    bounds = (lower, upper)
    found = minimize_scalar(
        lambda a: -probability(a), bounds=bounds, method="bounded", options={"xatol": 1e-9}
    )
    return -float(found.fun)


@lru_cache(maxsize=64)
def binomial_on_grid(n: int, points: int) -> Floats:
    """Binomial probabilities on the grid: shape (points, n + 1)."""
    return binomial(n, np.sin(np.linspace(0, np.pi / 2, points)[:, None]) ** 2)


def binomial(n: int, share: float | Floats) -> Floats:
    """Probabilities of 0..n events; the last axis counts events, leading axes are those of `share`
    (ending in 1).
    """
    k = np.arange(n + 1)
    return np.asarray(
        np.exp(log_choose(n, k) + xlogy(k, share) + xlog1py(n - k, -np.asarray(share))), np.float64
    )


def log_choose(n: int, k: NDArray[np.int_]) -> Floats:
    """Logarithm of the number of ways to choose k of n."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)
