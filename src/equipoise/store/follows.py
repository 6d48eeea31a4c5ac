"""What may follow what is stored? The same in every store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.conduct.ports import Conflict, Head
from equipoise.ledger.chain import without_fields
from equipoise.ledger.entry import Entry, entry_of, line_of
from equipoise.ledger.events import EntryRedacted, event_of


def check_follows(head: Head, entries: Iterable[Entry]) -> None:
    """Raise `Conflict` unless each entry follows the one before it, and the first one the head."""
    for entry in entries:
        check_is_next(head, entry)
        head = Head(entry.seq, entry.hash)


def check_is_next(head: Head, entry: Entry) -> None:
    """Raise `Conflict` unless the entry was built on the head."""
    if (entry.seq, entry.prev) != (head.seq + 1, head.hash):
        raise Conflict(
            f"the ledger ends with entry {head.seq} (hash {head.hash[:12]}…), but entry {entry.seq}"
            f" was built on {entry.prev[:12]}…: somebody else wrote first; read the ledger again"
            " and repeat what you did"
        )


def redaction_of(log: Entry) -> EntryRedacted:
    """What a logged redaction takes out. Raises ValueError for another entry, or for one that names
    no earlier entry.
    """
    event = event_of(log)
    if not isinstance(event, EntryRedacted):
        raise ValueError(f"entry {log.seq} is a {log.type}, expected a redaction")
    if not 1 <= event.redacted < log.seq:
        raise ValueError(f"the redaction names entry {event.redacted}, expected 1 to {log.seq - 1}")
    return event


def redacted_by(lines: Sequence[bytes], log: Entry) -> list[bytes]:
    """The stored lines with a redaction carried out, and its log behind them."""
    event = redaction_of(log)
    place = event.redacted - 1
    target = without_fields(entry_of(lines[place]), event.fields)
    return [*lines[:place], line_of(target), *lines[place + 1 :], line_of(log)]
