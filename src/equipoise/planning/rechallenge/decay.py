"""How fast does a clone fade without the drug, and when does a test no longer see it?"""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.virtual.clonal_decay import (
    resistant_fraction,
    resistant_fraction_by_exponential,
    time_below_limit,
)


def course_by_odds(start: float, months: Sequence[float], half_life: float) -> list[float]:
    """The resistant fraction after each of these months, by the odds."""
    return [float(part) for part in resistant_fraction(start, months, half_life)]


def course_by_exponential(start: float, months: Sequence[float], half_life: float) -> list[float]:
    """The same by the exponential that is usually published."""
    return [float(part) for part in resistant_fraction_by_exponential(start, months, half_life)]


def months_below_limit(
    start: float, tumor_fraction: float, limit: float, half_lives: Sequence[float]
) -> list[float]:
    """Months until the variant of a clone is below the limit, for each half-life; 0 where it never
    was above.
    """
    return [float(time_below_limit(start, tumor_fraction, limit, h)) for h in half_lives]
