"""Was anything changed, taken out, moved or added since it was written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from equipoise.ledger.entry import (
    GENESIS,
    BadEntry,
    Entry,
    Header,
    digest_of,
    entry_of,
    hash_of,
    line_of,
    members_of,
)
from equipoise.ledger.events import EntryRedacted, Event, payload_of
from equipoise.ledger.verified import Broken, Verified
from equipoise.terms.canonical import NotCanonical

_NEEDED = {
    "ProtocolAdopted": "every later entry is read under the protocol it carries",
    "ProtocolAmended": "later entries are read under the protocol it carries",
    "AllocationCommitted": "without it nobody can check that the list was fixed in advance",
    "AllocationOpened": "without it nobody can check that the list was fixed in advance",
    "SubjectRandomized": (
        "intention-to-treat and the check of the list rest on it, and it names no person"
    ),
    "Signed": "a signature cannot be excised from what was signed (21 CFR 11.70)",
    "EntryRedacted": "it is the log of another redaction",
    "SubjectScreened": "without it a person who was screened would vanish, and it names none",
}
_NEEDED_UNTIL_CORRECTED = {
    "ConsentRecorded",
    "ScreeningFailed",
    "SubjectWithdrew",
    "TreatmentEnded",
    "StudyEnded",
    "DeathRecorded",
}


@dataclass(frozen=True, slots=True)
class CannotRedact:
    """A redaction was refused; `why` is a sentence for the person who asked."""

    seq: int
    why: str


def append(head: Entry | None, event: Event, header: Header, salt: str) -> Entry:
    """The entry that follows `head` and holds `event`. Raises `BadEntry`, `BadEvent` or
    `NotCanonical`.

    `salt` is at least 16 random bytes as hexadecimal (21 CFR 11.10(e)).
    """
    payload = payload_of(event)
    members: dict[str, Any] = {
        "seq": head.seq + 1 if head else 1,
        "type": type(event).__name__,
        "payload_digest": digest_of(salt, payload),
        "prev": head.hash if head else GENESIS,
        **asdict(header),
    }
    return Entry(**members, hash=hash_of(members), salt=salt, payload=payload)


def verify(entries: Iterable[Entry], anchor: str | None = None) -> Verified | Broken:
    """Check order, links, hashes, contents, redactions and the anchor (21 CFR 11.10(c), (e)).

    `anchor` is a head kept elsewhere: on a signature, an export or a report. Without one, a chain
    that was cut short or written anew cannot be told from a whole one.
    """
    seen: list[Entry] = []
    for entry in entries:
        if why := _fault(entry, seen[-1] if seen else None):
            return Broken(len(seen) + 1, why)
        seen.append(entry)
    return _verify_whole(seen, anchor)


def verify_lines(lines: Iterable[bytes], anchor: str | None = None) -> Verified | Broken:
    """As `verify`, on the stored bytes, each line with its newline: any flipped byte is found."""
    seen: list[Entry] = []
    for number, line in enumerate(lines, 1):
        entry = _read(line)
        if isinstance(entry, str):
            return Broken(number, entry)
        if why := _fault(entry, seen[-1] if seen else None):
            return Broken(number, why)
        seen.append(entry)
    return _verify_whole(seen, anchor)


def redact(
    entries: Sequence[Entry], seq: int, header: Header, salt: str
) -> list[Entry] | CannotRedact:
    """Take the content out of entry `seq` and log who did it and why (ICH E6(R3) 4.2); hashes stay
    as they were.

    The log is about the subject of the entry, whatever the header says.
    """
    if why := not_redactable(entries, seq, header.reason or ""):
        return CannotRedact(seq, why)
    about = replace(header, subject=entries[seq - 1].subject)
    return without_content(entries, append(entries[-1], EntryRedacted(redacted=seq), about, salt))


def without_content(entries: Sequence[Entry], log: Entry) -> list[Entry]:
    """The ledger with a redaction logged and carried out; the log follows its last entry."""
    seq = _number(log.payload or {})
    target = replace(entries[seq - 1], salt=None, payload=None)
    return [*entries[: seq - 1], target, *entries[seq:], log]


def _read(line: bytes) -> Entry | str:
    """The entry of a stored line, or what is wrong with the line."""
    if not line.endswith(b"\n"):
        return (
            "the line is incomplete: writing it was interrupted, or its end was cut off; see"
            " `equipoise recover`"
        )
    try:
        entry = entry_of(line)
        stored = line_of(entry)
    except (BadEntry, NotCanonical) as broken:
        return str(broken) if line.strip() else "the line is empty: it was added afterwards"
    return entry if stored == line else _how_changed(line, stored)


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


def _fault(entry: Entry, before: Entry | None) -> str | None:
    expected = before.seq + 1 if before else 1
    if entry.seq != expected:
        return f"entry {entry.seq} stands where entry {expected} belongs"
    if entry.prev != (before.hash if before else GENESIS):
        return "prev is not the hash of the entry before it"
    return _own_fault(entry)


def _own_fault(entry: Entry) -> str | None:
    try:
        if entry.hash != hash_of(members_of(entry)):
            return "hash does not match the members"
        if entry.salt is None or entry.payload is None:
            return None
        same = entry.payload_digest == digest_of(entry.salt, entry.payload)
    except NotCanonical as broken:
        return str(broken)
    return None if same else "payload_digest does not match salt and payload"


def _verify_whole(entries: list[Entry], anchor: str | None) -> Verified | Broken:
    logs = dict(_redactions(entries))
    for entry in entries:
        if why := _redaction_fault(entry, logs):
            return Broken(entry.seq, why)
    if anchor is not None and anchor not in {GENESIS, *(entry.hash for entry in entries)}:
        why = (
            f"the anchor {anchor} is no entry's hash: entries after {len(entries)} are missing, or"
            " all was rewritten"
        )
        return Broken(len(entries) + 1, why)
    head = entries[-1].hash if entries else GENESIS
    return Verified(entries=len(entries), head=head, redacted=tuple(sorted(logs)))


def _redactions(entries: Iterable[Entry]) -> Iterator[tuple[int, int]]:
    """(redacted entry, the entry that logs it)"""
    for entry in entries:
        if entry.type == "EntryRedacted" and entry.payload is not None:
            yield _number(entry.payload), entry.seq


def _number(payload: dict[str, Any]) -> int:
    seq = payload.get("redacted")
    return seq if type(seq) is int else 0


def _redaction_fault(entry: Entry, logs: dict[int, int]) -> str | None:
    if not entry.redacted:
        log = logs.get(entry.seq)
        return (
            f"entry {log} says that its content was redacted, but the content is here"
            if log
            else None
        )
    if entry.type in _NEEDED:
        return f"the content of a {entry.type} is missing: {_NEEDED[entry.type]}"
    if logs.get(entry.seq, 0) <= entry.seq:
        return "the content is missing and no later entry logs a redaction"
    return None


def not_redactable(entries: Sequence[Entry], seq: int, reason: str) -> str | None:
    """Why the content of an entry must stay, in a sentence; None if it may go."""
    if not reason.strip():
        return "a redaction needs a reason"
    if not 1 <= seq <= len(entries):
        return f"there is no entry {seq}; the ledger has {len(entries)}"
    target = entries[seq - 1]
    if target.type in _NEEDED:
        return f"entry {seq}, {target.type}, must stay: {_NEEDED[target.type]}"
    if target.type in _NEEDED_UNTIL_CORRECTED and seq not in {
        entry.supersedes for entry in entries
    }:
        return (
            f"entry {seq} is a {target.type} that holds: correct it first, then take out what was"
            " corrected"
        )
    return f"the content of entry {seq} was redacted before" if target.redacted else None
