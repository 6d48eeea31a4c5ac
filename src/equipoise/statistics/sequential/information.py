"""Are these looks, levels and probabilities possible at all?"""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

CLOSEST = 1e-7
"""Looks nearer to each other than this share of their information are the same look."""


def check_between(name: str, value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Return `value` if it lies strictly between `low` and `high`, or refuse it by name."""
    if not low < value < high:
        raise ValueError(f"{name} is {value}; it must lie strictly between {low:g} and {high:g}")
    return float(value)


def check_finite(name: str, value: float) -> float:
    """Return `value` if it is a finite number, or refuse it by name."""
    if not isfinite(value):
        raise ValueError(f"{name} is {value}; it must be a finite number")
    return float(value)


def check_positive(name: str, value: float) -> float:
    """Return `value` if it is a finite number above 0, or refuse it by name."""
    if not (isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; it must be a finite number above 0")
    return float(value)


def check_rising(
    name: str, values: Sequence[float], what: str = "information"
) -> tuple[float, ...]:
    """Return the values if they are finite, above 0 and strictly rising, or refuse the first that
    is not.
    """
    rising = tuple(float(value) for value in values)
    if not rising:
        raise ValueError(f"{name} is empty; at least one look is needed")
    for k, value in enumerate(rising):
        if not (isfinite(value) and value > 0):
            raise ValueError(f"{name}[{k}] is {value}; {what} must be a finite number above 0")
    for k, (before, after) in enumerate(pairwise(rising), start=1):
        if after <= before:
            raise ValueError(
                f"{name}[{k}] is {after}, after {before}; {what} must rise from look to look"
            )
        if after - before < CLOSEST * after:
            raise ValueError(
                f"{name}[{k}] is {after}, after {before}; {what} must rise by {CLOSEST:g} of itself"
                " or more"
            )
    return rising


def check_fractions(name: str, values: Sequence[float]) -> tuple[float, ...]:
    """Return the values if they rise within (0, 1] and end at 1, or refuse the first that does not
    fit.
    """
    fractions = check_rising(name, values, "the fraction")
    for k, value in enumerate(fractions):
        if value > 1:
            raise ValueError(f"{name}[{k}] is {value}; a fraction must lie above 0 and not above 1")
    if fractions[-1] != 1:
        last = len(fractions) - 1
        raise ValueError(f"{name}[{last}] is {fractions[-1]}; the last look must be at fraction 1")
    return fractions


def check_length(name: str, values: Sequence[float], wanted: int, of: str) -> tuple[float, ...]:
    """Return the values if there are as many as wanted, or say how many there are and should be."""
    if len(values) != wanted:
        raise ValueError(f"{name} has {len(values)} values; {of} asks for {wanted}")
    return tuple(float(value) for value in values)


def check_look(name: str, look: int, looks: int) -> int:
    """Return the look, counted from 1, if the design has it, or refuse it."""
    if not (1 <= look <= looks and look == int(look)):
        raise ValueError(f"{name} is {look}; looks are counted from 1 to {looks}")
    return int(look)
