"""How are results kept as a file that other programs can rely on? One JSON layout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from equipoise.analysis.results.layout import places


def write_results(results: Any) -> str:
    """results.json: sorted keys, two blanks, one newline at the end. Raises ValueError on NaN or
    infinity.
    """
    try:
        return (
            json.dumps(
                plain(results), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False
            )
            + "\n"
        )
    except ValueError as error:
        raise ValueError(
            "the results hold a number that JSON does not know (NaN or infinity); "
            "a value that cannot be computed must be null, with a note"
        ) from error


def plain(value: Any) -> Any:
    """Results as JSON knows them: classes and mappings as objects, tuples as lists."""
    if is_dataclass(value):
        return {name: plain(member) for name, member in _members(value)}
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    return value


def _members(owner: Any) -> Iterator[tuple[str, Any]]:
    for place in places(owner.__class__):
        member = getattr(owner, place.name)
        if place.flat:
            yield from member.items() if isinstance(member, Mapping) else _members(member)
        elif not place.only_with or getattr(owner, place.only_with):
            yield place.name, member
