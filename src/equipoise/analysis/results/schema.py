"""What may stand in results.json? The JSON Schema (2020-12), made from the classes of results."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from equipoise.analysis.results.layout import FieldLayout, places
from equipoise.analysis.results.trial import Results

Schema = dict[str, Any]
Definitions = dict[str, Schema]

TYPES: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def results_schema() -> Schema:
    """The schema of results.json; each class of results but the whole is a definition."""
    definitions: Definitions = {}
    whole = _object(Results, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:equipoise:results:1",
        "title": "Equipoise results",
        **whole,
        "$defs": dict(sorted(definitions.items())),
    }


def write_schema() -> str:
    """results.schema.json, which stands beside this file for other programs."""
    return json.dumps(results_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema(kind: Any, definitions: Definitions) -> Schema:
    """The schema of a type; a class goes among the definitions."""
    if kind in TYPES:
        return {"type": TYPES[kind]}
    if is_dataclass(kind):
        return _reference(kind, definitions)
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            return _annotated(arguments, definitions)
        case origin if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        case origin if origin in (Union, UnionType):
            return _union(arguments, definitions)
        case origin if origin is Mapping:
            return _mapping(arguments, definitions)
        case origin if origin is tuple:
            return _array(arguments, definitions)
    raise TypeError(f"{kind} has no schema; the results hold classes, mappings, tuples and values")


def _reference(owner: Any, definitions: Definitions) -> Schema:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", owner.__name__).lower()
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _object(owner, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _annotated(arguments: tuple[Any, ...], definitions: Definitions) -> Schema:
    schema = _schema(arguments[0], definitions)
    words = [mark for mark in arguments[1:] if isinstance(mark, tuple)]
    return schema | {name: word for mark in words for name, word in mark}


def _union(options: tuple[Any, ...], definitions: Definitions) -> Schema:
    schemas = [_schema(option, definitions) for option in options if option is not NoneType]
    if NoneType in options:
        (schema,) = schemas
        return _or_null(schema)
    return {"oneOf" if all(map(is_dataclass, options)) else "anyOf": schemas}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def _mapping(arguments: tuple[Any, ...], definitions: Definitions) -> Schema:
    key, member = arguments
    if get_origin(key) is Literal:
        properties = {name: _schema(member, definitions) for name in get_args(key)}
        return {"type": "object", "properties": properties, "additionalProperties": False}
    return {"type": "object", "additionalProperties": _schema(member, definitions)}


def _array(items: tuple[Any, ...], definitions: Definitions) -> Schema:
    if items[-1] is Ellipsis:
        return {"type": "array", "items": _schema(items[0], definitions)}
    schemas = [_schema(item, definitions) for item in items]
    return {
        "type": "array",
        "prefixItems": schemas,
        "minItems": len(schemas),
        "maxItems": len(schemas),
    }


# ------------------------------------------------------------------ classes


def _object(owner: type, definitions: Definitions) -> Schema:
    """A class: its fields and no others, with its docstring as description."""
    members = list(_members(owner))
    properties: Schema = {}
    for member in members:
        properties |= {} if member.flat else {member.name: _schema(member.kind, definitions)}
    flat = next((_flat(member, definitions) for member in members if member.flat), None)
    required = sorted(m.name for m in members if not m.flat and not m.only_with)
    return {
        "description": " ".join(inspect.cleandoc(owner.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        "additionalProperties": flat or False,
        "required": required,
        **({"minProperties": len(required) + 1} if flat else {}),
        **_beside_a_count(members),
    }


def _members(owner: Any) -> Iterator[FieldLayout]:
    """The fields as they stand in JSON: those of a flat class in its place."""
    for place in places(owner):
        inner = get_args(place.kind)[0] if place.flat else None
        if is_dataclass(inner):
            yield from _members(inner)
        else:
            yield place


def _flat(place: FieldLayout, definitions: Definitions) -> Schema:
    """What the members of a flat mapping are."""
    _, member = get_args(get_args(place.kind)[0])
    return _schema(member, definitions)


def _beside_a_count(members: Iterable[FieldLayout]) -> Schema:
    """Fields that stand only beside a count: they must stand there unless it is 0."""
    beside = [m for m in members if m.only_with and m.only_with != m.name]
    if not beside:
        return {}
    (count,) = {place.only_with for place in beside}
    return {
        "if": {"properties": {count: {"const": 0}}},
        "else": {"required": [place.name for place in beside]},
    }
