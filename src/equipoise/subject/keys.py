"""Was this command carried out before? The keys of all commands, each with a digest of what was
asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from equipoise.ledger.entry import Entry, Header
from equipoise.terms.canonical import canonical_again

Attributed = Entry | Header


class Done(NamedTuple):
    """The entry that a command made, and the digest of the command."""

    seq: int
    digest: str


def command_digest(header: Attributed, asked: Mapping[str, Any], kind: str) -> str:
    """Who asks for what about whom, in 32 hexadecimal digits; when is not part of it. `asked` are
    values by the paths of their fields.
    """
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
    return hashlib.blake2b(canonical_again(told), digest_size=16).hexdigest()


class Keys:
    """A map that is never changed: `with_key` gives another, and both share what they have in
    common, so that the hundred-thousandth key costs what the first did. Threads that go the same
    way share as well; only who goes another way from an older version copies.
    """

    __slots__ = ("_count", "_shared")

    def __init__(self, shared: dict[str, tuple[int, Done]] | None = None, count: int = 0) -> None:
        self._shared: dict[str, tuple[int, Done]] = {} if shared is None else shared
        self._count = count

    def get(self, key: str) -> Done | None:
        """What was done under the key, if anything was."""
        held = self._shared.get(key)
        return held[1] if held is not None and held[0] < self._count else None

    def with_key(self, key: str, done: Done) -> Keys:
        """The map with one key more, or another value of one."""
        shared, count = self._shared, self._count
        held = shared.get(key)
        if held is None and len(shared) == count:
            shared[key] = count, done
        elif held != (count, done):  # else another has gone this way before
            kept = [(name, told) for name, (at, told) in list(shared.items()) if at < count]
            kept = [(name, told) for name, told in kept if name != key]
            shared = {name: (at, told) for at, (name, told) in enumerate(kept)}
            count = len(shared)
            shared[key] = count, done
        return Keys(shared, count + 1)

    def items(self) -> Iterator[tuple[str, Done]]:
        """The keys in the order in which they came, each with what was done."""
        return ((key, held[1]) for key, held in self._shared.items() if held[0] < self._count)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keys) and dict(self.items()) == dict(other.items())

    def __hash__(self) -> int:
        raise TypeError("keys are compared, not hashed")
