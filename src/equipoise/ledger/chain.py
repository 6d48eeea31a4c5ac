"""Was anything changed, taken out, moved or added since it was written?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from equipoise.ledger.as_written import read_as_written
from equipoise.ledger.entry import (
    FORMAT,
    GENESIS,
    SOFTWARE,
    BadEntry,
    Entry,
    Header,
    Written,
    entry_of,
    hash_of,
    written,
)
from equipoise.ledger.events import EntryRedacted, Event, event_of, payload_of
from equipoise.ledger.members import BadEvent
from equipoise.ledger.salted import BadField, Gone, Kept, root_of, salted
from equipoise.ledger.verified import Broken, Fault, Meaning, Verified
from equipoise.terms.canonical import NotCanonical
from equipoise.terms.collector import uncollected


def append(head: Entry | None, event: Event, header: Header, salt: str) -> Entry:
    """The entry that follows `head` and holds `event`. Raises `BadEntry`, `BadEvent` or
    `NotCanonical`.

    `salt` is at least 16 random bytes as hexadecimal, which nobody keeps: the salts of the fields
    are made of it (21 CFR 11.10(e)).
    """
    told = asdict(header)
    reason = told.pop("reason")
    try:
        fields = salted(payload_of(event), reason, event.by_field(), salt)
    except BadField as broken:
        raise BadEntry(str(broken)) from None
    members: dict[str, Any] = {
        "seq": head.seq + 1 if head else 1,
        "type": type(event).__name__,
        "software": SOFTWARE,
        "format": FORMAT,
        "payload_digest": root_of(fields),
        "prev": head.hash if head else GENESIS,
        **told,
    }
    return Entry(**members, hash=hash_of(members), fields=fields)


def verify(entries: Iterable[Entry], anchor: str | None = None) -> Verified | Broken:
    """Check order, links, hashes, contents, redactions and the anchor (21 CFR 11.10(c), (e)).

    `anchor` is a head kept elsewhere: on a signature, an export or a report. Without one, a chain
    that was cut short or written anew cannot be told from a whole one.
    """
    seen: list[Entry] = []
    for entry in entries:
        if fault := fault_after(seen[-1] if seen else None, entry):
            return Broken(len(seen) + 1, *fault)
        seen.append(entry)
    return _verify_whole(seen, anchor)


def verify_lines(lines: Iterable[bytes], anchor: str | None = None) -> Verified | Broken:
    """As `verify`, on the stored bytes, each line with its newline: any flipped byte is found."""
    read = read_lines(lines)
    return read if isinstance(read, Broken) else _verify_whole(read, anchor)


def read_lines(lines: Iterable[bytes]) -> list[Entry] | Broken:
    """The entries of stored lines that are what was written and follow each other."""
    with uncollected():
        return _read_lines(lines)


def _read_lines(lines: Iterable[bytes]) -> list[Entry] | Broken:
    seen: list[Entry] = []
    before: Entry | None = None
    for number, line in enumerate(lines, 1):
        entry = read_as_written(line) or _read(line)
        if isinstance(entry, str):
            return Broken(number, entry, Meaning.CHANGED)
        if fault := _order_fault(before, entry):
            return Broken(number, *fault)
        seen.append(entry)
        before = entry
    return seen


def without_fields(entry: Entry, paths: Iterable[str]) -> Entry:
    """The entry without the content of these fields; their digests stay, and so does its hash."""
    gone = set(paths)
    fields = tuple(
        Gone(field.path, field.digest.hex())
        if field.path in gone and isinstance(field, Kept)
        else field
        for field in entry.fields
    )
    return replace(entry, fields=fields)


def redact(entries: Sequence[Entry], log: Entry) -> list[Entry]:
    """The ledger with a redaction logged and carried out; the log follows its last entry."""
    redacted = event_of(log)
    assert isinstance(redacted, EntryRedacted)
    place = redacted.redacted - 1
    target = without_fields(entries[place], redacted.fields)
    return [*entries[:place], target, *entries[place + 1 :], log]


def verify_read(entries: list[Entry], anchor: str | None = None) -> Verified | Broken:
    """As `verify`, of what `read_lines` gave."""
    return _verify_whole(entries, anchor)


def _read(line: bytes) -> Entry | str:
    """The entry of a stored line, or what is wrong with the line or its hashes."""
    if not line.endswith(b"\n"):
        return (
            "the line is incomplete: writing it was interrupted, or its end was cut off; see"
            " `equipoise recover`"
        )
    try:
        entry = entry_of(line)
        stored = written(entry)
    except (BadEntry, NotCanonical) as broken:
        return str(broken) if line.strip() else "the line is empty: it was added afterwards"
    if stored.line != line:
        return _how_changed(line, stored.line)
    return _hash_fault(entry, stored) or entry


def _how_changed(line: bytes, stored: bytes) -> str:
    """What was done to a line that still says the same."""
    if line == stored[:-1] + b"\r\n":
        return (
            "the line ends are CRLF, and the ledger is written with LF: a transfer or an editor"
            " changed them. Convert them back, and verify again"
        )
    if line == b"\xef\xbb\xbf" + stored:
        return (
            "a byte order mark (EF BB BF) stands before it, which an editor put there. Take these"
            " three bytes out, and verify again"
        )
    return "the line is not in canonical form: it was edited after it was written"


def fault_after(before: Entry | None, entry: Entry) -> Fault | None:
    """Why an entry does not follow the one before it, or is not what was hashed."""
    try:
        own = _hash_fault(entry, written(entry))
    except NotCanonical as broken:
        own = str(broken)
    return Fault(own, Meaning.CHANGED) if own else _order_fault(before, entry)


def _order_fault(before: Entry | None, entry: Entry) -> Fault | None:
    expected = before.seq + 1 if before else 1
    if entry.seq != expected:
        why = f"entry {entry.seq} stands where entry {expected} belongs"
        return Fault(why, Meaning.MOVED)
    if entry.prev != (before.hash if before else GENESIS):
        return Fault("prev is not the hash of the entry before it", Meaning.MOVED)
    return None


def _hash_fault(entry: Entry, found: Written) -> str | None:
    if entry.hash != found.hash:
        return "hash does not match the members"
    if entry.payload_digest != found.payload_digest:
        return "payload_digest does not match the fields of the payload"
    return None


def _verify_whole(entries: list[Entry], anchor: str | None) -> Verified | Broken:
    try:
        logs = _redactions(entries)
    except BadEvent as broken:
        return Broken(len(entries), str(broken), Meaning.IMPOSSIBLE)
    for entry in entries:
        if why := _redaction_fault(entry, logs.get(entry.seq, {})):
            return Broken(entry.seq, why, Meaning.ERASED)
    if anchor is not None and anchor not in {GENESIS, *(entry.hash for entry in entries)}:
        why = (
            f"the anchor {anchor} is no entry's hash: entries after {len(entries)} are missing, or"
            " all was rewritten"
        )
        return Broken(len(entries) + 1, why, Meaning.ROLLED_BACK)
    head = entries[-1].hash if entries else GENESIS
    return Verified(entries=len(entries), head=head, redacted=tuple(sorted(logs)))


def _redactions(entries: Iterable[Entry]) -> dict[int, dict[str, int]]:
    """Redacted entry -> path of a field -> the entry that logs it."""
    logs: dict[int, dict[str, int]] = {}
    for entry in entries:
        if entry.type == "EntryRedacted":
            event = event_of(entry)
            assert isinstance(event, EntryRedacted)
            logs.setdefault(event.redacted, {}).update(dict.fromkeys(event.fields, entry.seq))
    return logs


def _redaction_fault(entry: Entry, logged: Mapping[str, int]) -> str | None:
    gone = set(entry.gone)
    for path, log in logged.items():
        if path not in gone:
            return f"entry {log} says that {path} was redacted, but the content is here"
    for path in entry.gone:
        if logged.get(path, 0) <= entry.seq:
            return f"the content of {path} is missing and no later entry logs a redaction"
    return None
