"""In which order do the arms follow within a stratum? Permuted blocks of random size."""

from __future__ import annotations

import numpy as np

from equipoise.allocation.method import Allocation, Method, Numbers
from equipoise.arrays import Codes, Ints
from equipoise.protocol.randomization import Randomization


def draw_block(rng: np.random.Generator, ratio: Ints, sizes: Ints, run: Codes) -> int:
    """Fill `run` with a permuted block and return its size, one of `sizes` with equal chances.

    A fixed size lets an open-label site predict the last arms of a block (ICH E9 2.3.2).
    """
    size = int(sizes[rng.integers(0, len(sizes))])
    places = 0
    for arm in range(len(ratio)):
        places += int(ratio[arm])
    filled = 0
    for arm in range(len(ratio)):
        for _ in range(int(ratio[arm]) * (size // places)):
            run[filled] = arm
            filled += 1
    rng.shuffle(run[:size])
    return size


def check_sizes(ratio: Numbers, sizes: Numbers) -> None:
    """Raise ValueError unless each block holds the ratio."""
    if not sizes:
        raise ValueError("at least one block size is needed")
    smallest = sum(ratio)
    for size in sizes:
        if size < smallest or size % smallest:
            raise ValueError(
                f"block size {size} does not hold the ratio: take a multiple of {smallest}"
            )


ASSUMED = (2, 3)
"""Block sizes in multiples of the ratio, where they are sealed and something has to be planned: 4
and 6 for two arms, 1:1."""


def _sizes_of(declared: Randomization, ratio: Numbers) -> tuple[int, ...]:
    """Those declared, or the assumed ones where they are sealed."""
    return declared.public_sizes or tuple(times * sum(ratio) for times in ASSUMED)


PERMUTED_BLOCKS = Method(
    name="stratified permuted blocks",
    draw_run=draw_block,
    numbers=_sizes_of,
    longest=max,
    check=check_sizes,
)


def permuted_blocks(ratio: tuple[int, int], sizes: tuple[int, ...]) -> Allocation:
    """Two arms in blocks of these sizes, control first."""
    arms = ("control", "experimental")
    return Allocation(method=PERMUTED_BLOCKS, arms=arms, ratio=ratio, numbers=sizes)
