"""How does a trial begin on a server? Its folder, its sealed list, its first entry, and the account
of who founds it.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.protocol_versions import adopt_protocol
from equipoise.conduct.record import Refused
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Use
from equipoise.store.files import make_folder
from equipoise.store.sealed_boxes import create_key
from equipoise.surface.allocators import create_sealed_list
from equipoise.surface.checks import require_uses
from equipoise.surface.protocols import load_protocol
from equipoise.web.accounts import Made, create_account
from equipoise.web.clock import now
from equipoise.web.models import User
from equipoise.web.trials import KEY, SEALED, TRIAL_ID, storage_of

FOUNDER = "sponsor"
_LARGEST = 5
"""Blocks are of 2 to so many times the ratio."""


def make_trial(data: Path, protocol: str) -> Made | None:
    """A trial for real people in a prepared folder, and the account of its founder, unless there is
    one. Its list is drawn, sealed, and lies beside it: move list and key to their keeper before the
    first participant (docs/allocator.md). Raises ValueError, CannotObey or FileExistsError.
    """
    declared = load_protocol(protocol)
    require_uses(declared, Use.CONDUCTED)
    if not TRIAL_ID.fullmatch(declared.id):
        raise ValueError(f"the trial is named {declared.id!r}, expected letters, digits, hyphens")
    folder = data / "trials" / declared.id
    if folder.exists():
        raise FileExistsError(f"{folder} holds a trial already")
    make_folder(folder)
    sizes = _sizes(declared)
    create_sealed_list(protocol, folder / SEALED, create_key(folder / KEY), sizes)
    by = Attribution(
        at=now(),
        actor=FOUNDER,
        role="sponsor",
        site=None,
        key=secrets.token_hex(16),
        salt=secrets.token_hex(32),
    )
    outcome = Session(storage_of(folder)).do(adopt_protocol, by, declared, simulated=False)
    if isinstance(outcome, Refused):
        raise ValueError(str(outcome))
    if User.objects.filter(username=FOUNDER).exists():
        return None
    return create_account(FOUNDER, "")


def _sizes(protocol: Protocol) -> tuple[int, ...] | None:
    """Two sizes of blocks that nobody can read anywhere; None where the protocol names them."""
    if protocol.randomization.block_sizes != "sealed":
        return None
    ratio = sum(arm.ratio for arm in protocol.arms)
    chosen = secrets.SystemRandom().sample(range(2, _LARGEST + 1), 2)
    return tuple(sorted(ratio * each for each in chosen))
