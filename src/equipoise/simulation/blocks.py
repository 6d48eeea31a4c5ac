"""How are many virtual trials run so that neither their number of workers nor an interruption
changes the result?

Trials come in fixed blocks of 256. A block's random numbers are Philox (Salmon et al., SC 2011)
keyed by the seed and the block's number, so every block is the same whoever computes it and when.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

TRIALS_PER_BLOCK = 256
MOST_TRIALS, MOST_WORKERS = 10**7, 1024
"""More trials would take days, for a Monte-Carlo error that nobody needs."""
Block = NDArray[np.float64]
SimulateBlock = Callable[[np.random.Generator, int], Block]
"""From a generator and a number of trials to their results, shape (trial, ...); must be
picklable."""
Progress = Callable[[int, int], None]


class KeptBlocks(Protocol):
    """Where finished blocks are kept between runs; picklable, since the workers write."""

    def read(self, block: int) -> Block | None:
        """A block finished before, or None."""

    def write(self, block: int, results: Block) -> None:
        """Keep a finished block, whole or not at all."""


def generator_of(seed: int, block: int) -> np.random.Generator:
    """The random numbers of one block."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, block], dtype=np.uint64)))


def run_blocks(
    simulate: SimulateBlock,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    kept: KeptBlocks | None = None,
    progress: Progress | None = None,
) -> Block:
    """Results of `trials` trials in order, shape (trial, ...), the same for any number of workers.

    Blocks found in `kept` are not run again. `workers` are processes of joblib's present backend
    (loky; Dask, Ray and Spark can be registered there). `progress` is called with (trials done,
    trials). Raises ValueError for numbers out of range.
    """
    check_run(trials, seed, workers)
    sizes = {
        b: min(TRIALS_PER_BLOCK, trials - b * TRIALS_PER_BLOCK)
        for b in range(-(-trials // TRIALS_PER_BLOCK))
    }
    done = _found(kept, sizes)
    finished = sum(len(block) for block in done.values())
    if progress:
        progress(finished, trials)
    jobs = (delayed(_run_block)(simulate, seed, b, sizes[b], kept) for b in sizes if b not in done)
    # Blocks come back as they end; each carries its number.
    for b, block in Parallel(n_jobs=workers, return_as="generator_unordered")(jobs):
        done[b] = block
        finished += len(block)
        if progress:
            progress(finished, trials)
    return np.concatenate([done[b] for b in sizes])


def _found(kept: KeptBlocks | None, sizes: dict[int, int]) -> dict[int, Block]:
    """The blocks that need not be run; a longer one than asked for begins with the trials asked
    for.
    """
    if kept is None:
        return {}
    there = {b: block for b in sizes if (block := kept.read(b)) is not None}
    return {b: block[: sizes[b]] for b, block in there.items() if len(block) >= sizes[b]}


def _run_block(
    simulate: SimulateBlock, seed: int, block: int, trials: int, kept: KeptBlocks | None
) -> tuple[int, Block]:
    results = simulate(generator_of(seed, block), trials)
    if kept is not None:
        kept.write(block, results)
    return block, results


def check_run(trials: int, seed: int, workers: int) -> None:
    """Raise ValueError unless the numbers can be run."""
    if not 1 <= trials <= MOST_TRIALS:
        raise ValueError(f"trials is {trials}; it must be a whole number from 1 to {MOST_TRIALS}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}; it must be a whole number from 0 to 2^64 - 1")
    if not 1 <= workers <= MOST_WORKERS and workers != -1:
        raise ValueError(
            f"workers is {workers}; it must be 1 to {MOST_WORKERS}, or -1 for all processors"
        )
