"""What does the core need from the edge, and in which words?"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from equipoise.allocation.sealed_list import Position
from equipoise.ledger.entry import GENESIS, Entry
from equipoise.ledger.events import AllocationOpened
from equipoise.subject.state import Trial


class Head(NamedTuple):
    """The number and the hash of the last entry; of an empty ledger 0 and 64 zeros."""

    seq: int = 0
    hash: str = GENESIS


class Conflict(Exception):
    """Somebody else wrote first: the ledger's head is not the one the writer built on. Read again
    and decide again.
    """


class RolledBack(Exception):
    """The ledger no longer holds what was read of it before: it was cut back, replaced or forked.
    Nothing is recorded on top of it; the message says what to compare.
    """


class Writing(Protocol):
    """A ledger that nobody else writes to meanwhile; what was appended or redacted holds from the
    end of the `with` block on, and not at all if that ends in an error.
    """

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, in order; so many at most."""
        ...

    def head(self) -> Head:
        """The last entry."""
        ...

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head; all of them or none. Raises `Conflict` when they were
        built on another head.
        """
        ...

    def redact(self, log: Entry) -> None:
        """Append a redaction and take out the content that it names."""
        ...


class Storage(Protocol):
    """Where the ledger is kept (21 CFR 11.10(c), (e)); entries are added, never edited."""

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, in order; so many at most."""
        ...

    def head(self) -> Head:
        """The last entry."""
        ...

    def writing(self) -> AbstractContextManager[Writing]:
        """The one who may write, until the end of the `with` block; who came first is first."""
        ...


class Kept(Protocol):
    """A snapshot of the state, which shortens a start and decides nothing."""

    def load(self) -> Trial | None:
        """The trial as it was kept; None for any doubt."""
        ...

    def save(self, trial: Trial) -> None:
        """Keep the trial in the place of what was kept before."""
        ...

    def forget(self) -> None:
        """Take it away: what it holds was redacted."""
        ...


class SealedEnvelopes(Protocol):
    """An emergency list that answers about a card that somebody holds, and shows nothing else."""

    @property
    def commitment(self) -> str:
        """The root over its salted positions."""
        ...

    @property
    def leaves(self) -> int:
        """Of how many leaves."""
        ...

    def proof(self, stratum: tuple[str, ...], number: int, arm: str, salt: str) -> Position:
        """What shows that the card with this arm and code lay in that envelope of (site, levels of
        the strata). Raises `NoSuchPlace`.
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
