"""How is the state of a trial written down and read back? As JSON, for a snapshot that shortens a
start: what it says can always be folded anew.

Text, whole numbers, true, false and null are themselves; everything else is a list that begins with
what it is. A record that stands in two places of one text is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

import orjson

from equipoise.ledger.entry import Entry, entry_of, line_of
from equipoise.ledger.events import EVENTS
from equipoise.protocol.base import Model
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import from_payload, to_payload
from equipoise.protocol.provenance import Assumption
from equipoise.subject import committed_lists, conditions, state
from equipoise.subject.changed import replace
from equipoise.subject.keys import Done, Keys
from equipoise.subject.records import DOMAINS, Record
from equipoise.subject.shared_map import SharedMap, Unread
from equipoise.subject.state import Subject, Trial
from equipoise.terms.collector import uncollected
from equipoise.terms.dates import PartialDate
from equipoise.terms.verdict import Reason

_ROOMS = (state, conditions, committed_lists)
_CLASSES: dict[str, Any] = {
    **{
        name: kind
        for room in _ROOMS
        for name, kind in vars(room).items()
        if isinstance(kind, type) and kind.__module__ == room.__name__
    },
    **DOMAINS,
    **EVENTS,
    **{kind.__name__: kind for kind in (Done, PartialDate, Reason)},
}
"""What a state is made of: nothing else is ever made from a text."""


class NoState(ValueError):
    """A text that is not the state of a trial as this code writes it."""


def text_of_subject(subject: Subject) -> bytes:
    """One participant."""
    return orjson.dumps(_Writing().told(subject))


def subject_of_text(text: bytes) -> Subject:
    """The participant of such a text. Raises NoState."""
    subject = _read(text)
    if not isinstance(subject, Subject):
        raise NoState("no participant")
    return subject


def text_of_trial(trial: Trial) -> bytes:
    """The trial without its participants."""
    return orjson.dumps(_Writing().told(replace(trial, subjects=())))


def trial_of_text(text: bytes, subjects: Mapping[str, bytes]) -> Trial:
    """The trial of such a text; each participant is read when somebody asks for her. Raises
    NoState.
    """
    trial = _read(text)
    if not isinstance(trial, Trial):
        raise NoState("no trial")
    unread: dict[str, Any] = {
        code: Unread(subject_of_text, told) for code, told in subjects.items()
    }
    return replace(trial, subjects=SharedMap(unread))


class _Writing:
    """What was written so far of one text."""

    def __init__(self) -> None:
        self._records: dict[int, int] = {}

    def told(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is int or value is None or kind is bool:
            return value
        if kind is tuple:
            return ["tuple", *map(self.told, value)]
        if issubclass(kind, Record):
            return self._record(value)
        if kind is not Entry and is_dataclass(kind):
            return self._values(kind.__name__, value, _plan(cast("Any", kind)))
        return self._other(kind, value)

    def _record(self, record: Record) -> Any:
        known = self._records.get(id(record))
        if known is not None:
            return ["same", known]
        self._records[id(record)] = len(self._records)
        return self._values(type(record).__name__, record, _plan(cast("Any", type(record))))

    def _values(self, name: str, held: Any, plan: tuple[tuple[str, Any], ...]) -> list[Any]:
        """Its values in the order of the fields, without the defaults at the end."""
        values = [getattr(held, each) for each, _ in plan]
        last = len(values)
        while last and _is_default(values[last - 1], plan[last - 1][1]):
            last -= 1
        return [name, *map(self.told, values[:last])]

    def _other(self, kind: Any, value: Any) -> Any:
        if (tell := _TOLD.get(kind)) is not None:
            return tell(value)
        if issubclass(kind, Enum):
            return ["enum", kind.__name__, value.value]
        if issubclass(kind, tuple):
            return [kind.__name__, *map(self.told, value)]
        if isinstance(value, Mapping):
            return ["map", *((self.told(key), self.told(item)) for key, item in value.items())]
        if isinstance(value, list | frozenset):
            return [kind.__name__, *map(self.told, sorted(value) if kind is frozenset else value)]
        if isinstance(value, type):
            return ["class", value.__name__]
        raise TypeError(f"a state holds no {kind.__name__}")


_TOLD: dict[Any, Callable[[Any], list[Any]]] = {
    date: lambda on: ["date", on.isoformat()],
    Decimal: lambda number: ["decimal", str(number)],
    Entry: lambda entry: ["entry", line_of(entry).decode()],
    Keys: lambda keys: ["keys", *_columns(keys)],
    Protocol: lambda protocol: ["protocol", to_payload(protocol)],
    Assumption: lambda held: ["assumption", held.model_dump(mode="json", by_alias=True)],
}


def _columns(keys: Keys) -> tuple[list[str], list[int], list[str]]:
    """Keys, entries and digests: of the many there are, the quickest to read."""
    items = list(keys.items())
    done = [each for _, each in items]
    return [key for key, _ in items], [each.seq for each in done], [each.digest for each in done]


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


@cache
def _plan(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a class, each with what it is where nothing is said."""
    return tuple(
        (
            field.name,
            field.default_factory() if field.default_factory is not MISSING else field.default,
        )
        for field in fields(kind)
    )


def _read(text: bytes) -> Any:
    try:
        with uncollected():
            return _Reading().value(orjson.loads(text))
    except (ValueError, TypeError, LookupError, AttributeError) as broken:
        raise NoState(str(broken)) from broken


class _Reading:
    """What was read so far of one text."""

    def __init__(self) -> None:
        self._records: list[Record] = []

    def value(self, told: Any) -> Any:
        """Of each participant thousands, before the first page about her: so it is one function."""
        if type(told) is not list:
            return told
        name = told[0]
        if name == "same":
            return self._records[told[1]]
        if name in _OTHERS:
            return _OTHERS[name](self, told[1:])
        value = self.value
        parts = [value(part) if type(part) is list else part for part in told[1:]]
        if name == "tuple":
            return tuple(parts)
        kind, names, is_record = _making(name)
        if names is None:
            return kind(*parts)
        made = kind(**dict(zip(names, parts, strict=False)))
        if is_record:  # its parts are no records: they come in the same order
            self._records.append(made)
        return made

    def map(self, parts: list[Any]) -> dict[Any, Any]:
        return {self.value(key): self.value(item) for key, item in parts}

    def keys(self, parts: list[Any]) -> Keys:
        names, seqs, digests = parts
        done = map(Done, seqs, digests)
        shared = dict(zip(names, enumerate(done), strict=True))
        return Keys(shared, len(shared))


@cache
def _making(name: str) -> tuple[Any, tuple[str, ...] | None, bool]:
    """A class of the state, the names of its fields unless they have only an order, and whether it
    is a record.
    """
    kind = _CLASSES[name]
    if issubclass(kind, tuple):
        return kind, None, False
    return kind, tuple(each for each, _ in _plan(kind)), issubclass(kind, Record)


def _model(kind: type[Model]) -> Callable[[_Reading, list[Any]], Any]:
    return lambda _reading, parts: kind.model_validate(parts[0])


_OTHERS: dict[str, Callable[[_Reading, list[Any]], Any]] = {
    "enum": lambda _, parts: _CLASSES[parts[0]](parts[1]),
    "date": lambda _, parts: date.fromisoformat(parts[0]),
    "decimal": lambda _, parts: Decimal(parts[0]),
    "frozenset": lambda reading, parts: frozenset(map(reading.value, parts)),
    "entry": lambda _, parts: entry_of(parts[0].encode()),
    "keys": _Reading.keys,
    "protocol": lambda _, parts: from_payload(parts[0]),
    "assumption": _model(Assumption),
    "map": _Reading.map,
    "list": lambda reading, parts: list(map(reading.value, parts)),
    "class": lambda _, parts: _CLASSES[parts[0]],
}
