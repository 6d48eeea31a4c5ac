"""For any edit, loss, move or addition, and any flipped byte: the chain says Broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_story import story, write
from test_chain import redacted

from equipoise.ledger.chain import verify, verify_lines
from equipoise.ledger.entry import line_of
from equipoise.ledger.events import QueryAnswered
from equipoise.ledger.verified import Broken, Verified

STORY = story()
LINES = [line_of(entry) for entry in redacted(STORY, 4)]
HEAD = redacted(STORY, 4)[-1].hash
PLACES = st.integers(0, len(LINES) - 1)


@given(place=PLACES, offset=st.integers(0), flip=st.integers(1, 255))
def test_any_flipped_byte_is_found_at_its_entry(place: int, offset: int, flip: int) -> None:
    line = bytearray(LINES[place])
    line[offset % len(line)] ^= flip
    stored = b"".join([*LINES[:place], bytes(line), *LINES[place + 1 :]])

    found = verify_lines(by_newline(stored))

    assert isinstance(found, Broken)
    assert found.seq == place + 1


@pytest.mark.parametrize("bit", [0x01, 0x20])  # a digit to its neighbor; a letter to its other case
def test_every_byte_is_guarded(bit: int) -> None:
    whole = b"".join(LINES)
    ends = [sum(map(len, LINES[: place + 1])) for place in range(len(LINES))]
    for offset in range(len(whole)):
        changed = bytearray(whole)
        changed[offset] ^= bit
        found = verify_lines(by_newline(bytes(changed)))
        expected = next(number for number, end in enumerate(ends, 1) if offset < end)
        assert isinstance(found, Broken), (offset, bit)
        assert found.seq == expected, (offset, bit, found)


@given(place=PLACES)
def test_any_deletion_is_found(place: int) -> None:
    assert isinstance(verify_lines([*LINES[:place], *LINES[place + 1 :]], anchor=HEAD), Broken)


@given(order=st.permutations(LINES))
def test_any_other_order_is_found(order: list[bytes]) -> None:
    assert isinstance(verify_lines(order), Verified if order == LINES else Broken)


@given(place=PLACES, copied=PLACES)
def test_any_insertion_of_an_entry_from_this_ledger_is_found(place: int, copied: int) -> None:
    assert isinstance(verify_lines([*LINES[:place], LINES[copied], *LINES[place:]]), Broken)


@given(place=st.integers(0, len(STORY) - 1), text=st.text())
def test_any_insertion_of_a_well_made_entry_is_found(place: int, text: str) -> None:
    branch = STORY[:place]
    made = write(branch, QueryAnswered(query="Q1", text=text.encode("utf-8", "replace").decode()))

    assert isinstance(verify([*STORY[:place], made, *STORY[place:]]), Broken)


@given(cut=st.integers(1, len(b"".join(LINES)) - 1))
def test_any_end_cut_off_is_found(cut: int) -> None:
    stored = b"".join(LINES)[:-cut]

    assert isinstance(verify_lines(by_newline(stored), anchor=HEAD), Broken)


def by_newline(stored: bytes) -> list[bytes]:
    """Lines as a file gives them: only a line feed ends one."""
    return [line + b"\n" for line in stored.split(b"\n")[:-1]] + [
        tail for tail in stored.split(b"\n")[-1:] if tail
    ]
