"""How does a payload lie beside its entry, so that one field can go and every hash still holds?

Each field stands with a salt of its own as [path, salt, value], or, once its content was taken out,
as [path, digest]. A path is a JSON Pointer (RFC 6901); digests are SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from equipoise.terms.canonical import canonical

REASON = "reason"
"""The path of the reason of an entry: free text, so it can go as a field can. No member of an
event has it, since theirs begin with a slash."""
REDACTED = "REDACTED"
"""Stands where text was taken out."""

_PATH = re.compile(r"reason|(?:/[^/]+)+")
_SALT = re.compile(r"(?:[0-9a-f]{2}){16,}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadField(ValueError):
    """Something that is no field of a payload."""


class Kept(NamedTuple):
    """A field with its content; `salt` is 16 random bytes or more as hexadecimal, so that a yes or
    no that was taken out cannot be guessed from its digest.
    """

    path: str
    salt: str
    value: Any

    @property
    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON of [path, salt, value]."""
        return hashlib.sha256(canonical([self.path, self.salt, self.value])).digest()


class Gone(NamedTuple):
    """A field whose content was taken out; the digest stays in its place."""

    path: str
    hex_digest: str

    @property
    def digest(self) -> bytes:
        """What `Kept.digest` was."""
        return bytes.fromhex(self.hex_digest)


Field = Kept | Gone


def root_of(fields: Iterable[Field]) -> str:
    """SHA-256 of the digests of the fields one after the other, in the order of their paths."""
    return hashlib.sha256(b"".join(field.digest for field in fields)).hexdigest()


def salted(
    payload: Mapping[str, Any], reason: str | None, by_field: Collection[str], secret: str
) -> tuple[Field, ...]:
    """The fields of a payload in the order of their paths. Members named in `by_field` are split
    down to single answers, the others are one field each.

    `secret` is 16 random bytes or more as hexadecimal; each salt is made of it and the path, and it
    is kept nowhere. Raises `BadField`.
    """
    if not _SALT.fullmatch(secret):
        raise BadField("salt must be at least 32 lower-case hexadecimal digits (16 random bytes)")
    pairs = dict(_split(payload, by_field))
    if reason is not None:
        pairs[REASON] = reason
    key = bytes.fromhex(secret)
    return tuple(Kept(path, _salt(key, path), pairs[path]) for path in sorted(pairs))


def _salt(key: bytes, path: str) -> str:
    return hashlib.blake2b(path.encode("utf-8"), key=key[:64], digest_size=16).hexdigest()


def _split(payload: Mapping[str, Any], by_field: Collection[str]) -> Iterator[tuple[str, Any]]:
    for name, value in payload.items():
        path = f"/{_escaped(name)}"
        if name in by_field:
            yield from _parts(path, value)
        else:
            yield path, value


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An answer is a field of its own, and so is what says that there are none."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict) and value and value.keys() != {"missing"}:
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    empty = True
    for name, item in inner:
        empty = False
        if isinstance(value, dict) and (not name or name.isdigit()):
            raise BadField(f"{path}: found a field named {name!r}, expected a name, not a number")
        yield from _parts(f"{path}/{_escaped(str(name))}", item)
    if empty:
        yield path, value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def payload_and_reason(fields: Iterable[Field]) -> tuple[dict[str, Any], str | None]:
    """What the fields say together, rows in the order of their numbers. An answer that was taken
    out says so, a member that was is missing.
    """
    payload: dict[str, Any] = {}
    reason: str | None = None
    rows: list[tuple[dict[str, Any], str]] = []
    for field in fields:
        if field.path == REASON:
            reason = field.value if isinstance(field, Kept) else REDACTED
            continue
        *above, last = (_unescaped(part) for part in field.path[1:].split("/"))
        place = payload
        for part, below in zip(above, [*above, last][1:], strict=True):
            if below.isdigit() and part not in place:
                rows.append((place, part))
            place = place.setdefault(part, {})
        if isinstance(field, Kept):
            place[last] = field.value
        elif above:
            place[last] = {} if last.isdigit() else {"missing": REDACTED}
    for place, name in rows:
        numbered = place[name]
        place[name] = [numbered[number] for number in sorted(numbered, key=int)]
    return payload, reason


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~") if "~" in part else part


def read_fields(stored: object) -> tuple[Field, ...]:
    """The fields of a stored line. Raises `BadField`."""
    if not isinstance(stored, list):
        raise BadField(f"payload must be a list of fields, found {type(stored).__name__}")
    return tuple(map(_field, stored))


def _field(stored: object) -> Field:
    match stored:
        case [str() as path, str() as salt, value] if _SALT.fullmatch(salt):
            field: Field = Kept(path, salt, value)
        case [str() as path, str() as digest] if _DIGEST.fullmatch(digest):
            field = Gone(path, digest)
        case _:
            raise BadField(
                f"a field must be [path, salt, value], or [path, digest] when it was taken out;"
                f" found {stored!r}"
            )
    if not _PATH.fullmatch(field.path):
        raise BadField(f"a field must have a path like /values/date, found {field.path!r}")
    return field


def check_order(fields: Iterable[Field]) -> None:
    """Raise `BadField` unless each path stands once, in order, and none within another."""
    before = ""
    for field in fields:
        if field.path <= before or (before and field.path.startswith(f"{before}/")):
            raise BadField(f"the path {field.path!r} stands after {before!r}: fields are in order")
        before = field.path
