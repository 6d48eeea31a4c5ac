"""How likely is success when the effect itself is uncertain?

Assurance is the power averaged over a prior (O'Hagan, Stevens and Campbell, Pharmaceutical
Statistics 2005), here by
deterministic quadrature: Gauss-Legendre panels for a normal prior, Gauss-Jacobi for a beta prior.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod

import numpy as np
from scipy.special import roots_jacobi

from equipoise.arrays import Floats
from equipoise.statistics.sample_size.checks import check_positive

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANELS = 48
_REACH = 8.5
_JACOBI = 48


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """For instance of a log hazard ratio; good to 1e-9 where the power rises over a tenth of the
    deviation or more.
    """

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        if not isfinite(self.mean):
            raise ValueError(f"mean is {self.mean}; it must be a finite number")
        check_positive("deviation", self.deviation)

    def nodes(self) -> list[tuple[float, float]]:
        """Values and their weights, which add up to 1."""
        half = _REACH / _PANELS
        centers = -_REACH + half * (2 * np.arange(_PANELS) + 1)
        z = (centers[:, None] + half * _POINTS).ravel()
        weights = np.tile(_WEIGHTS, _PANELS) * np.exp(-0.5 * z * z)
        return _pairs(self.mean + self.deviation * z, weights)


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Of a share; the quadrature is exact for powers that are polynomials of degree up to 95 in
    it.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        check_positive("a", self.a)
        check_positive("b", self.b)

    def nodes(self) -> list[tuple[float, float]]:
        """Values and their weights, which add up to 1."""
        x, weights = roots_jacobi(_JACOBI, self.b - 1, self.a - 1)
        return _pairs((x + 1) / 2, weights)


@dataclass(frozen=True, slots=True)
class DiscretePrior:
    """A few values with their probabilities."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(self.probabilities) or not self.values:
            raise ValueError(
                f"probabilities has {len(self.probabilities)} values, values has {len(self.values)}"
            )
        for row, p in enumerate(self.probabilities):
            if not 0 <= p <= 1:
                raise ValueError(f"probabilities[{row}] is {p}; it must lie between 0 and 1")
        if abs(sum(self.probabilities) - 1) > 1e-9:
            raise ValueError(
                f"probabilities add up to {sum(self.probabilities)}; they must add up to 1"
            )

    def nodes(self) -> list[tuple[float, float]]:
        """Values and their weights, which add up to 1."""
        return _pairs(np.asarray(self.values), np.asarray(self.probabilities))


Prior = NormalPrior | BetaPrior | DiscretePrior


def assurance(power: Callable[..., float], *priors: Prior) -> float:
    """Average of power(value, ...) over independent priors, one for each argument of `power`.

    Raises ValueError if no prior is given or if `power` returns something that is no probability.
    """
    if not priors:
        raise ValueError("priors is empty; give one for each argument of power")
    return sum(_weighed(power, point) for point in product(*(prior.nodes() for prior in priors)))


def _weighed(power: Callable[..., float], point: tuple[tuple[float, float], ...]) -> float:
    values = [value for value, _ in point]
    found = float(power(*values))
    if not -1e-9 <= found <= 1 + 1e-9:
        raise ValueError(f"power{tuple(values)} is {found}; it must lie between 0 and 1")
    return prod(weight for _, weight in point) * found


def _pairs(values: Floats, weights: Floats) -> list[tuple[float, float]]:
    return [(float(v), float(w)) for v, w in zip(values, weights / weights.sum(), strict=True)]
