"""How does one virtual trial run, from the first randomization to its cutoffs? Compiled, on plain
numbers.

What is common to all virtual trials: when participants come, and to which arm. Days are calendar
days from the first day of accrual.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.allocation import blocks
from equipoise.allocation.declared import METHODS
from equipoise.allocation.method import Allocation
from equipoise.arrays import Codes, Floats, Ints
from equipoise.compiled import njit

CONTROL, EXPERIMENTAL = 0, 1
MOST_STRATA = 100
"""The compiled loop counts strata in one byte."""

PERMUTED_BLOCKS = list(METHODS).index(blocks.PERMUTED_BLOCKS.name)
draw_block = njit(cache=True)(blocks.draw_block)


class Scheme(NamedTuple):
    """An allocation as the compiled loop reads it: the place of its method among the declared ones,
    the ratio control first, the numbers of the method, and the most arms it draws at once.
    """

    method: int
    ratio: Ints
    numbers: Ints
    longest: int


def scheme_of(allocation: Allocation) -> Scheme:
    """The allocation in arrays."""
    return Scheme(
        method=list(METHODS).index(allocation.method.name),
        ratio=np.array(allocation.ratio, np.int32),
        numbers=np.array(allocation.numbers, np.int32),
        longest=allocation.longest,
    )


@njit(cache=True)
def draw_entries(
    rng: np.random.Generator, durations: Floats, rates: Floats, all_within: bool, entry: Floats
) -> None:
    """Fill `entry` (subject,) with the rising times of arrival of a Poisson process with piecewise
    constant rates.

    `all_within`: everybody comes within the durations; else the last rate goes on until the last
    has come. Given their number, arrivals are the order statistics of independent draws; those of
    uniform draws are partial sums of exponentials over their total, so nothing needs sorting.
    """
    n, total = len(entry), 0.0
    for i in range(n):
        total += rng.standard_exponential()
        entry[i] = total
    weight = 1.0
    if all_within:
        total += rng.standard_exponential()
        expected = 0.0
        for piece in range(len(rates)):
            expected += durations[piece] * rates[piece]
        weight = expected / total
    piece, before, start = 0, 0.0, 0.0
    for i in range(n):
        at = entry[i] * weight
        while piece < len(rates) - 1 and at > before + durations[piece] * rates[piece]:
            before += durations[piece] * rates[piece]
            start += durations[piece]
            piece += 1
        entry[i] = start + (at - before) / rates[piece]


@njit(cache=True)
def draw_stratum(rng: np.random.Generator, shares: Floats) -> int:
    """A stratum by its share."""
    at = rng.random()
    for stratum in range(len(shares) - 1):
        if at < shares[stratum]:
            return stratum
        at -= shares[stratum]
    return len(shares) - 1


@njit(cache=True)
def draw_run(rng: np.random.Generator, scheme: Scheme, run: Codes) -> int:
    """Fill `run` with the next arms of a stratum, and return how many."""
    if scheme.method == PERMUTED_BLOCKS:
        return draw_block(rng, scheme.ratio, scheme.numbers, run)
    raise ValueError("a method of allocation that is not compiled")


@njit(cache=True)
def allocate_all(
    rng: np.random.Generator, scheme: Scheme, shares: Floats, arm: Codes, stratum: Codes
) -> None:
    """Fill `arm` and `stratum` (subject,) in order of entry, each stratum by the very rule that
    draws the sealed list.
    """
    strata = len(shares)
    runs = np.zeros((strata, scheme.longest), np.int8)
    taken, drawn = np.zeros(strata, np.int32), np.zeros(strata, np.int32)
    for i in range(len(arm)):
        s = draw_stratum(rng, shares) if strata > 1 else 0
        if taken[s] == drawn[s]:
            taken[s], drawn[s] = 0, draw_run(rng, scheme, runs[s])
        arm[i], stratum[i] = runs[s, taken[s]], s
        taken[s] += 1


@njit(cache=True)
def smallest(values: Floats, n: int, rank: int, room: Floats, count: Ints) -> float:
    """The value of this rank (1 is the least) among the first `n`, none negative.

    Counted in n buckets of equal width; only the bucket that holds the rank is sorted.
    """
    longest = 0.0
    for i in range(n):
        longest = max(longest, values[i])
    scale = (n - 1) / longest if longest > 0 else 0.0
    count[:n] = 0
    for i in range(n):
        count[int(values[i] * scale)] += 1
    bucket, before = 0, 0
    while before + count[bucket] < rank:
        before += count[bucket]
        bucket += 1
    near = 0
    for i in range(n):
        if int(values[i] * scale) == bucket:
            room[near] = values[i]
            near += 1
    return float(np.sort(room[:near])[rank - before - 1])
