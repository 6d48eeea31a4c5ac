"""How does a trial unit keep its randomization list?"""

from __future__ import annotations

import secrets
import socketserver
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from equipoise.allocation.declared import with_sizes
from equipoise.conduct.emergency import ENVELOPES, draw_emergency_list
from equipoise.conduct.randomization import allocations, draw_allocation
from equipoise.protocol.yaml_file import load
from equipoise.store import allocator
from equipoise.store.allocator import Allocator, AllocatorLog
from equipoise.store.sealed_boxes import Card, SealedBoxes, Secret
from equipoise.surface.ledgers import read_ledger


def create_sealed_list(
    protocol: str, place: Path, secret: Secret, block_sizes: tuple[int, ...] | None = None
) -> SealedBoxes:
    """Draw a list for the protocol, with 256 bits from the system, and seal it. Raises
    FileExistsError.
    """
    declared = with_sizes(load(protocol), block_sizes)
    rng = _from_the_system()
    drawn = draw_allocation(declared, rng, secrets.token_hex(32))
    return SealedBoxes.create(place, drawn, secret)


def create_emergency_list(
    protocol: str,
    place: Path,
    secret: Secret,
    site: str,
    *,
    envelopes: int = ENVELOPES,
    block_sizes: tuple[int, ...] | None = None,
) -> SealedBoxes:
    """As `create_sealed_list`, for the envelopes of a site. Raises FileExistsError."""
    declared = with_sizes(load(protocol), block_sizes)
    rng = _from_the_system()
    salt = secrets.token_hex(32)
    drawn = draw_emergency_list(declared, site, rng, salt, envelopes=envelopes)
    return SealedBoxes.create(place, drawn, secret, site)


def _from_the_system() -> np.random.Generator:
    """Chance, begun with 256 bits from the system."""
    return np.random.default_rng(int.from_bytes(secrets.token_bytes(32), "big"))


def cards_of(sealed: Path, secret: Secret) -> list[Card]:
    """What stands on the cards of an emergency list. Raises `Unsealed`, or ValueError for the list
    of the trial, whose positions nobody is shown.
    """
    held = SealedBoxes(sealed, secret)
    if held.site is None:
        raise ValueError(f"{sealed} is the list of the trial, not one of envelopes for a site")
    return list(held.cards())


def serve_allocator(
    sealed: Path, secret: Secret, socket: Path, log: Path, *, may_open: bool = False
) -> socketserver.BaseServer:
    """The allocator of a list, or of an emergency list, ready to answer at a socket. Raises
    `Unsealed` or `NoAllocator`.
    """
    held = Allocator(SealedBoxes(sealed, secret), AllocatorLog(log), may_open=may_open)
    return allocator.serve(held, socket)


def check_allocator_log(ledger: str | Path, log: Path) -> Iterator[str]:
    """Where the log of the allocator and the ledger differ, in words. Raises BrokenLedger, or
    `Unsealed` for a log that was changed.
    """
    trial = read_ledger(ledger).trial
    given = allocations(trial, trial.commitment or "")
    yield from allocator.looked_ahead(AllocatorLog(log).read(), given)
