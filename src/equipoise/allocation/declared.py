"""Which allocation does a protocol declare?"""

from __future__ import annotations

from equipoise.allocation.blocks import PERMUTED_BLOCKS
from equipoise.allocation.method import Allocation, Method
from equipoise.protocol.model import Protocol

METHODS: dict[str, Method] = {method.name: method for method in (PERMUTED_BLOCKS,)}
"""Every method that `protocol.randomization.method` can name."""


def allocation_of(protocol: Protocol) -> Allocation:
    """The arms in declared order, by the declared method."""
    method = METHODS[protocol.randomization.method]
    return Allocation(
        method=method,
        arms=tuple(arm.id for arm in protocol.arms),
        ratio=tuple(arm.ratio for arm in protocol.arms),
        numbers=method.numbers(protocol.randomization),
    )
