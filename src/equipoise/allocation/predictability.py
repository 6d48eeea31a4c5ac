"""How much of a randomization list can a site that counts guess, when nobody is masked?

Exact, for stratified permuted blocks whose sizes are drawn with equal chances: no simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Left = tuple[int, ...]
"""Places of each arm that a block still has."""
Belief = Mapping[Left, float]
"""What somebody who saw the allocations so far knows of the block: the probability of each."""

_CERTAIN = 1 - 1e-9
_DIGITS = 10
MOST = 36
"""Positions that are counted one by one; of a longer list the rest is as the last ones are."""


class Predictability(NamedTuple):
    """Shares of allocations from 0 to 1: guessed right by somebody who knows the sizes and makes
    the best of it, certain beforehand, and guessed right by naming the arm that is behind
    (Blackwell and Hodges 1957).
    """

    best: float
    certain: float
    behind: float


def predictability(
    ratio: Sequence[int], sizes: Sequence[int], lengths: Iterable[int]
) -> Predictability:
    """Of lists of these lengths, one for each stratum. Raises ValueError unless each block holds
    the ratio, or when nothing is allocated.
    """
    blocks = [_block(ratio, size) for size in dict.fromkeys(sizes)]
    counted = [length for length in lengths if length > 0]
    if not counted:
        raise ValueError("predictability: found no allocation, expected one or more")
    best, certain = _by_knowing(blocks, max(counted))
    behind = _by_counting(ratio, blocks, max(counted))
    total = sum(counted)

    def share(right: Sequence[float]) -> float:
        return sum(sum(right[:length]) for length in counted) / total

    return Predictability(share(best), share(certain), share(behind))


def lengths_of(participants: int, strata: int) -> list[int]:
    """As many allocations for each stratum as there are if they spread evenly."""
    each, more = divmod(participants, strata)
    return [each + (place < more) for place in range(strata)]


def _block(ratio: Sequence[int], size: int) -> Left:
    places = sum(ratio)
    if size < places or size % places:
        raise ValueError(f"block size {size} does not hold the ratio: take a multiple of {places}")
    return tuple(part * (size // places) for part in ratio)


# ------------------------------------------------------------------ who knows the sizes


def _by_knowing(blocks: Sequence[Left], length: int) -> tuple[list[float], list[float]]:
    """At each position the chance that the best guess is right, and that it is certain. What is
    seen moves the belief about the block; equal beliefs are one.
    """
    new = _normalized(dict.fromkeys(blocks, 1.0 / len(blocks)))
    beliefs = {new: 1.0}
    best: list[float] = []
    certain: list[float] = []
    for _ in range(min(length, MOST)):
        following: dict[tuple[tuple[Left, float], ...], float] = {}
        right = sure = 0.0
        for held, chance in beliefs.items():
            arms = _next_arms(held)
            right += chance * max(arms)
            sure += chance * (max(arms) > _CERTAIN)
            for arm, likely in enumerate(arms):
                if likely > 0:
                    after = _seen(held, arm, new)
                    following[after] = following.get(after, 0.0) + chance * likely
        beliefs = following
        best.append(right)
        certain.append(sure)
    return _continued(best, length, blocks), _continued(certain, length, blocks)


def _continued(values: list[float], length: int, blocks: Sequence[Left]) -> list[float]:
    """After so many positions where a block began is lost: the mean of one more cycle goes on."""
    cycle = values[-max(sum(block) for block in blocks) :]
    return values + [sum(cycle) / len(cycle)] * (length - len(values))


def _next_arms(held: Iterable[tuple[Left, float]]) -> list[float]:
    """The chance of each arm to be next."""
    chances: list[float] = []
    for left, chance in held:
        chances = chances or [0.0] * len(left)
        for arm, places in enumerate(left):
            chances[arm] += chance * places / sum(left)
    return chances


def _seen(
    held: Iterable[tuple[Left, float]], arm: int, new: tuple[tuple[Left, float], ...]
) -> tuple[tuple[Left, float], ...]:
    """The belief once an arm was given; a block that is used up is followed by a new one."""
    after: dict[Left, float] = {}
    for left, chance in held:
        likely = chance * left[arm] / sum(left)
        if not likely:
            continue
        rest = tuple(places - (place == arm) for place, places in enumerate(left))
        for block, share in ((rest, 1.0),) if any(rest) else new:
            after[block] = after.get(block, 0.0) + likely * share
    return _normalized(after)


def _normalized(belief: Belief) -> tuple[tuple[Left, float], ...]:
    total = sum(belief.values())
    return tuple(sorted((left, round(chance / total, _DIGITS)) for left, chance in belief.items()))


# ------------------------------------------------------------------ who counts


def _by_counting(ratio: Sequence[int], blocks: Sequence[Left], length: int) -> list[float]:
    """At each position the chance of who names the arm that is furthest behind its share, and
    tosses a coin where several are.
    """
    states = {(block, block): 1.0 / len(blocks) for block in blocks}
    right: list[float] = []
    for _ in range(length):
        following: dict[tuple[Left, Left], float] = {}
        guessed = 0.0
        for (block, left), chance in states.items():
            named = _behind(ratio, block, left)
            for arm, places in enumerate(left):
                likely = chance * places / sum(left)
                guessed += likely * (arm in named) / len(named)
                if not likely:
                    continue
                rest = tuple(held - (place == arm) for place, held in enumerate(left))
                if any(rest):
                    following[block, rest] = following.get((block, rest), 0.0) + likely
                    continue
                for new in blocks:
                    key = new, new
                    following[key] = following.get(key, 0.0) + likely / len(blocks)
        states = following
        right.append(guessed)
    return right


def _behind(ratio: Sequence[int], block: Left, left: Left) -> list[int]:
    """The arms with the fewest allocations for their share; whole blocks are even."""
    given = [(whole - rest) / part for whole, rest, part in zip(block, left, ratio, strict=True)]
    least = min(given)
    return [arm for arm, share in enumerate(given) if share == least]
