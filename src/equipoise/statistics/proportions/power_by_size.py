"""How do power and true size go up and down as subjects are added?"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.arrays import Floats
from equipoise.statistics.checks import check_share
from equipoise.statistics.proportions.exact_power import AnyTest, power_of, size_of


@dataclass(frozen=True, slots=True)
class SawTooth:
    """Arrays of shape (step,): subjects of the experimental (`n_1`) and control (`n_0`) arm, power,
    true size.

    `size` is None if it was not asked for.
    """

    n_1: NDArray[np.int_]
    n_0: NDArray[np.int_]
    power: Floats
    size: Floats | None

    def first(self, power: float) -> int | None:
        """Index of the first step with the power; None if no step has it."""
        reached = np.flatnonzero(self.power >= check_share("power", power))
        return int(reached[0]) if len(reached) else None

    def always_from(self, power: float) -> int | None:
        """Index of the first step from which every later one shown has the power; None if the last
        falls short.
        """
        short = np.flatnonzero(self.power < check_share("power", power))
        first = int(short[-1]) + 1 if len(short) else 0
        return first if first < len(self.power) else None


def saw_tooth(
    test: AnyTest,
    p_1: float,
    p_0: float,
    control: Iterable[int],
    *,
    ratio: float = 1.0,
    alpha: float = 0.05,
    with_size: bool = True,
) -> SawTooth:
    """Exact power and true size for every number of control subjects in `control`, by enumeration.

    ratio: experimental subjects per control subject; the experimental arm is rounded half up, and
    at least 1. alpha is
    that of the test: two-sided for those known by name, one-sided for `FarringtonManning` unless it
    says otherwise. Raises ValueError for an empty range, an arm below 1, or shares and alpha out of
    range.
    """
    if not 0 < ratio < np.inf:
        raise ValueError(f"ratio is {ratio}; it must be a finite number above 0")
    n_0 = np.array([int(n) for n in control], dtype=np.int64)
    if not len(n_0):
        raise ValueError("control is empty; expected numbers of subjects of the control arm")
    if n_0.min() < 1:
        raise ValueError(f"control holds {n_0.min()}; an arm needs at least 1 subject")
    n_1 = np.maximum(np.floor(n_0 * ratio + 0.5).astype(np.int64), 1)
    sizes = list(zip(n_1.tolist(), n_0.tolist(), strict=True))
    power = np.array([power_of(test, one, zero, p_1, p_0, alpha) for one, zero in sizes])
    size = np.array([size_of(test, one, zero, alpha) for one, zero in sizes]) if with_size else None
    return SawTooth(n_1, n_0, power, size)
