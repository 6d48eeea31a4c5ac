"""A ledger kept in memory: for rehearsals and tests, with the rules of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.conduct.ports import Conflict
from equipoise.ledger.chain import verify
from equipoise.ledger.entry import GENESIS, Entry
from equipoise.ledger.verified import Broken


class Memory:
    """The interface of `JsonLines` without a disk; what it holds is gone with the process."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = []
        self.append(entries)

    def read(self) -> list[Entry]:
        """All entries in order."""
        return list(self._entries)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries that follow the head, all or none. Raises `Conflict` when they were built on
        another head.
        """
        new = list(entries)
        check_follows(self._entries[-1] if self._entries else None, new)
        self._entries += new

    append_many = append

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Replace all by a redacted copy that holds every entry kept so far."""
        check_rewrite(self._entries, entries)
        self._entries = list(entries)


def check_follows(head: Entry | None, entries: Iterable[Entry]) -> None:
    """Raise `Conflict` unless each entry follows the one before it, and the first one the head."""
    for entry in entries:
        seq, link = (head.seq, head.hash) if head else (0, GENESIS)
        if (entry.seq, entry.prev) != (seq + 1, link):
            raise Conflict(
                f"the ledger ends with entry {seq} (hash {link[:12]}…), but entry {entry.seq} was"
                f" built on {entry.prev[:12]}…: somebody else wrote first; read the ledger again"
                " and repeat what you did"
            )
        head = entry


def check_rewrite(kept: Sequence[Entry], entries: Sequence[Entry]) -> None:
    """Raise `Conflict` if an entry kept would be lost, ValueError if the new chain does not
    verify.
    """
    if [entry.hash for entry in kept] != [entry.hash for entry in entries[: len(kept)]]:
        raise Conflict(
            f"the ledger holds {len(kept)} entries that the rewritten one does not all carry:"
            " somebody else wrote first; read the ledger again and repeat the redaction"
        )
    checked = verify(entries)
    if isinstance(checked, Broken):
        raise ValueError(f"refused to rewrite: entry {checked.seq}: {checked.why}")
