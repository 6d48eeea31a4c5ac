"""A map that is never changed, of which a later version costs little."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_MOST = 48
"""So many new values lie apart before all are copied together: about the root of some thousands."""


class Unread(Generic[Value]):
    """A value that is read from its bytes when somebody asks for it, once."""

    __slots__ = ("_read", "_told", "_value")

    def __init__(self, read: Callable[[bytes], Value], told: bytes) -> None:
        self._read, self._told = read, told
        self._value: Value | None = None

    @property
    def value(self) -> Value:
        """The value; whoever asks first reads it."""
        if self._value is None:
            self._value = self._read(self._told)
        return self._value

    @property
    def told(self) -> bytes:
        """The bytes."""
        return self._told


class SharedMap(Mapping[Key, Value]):
    """Items in the order in which their keys came first. `with_item` gives another map, and both
    share all but the latest items, so that one more costs the same among thousands as among ten.
    """

    __slots__ = ("_items", "_latest")

    def __init__(
        self,
        items: Mapping[Key, Value | Unread[Value]] | None = None,
        latest: Mapping[Key, Value] | None = None,
    ) -> None:
        self._items: Mapping[Key, Value | Unread[Value]] = items or {}
        self._latest: Mapping[Key, Value] = latest or {}

    def with_item(self, key: Key, value: Value) -> SharedMap[Key, Value]:
        """The map with one item more, or with another value of one."""
        latest = {**self._latest, key: value}
        if len(latest) < _MOST:
            return SharedMap(self._items, latest)
        return SharedMap({**self._items, **latest})

    def __getitem__(self, key: Key) -> Value:
        latest = self._latest
        if key in latest:
            return latest[key]
        held = self._items[key]
        return held.value if isinstance(held, Unread) else held

    def unread(self, key: Key) -> bytes | None:
        """The bytes that a value is read from, where it is still the one of the bytes."""
        held = None if key in self._latest else self._items[key]
        return held.told if isinstance(held, Unread) else None

    def __iter__(self) -> Iterator[Key]:
        yield from self._items
        yield from (key for key in self._latest if key not in self._items)

    def __len__(self) -> int:
        return len(self._items) + sum(key not in self._items for key in self._latest)

    def __contains__(self, key: object) -> bool:
        return key in self._latest or key in self._items

    def get(self, key: Key, default: Value | None = None) -> Value | None:  # type: ignore[override]
        """The value, or another where there is none: asked of every entry, so it is quick."""
        latest = self._latest
        if key in latest:
            return latest[key]
        held = self._items.get(key, default)
        return held.value if isinstance(held, Unread) else held

    def __repr__(self) -> str:
        return repr(dict(self))


def with_item(items: Mapping[Key, Value], key: Key, value: Value) -> SharedMap[Key, Value]:
    """The map with one item more, or with another value of one."""
    shared = items if isinstance(items, SharedMap) else SharedMap(items)
    return shared.with_item(key, value)
