"""A ledger kept in memory: for rehearsals and tests, with the rules of the other stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from equipoise.conduct.ports import Head
from equipoise.ledger.chain import without_fields
from equipoise.ledger.entry import Entry, line_of
from equipoise.store.follows import check_follows, redaction_of
from equipoise.store.turns import Turns


class Memory:
    """The interface of `JsonLines` without a disk; what it holds is gone with the process."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = []
        self._turns = Turns()
        self.add(entries)

    def lines(self) -> list[bytes]:
        """The entries as a file would hold them."""
        return list(map(line_of, self._entries))

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        """The entries after that number, so many at most."""
        return self._entries[after : None if most is None else after + most]

    def head(self) -> Head:
        """The last entry."""
        last = self._entries[-1] if self._entries else None
        return Head(last.seq, last.hash) if last else Head()

    @contextmanager
    def writing(self) -> Iterator[OpenMemory]:
        """Nobody else writes until the end of the block; what was added in one that ends in an
        error is gone.
        """
        with self._turns.turn():
            before, length = self._entries, len(self._entries)
            try:
                yield OpenMemory(self)
            except BaseException:
                self._entries = before[:length]
                raise

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head, all or none. Raises `Conflict` when they were built on
        another head.
        """
        with self._turns.turn():
            self.add(entries)

    append_many = append

    def add(self, entries: Iterable[Entry]) -> None:
        """As `append`, for one whose turn it is."""
        new = list(entries)
        check_follows(self.head(), new)
        self._entries += new

    def redact(self, log: Entry) -> None:
        """Append a redaction and take out what it names, for one whose turn it is."""
        event = redaction_of(log)
        check_follows(self.head(), [log])
        place = event.redacted - 1
        target = without_fields(self._entries[place], event.fields)
        self._entries = [*self._entries[:place], target, *self._entries[place + 1 :], log]


class OpenMemory:
    """A ledger in memory whose turn is held (`ports.Writing`)."""

    def __init__(self, ledger: Memory) -> None:
        self.read, self.head = ledger.read, ledger.head
        self.append, self.redact = ledger.add, ledger.redact
