"""May a protocol be written so? Asked of the signs of a YAML text in their order, before anything
is made of them.

YAML can say what no protocol needs and what ends a program that builds it: a value that holds
itself, tags that name classes, nesting without end. Each is refused where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from equipoise.terms.unicode_text import half_of_pair

DEEPEST = 50
"""Levels of nesting; a protocol has about ten."""
MOST_NODES = 20_000
"""Keys and values as written. The shipped protocol has about 2,000, and to say where something is
wrong among 20,000 takes two seconds.
"""
LONGEST_NUMBER = 30
"""Digits of a number that is not in quotes."""

_BEYOND_UNICODE = re.compile(r"\\U(?!000[0-9a-fA-F]|0010)[0-9a-fA-F]{8}")
_LONG_NUMBER = re.compile(
    rf"[-+]?(?:0x[\da-fA-F_]{{{LONGEST_NUMBER},}}|0[ob][0-7_]{{{LONGEST_NUMBER},}}"
    rf"|\d[\d_:.]{{{LONGEST_NUMBER},}})"
)


class Refused(NamedTuple):
    """What may not stand in a protocol file, and where; line and column count from 1."""

    line: int
    column: int
    why: str

    @classmethod
    def at(cls, text: str, place: int, why: str) -> Refused:
        """At a place counted in characters from the beginning."""
        before = text[:place]
        return cls(before.count("\n") + 1, place - before.rfind("\n"), why)


def check_events(text: str) -> Refused | None:
    """The first thing that no protocol may hold, or None. What is no YAML at all is left to those
    who read it.
    """
    try:
        return next(_refused(text), None)
    except YAMLError:
        return None
    except ValueError:  # of Python: an escape beyond Unicode has no place in the library's error
        if beyond := _BEYOND_UNICODE.search(text):
            return Refused.at(text, beyond.start(), f"found {beyond[0]}, which is beyond Unicode")
        raise


def unreadable(text: str) -> Refused | None:
    """The first value that stands without quotes and cannot be read (the 31st of February), found
    by reading each by itself.
    """
    for event in YAML().parse(text):
        if isinstance(event, ScalarEvent) and event.style is None and event.value:
            try:
                YAML(typ="safe", pure=True).load(event.value)
            except YAMLError:
                continue
            except (ValueError, ArithmeticError, LookupError):
                why = f"found {_short(event.value)}, which is no value; write text in quotes"
                return _of(event, why)
    return None


class _Open:
    """A list or block that has begun: its name, and whether a key of it comes next."""

    def __init__(self, event: CollectionStartEvent) -> None:
        self.name = event.anchor or ""
        self.is_block = isinstance(event, MappingStartEvent)
        self.awaits_key = self.is_block

    def next(self) -> bool:
        """Whether what comes now is a key."""
        is_key = self.awaits_key
        self.awaits_key = self.is_block and not is_key
        return is_key


def _refused(text: str) -> Iterator[Refused]:
    named: dict[str, str] = {}  # anchor -> what it names
    opened: list[_Open] = []
    nodes = 0
    for event in YAML().parse(text):
        is_key = isinstance(event, NodeEvent) and bool(opened) and opened[-1].next()
        if isinstance(event, AliasEvent):
            yield from _wrong_alias(event, named.get(event.anchor, ""), is_key)
        elif isinstance(event, NodeEvent):
            yield from _wrong_node(event, is_key)
            if event.anchor in named:
                yield _of(event, f"the name &{event.anchor} is given twice; keep one")
            if event.anchor:
                named[event.anchor] = OPEN if isinstance(event, CollectionStartEvent) else VALUE
        if isinstance(event, CollectionStartEvent):
            opened.append(_Open(event))
            if len(opened) > DEEPEST:
                yield _of(event, f"nested more than {DEEPEST} levels deep")
        nodes += isinstance(event, NodeEvent)
        if nodes > MOST_NODES:
            yield _of(event, f"found more than {MOST_NODES} keys and values, expected at most that")
        elif isinstance(event, CollectionEndEvent) and (name := opened.pop().name):
            named[name] = COLLECTION


OPEN, COLLECTION, VALUE = "open", "collection", "value"


def _wrong_alias(event: Any, names: str, is_key: bool) -> Iterator[Refused]:
    if names == OPEN:
        yield _of(event, f"the alias *{event.anchor} stands inside of what it names")
    if is_key and names == COLLECTION:
        yield _of(event, _NO_KEY)


def _wrong_node(event: Any, is_key: bool) -> Iterator[Refused]:
    if event.tag:
        found = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        yield _of(event, f"found the tag {_short(found)}, expected a value without one")
    if not isinstance(event, ScalarEvent):
        if is_key:
            yield _of(event, _NO_KEY)
        return
    if half := half_of_pair(event.value):
        yield _of(event, half)
    if event.style is None and _LONG_NUMBER.fullmatch(event.value):
        yield _of(
            event,
            f"found a number of {len(event.value)} signs, expected at most {LONGEST_NUMBER};"
            " write text in quotes",
        )


_NO_KEY = "found a list or a block in the place of a key, expected text"


def _of(event: Any, why: str) -> Refused:
    return Refused(event.start_mark.line + 1, event.start_mark.column + 1, why)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:50]}…")
