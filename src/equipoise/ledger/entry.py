"""What does one line of the ledger say, and which bytes does everybody hash for it?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from sys import intern
from typing import Any, NamedTuple

import orjson

from equipoise.ledger.salted import (
    REASON,
    REDACTED,
    BadField,
    Field,
    Gone,
    check_layout,
    payload_of_fields,
    read_fields,
)
from equipoise.terms.canonical import canonical
from equipoise.version import VERSION

FORMAT = 1
"""The format of a line; docs/ledger-format.md says what each one is."""
SOFTWARE = f"equipoise {VERSION}"
GENESIS = "0" * 64
"""The `prev` of the first entry."""

_set = object.__setattr__
_HEX64 = re.compile(r"[0-9a-f]{64}")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_TEXT = ("actor", "role", "protocol", "type", "key", "software")
_TEXT_OR_NONE = ("site", "subject")
_REPEATED = ("actor", "role", "site", "subject", "protocol", "type", "software")
"""Texts that many entries share: they are held once."""


class BadEntry(ValueError):
    """A line or a set of members that is not a ledger entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, who recorded it and when, chained to the entry before it (21 CFR
    11.10(e)).

    `at` is UTC to the second. `fields` hold the content, each with its salt, or with its digest
    once it was taken out; `payload` and `reason` are what they say together.
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
    supersedes: int | None
    software: str
    format: int
    payload_digest: str
    prev: str
    hash: str
    fields: Sequence[Field]
    reason: str | None = field(init=False, repr=False, compare=False)
    gone: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The paths of the fields whose content was taken out; the hash chain holds without it."""

    def __post_init__(self) -> None:
        _check_texts(self)
        check_time(self.at)
        _check_hashes(self)
        try:
            check_layout([each.path for each in self.fields])
        except BadField as broken:
            raise BadEntry(str(broken)) from None
        _tell(self)
        _check_numbers(self)

    @classmethod
    def of_whole(
        cls,
        members: dict[str, Any],
        hashed: str,
        fields: Sequence[Field],
        reason: str | None,
        gone: tuple[str, ...],
    ) -> Entry:
        """The entry of parts that were checked before."""
        entry = object.__new__(cls)
        for name in HASHED:
            _set(entry, name, members[name])
        for name in _REPEATED:
            if (value := members[name]) is not None:
                _set(entry, name, intern(value))
        _set(entry, "hash", hashed)
        _set(entry, "fields", fields)
        _set(entry, "reason", reason)
        _set(entry, "gone", gone)
        return entry

    @property
    def payload(self) -> dict[str, Any]:
        """The content as JSON; a copy of its own, so that nobody changes the ledger through it."""
        return payload_of_fields(self.fields)

    @property
    def redacted(self) -> bool:
        """Whether nothing is left of the content."""
        return all(isinstance(field, Gone) for field in self.fields)


def _tell(entry: Entry) -> None:
    """Reason, and what was taken out, from the fields."""
    reason: str | None = None
    gone: tuple[str, ...] = ()
    for each in entry.fields:
        if isinstance(each, Gone):
            gone = (*gone, each.path)
        if each.path == REASON:
            reason = REDACTED if isinstance(each, Gone) else each.value
    _set(entry, "reason", reason)
    _set(entry, "gone", gone)


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


_APART = ("hash", "fields", "reason", "gone")
HASHED = tuple(each.name for each in fields(Entry) if each.name not in _APART)
"""The members that the hash covers, `payload_digest` among them."""
_members = attrgetter(*HASHED)
_PARTS = {"entry", "hash", "payload"}
_BEGINS = re.compile(
    rb'\{"entry":\{"actor":"(?:[^"\\]|\\.)+","at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",'
)


def hash_of(members: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of the hashed members: taking content out leaves it valid."""
    return sha256(canonical({name: members[name] for name in HASHED})).hexdigest()


def members_of(entry: Entry) -> dict[str, Any]:
    """The members that the hash covers."""
    return dict(zip(HASHED, _members(entry), strict=True))


def line_of(entry: Entry) -> bytes:
    """The canonical bytes of the whole entry and a newline: what every store keeps."""
    return written(entry).line


class Written(NamedTuple):
    """The bytes of an entry, and what its `hash` and `payload_digest` must be by them."""

    line: bytes
    hash: str
    payload_digest: str


def written(entry: Entry) -> Written:
    """An entry as everybody writes and hashes it. Raises `NotCanonical`."""
    members = canonical(members_of(entry))
    fields = [canonical(list(field)) for field in entry.fields]
    digests = [
        field.digest if type(field) is Gone else sha256(text).digest()
        for field, text in zip(entry.fields, fields, strict=True)
    ]
    line = b'{"entry":%b,"hash":%b,"payload":[%b]}\n' % (
        members,
        canonical(entry.hash),
        b",".join(fields),
    )
    return Written(line, sha256(members).hexdigest(), sha256(b"".join(digests)).hexdigest())


def entry_of(line: bytes) -> Entry:
    """Read one stored line; `BadEntry` says what is wrong with it. Hashes are the business of
    `chain.verify`.
    """
    try:
        stored = _parsed(line)
    except (ValueError, RecursionError) as broken:
        raise BadEntry(f"not JSON: {broken}") from None
    if not isinstance(stored, dict):
        raise BadEntry("a line must be one JSON object")
    if stored.keys() != _PARTS or not isinstance(stored["entry"], dict):
        raise BadEntry(
            f"a line must hold the object entry, its hash and its payload; found {sorted(stored)}"
        )
    return _entry_from(stored["entry"], stored["hash"], stored["payload"])


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:  # json says what is wrong, and reads half of a surrogate pair
        return json.loads(line)


def begins_as_entry(text: bytes) -> bool:
    """Are these the first bytes of a stored line, who and when, wherever the line was cut off?"""
    return _BEGINS.match(text) is not None


def resembles_entry(line: bytes) -> bool:
    """Does a line name most members of an entry? One that was damaged still does."""
    named = sum(f'"{name}":'.encode() in line for name in (*HASHED, *_PARTS))
    return 2 * named > len(HASHED) + len(_PARTS)


def _entry_from(members: dict[str, Any], hashed: Any, payload: object) -> Entry:
    if absent := [name for name in HASHED if name not in members]:
        raise BadEntry(f"missing members: {', '.join(absent)}")
    if unknown := sorted(members.keys() - set(HASHED)):
        raise BadEntry(f"unknown members: {', '.join(map(repr, unknown))}")
    try:
        return Entry(**members, hash=hashed, fields=read_fields(payload))
    except BadField as broken:
        raise BadEntry(str(broken)) from None


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
    if entry.format != FORMAT or type(entry.format) is not int:
        raise BadEntry(
            f"format is {entry.format!r}, and this program ({SOFTWARE}) reads format {FORMAT}:"
            " install the release that wrote it, or a later one"
        )
    if entry.reason == "":
        raise BadEntry("a reason must be a non-empty text, found ''")
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


def check_time(at: object) -> None:
    """Raise `BadEntry` unless it is a time in the one form that the ledger has: UTC to the second,
    so that times compare as text.
    """
    if not isinstance(at, str) or not _UTC.fullmatch(at):
        raise BadEntry(f"at must be UTC like 2026-03-01T08:30:00Z, found {at!r}")
    try:
        datetime.fromisoformat(at)
    except ValueError:
        raise BadEntry(f"at is not a time that exists: {at!r}") from None


def _check_hashes(entry: Entry) -> None:
    for name in ("payload_digest", "prev", "hash"):
        value = getattr(entry, name)
        if not isinstance(value, str) or not _HEX64.fullmatch(value):
            raise BadEntry(f"{name} must be 64 lower-case hexadecimal digits, found {value!r}")
