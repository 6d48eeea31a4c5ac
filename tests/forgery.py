"""What the owner of a file can do to it: change any entry, and write the whole chain anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

from equipoise.ledger import events
from equipoise.ledger.chain import append
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import Event, event_of

Told = tuple[Header, Event]


def told(entries: Sequence[Entry]) -> list[Told]:
    """What each entry says, without its place in the chain."""
    return [(_header(entry), event_of(entry)) for entry in entries]


def _header(entry: Entry) -> Header:
    return Header(**{field.name: getattr(entry, field.name) for field in fields(Header)})


def chained(history: Sequence[Told], *, careful: bool = False) -> list[Entry]:
    """The history as a chain whose hashes agree. A careful forger also mends the heads that
    signatures carry.
    """
    entries: list[Entry] = []
    for header, event in history:
        head = entries[-1] if entries else None
        if careful and isinstance(event, events.Signed | events.EntryCancelled):
            event = replace(event, head=head.hash if head else "")  # noqa: PLW2901
        entries.append(append(head, event, header, "ab" * 16))
    return entries


def edited(history: Sequence[Told], place: int, **changes: Any) -> list[Told]:
    """With members of one entry changed, be they of its header or of its event."""
    header, event = history[place]
    own = {field.name for field in fields(Header)}
    header = replace(header, **{name: new for name, new in changes.items() if name in own})
    event = replace(event, **{name: new for name, new in changes.items() if name not in own})
    return [*history[:place], (header, event), *history[place + 1 :]]


def places(history: Sequence[Told], kind: type) -> list[int]:
    """Where events of a kind stand."""
    return [place for place, (_, event) in enumerate(history) if isinstance(event, kind)]


Forgery = Callable[[list[Told]], list[Told]]
