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
    """As `dataclasses.replace`, several times as fast, for records that check nothing when they are
    made. Records without slots cost the same with thirty fields as with three. Raises TypeError for
    a field that there is not.
    """
    kind = type(held)
    made = object.__new__(kind)
    if own := getattr(held, "__dict__", None):
        made.__dict__.update(own)
        made.__dict__.update(new)
        unknown = new.keys() - own.keys() if len(made.__dict__) > len(own) else ()
    else:
        names = _names(cast("Any", kind))
        for name in names:
            _set(made, name, new[name] if name in new else getattr(held, name))
        unknown = new.keys() - names
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {', '.join(unknown)}")
    return made
