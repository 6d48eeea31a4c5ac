"""Are these the inputs of a sample size at all?"""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from scipy.special import ndtri


def check_share(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1, or refuse it by name."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it must lie strictly between 0 and 1")
    return float(value)


def check_positive(name: str, value: float) -> float:
    """Return `value` if it is a finite number above 0, or refuse it by name."""
    if not (isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; it must be a finite number above 0")
    return float(value)


def check_hazard_ratio(value: float) -> float:
    """Return a hazard ratio that can be found at all: above 0, and not 1."""
    if check_positive("hazard_ratio", value) == 1:
        raise ValueError(
            "hazard_ratio is 1.0; no number of events gives power for a difference of 0"
        )
    return float(value)


def check_rates(name: str, rates: Sequence[float]) -> tuple[float, ...]:
    """Return the rates if each is a finite number of 0 or more, or refuse the first that is not."""
    if not rates:
        raise ValueError(f"{name} is empty; at least one rate is needed")
    for row, rate in enumerate(rates):
        if not (isfinite(rate) and rate >= 0):
            raise ValueError(
                f"{name}[{row}] is {rate}; a rate must be a finite number of 0 or above"
            )
    return tuple(float(rate) for rate in rates)


def check_starts(name: str, starts: Sequence[float], wanted: int) -> tuple[float, ...]:
    """Return the starts if they begin at 0 and rise, one for each rate, or refuse the first that
    does not.
    """
    if len(starts) != wanted:
        raise ValueError(
            f"{name} has {len(starts)} values, rates has {wanted}; one start is needed for each"
            " rate"
        )
    if starts[0] != 0:
        raise ValueError(f"{name}[0] is {starts[0]}; the first piece must start at 0")
    for row, (before, after) in enumerate(pairwise(starts), start=1):
        if not (isfinite(after) and after > before):
            raise ValueError(
                f"{name}[{row}] is {after}, after {before}; starts must be finite and rise"
            )
    return tuple(float(start) for start in starts)


def normal_sum(power: float, alpha: float, sided: int) -> tuple[float, float]:
    """Z of the level of one tail, and z of the power; refuses a power that is no more than the
    level.
    """
    bound = level_bound(alpha, sided)
    check_share("power", power)
    if power <= alpha / sided:
        raise ValueError(
            f"power is {power}; it must lie above the level of one tail, {alpha / sided:g}, and"
            " below 1"
        )
    return bound, float(ndtri(power))


def level_bound(alpha: float, sided: int) -> float:
    """Z of the level of one tail."""
    check_share("alpha", alpha)
    if sided not in (1, 2):
        raise ValueError(f"sided is {sided}; it must be 1 or 2")
    return float(-ndtri(alpha / sided))
