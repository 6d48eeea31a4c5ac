"""What does one line of the ledger say, and which bytes does everybody hash for it?"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from equipoise.terms.canonical import canonical

_HEX64 = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"(?:[0-9a-f]{2}){16,}")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_TEXT = ("actor", "role", "protocol", "type", "key")
_TEXT_OR_NONE = ("site", "subject", "reason")

GENESIS = "0" * 64
"""The `prev` of the first entry."""


class BadEntry(ValueError):
    """A line or a set of members that is not a ledger entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, who recorded it and when, chained to the entry before it (21 CFR
    11.10(e)).

    `at` is UTC. `salt` and `payload` are None together, and only after a logged redaction.
    """

    seq: int
    at: str
    actor: str
    role: str
    site: str | None
    subject: str | None
    protocol: str
    type: str
    key: str
    reason: str | None
    supersedes: int | None
    salt: str | None
    payload_digest: str
    prev: str
    hash: str
    payload: dict[str, Any] | None

    def __post_init__(self) -> None:
        _check_texts(self)
        _check_numbers(self)
        _check_time(self.at)
        _check_hashes(self)

    @property
    def redacted(self) -> bool:
        """Whether the content was taken out; the hash chain still holds without it."""
        return self.payload is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an entry says beside its event and its place in the chain.

    `at` is UTC from the caller's clock. A correction names the entry it `supersedes` and a
    `reason`; a redaction gives a reason alone.
    """

    at: str
    actor: str
    role: str
    site: str | None
    subject: str | None
    protocol: str
    key: str
    reason: str | None = None
    supersedes: int | None = None


MEMBERS = tuple(field.name for field in fields(Entry))
_REDACTABLE = ("salt", "payload")
_BEGINS = re.compile(
    rb'\{"actor":"(?:[^"\\]|\\.)+","at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z",'
)


def digest_of(salt: str, payload: dict[str, Any]) -> str:
    """SHA-256 of salt and canonical payload. The salt keeps a redacted yes or no from being
    guessed.
    """
    _check_salt(salt)
    return hashlib.sha256(bytes.fromhex(salt) + canonical(payload)).hexdigest()


def hash_of(members: dict[str, Any]) -> str:
    """SHA-256 over every member except salt, payload and the hash itself, so that a redaction
    leaves it valid.
    """
    return hashlib.sha256(
        canonical({k: v for k, v in members.items() if k not in (*_REDACTABLE, "hash")})
    ).hexdigest()


def members_of(entry: Entry) -> dict[str, Any]:
    """The members as they are stored: a redacted entry has neither salt nor payload."""
    members = {name: getattr(entry, name) for name in MEMBERS}
    if entry.payload is None:
        del members["salt"], members["payload"]
    return members


def line_of(entry: Entry) -> bytes:
    """The canonical bytes of the whole entry and a newline: what every store keeps."""
    return canonical(members_of(entry)) + b"\n"


def entry_of(line: bytes) -> Entry:
    """Read one stored line; `BadEntry` says what is wrong with it. Hashes are the business of
    `chain.verify`.
    """
    try:
        members = json.loads(line)
    except (ValueError, RecursionError) as broken:
        raise BadEntry(f"not JSON: {broken}") from None
    if not isinstance(members, dict):
        raise BadEntry("a line must be one JSON object")
    return _entry_from(members)


def begins_as_entry(text: bytes) -> bool:
    """Are these the first bytes of a stored line, who and when, wherever the line was cut off?"""
    return _BEGINS.match(text) is not None


def resembles_entry(line: bytes) -> bool:
    """Does a line name most members of an entry? One that was damaged still does."""
    named = sum(f'"{name}":'.encode() in line for name in MEMBERS)
    return 2 * named > len(MEMBERS)


def _entry_from(members: dict[str, Any]) -> Entry:
    absent = set(MEMBERS) - members.keys()
    if absent and absent != set(_REDACTABLE):
        raise BadEntry(f"missing members: {', '.join(sorted(absent))}")
    if unknown := sorted(members.keys() - set(MEMBERS)):
        raise BadEntry(f"unknown members: {', '.join(map(repr, unknown))}")
    complete: dict[str, Any] = {name: members.get(name) for name in MEMBERS}
    return Entry(**complete)


def _check_texts(entry: Entry) -> None:
    for name in _TEXT:
        value = getattr(entry, name)
        if not isinstance(value, str) or not value:
            raise BadEntry(f"{name} must be a non-empty text, found {value!r}")
    for name in _TEXT_OR_NONE:
        value = getattr(entry, name)
        if value is not None and (not isinstance(value, str) or not value):
            raise BadEntry(f"{name} must be a non-empty text or null, found {value!r}")


def _check_numbers(entry: Entry) -> None:
    if type(entry.seq) is not int or entry.seq < 1:
        raise BadEntry(f"seq must be a whole number from 1, found {entry.seq!r}")
    earlier = entry.supersedes
    if earlier is None:
        return
    if type(earlier) is not int or not 1 <= earlier < entry.seq:
        raise BadEntry(
            f"supersedes must be the seq of an earlier entry than {entry.seq}, found {earlier!r}"
        )
    if entry.reason is None:
        raise BadEntry(
            f"entry {entry.seq} supersedes {earlier} without a reason; a correction says why"
        )


def _check_time(at: object) -> None:
    if not isinstance(at, str) or not _UTC.fullmatch(at):
        raise BadEntry(f"at must be UTC like 2026-03-01T08:30:00Z, found {at!r}")
    try:
        datetime.fromisoformat(at[:19])
    except ValueError:
        raise BadEntry(f"at is not a time that exists: {at!r}") from None


def _check_hashes(entry: Entry) -> None:
    for name in ("payload_digest", "prev", "hash"):
        value = getattr(entry, name)
        if not isinstance(value, str) or not _HEX64.fullmatch(value):
            raise BadEntry(f"{name} must be 64 lower-case hexadecimal digits, found {value!r}")
    if (entry.salt is None) != (entry.payload is None):
        raise BadEntry("salt and payload stand or go together: one of them is missing")
    if entry.salt is not None:
        _check_salt(entry.salt)
    if entry.payload is not None and not isinstance(entry.payload, dict):
        raise BadEntry(f"payload must be an object, found {type(entry.payload).__name__}")


def _check_salt(salt: object) -> None:
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise BadEntry("salt must be at least 32 lower-case hexadecimal digits (16 random bytes)")
