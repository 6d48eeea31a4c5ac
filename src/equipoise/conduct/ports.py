"""What does the core need from the edge, and in which words?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from equipoise.allocation.sealed_list import Position
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import AllocationOpened


class Conflict(Exception):
    """Somebody else wrote first: the ledger's head is not the one the writer built on. Read again
    and decide again.
    """


class Storage(Protocol):
    """Where the ledger is kept (21 CFR 11.10(c), (e)); entries are added, never edited."""

    def read(self) -> list[Entry]:
        """All entries in order."""
        ...

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head; all of them or none. Raises `Conflict` when the head
        has moved.
        """
        ...


class SealedAllocation(Protocol):
    """A randomization list that answers for one position at a time and shows nothing else (ICH E9
    2.3.2).
    """

    @property
    def commitment(self) -> str:
        """The root over its salted positions, published before the first subject."""
        ...

    @property
    def leaves(self) -> int:
        """Of how many leaves."""
        ...

    def position(self, stratum: tuple[str, ...], number: int) -> Position:
        """The arm at a position of a stratum's list, counted from 1, with what proves it. Raises
        `NoSuchPlace`.
        """
        ...

    def open(self) -> AllocationOpened:
        """The whole list with its salts, to be shown after closure."""
        ...
