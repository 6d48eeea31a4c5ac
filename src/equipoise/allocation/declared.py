"""Which allocation does a protocol declare?"""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.allocation.blocks import PERMUTED_BLOCKS
from equipoise.allocation.method import Allocation, Method
from equipoise.protocol.model import Arm, Protocol

METHODS: dict[str, Method] = {method.name: method for method in (PERMUTED_BLOCKS,)}
"""Every method that `protocol.randomization.method` can name."""


def allocation_of(protocol: Protocol, arms: Sequence[Arm] | None = None) -> Allocation:
    """The arms, in declared order unless another is given, by the declared method."""
    method = METHODS[protocol.randomization.method]
    arms = arms or protocol.arms
    return Allocation(
        method=method,
        arms=tuple(arm.id for arm in arms),
        ratio=tuple(arm.ratio for arm in arms),
        numbers=method.numbers(protocol.randomization),
    )
