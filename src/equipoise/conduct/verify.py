"""Does a ledger hold: every byte as it was written, and the opened list the one committed to?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from equipoise.allocation.sealed_list import check_opening
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry, entry_of
from equipoise.ledger.events import (
    AllocationCommitted,
    AllocationOpened,
    SubjectRandomized,
    event_of,
)
from equipoise.ledger.verified import Broken, Verified

_ABOUT_THE_LIST = ("AllocationCommitted", "AllocationOpened", "SubjectRandomized")


def verify_lines(lines: Sequence[bytes], anchor: str | None = None) -> Verified | Broken:
    """The finding about stored lines, each with its newline (21 CFR 11.10(c), (e)).

    `anchor` is a head kept elsewhere; without one, a ledger that was cut short or written anew
    cannot be told from a whole one.
    """
    finding = chain.verify_lines(lines, anchor)
    return finding if isinstance(finding, Broken) else _as_told(finding, map(entry_of, lines))


def verify_entries(entries: Sequence[Entry], anchor: str | None = None) -> Verified | Broken:
    """As `verify_lines`, for entries that are in no file yet."""
    finding = chain.verify(entries, anchor)
    return finding if isinstance(finding, Broken) else _as_told(finding, entries)


def _as_told(finding: Verified, entries: Iterable[Entry]) -> Verified | Broken:
    """Do entries that hold also tell a trial: under a protocol from the first on, and by the list
    that was committed to?
    """
    every = iter(entries)
    first = next(every, None)
    if first is not None and first.type != "ProtocolAdopted":
        why = f"found {first.type}, expected ProtocolAdopted: a ledger begins with its protocol"
        return Broken(1, why)
    return _with_list(finding, every)


def _with_list(finding: Verified, entries: Iterable[Entry]) -> Verified | Broken:
    """Was the randomization list, once opened, the one committed to before the first
    randomization, and was it followed? ICH E9 2.3.2.
    """
    about = [(entry.seq, event_of(entry)) for entry in entries if entry.type in _ABOUT_THE_LIST]
    allocated = [event for _, event in about if isinstance(event, SubjectRandomized)]
    committed = [event for _, event in about if isinstance(event, AllocationCommitted)]
    opened = [(seq, event) for seq, event in about if isinstance(event, AllocationOpened)]
    if not opened:
        return finding
    seq, opening = opened[0]
    if not committed:
        return Broken(seq, "a randomization list was opened, but none was committed to")
    if mismatch := check_opening(committed[0].commitment, opening, allocated):
        return Broken(
            seq, f"the opened randomization list is not what was committed: {mismatch.why}"
        )
    return replace(finding, allocations=len(allocated))
