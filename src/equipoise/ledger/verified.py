"""What was found when a ledger was verified: that it holds, or the first entry that does not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The ledger holds: so many entries, the hash to keep elsewhere, and the entries of which
    content was redacted.

    `allocations`: how many follow a randomization list that was opened; None while all are sealed.
    `unchecked`: entries of which some rules could not be asked again, since content is gone.
    """

    entries: int
    head: str
    redacted: tuple[int, ...]
    allocations: int | None = None
    unchecked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not hold, counted from 1 in the order stored, and what is wrong
    with it.
    """

    seq: int
    why: str
