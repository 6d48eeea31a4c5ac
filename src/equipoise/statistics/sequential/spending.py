"""How much of an error may have been spent by a given fraction of the information?

Every family gives the cumulative error of one tail: `spent(total, fractions)` rises to `total` at
fraction 1. The same families spend alpha (efficacy) and beta (futility). Sources: Lan and DeMets,
Biometrika 1983; Kim and DeMets, Biometrika 1987; Hwang, Shih and DeCani, Statistics in Medicine
1990.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import e, isclose

import numpy as np
from scipy.special import ndtr, ndtri

from equipoise.arrays import Floats
from equipoise.statistics.sequential.information import check_finite, check_positive, check_rising


@dataclass(frozen=True, slots=True)
class OBrienFlemingSpending:
    """Lan-DeMets spending like O'Brien-Fleming: 2 - 2 Phi(z(total / 2) / sqrt(t)), total being one
    tail's error.
    """

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction."""
        # The upper tail of the normal keeps the digits of very small levels.
        return np.asarray(
            2.0 * ndtr(ndtri(total / 2.0) / np.sqrt(np.asarray(fractions, dtype=np.float64)))
        )


@dataclass(frozen=True, slots=True)
class PocockSpending:
    """Lan-DeMets spending like Pocock: total * ln(1 + (e - 1) t)."""

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction."""
        return np.asarray(total * np.log1p((e - 1.0) * np.asarray(fractions, dtype=np.float64)))


_STRAIGHT = 1e-16
"""A smaller gamma bends the line by less than rounding; its exponential may round to nothing."""


@dataclass(frozen=True, slots=True)
class HwangShihDeCani:
    """total * (1 - exp(-gamma t)) / (1 - exp(-gamma)); gamma -4 resembles O'Brien-Fleming, 1
    Pocock, 0 is linear.
    """

    gamma: float

    def __post_init__(self) -> None:
        if not -40 <= self.gamma <= 40:
            raise ValueError(f"gamma is {self.gamma}; it must lie between -40 and 40")

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction."""
        t = np.asarray(fractions, dtype=np.float64)
        if abs(self.gamma) < _STRAIGHT:
            return total * t
        return total * np.asarray(np.expm1(-self.gamma * t) / np.expm1(-self.gamma))


@dataclass(frozen=True, slots=True)
class KimDeMets:
    """The power family: total * t ** rho, rho above 0; 3 resembles O'Brien-Fleming, 1 is linear."""

    rho: float

    def __post_init__(self) -> None:
        check_positive("rho", self.rho)

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction."""
        return np.asarray(total * np.asarray(fractions, dtype=np.float64) ** self.rho)


@dataclass(frozen=True, slots=True)
class TabulatedSpending:
    """Cumulative errors declared as a list; in a two-sided design they are those of both tails
    together.

    `fractions` are the fractions they belong to, ending at 1; between them the spending is linear.
    Left out, the list belongs to the looks of the design, whatever their fractions.
    """

    cumulative: tuple[float, ...]
    fractions: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cumulative", tuple(float(value) for value in self.cumulative))
        check_spending("cumulative", self.cumulative)
        if self.fractions is None:
            return
        object.__setattr__(
            self, "fractions", check_rising("fractions", self.fractions, "the fraction")
        )
        if len(self.fractions) != len(self.cumulative):
            raise ValueError(
                f"fractions has {len(self.fractions)} values, cumulative has {len(self.cumulative)}"
            )
        if self.fractions[-1] != 1:
            raise ValueError(f"fractions ends at {self.fractions[-1]}; it must end at 1")

    @property
    def total(self) -> float:
        """The error spent at the end, over both tails if there are two."""
        return self.cumulative[-1]

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction; the list is scaled to end at `total`."""
        shares = np.asarray(self.cumulative) / self.cumulative[-1]
        if self.fractions is not None:
            return np.asarray(total * np.interp(fractions, (0.0, *self.fractions), (0.0, *shares)))
        if len(fractions) != len(shares):
            raise ValueError(
                f"cumulative has {len(shares)} values; the design has {len(fractions)} looks"
            )
        return np.asarray(total * shares)


@dataclass(frozen=True, slots=True)
class SpendingFunction:
    """Cumulative error as any function of the fraction, rising to the total at fraction 1, which is
    function(1).
    """

    function: Callable[[float], float]

    @property
    def total(self) -> float:
        """The error spent at the end, over both tails if there are two."""
        return check_positive("function(1)", self.function(1.0))

    def spent(self, total: float, fractions: Sequence[float]) -> Floats:
        """Cumulative error at each fraction; the function is scaled to end at `total`."""
        values = [check_finite(f"function({t})", self.function(float(t))) for t in fractions]
        check_spending("function at the looks", values, self.total)
        return total * np.asarray(values) / self.total


Spending = (
    OBrienFlemingSpending
    | PocockSpending
    | HwangShihDeCani
    | KimDeMets
    | TabulatedSpending
    | SpendingFunction
)


def check_spending(name: str, cumulative: Sequence[float], total: float = 1.0) -> None:
    """Refuse a spending that is no number, below 0, falls, or passes its total."""
    before = 0.0
    for k, value in enumerate(cumulative):
        check_finite(f"{name}[{k}]", value)
        if value < before:
            raise ValueError(
                f"{name}[{k}] is {value}, after {before}; cumulative spending starts at 0 and may"
                " not fall"
            )
        if value > total and not isclose(value, total, rel_tol=1e-12):
            raise ValueError(f"{name}[{k}] is {value}; it may not pass {total}")
        before = value
    if not cumulative or before <= 0:
        raise ValueError(f"{name} is {tuple(cumulative)}; something must be spent, in (0, {total}]")


def check_total(name: str, spending: Spending, total: float) -> None:
    """Refuse a declared spending that does not end at the error of the design."""
    if not isinstance(spending, TabulatedSpending | SpendingFunction):
        return
    declared = spending.total
    if declared > total and not isclose(declared, total, rel_tol=1e-9):
        raise ValueError(f"{name} spends {declared} by the end; it may not pass {total}")
    if not isclose(declared, total, rel_tol=1e-9):
        raise ValueError(f"{name} spends {declared} by the end; it must spend all of {total}")
