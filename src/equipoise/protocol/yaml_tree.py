"""What does a YAML text say? Its values, read fast; and, when an error has to be placed, with the
line of each.

libyaml reads ten times faster than the parser that keeps lines, but takes some texts otherwise, or
takes what the other refuses (tabs, tags, merged keys), and ends the process on a nesting that is
too deep. A text with anything of the kind is read slowly; for every other both trees are equal
(property-tested).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent

from equipoise.protocol.yaml_events import DEEPEST, MOST_NODES

LARGEST = 200_000
"""Values of a file, with all aliases written out."""

_TEXT = "\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_READ_SLOWLY = re.compile(
    rf"""
      [^{_TEXT}]                    # tabs, and characters that only one of the two refuses
    | ^(?: % | --- | \.\.\. )       # directives and more than one document
    | (?: ^ | [\s\[{{,:?-] ) [!&*?] # tags, anchors, aliases, keys on a line of their own
    | <<                            # merged keys: their order
    | ["'\]}}] \s* : \S             # a key beside its value
    | [|>] \S* \#                   # a comment beside the sign of a block
    | \\u[dD][89a-fA-F]            # halves of surrogate pairs
    | [\da-fA-F_]{{30}}            # numbers that only one of the two refuses
    """,
    re.MULTILINE | re.VERBOSE,
)


class ReadSlowly(Exception):
    """The text may be taken otherwise by the fast parser, or be refused."""


def read_fast(text: str) -> Any:
    """The values of a text that both parsers take alike. Raises ReadSlowly for any other."""
    if find_spec("_ruamel_yaml") is None or _READ_SLOWLY.search(text):
        raise ReadSlowly
    try:
        _check_size(text)
        tree = YAML(typ="safe").load(text)
    except ReadSlowly:
        raise
    except Exception as error:  # whatever it is, the other parser says where
        raise ReadSlowly from error
    if _has_times(tree):
        raise ReadSlowly
    return tree


def read_with_places(text: str) -> Any:
    """The values of a text, each with its line and column. Raises the errors of ruamel.yaml."""
    return YAML().load(text)


def read_values(text: str) -> Any:
    """The values of a file of our own, as fast as may be."""
    try:
        return read_fast(text)
    except ReadSlowly:
        return read_with_places(text)


def _check_size(text: str) -> None:
    """libyaml builds the tree by recursion without a limit; its events come one by one."""
    depth = nodes = 0
    for event in YAML(typ="safe").parse(text):
        nodes += isinstance(event, NodeEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST or nodes > MOST_NODES:
            raise ReadSlowly


def _has_times(node: Any) -> bool:
    """A time of day keeps its zone in one tree only."""
    if isinstance(node, Mapping):
        return any(_has_times(key) or _has_times(value) for key, value in node.items())
    if isinstance(node, list):
        return any(_has_times(value) for value in node)
    return isinstance(node, datetime)


def size(node: Any) -> int:
    """How many values there are with all aliases written out; counting ends a little above
    `LARGEST`.
    """
    total = 1
    parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for part in parts:
        total += size(part)
        if total > LARGEST:
            break
    return total


class KeyTwice(ValueError):
    """Two keys of one block that are the same text, such as 1 and "1"."""

    def __init__(self, key: Any) -> None:
        super().__init__(f"the key {str(key)!r} stands twice in one block; keep one")
        self.path = [key]


def plain(node: Any) -> Any:
    """Plain lists, dicts and scalars from either tree; a measured value is its text. Raises
    KeyTwice.
    """
    if isinstance(node, Mapping):
        names: dict[str, Any] = {}
        for key, value in node.items():
            if str(key) in names:
                raise KeyTwice(key)
            names[str(key)] = plain(value)
        return names
    if isinstance(node, list):
        return [plain(value) for value in node]
    return str(node) if isinstance(node, float) else node
