"""Where do the fields of a protocol stand in its file, and how can each of them be changed?

A protocol is changed as its writer would change it: in the values of the file, which are then
validated and resolved anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from field_readers import owner_of
from pydantic import BaseModel, ValidationError

from equipoise.protocol.base import Model
from equipoise.protocol.form_library import read_forms
from equipoise.protocol.model import Protocol
from equipoise.protocol.references import resolve
from equipoise.protocol.yaml_file import read_text
from equipoise.protocol.yaml_tree import plain, read_values
from equipoise.terms.quantity import Quantity

Path = tuple[str | int, ...]
ANOTHER = "ANOTHER"


class DoesNotLoad(ValueError):
    """What is wrong with the values of a protocol, in the sentences that its writer gets; `by_rule`
    says that a rule of ours found it, and not the type of a field.
    """

    def __init__(self, sentences: Iterable[str], *, by_rule: bool) -> None:
        super().__init__("; ".join(sentences))
        self.by_rule = by_rule


def file_values(text: str | None = None) -> dict[str, Any]:
    """The values of a protocol's file, its forms written out; of the shipped one unless given."""
    values: dict[str, Any] = plain(read_values(text or read_text("NCT04509635")))
    values["forms"] = list(read_forms(values, values["forms"], []))
    return values


def loaded(values: Mapping[str, Any]) -> Protocol:
    """The protocol of these values. Raises DoesNotLoad, and nothing else."""
    try:
        protocol, unresolved = resolve(Protocol.model_validate(values))
    except ValidationError as error:
        by_rule = any(each["type"] == "value_error" for each in error.errors())
        raise DoesNotLoad((each["msg"] for each in error.errors()), by_rule=by_rule) from None
    if unresolved:
        raise DoesNotLoad((each.message for each in unresolved), by_rule=True)
    return protocol


# ------------------------------------------------------------------ where fields stand


class Place(NamedTuple):
    """One field of one part of a protocol: Class.field, its path in the file, its type, and what
    stands there.
    """

    field: str
    path: Path
    kind: Any
    value: Any


def places(part: Any, written: Any, path: Path = ()) -> Iterator[Place]:
    """Every field of a part of a protocol and of the parts inside it that the file writes."""
    if isinstance(part, Model) and written is not None:
        for name, field in type(part).model_fields.items():
            key, value = field.alias or name, getattr(part, name)
            owner = owner_of(type(part), name).__name__
            yield Place(f"{owner}.{name}", (*path, key), field.annotation, value)
            yield from places(value, written.get(key), (*path, key))
    elif isinstance(part, tuple):
        for number, inner in enumerate(part):
            yield from places(inner, written[number], (*path, number))
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield from places(inner, written[key], (*path, key))


def put(values: Any, path: Path, new: Any) -> Any:
    """The values with another one at the path; nothing else is copied that need not be."""
    if not path:
        return new
    first, *rest = path
    if isinstance(values, list):
        changed: Any = list(values)
        changed[first] = put(values[first], tuple(rest), new)
        return changed
    return {**values, first: put(values.get(first), tuple(rest), new)}


def at(values: Any, path: Path) -> Any:
    """What stands at the path; None where the file leaves a field out."""
    for part in path:
        if isinstance(values, Mapping) and part not in values:
            return None
        values = values[part]
    return values


# ------------------------------------------------------------------ what else could stand there


def other_values(kind: Any, value: Any, written: Any) -> Iterator[Any]:
    """What could stand in the file instead, by the type of the field: `value` is what stands there
    as the model has it, `written` as the file has it. Nothing for a block, whose fields are changed
    each for itself.
    """
    if written is None and isinstance(value, tuple | dict):
        written = [] if isinstance(value, tuple) else {}
    for member in _members(kind):
        yield from (other for other in _others(member, value, written) if other != written)


def extremes(written: Any) -> Iterator[Any]:
    """Values of the same form that are nothing, or less than nothing."""
    least: Mapping[type, tuple[Any, ...]] = {int: (0, -1), str: ("",), list: ([],), dict: ({},)}
    yield from (other for other in least.get(type(written), ()) if other != written)


def _members(kind: Any) -> tuple[Any, ...]:
    """The types that a field may have."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(inner for each in get_args(kind) for inner in _members(each))
    return (kind,)


def _others(kind: Any, value: Any, written: Any) -> Iterator[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        yield from (other for other in arguments if other != value)
        yield ANOTHER  # no word of the type
    elif origin is tuple:
        yield from _other_lists(arguments[0], list(value or ()), list(written or ()))
    elif origin is dict and not isinstance(value, str):
        yield from _other_mappings(arguments[1], dict(value or {}), dict(written or {}))
    elif kind is NoneType:
        yield None
    elif kind in SIMPLE:
        yield from SIMPLE[kind](value if isinstance(value, kind) else None)


def _flags(value: bool | None) -> Iterator[bool]:
    yield not value


def _numbers(value: int | None) -> Iterator[int]:
    yield from (2 * value, value // 2) if value else (1, 10)


def _fractions(value: Decimal | None) -> Iterator[str]:
    yield from (str(2 * value), str(value / 2)) if value else ("1",)


def _measures(value: Quantity | None) -> Iterator[str]:
    if value is not None:
        yield from (f"{2 * value.value} {value.unit}", f"{value.value / 2} {value.unit}")
    else:
        yield "2 10*9/L"


def _texts(_: str | None) -> Iterator[str]:
    yield ANOTHER


SIMPLE: Mapping[Any, Any] = {
    bool: _flags,
    int: _numbers,
    Decimal: _fractions,
    Quantity: _measures,
    str: _texts,
}


def _other_lists(kind: Any, value: list[Any], written: list[Any]) -> Iterator[Any]:
    """One element fewer, one more, one of them another, another order."""
    if written:
        yield from (written[1:], written[:-1])
    if len(written) > 1:
        yield [*written[1:], written[0]]
    if is_block(kind):
        return
    example = value[0] if value else None
    for other in other_values(kind, example, written[0] if written else None):
        if other not in written:
            yield [*written, other]
            yield [other, *written[1:]]


def _other_mappings(kind: Any, value: dict[str, Any], written: dict[str, Any]) -> Iterator[Any]:
    """One entry fewer, one more, one of them under another name or with another value."""
    for key, inner in written.items():
        fewer = {name: each for name, each in written.items() if name != key}
        yield fewer
        yield {**fewer, ANOTHER: inner}
        if not is_block(kind):
            yield from ({**written, key: other} for other in other_values(kind, value[key], inner))
        return
    yield from ({ANOTHER: other} for other in other_values(kind, None, None))


def is_block(kind: Any) -> bool:
    """Whether a type is made of blocks, whose fields stand for themselves."""
    return any(True for _ in models_in(kind))


def models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """The models that a type names, inside unions, tuples and mappings too."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for argument in get_args(kind):
        yield from models_in(argument)
