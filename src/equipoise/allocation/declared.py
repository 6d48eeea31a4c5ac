"""Which allocation does a protocol declare?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from equipoise.allocation.blocks import PERMUTED_BLOCKS
from equipoise.allocation.method import Allocation, Method
from equipoise.allocation.predictability import Predictability, lengths_of, predictability
from equipoise.allocation.strata import cells
from equipoise.protocol.model import Arm, Protocol

METHODS: dict[str, Method] = {method.name: method for method in (PERMUTED_BLOCKS,)}
"""Every method that `protocol.randomization.method` can name."""


def allocation_of(protocol: Protocol, arms: Sequence[Arm] | None = None) -> Allocation:
    """The arms, in declared order unless another is given, by the declared method; where its block
    sizes are sealed, by assumed ones.
    """
    method = METHODS[protocol.randomization.method]
    arms = arms or protocol.arms
    ratio = tuple(arm.ratio for arm in arms)
    return Allocation(
        method=method,
        arms=tuple(arm.id for arm in arms),
        ratio=ratio,
        numbers=method.numbers(protocol.randomization, ratio),
    )


def with_sizes(protocol: Protocol, sizes: tuple[int, ...] | None) -> Protocol:
    """The protocol as if it declared these block sizes, for planning and for drawing its list.
    Raises ValueError for sizes that do not hold the ratio, or where others are public.
    """
    if sizes is None:
        return protocol
    public = protocol.randomization.public_sizes
    if public and set(public) != set(sizes):
        raise ValueError(
            f"block sizes: found {_listed(sizes)}, and {protocol.id} declares {_listed(public)} for"
            " everybody to read; leave the option out, or declare `block_sizes: sealed`"
        )
    rules = protocol.randomization.model_copy(update={"block_sizes": sizes})
    changed = protocol.model_copy(update={"randomization": rules})
    allocation_of(changed)
    return changed


class Blocks(NamedTuple):
    """The block sizes that are planned with, whether they are assumed since the declared ones are
    sealed, and how much of the list a site that counts could guess with them.
    """

    sizes: tuple[int, ...]
    assumed: bool
    guessed: Predictability

    def words(self) -> str:
        """In a sentence, for the page and the terminal."""
        told = (
            f"Block sizes are sealed; assumed here: {_listed(self.sizes)}."
            if self.assumed
            else f"Block sizes are public: {_listed(self.sizes)}."
        )
        return (
            f"{told} In an open trial a site that counts, and knows them, guesses"
            f" {_percent(self.guessed.best)} of allocations right and"
            f" {_percent(self.guessed.certain)} for certain; by naming the arm that is behind it"
            f" guesses {_percent(self.guessed.behind)}."
        )


def blocks_of(protocol: Protocol, *, sealed: bool) -> Blocks | None:
    """Of the planned participants, spread evenly over the strata; None for a method without
    blocks.
    """
    allocation = allocation_of(protocol)
    if allocation.method is not PERMUTED_BLOCKS:
        return None
    lengths = lengths_of(protocol.design.participants, len(cells(protocol.randomization.strata)))
    guessed = predictability(allocation.ratio, allocation.numbers, lengths)
    return Blocks(tuple(sorted(set(allocation.numbers))), sealed, guessed)


def public_words(protocol: Protocol) -> str:
    """What it costs that block sizes stand in the protocol; empty where they are sealed."""
    if not protocol.randomization.public_sizes:
        return ""
    blocks = blocks_of(protocol, sealed=False)
    return f"public: predictability {100 * blocks.guessed.best:.0f} %" if blocks else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _listed(sizes: Sequence[int]) -> str:
    return " and ".join(map(str, sizes))
