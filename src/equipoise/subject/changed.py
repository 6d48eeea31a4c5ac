"""A frozen record with other values in some of its fields."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

Frozen = TypeVar("Frozen")
_set = object.__setattr__


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def replace(held: Frozen, /, **new: Any) -> Frozen:
    """As `dataclasses.replace`, three times as fast, for records that check nothing when they are
    made. Raises TypeError for a field that there is not.
    """
    kind = type(held)
    names = _names(cast("Any", kind))
    made = object.__new__(kind)
    for name in names:
        _set(made, name, new.pop(name) if name in new else getattr(held, name))
    if new:
        raise TypeError(f"{kind.__name__} has no field {', '.join(new)}")
    return made
