"""Ledgers of format 1, which every later release reads and folds to the same state.

The files were written by the release that stands in them, and from the first release on they are
never written anew: a test that fails here means that ledgers in use would be read otherwise than
they were.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from equipoise.conduct.verify import verify_lines
from equipoise.ledger.entry import Entry, entry_of, line_of
from equipoise.ledger.events import EVENTS, Event
from equipoise.ledger.verified import Verified
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.subject.fold import replay
from equipoise.subject.keys import Keys
from equipoise.surface.rehearsals import rehearse

TESTS = Path(__file__).parents[1]
FOLDER = TESTS / "fixtures" / "ledgers"
STATES: dict[str, dict[str, str]] = json.loads((FOLDER / "states.json").read_text())
LEDGERS = sorted(FOLDER.glob("format-1-*.jsonl"))


def told(value: Any) -> Any:
    """A state as JSON: by the names of its fields, so that a new field with nothing in it changes
    nothing.
    """
    if isinstance(value, Keys | Protocol):
        return type(value).__name__
    if isinstance(value, Entry):
        return value.hash
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: told(getattr(value, field.name)) for field in fields(value)}
        return {name: part for name, part in parts.items() if part not in (None, "", [], {}, 0)}
    if isinstance(value, Mapping):
        return {_name(name): told(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [told(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, date | Decimal | Enum):
        return str(value)
    return value if isinstance(value, str | int | bool | type(None)) else str(value)


def _name(name: Any) -> str:
    return name.__name__ if isinstance(name, type) else str(name)


def digest(state: Any) -> str:
    return hashlib.sha256(json.dumps(told(state), sort_keys=True).encode()).hexdigest()


def states(lines: list[bytes]) -> dict[str, str]:
    """The digest of each participant, and of the trial without them."""
    trial = replay(map(entry_of, lines))
    people = {name: digest(subject) for name, subject in trial.subjects.items()}
    rest = {field.name: getattr(trial, field.name) for field in fields(trial)}
    del rest["subjects"], rest["versions"]
    return {**people, "trial": digest(rest)}


@pytest.mark.parametrize("place", LEDGERS, ids=lambda place: place.stem)
def test_a_ledger_of_this_format_is_read_verified_and_folded_to_the_same_state(place):
    lines = place.read_bytes().splitlines(keepends=True)

    assert isinstance(verify_lines(lines), Verified)
    assert states(lines) == STATES[place.stem]


def test_every_kind_of_event_of_the_format_stands_in_one_of_them():
    kinds = {
        entry_of(line).type for place in LEDGERS for line in place.read_bytes().splitlines(True)
    }

    assert kinds == set(EVENTS)
    assert Event is not None


def test_they_are_of_format_1():
    for place in LEDGERS:
        entries = map(entry_of, place.read_bytes().splitlines(keepends=True))
        assert {entry.format for entry in entries} == {1}


def write() -> None:
    """Run when a format begins, and before its first release when it changes:
    `python tests/subject/test_ledgers_of_format_1.py`.
    """
    sys.path[:0] = [str(TESTS), str(TESTS / "conduct")]
    told = import_module("test_every_event").story()
    played = rehearse(load("NCT04509635"), participants=3, seed=7).entries
    for name, entries in (("every-event", told), ("rehearsal", played)):
        lines = b"".join(map(line_of, entries))
        (FOLDER / f"format-1-{name}.jsonl").write_bytes(lines)
    kept = {place.stem: states(place.read_bytes().splitlines(keepends=True)) for place in LEDGERS}
    (FOLDER / "states.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    write()
