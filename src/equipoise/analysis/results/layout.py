"""How does a field of the results stand in JSON?

Names stand as they are. What the type cannot say is said in `Annotated`: `keywords` are those of
JSON Schema, `OnlyWith` says when a field is left out, `Flat` that its members stand beside the
other fields.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class OnlyWith:
    """Left out where the named field is empty or 0."""

    field: str


def keywords(**words: Any) -> tuple[tuple[str, Any], ...]:
    """Keywords of JSON Schema for a type; hashable, as `Annotated` wants it."""
    return tuple(words.items())


class Flat:
    """The members of the mapping, or the fields of the class, stand beside the other fields."""


class FieldLayout(NamedTuple):
    """A field: its name, its type, and how it stands among the others."""

    name: str
    kind: Any
    only_with: str
    flat: bool


@cache
def places(owner: type) -> tuple[FieldLayout, ...]:
    """The fields of a class of results, in order."""
    hints = get_type_hints(owner, include_extras=True)
    return tuple(_place(field.name, hints[field.name]) for field in fields(owner))


def _place(name: str, kind: Any) -> FieldLayout:
    marks = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    only_with = next((mark.field for mark in marks if isinstance(mark, OnlyWith)), "")
    return FieldLayout(name, kind, only_with, Flat in marks)


# ------------------------------------------------------------------ kinds of values

Count = Annotated[int, keywords(minimum=0)]
Size = Annotated[float, keywords(minimum=0)]
Rate = Annotated[float, keywords(minimum=0, maximum=1)]
Difference = Annotated[float, keywords(minimum=-1, maximum=1)]
Day = Annotated[str, keywords(format="date", pattern=r"^\d{4}-\d\d-\d\d$")]
Hash = Annotated[str, keywords(pattern="^[0-9a-f]{64}$")]
Names = Annotated[tuple[str, ...], keywords(uniqueItems=True)]
Interval = Annotated[
    tuple[float | None, float | None],
    keywords(description="lower and upper bound at the level of `confidence`"),
]
Source = Annotated[
    Annotated[int, keywords(minimum=0)] | tuple[str, str, int],
    keywords(description="a ledger position, or dataset, domain and --SEQ of an import"),
]
Sources = tuple[Source, ...]
Note = Annotated[str, OnlyWith("note")]
