"""In which order do the arms follow within each stratum? Permuted blocks of random size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Stratum = tuple[str, ...]
Sequences = dict[Stratum, tuple[str, ...]]


def draw_list(
    rng: np.random.Generator,
    *,
    arms: Sequence[str],
    ratio: Sequence[int],
    block_sizes: Sequence[int],
    strata: Sequence[Stratum],
    length: int,
) -> Sequences:
    """For each stratum a sequence of whole permuted blocks, at least `length` long (ICH E9 2.3.2).

    `ratio[i]` subjects on `arms[i]` for each smallest block. Block sizes are drawn with equal
    chances, since a fixed size lets an open-label site predict the last arms of a block. Raises
    ValueError with what to change.
    """
    _check_arms(arms, ratio)
    _check_sizes(block_sizes, sum(ratio))
    _check_strata(strata, length)
    return {stratum: _draw_sequence(rng, arms, ratio, block_sizes, length) for stratum in strata}


def _draw_sequence(
    rng: np.random.Generator,
    arms: Sequence[str],
    ratio: Sequence[int],
    block_sizes: Sequence[int],
    length: int,
) -> tuple[str, ...]:
    sequence: list[str] = []
    while len(sequence) < length:
        size = block_sizes[int(rng.integers(len(block_sizes)))]
        sequence += _draw_block(rng, arms, ratio, size)
    return tuple(sequence)


def _draw_block(
    rng: np.random.Generator, arms: Sequence[str], ratio: Sequence[int], size: int
) -> list[str]:
    repeats = size // sum(ratio)
    ordered = [arm for arm, share in zip(arms, ratio, strict=True) for _ in range(share * repeats)]
    return [ordered[index] for index in rng.permutation(size)]


def _check_arms(arms: Sequence[str], ratio: Sequence[int]) -> None:
    if len(arms) < 2 or len(set(arms)) != len(arms):
        raise ValueError(f"a randomized trial needs two or more different arms, found {list(arms)}")
    if len(ratio) != len(arms) or any(share < 1 for share in ratio):
        raise ValueError(
            f"the ratio needs a whole number from 1 for each of {list(arms)}, found {list(ratio)}"
        )


def _check_sizes(block_sizes: Sequence[int], smallest: int) -> None:
    if not block_sizes:
        raise ValueError("at least one block size is needed")
    for size in block_sizes:
        if size < smallest or size % smallest:
            raise ValueError(
                f"block size {size} does not hold the ratio: take a multiple of {smallest}"
            )


def _check_strata(strata: Sequence[Stratum], length: int) -> None:
    if not strata or len(set(strata)) != len(strata):
        raise ValueError(
            "strata must be named once each; a trial without strata has the one stratum ():"
            f" {strata}"
        )
    if length < 1:
        raise ValueError(f"each stratum's list needs a length from 1, found {length}")
