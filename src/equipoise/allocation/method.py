"""What is the next arm? What every method of allocation gives, and the lists drawn by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from equipoise.arrays import Codes, Ints
from equipoise.protocol.randomization import Randomization

Stratum = tuple[str, ...]
Sequences = dict[Stratum, tuple[str, ...]]
Numbers = Sequence[int]
DrawRun = Callable[[np.random.Generator, Ints, Ints, Codes], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to allocate arms, under the name that a protocol declares.

    `draw_run(rng, ratio, numbers, run)` fills `run` with the next arms of one stratum, as places in
    the ratio, and returns how many they are: a plain array function, which the simulation compiles.
    `numbers` are those of the declaration that it reads, for a ratio, `longest` is the most it
    draws at once, and `check(ratio, numbers)` raises ValueError with what to change. It is told by
    its name alone: where its functions lie differs from one process to the next.
    """

    name: str
    draw_run: DrawRun = field(repr=False)
    numbers: Callable[[Randomization, Numbers], tuple[int, ...]] = field(repr=False)
    longest: Callable[[Numbers], int] = field(repr=False)
    check: Callable[[Numbers, Numbers], None] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A method with arms, their ratio and its numbers. Raises ValueError with what to change."""

    method: Method
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    numbers: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_arms(self.arms, self.ratio)
        self.method.check(self.ratio, self.numbers)

    @property
    def longest(self) -> int:
        """The most arms that are drawn at once."""
        return self.method.longest(self.numbers)


def draw_list(
    rng: np.random.Generator, allocation: Allocation, strata: Sequence[Stratum], length: int
) -> Sequences:
    """For each stratum a sequence of whole runs, at least `length` long (ICH E9 2.3.2)."""
    _check_strata(strata, length)
    return {stratum: _draw_sequence(rng, allocation, length) for stratum in strata}


def _draw_sequence(
    rng: np.random.Generator, allocation: Allocation, length: int
) -> tuple[str, ...]:
    ratio = np.array(allocation.ratio, np.int32)
    numbers = np.array(allocation.numbers, np.int32)
    run = np.zeros(allocation.longest, np.int8)
    sequence: list[str] = []
    while len(sequence) < length:
        drawn = allocation.method.draw_run(rng, ratio, numbers, run)
        sequence += [allocation.arms[place] for place in run[:drawn]]
    return tuple(sequence)


def _check_arms(arms: Sequence[str], ratio: Numbers) -> None:
    if len(arms) < 2 or len(set(arms)) != len(arms):
        raise ValueError(f"a randomized trial needs two or more different arms, found {list(arms)}")
    if len(ratio) != len(arms) or any(places < 1 for places in ratio):
        raise ValueError(
            f"the ratio needs a whole number from 1 for each of {list(arms)}, found {list(ratio)}"
        )


def _check_strata(strata: Sequence[Stratum], length: int) -> None:
    if not strata or len(set(strata)) != len(strata):
        raise ValueError(
            "strata must be named once each; a trial without strata has the one stratum ():"
            f" {strata}"
        )
    if length < 1:
        raise ValueError(f"each stratum's list needs a length from 1, found {length}")
