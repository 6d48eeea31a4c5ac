"""How does a trial unit keep its randomization list?"""

from __future__ import annotations

import secrets
import socketserver
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from equipoise.allocation.declared import with_sizes
from equipoise.conduct.randomization import allocations, draw_allocation
from equipoise.protocol.yaml_file import load
from equipoise.store import allocator
from equipoise.store.allocator import Allocator, AllocatorLog
from equipoise.store.sealed_boxes import SealedBoxes, Secret
from equipoise.surface.ledgers import read_ledger


def create_sealed_list(
    protocol: str, place: Path, secret: Secret, block_sizes: tuple[int, ...] | None = None
) -> SealedBoxes:
    """Draw a list for the protocol, with 256 bits from the system, and seal it. Raises
    FileExistsError.
    """
    declared = with_sizes(load(protocol), block_sizes)
    seed = secrets.token_bytes(32)
    rng = np.random.default_rng(int.from_bytes(seed, "big"))
    drawn = draw_allocation(declared, rng, secrets.token_hex(32))
    return SealedBoxes.create(place, drawn, secret)


def serve_allocator(
    sealed: Path, secret: Secret, socket: Path, log: Path, *, may_open: bool = False
) -> socketserver.BaseServer:
    """The allocator, ready to answer at a socket. Raises `Unsealed` or `NoAllocator`."""
    held = Allocator(SealedBoxes(sealed, secret), AllocatorLog(log), may_open=may_open)
    return allocator.serve(held, socket)


def check_allocator_log(ledger: str | Path, log: Path) -> Iterator[str]:
    """Where the log of the allocator and the ledger differ, in words. Raises BrokenLedger, or
    `Unsealed` for a log that was changed.
    """
    trial = read_ledger(ledger).trial
    given = allocations(trial, trial.commitment or "")
    yield from allocator.looked_ahead(AllocatorLog(log).read(), given)
