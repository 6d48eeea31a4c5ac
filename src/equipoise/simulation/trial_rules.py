"""How does one virtual trial run, from the first randomization to its cutoffs? Compiled, on plain
numbers.

What is common to all virtual trials: when participants come, and to which arm. Days are calendar
days from the first day of accrual.
"""

from __future__ import annotations

from math import floor

import numpy as np

from equipoise.arrays import Codes, Floats, Ints
from equipoise.compiled import njit

CONTROL, EXPERIMENTAL = 0, 1


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
        weight = np.sum(durations * rates) / total
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
def allocate_all(
    rng: np.random.Generator,
    ratio: Ints,
    block_sizes: Ints,
    shares: Floats,
    arm: Codes,
    stratum: Codes,
) -> None:
    """Fill `arm` and `stratum` (subject,) in order of entry: in each stratum permuted blocks of
    random size.

    The same sequences as `allocation.blocks.draw_list`: drawing without replacement permutes the
    block. One uniform
    number serves a whole block: the part it is cut at chooses, and what is left of it is uniform
    again.
    """
    strata, unit = len(shares), ratio[CONTROL] + ratio[EXPERIMENTAL]
    left = np.zeros((strata, 2), np.int32)
    chance = np.zeros(strata)
    for i in range(len(arm)):
        s = draw_stratum(rng, shares) if strata > 1 else 0
        held = left[s, CONTROL] + left[s, EXPERIMENTAL]
        if held == 0:
            at = rng.random() * len(block_sizes)
            held = block_sizes[int(at)]
            chance[s] = at - floor(at)
            left[s, CONTROL] = held // unit * ratio[CONTROL]
            left[s, EXPERIMENTAL] = held // unit * ratio[EXPERIMENTAL]
        share = left[s, EXPERIMENTAL] / held
        if chance[s] < share:
            chance[s], chosen = chance[s] / share, EXPERIMENTAL
        else:
            chance[s], chosen = (chance[s] - share) / (1 - share), CONTROL
        left[s, chosen] -= 1
        arm[i], stratum[i] = chosen, s


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
