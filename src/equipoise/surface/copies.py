"""How does a ledger get from one store to another, byte for byte, and back from a backup?

A redaction reaches every copy: a backup that is brought up to date carries it out, and a backup
from before it is redacted again when it is restored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from equipoise.conduct.ports import Head
from equipoise.conduct.redaction import Redacted, RedactionRequest
from equipoise.conduct.verify import held_by
from equipoise.ledger.entry import BadEntry, Entry, entry_of, line_of
from equipoise.ledger.events import EntryRedacted, event_of
from equipoise.ledger.members import BadEvent
from equipoise.ledger.verified import Broken
from equipoise.store.files import make_folder
from equipoise.store.places import Place, is_server, place_of, set_up_server, shown, stored
from equipoise.surface.ledgers import BrokenLedger, Ledger, acting, read_ledger


class CannotCopy(ValueError):
    """Nothing was written; the message says what is in the way."""


class Copied(NamedTuple):
    """What now stands in the target: its head, how many entries were added, and of which entries a
    redaction was carried out there.
    """

    head: Head
    added: int
    redacted: tuple[int, ...] = ()


def copy_ledger(source: str | Path, target: str | Path) -> Copied:
    """The whole ledger into a store that is empty, verified before and compared afterwards. Raises
    BrokenLedger or CannotCopy.
    """
    read = read_ledger(source)
    return _written(read.entries, target)


def back_up_ledger(source: str | Path, backup: str | Path) -> Copied:
    """A new backup, or an older one brought up to date: what was redacted since goes there too.
    Raises BrokenLedger, or CannotCopy for a backup of another ledger.
    """
    read = read_ledger(source)
    place = _opened(backup)
    held = place.read()
    if [entry.hash for entry in held] != [entry.hash for entry in read.entries[: len(held)]]:
        raise CannotCopy(
            f"{shown(backup)} is no older copy of {shown(source)}: its entries are others. Name a"
            " new file, and compare the two (`equipoise verify --witness`)"
        )
    redacted: list[int] = []
    as_is: list[Entry] = []
    for entry in read.entries[len(held) :]:
        if (which := _redaction(entry)) and _holds(held, which):
            place.append_many(as_is)
            as_is = []
            with place.writing() as ledger:
                ledger.redact(entry)
            redacted.append(which.redacted)
        else:
            as_is.append(entry)
    place.append_many(as_is)
    _compare(read.entries, backup)
    return Copied(place.head(), len(read.entries) - len(held), tuple(redacted))


def restore_ledger(
    backup: str | Path,
    target: str | Path,
    *,
    redacted_in: str | Path | None = None,
    actor: str = "",
) -> Copied:
    """A backup into an empty store, verified. What was redacted since, as `redacted_in` says, a
    younger copy be it damaged, is redacted again in the name of `actor`, a data manager. Raises
    BrokenLedger, or CannotCopy when one of these redactions is refused.
    """
    from equipoise.surface.redactions import (  # noqa: PLC0415  (a second of statistics)
        decide_redaction,
    )

    read = read_ledger(backup)
    again = []
    for log in _later_redactions(read.entries, redacted_in):
        event = event_of(log)
        assert isinstance(event, EntryRedacted)
        request = RedactionRequest(
            event.redacted, event.fields, event.ground, event.legal_basis, event.decided_by
        )
        reason = f"restored from a backup of before this redaction (entry {log.seq}): {log.reason}"
        by = acting(actor, "data_manager", None)
        decided = decide_redaction(read, by, request, reason=reason)
        if not isinstance(decided, Redacted):
            raise CannotCopy(
                f"nothing was restored: entry {event.redacted} was redacted after this backup, and"
                f" it cannot be redacted again: {decided}"
            )
        read = _verified([line_of(entry) for entry in decided.entries], backup)
        again.append(event.redacted)
    return _written(read.entries, target)._replace(redacted=tuple(again))


def set_up_ledger(database: str, role: str) -> str:
    """Make a ledger in PostgreSQL, as its owner, for the role that serves people, or bring it up to
    this release; returns the schema. Raises NoLedger, ValueError or OSError.
    """
    return set_up_server(database, role)


def _opened(word: str | Path) -> Place:
    """A place to write to; the folder of a file is made."""
    if not is_server(word):
        if Path(word).is_dir():
            raise CannotCopy(f"{word} is a folder, expected a file that is not there yet")
        make_folder(Path(word).absolute().parent)
    return place_of(word)


def _written(entries: Sequence[Entry], target: str | Path) -> Copied:
    place = _opened(target)
    if place.head().seq:
        raise CannotCopy(
            f"{shown(target)} holds a ledger already; name an empty place, or `equipoise ledger"
            " backup` to bring an older copy up to date"
        )
    place.append_many(entries)
    _compare(entries, target)
    return Copied(place.head(), len(entries))


def _compare(entries: Sequence[Entry], target: str | Path) -> None:
    """What was written is read back."""
    if stored(target).lines() != [line_of(entry) for entry in entries]:
        raise CannotCopy(
            f"{shown(target)} does not hold what was written to it: do not use it, and look at its"
            " disk"
        )


def _verified(lines: Sequence[bytes], place: str | Path) -> Ledger:
    held = held_by(lines)
    if isinstance(held, Broken):
        raise BrokenLedger(f"{shown(place)}: entry {held.seq}: {held.why}")
    return Ledger(held.entries, held.finding, held.trial)


def _later_redactions(entries: Sequence[Entry], younger: str | Path | None) -> Iterator[Entry]:
    """The logged redactions of a younger copy that take out what these entries hold; what cannot be
    read of it is passed over.
    """
    if younger is None:
        return
    lines = stored(younger).lines()
    if not lines or _entry(lines[0]) is None or _entry(lines[0]).hash != entries[0].hash:  # type: ignore[union-attr]
        raise CannotCopy(f"{shown(younger)} is no copy of the same ledger")
    for line in lines[len(entries) :]:
        log = _entry(line)
        if log and (which := _redaction(log)) and _holds(entries, which):
            yield log


def _entry(line: bytes) -> Entry | None:
    try:
        return entry_of(line)
    except BadEntry:
        return None


def _redaction(entry: Entry) -> EntryRedacted | None:
    if entry.type != "EntryRedacted" or entry.gone:
        return None
    try:
        event = event_of(entry)
    except BadEvent:
        return None
    return event if isinstance(event, EntryRedacted) else None


def _holds(entries: Sequence[Entry], which: EntryRedacted) -> bool:
    """Do these entries hold something that the redaction takes out?"""
    if which.redacted > len(entries):
        return False
    target = entries[which.redacted - 1]
    return any(
        field.path in which.fields and field.path not in target.gone for field in target.fields
    )
