"""Does a JSON value say what the member of an event class should say?"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class BadEvent(ValueError):
    """A payload that does not say what its type should say."""


def members_of_class(kind: Any) -> dict[str, Any]:
    """Member names and their types, in the order declared."""
    return _hints(kind)


def difference(expected: AbstractSet[str], given: AbstractSet[str]) -> str:
    """Which members are too few or too many, in words."""
    missing = [f"missing member {name!r}" for name in sorted(expected - given)]
    return ", ".join(missing + [f"unknown member {name!r}" for name in sorted(given - expected)])


def plain(value: Any) -> Any:
    """A copy in JSON types: dates as ISO text, tuples as lists."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, dict):
        return {key: item if type(item) is str else plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [item if type(item) is str else plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def read(value: Any, hint: Any, where: str, name: str) -> Any:
    """The value of a member as the class wants it; `BadEvent` when it does not fit."""
    where = f"{where}: {name}"
    origin, choices = _parts(hint)
    if origin is UnionType:
        if value is None and type(None) in choices:
            return None
        hint = next(choice for choice in choices if choice is not type(None))
        origin, choices = _parts(hint)
    if hint is date and isinstance(value, str):
        return _day(value, where)
    if origin is tuple and isinstance(value, list):
        value = tuple(value)
    elif origin is dict and isinstance(value, dict):
        return plain(value)  # a copy: nobody edits the ledger through an event
    check(value, hint, where)
    return value


def check(value: Any, hint: Any, where: str) -> None:
    """Raise `BadEvent` unless the value has the declared type."""
    if not _fits(value, hint):
        raise BadEvent(f"{where} must be {_words(hint)}, found {value!r}")


def check_row(row: Any, where: str) -> None:
    """Raise `BadEvent` unless every field holds text as typed or says why it is missing."""
    if not isinstance(row, dict):
        raise BadEvent(f"{where}: expected fields with values, found {row!r}")
    for field, value in row.items():
        if not isinstance(value, str) and not _says_why_missing(value):
            raise BadEvent(
                f'{where}, field {field}: expected text as typed or {{"missing": reason}}, found'
                f" {value!r}"
            )


@cache
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _says_why_missing(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"missing"}
        and isinstance(value["missing"], str)
    )


def _day(text: str, where: str) -> date:
    if not _DAY.fullmatch(text):
        raise BadEvent(f"{where} must be a day like 2026-03-01, found {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadEvent(f"{where} is a day that no calendar has: {text!r}") from None


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = _parts(hint)
    if isinstance(hint, type) and not arguments:
        return type(value) is hint  # exactly: True is no number here, and a datetime is no date
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin is UnionType:
        return any(_fits(value, choice) for choice in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(item, arguments[0]) for item in value)
    return isinstance(value, dict)


def _words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(get_args(hint))
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)
