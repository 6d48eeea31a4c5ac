"""What would one trial look like, played from its protocol?"""

from __future__ import annotations

from collections.abc import Callable

from equipoise.allocation.declared import with_sizes
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.verified import Verified
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use
from equipoise.rehearsal import rehearse as rehearsal
from equipoise.store.memory import Memory
from equipoise.surface.checks import require_uses
from equipoise.surface.ledgers import Ledger


def rehearse(
    protocol: Protocol,
    *,
    participants: int = 50,
    seed: int = 7,
    block_sizes: tuple[int, ...] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ledger:
    """The ledger of a simulated trial: virtual participants go through the commands that people
    use. The same seed gives the same bytes. `block_sizes` are those of its list where the protocol
    seals them (default: 2 and 3 times the ratio).

    `progress` is called with (randomized, participants). Raises CannotObey.
    """
    require_uses(protocol, Use.CONDUCTED, Use.REHEARSED)
    storage = Memory()
    sealed = rehearsal.draw_sealed_list(
        with_sizes(protocol, block_sizes), participants=participants, seed=seed
    )
    rehearsal.rehearse(
        protocol, storage, sealed, participants=participants, seed=seed, progress=progress
    )
    entries = storage.read()
    verified = verify_entries(entries)
    assert isinstance(verified, Verified)  # each entry was decided by a command
    return Ledger(entries, verified)
