"""What was found when a ledger was verified: that it holds, or the first entry that does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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


class Meaning(StrEnum):
    """What a fault would mean for who relies on the ledger."""

    CHANGED = (
        "bytes were changed after they were written: nothing that rests on this entry holds until"
        " it is compared with a copy that verifies"
    )
    MOVED = (
        "entries were taken out, put in or moved here: what happened before and after cannot be"
        " relied on as one history"
    )
    ERASED = (
        "content was taken out past the command that logs it, or what was taken out was put back:"
        " what this entry says is not what was recorded"
    )
    IMPOSSIBLE = (
        "no command would have recorded it: it was written past them, or the ledger was written"
        " anew; every later state and result may rest on it"
    )
    UNREADABLE = (
        "the rules cannot be asked by this release: verify the ledger with the one that recorded"
        " it; if that cannot read it either, it was written past the commands"
    )
    UNASKED = (
        "a question to a person was taken out or never asked: a contradiction may count as if"
        " somebody had answered it"
    )
    ROLLED_BACK = (
        "what somebody was shown or signed is gone: the ledger was cut back or written anew since"
    )


class Fault(NamedTuple):
    """What is wrong with an entry, and what it would mean."""

    why: str
    means: Meaning


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not hold, counted from 1 in the order stored, what is wrong with
    it, and what that would mean.
    """

    seq: int
    why: str
    means: Meaning
