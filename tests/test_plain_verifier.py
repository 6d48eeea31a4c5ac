"""A hundred lines of plain Python find what Equipoise finds of hashes, keys, clock, list and
locks.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from equipoise.ledger import events
from equipoise.ledger.chain import without_fields
from equipoise.ledger.entry import Entry, line_of
from equipoise.protocol.yaml_file import load
from equipoise.surface.rehearsals import rehearse
from forgery import chained, edited, places, told

DOCS = Path(__file__).parents[1] / "docs"
PLAIN = DOCS / "plain_verifier.py"
sys.path.insert(0, str(DOCS))
import plain_verifier  # noqa: E402

Edit = Callable[[list[Entry]], list[Entry]]


@cache
def entries() -> tuple[Entry, ...]:
    """The demo's trial, with fewer participants."""
    return tuple(rehearse(load("NCT04509635"), participants=4, seed=7).entries)


def lines(held: list[Entry] | tuple[Entry, ...]) -> list[bytes]:
    return [line_of(entry) for entry in held]


def at(kind: type, place: int = -1) -> int:
    return places(told(list(entries())), kind)[place]


def anew(kind: type, place: int = -1, **changes: object) -> Edit:
    """An entry changed, and the whole chain written anew."""
    return lambda held: chained(edited(told(held), at(kind, place), **changes), careful=True)


def _edited_in_place(held: list[Entry]) -> list[Entry]:
    place = at(events.FormSaved)
    return [*held[:place], replace(held[place], actor="somebody"), *held[place + 1 :]]


def _without_log(held: list[Entry]) -> list[Entry]:
    place = at(events.FormSaved)
    return [*held[:place], without_fields(held[place], ["/visit"]), *held[place + 1 :]]


def _swapped(held: list[Entry]) -> list[Entry]:
    return [*held[:-3], held[-2], held[-3], held[-1]]


FORGERIES: dict[str, tuple[Edit, str]] = {
    "an entry edited": (_edited_in_place, "its hash is not that of its members"),
    "an entry taken out": (lambda held: [*held[:9], *held[10:]], "does not follow"),
    "two entries swapped": (_swapped, "does not follow"),
    "an entry copied in": (lambda held: [*held[:9], held[3], *held[9:]], "does not follow"),
    "content taken out without a log": (_without_log, "taken out without a log"),
    "another arm, written anew": (
        anew(events.SubjectRandomized, arm="X"),
        "the arm is not the one of the committed list",
    ),
    "a position twice, written anew": (
        anew(events.SubjectRandomized, list_position=1, stratum=("no irinotecan",)),
        "the arm is not the one of the committed list",
    ),
    "a key twice, written anew": (
        lambda held: chained(
            edited(told(held), at(events.FormSaved), key=held[5].key), careful=True
        ),
        "its key was used before",
    ),
    "a clock that runs back, written anew": (
        anew(events.FormSaved, at="2000-01-01T00:00:00Z"),
        "the clock runs back",
    ),
    "a lock by one person, written anew": (
        anew(events.Locked, actor="data_manager", role="data_manager"),
        "a lock takes two people",
    ),
    "another list opened, written anew": (
        lambda held: chained(
            edited(
                told(held),
                at(events.AllocationOpened),
                list={**told(held)[-1][1].list, "sizes": [2]},  # type: ignore[union-attr]
            ),
            careful=True,
        ),
        "the opened list is not the committed one",
    ),
    "no protocol, written anew": (
        lambda held: chained(told(held)[1:], careful=True),
        "a ledger begins with its protocol",
    ),
}


def test_the_ledger_of_the_demo_holds():
    assert plain_verifier.check(lines(entries()), entries()[-1].hash) is None


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_ledger_does_not(name):
    forge, why = FORGERIES[name]

    found = plain_verifier.check(lines(forge(list(entries()))))

    assert found is not None
    assert why in found[1], found


def test_a_ledger_that_was_cut_short_is_found_by_a_head_kept_elsewhere():
    found = plain_verifier.check(lines(entries()[:-1]), entries()[-1].hash)

    assert found == (
        len(entries()),
        "the head kept elsewhere is none of this ledger: entries are missing",
    )


@pytest.mark.parametrize("bit", [0x01, 0x20])
def test_every_byte_of_a_line_is_guarded(bit):
    held = lines(entries()[:4])
    for offset in range(len(held[3])):
        changed = bytearray(held[3])
        changed[offset] ^= bit
        assert plain_verifier.check([*held[:3], bytes(changed)]) is not None, offset


def test_it_runs_by_itself(tmp_path):
    place = tmp_path / "ledger.jsonl"
    place.write_bytes(b"".join(lines(entries())))
    run = [sys.executable, "-I", str(PLAIN), str(place)]

    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
    place.write_bytes(b"".join(lines(entries()[1:])))
    broken = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (broken.returncode, broken.stderr[:7]) == (1, "line 1:")


def test_it_needs_nothing_but_python_and_is_short():
    text = PLAIN.read_text(encoding="utf-8")
    tree = ast.parse(text)
    names = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }

    assert names == {"hashlib", "json", "sys"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert len([line for line in text.splitlines() if line.strip()]) <= 130
