"""Was this command carried out before? The keys of all commands, each with a digest of what was
asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from equipoise.ledger.entry import Entry, Header
from equipoise.terms.canonical import canonical

Attributed = Entry | Header

_SHELVES = 256


class Done(NamedTuple):
    """The entry that a command made, and the digest of the command."""

    seq: int
    digest: str


def command_digest(header: Attributed, asked: Mapping[str, Any], kind: str) -> str:
    """Who asks for what about whom, in 32 hexadecimal digits; when is not part of it."""
    told = [
        kind,
        header.actor,
        header.role,
        header.site,
        header.subject,
        header.supersedes,
        header.reason,
        dict(asked),
    ]
    return hashlib.blake2b(canonical(told), digest_size=16).hexdigest()


class Keys:
    """A map that is never changed: `with_key` gives another, and shares all shelves but one, so
    that the hundred-thousandth key costs what the first did.
    """

    __slots__ = ("_shelves",)

    def __init__(self, shelves: tuple[dict[str, Done], ...] | None = None) -> None:
        self._shelves = shelves or tuple({} for _ in range(_SHELVES))

    def get(self, key: str) -> Done | None:
        """What was done under the key, if anything was."""
        return self._shelves[_shelf(key)].get(key)

    def with_key(self, key: str, done: Done) -> Keys:
        """The map with one key more."""
        place = _shelf(key)
        shelf = {**self._shelves[place], key: done}
        return Keys((*self._shelves[:place], shelf, *self._shelves[place + 1 :]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keys) and self._shelves == other._shelves

    def __hash__(self) -> int:
        raise TypeError("keys are compared, not hashed")


def _shelf(key: str) -> int:
    """The same in every process, as `hash` is not."""
    return hashlib.blake2b(key.encode("utf-8"), digest_size=1).digest()[0]
