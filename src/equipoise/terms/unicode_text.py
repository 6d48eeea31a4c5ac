"""Can this text be written down? Half of a surrogate pair, which JSON and YAML can state, is no
character: no file takes it, and no hash is the same in two languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_HALF = re.compile("[\ud800-\udfff]")


def half_of_pair(text: str) -> str:
    """What to say of a text that holds half of a pair, or nothing."""
    found = _HALF.search(text)
    return f"found {found[0]!r}, half of a surrogate pair; expected valid Unicode" if found else ""


def check_lines(text: str) -> str:
    """The same of a table, with the line: `row 3: found …`; or nothing."""
    found = _HALF.search(text)
    if found is None:
        return ""
    return f"row {text.count(chr(10), 0, found.start()) + 1}: {half_of_pair(text)}"


def is_text(value: Any) -> bool:
    """Has every text in lists and objects a meaning in UTF-8? If not, `halves_in` says where."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def halves_in(value: Any, where: str, first: int = 1) -> Iterator[str]:
    """The same of every text in lists and objects, each with its place; `first` is the number of
    the first item of a list.
    """
    if isinstance(value, str):
        if wrong := half_of_pair(value):
            yield f"{where}: {wrong}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if wrong := half_of_pair(str(key)):
                yield f"{where}: the key {str(key)!r}: {wrong}"
            else:
                yield from halves_in(item, f"{where}.{key}" if where else str(key), first)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, first):
            yield from halves_in(item, f"{where}[{number}]", first)
