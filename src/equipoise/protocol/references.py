"""What do the criteria refer to elsewhere in the protocol? Filled in, so that whoever evaluates
them needs nothing else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from equipoise.protocol.base import Model
from equipoise.protocol.criteria import References, Rule, UnknownReference
from equipoise.protocol.model import Protocol


class Unresolved(NamedTuple):
    """A reference to what is not there: the path of the rule, its field, and what is there."""

    path: tuple[str | int, ...]
    field: str
    message: str


def resolve(protocol: Protocol) -> tuple[Protocol, list[Unresolved]]:
    """The protocol with every reference of its criteria filled in, and those that lead nowhere."""
    recist = protocol.assessment.recist
    references = References(protocol.molecular, recist.diameter, recist.short_axis)
    problems: list[Unresolved] = []
    eligibility = _resolved(protocol.eligibility, ("eligibility",), references, problems)
    return protocol.model_copy(update={"eligibility": eligibility}), problems


def _resolved(
    part: Any, path: tuple[str | int, ...], references: References, problems: list[Unresolved]
) -> Any:
    if isinstance(part, Rule):
        try:
            part = part.with_references(references)
        except UnknownReference as error:
            problems.append(Unresolved(path, error.field, str(error)))
            return part
    if isinstance(part, Model):
        inner = {
            name: _resolved(getattr(part, name), (*path, name), references, problems)
            for name in type(part).model_fields
        }
        changes = {name: value for name, value in inner.items() if value is not getattr(part, name)}
        return part.model_copy(update=changes)
    if isinstance(part, tuple):
        inner_parts = [
            _resolved(element, (*path, place), references, problems)
            for place, element in enumerate(part)
        ]
        return tuple(inner_parts)
    return part
