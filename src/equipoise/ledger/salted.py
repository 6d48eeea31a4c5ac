"""How does a payload lie beside its entry, so that one field can go and every hash still holds?

Each field stands with a salt of its own as [path, salt, value], or, once its content was taken out,
as [path, digest]. A path is a JSON Pointer (RFC 6901); digests are SHA-256.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import orjson

from equipoise.terms.canonical import canonical

REASON = "reason"
"""The path of the reason of an entry: free text, so it can go as a field can. No member of an
event has it, since theirs begin with a slash."""
REDACTED = "REDACTED"
"""Stands where text was taken out."""

_PATH = re.compile(r"reason|(?:/[^/]+)+")
SALT = re.compile(r"(?:[0-9a-f]{2}){16,}")
DIGEST = re.compile(r"[0-9a-f]{64}")


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
        return sha256(canonical([self.path, self.salt, self.value])).digest()


class Gone(NamedTuple):
    """A field whose content was taken out; the digest stays in its place."""

    path: str
    hex_digest: str

    @property
    def digest(self) -> bytes:
        """What `Kept.digest` was."""
        return bytes.fromhex(self.hex_digest)


Field = Kept | Gone


class StoredFields(Sequence[Field]):
    """Fields in the bytes of their line, read when somebody asks: of a long ledger most are not
    asked for again, and as bytes they take a quarter of the memory.
    """

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __iter__(self) -> Iterator[Field]:
        return iter(_last_read(self._text))

    def __len__(self) -> int:
        return len(_last_read(self._text))

    def __getitem__(self, place: Any) -> Any:
        return _last_read(self._text)[place]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StoredFields):
            return self._text == other._text
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


@lru_cache(maxsize=4)
def _last_read(text: bytes) -> tuple[Field, ...]:
    """The fields of the entry that was asked about last, which is asked about several times."""
    stored = orjson.loads(text)
    paths = check_layout([each[0] for each in stored])
    return tuple(
        Kept(path, each[1], each[2]) if len(each) == 3 else Gone(path, each[1])
        for path, each in zip(paths, stored, strict=True)
    )


def root_of(fields: Iterable[Field]) -> str:
    """SHA-256 of the digests of the fields one after the other, in the order of their paths."""
    return sha256(b"".join([field.digest for field in fields])).hexdigest()


def salted(
    payload: Mapping[str, Any], reason: str | None, by_field: Collection[str], secret: str
) -> tuple[Field, ...]:
    """The fields of a payload in the order of their paths. Members named in `by_field` are split
    down to single answers, the others are one field each.

    `secret` is 16 random bytes or more as hexadecimal; each salt is made of it and the path, and it
    is kept nowhere. Raises `BadField`.
    """
    if not SALT.fullmatch(secret):
        raise BadField("salt must be at least 32 lower-case hexadecimal digits (16 random bytes)")
    pairs = paths_of(payload, by_field)
    if reason is not None:
        pairs[REASON] = reason
    key = bytes.fromhex(secret)
    return tuple(Kept(path, _salt(key, path), pairs[path]) for path in sorted(pairs))


def _salt(key: bytes, path: str) -> str:
    return blake2b(path.encode("utf-8"), key=key[:64], digest_size=16).hexdigest()


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


def check_layout(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths, as one tuple for all entries that have the same. Raises `BadField` unless they are
    in order and lie beside each other in a payload.
    """
    return _shape(tuple(paths)).paths


def paths_of(payload: Mapping[str, Any], by_field: Collection[str]) -> dict[str, Any]:
    """The values of a payload by the paths of its fields. Raises `BadField`."""
    return dict(_split(payload, by_field))


def payload_of_fields(fields: Sequence[Field]) -> dict[str, Any]:
    """What the fields say together, rows in the order of their numbers. An answer that was taken
    out says so, a member that was is missing. Raises `BadField`.
    """
    shape = _shape(tuple([field.path for field in fields]))
    payload: dict[str, Any] = {}
    made: list[Any] = [payload]
    for above, key, rows in shape.places:
        place: Any = [None] * rows if rows else {}
        made[above][key] = place
        made.append(place)
    for field, (above, key) in zip(fields, shape.values, strict=True):
        if above == _REASON:
            continue
        if type(field) is Kept:
            made[above][key] = field.value
        elif above != _TOP:
            made[above][key] = {} if isinstance(key, int) else {"missing": REDACTED}
    return payload


_TOP, _REASON = 0, -1


class _Shape(NamedTuple):
    """How the values of fields lie in their payload: places within places in the order in which
    they are made, (above, key, rows or 0), and for each value the place and the key there.
    """

    paths: tuple[str, ...]
    places: tuple[tuple[int, str | int, int], ...]
    values: tuple[tuple[int, str | int], ...]


@lru_cache(maxsize=8192)
def _shape(paths: tuple[str, ...]) -> _Shape:
    """Most forms are filled in alike, so it is found out once."""
    check_paths(paths)
    tree: dict[str, Any] = {}
    for path in paths:
        if path != REASON:
            place = tree
            for part in path[1:].split("/"):
                place = place.setdefault(part, {})
    places: list[tuple[int, str | int, int]] = []
    known: dict[str, tuple[int, str | int]] = {REASON: (_REASON, REASON)}
    _lay(tree, "", 0, places, known)
    if within := [path for path in paths if path not in known]:
        raise BadField(f"found {within[0]!r} and fields within it, expected one or the other")
    return _Shape(paths, tuple(places), tuple(known[path] for path in paths))


def _lay(
    tree: Mapping[str, Any],
    path: str,
    number: int,
    places: list[tuple[int, str | int, int]],
    known: dict[str, tuple[int, str | int]],
) -> None:
    """Lay out what is in the place of that number; rows are numbered without gaps from 0."""
    keys: dict[str, str | int] = {part: _unescaped(part) for part in tree}
    if path and any(map(_is_row, tree)):
        if not all(map(_is_row, tree)):
            raise BadField(f"{path}: found {', '.join(tree)}, expected numbered rows alone")
        keys = {part: at for at, part in enumerate(sorted(tree, key=int))}
    for part, below in tree.items():
        inner = f"{path}/{part}"
        if not below:
            known[inner] = (number, keys[part])
            continue
        rows = len(below) if any(map(_is_row, below)) else 0
        places.append((number, keys[part], rows))
        _lay(below, inner, len(places), places, known)


def _is_row(part: str) -> bool:
    return part.isascii() and part.isdigit()


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~") if "~" in part else part


def read_fields(stored: object) -> tuple[Field, ...]:
    """The fields of a stored line. Raises `BadField`."""
    if not isinstance(stored, list):
        raise BadField(f"payload must be a list of fields, found {type(stored).__name__}")
    return tuple(map(_field, stored))


def _field(stored: object) -> Field:
    if type(stored) is list and 2 <= len(stored) <= 3:
        path, secret, *value = stored
        if type(path) is str and type(secret) is str:
            if value and SALT.fullmatch(secret):
                return Kept(path, secret, value[0])
            if not value and DIGEST.fullmatch(secret):
                return Gone(path, secret)
    raise BadField(
        "a field must be [path, salt, value], or [path, digest] when it was taken out; found"
        f" {stored!r}"
    )


def check_paths(paths: Iterable[str]) -> None:
    """Raise `BadField` unless each is a path, stands once, in order, and none within another."""
    before = ""
    for path in paths:
        if not _PATH.fullmatch(path):
            raise BadField(f"a field must have a path like /values/date, found {path!r}")
        if path <= before or (before and path.startswith(f"{before}/")):
            raise BadField(f"the path {path!r} stands after {before!r}: fields are in order")
        before = path
