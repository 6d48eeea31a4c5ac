"""The short way of reading a line agrees with the long one, or leaves the line to it."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.ledger.as_written import read_as_written
from equipoise.ledger.chain import verify_lines
from equipoise.ledger.entry import BadEntry, entry_of, line_of, written
from equipoise.ledger.verified import Broken
from equipoise.terms.canonical import NotCanonical

FOLDER = Path(__file__).parents[1] / "fixtures" / "ledgers"
LINES = [line for place in sorted(FOLDER.glob("*.jsonl")) for line in place.open("rb")]
COMMON = [line for line in LINES if b"\\" not in line.split(b',"hash":')[0]]
NUMBERS = st.integers(0, len(LINES) - 1)


def test_it_reads_whatever_was_written() -> None:
    assert COMMON
    assert any(b"EntryRedacted" in line for line in COMMON)
    assert any(entry_of(line).gone for line in COMMON)
    for line in COMMON:
        entry = read_as_written(line)
        assert entry == entry_of(line)
        assert (entry.payload, entry.reason, entry.gone) == (
            entry_of(line).payload,
            entry_of(line).reason,
            entry_of(line).gone,
        )


def is_whole(line: bytes) -> bool:
    """By the long way: the bytes and the hashes are what was written."""
    try:
        entry = entry_of(line)
        stored = written(entry)
    except (BadEntry, NotCanonical):
        return False
    return stored == (line, entry.hash, entry.payload_digest)


@given(number=NUMBERS, data=st.data())
def test_a_line_with_another_byte_is_left_to_the_long_way(number: int, data: st.DataObject) -> None:
    line = LINES[number]
    place = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[place]))
    changed = line[:place] + bytes([byte]) + line[place + 1 :]

    assert read_as_written(changed) is None
    assert not is_whole(changed)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
MEMBERS = sorted(json.loads(LINES[1])["entry"])


@given(number=NUMBERS, member=st.sampled_from(MEMBERS), value=VALUES)
def test_a_member_of_another_kind_is_never_read_the_short_way_alone(
    number: int, member: str, value: object
) -> None:
    told = json.loads(LINES[number])
    told["entry"][member] = value
    if rehashed := _rehashed(told):
        assert read_as_written(rehashed) is None or is_whole(rehashed)


@given(number=NUMBERS, path=st.text(max_size=6), salt=st.text("0af", max_size=40), value=VALUES)
def test_a_field_of_another_kind_is_never_read_the_short_way_alone(
    number: int, path: str, salt: str, value: object
) -> None:
    told = json.loads(LINES[number])
    told["payload"].append([path, salt, value])
    if rehashed := _rehashed(told):
        assert read_as_written(rehashed) is None or is_whole(rehashed)


def _rehashed(told: dict) -> bytes | None:
    """The line as a forger writes it, who knows how hashes are made."""
    option = orjson.OPT_SORT_KEYS
    try:
        fields = [orjson.dumps(field, option=option) for field in told["payload"]]
        digests = [
            sha256(text).digest() if len(field) == 3 else bytes.fromhex(field[1])
            for text, field in zip(fields, told["payload"], strict=True)
        ]
        told["entry"]["payload_digest"] = sha256(b"".join(digests)).hexdigest()
        members = orjson.dumps(told["entry"], option=option)
    except (TypeError, ValueError):
        return None
    hashed = sha256(members).hexdigest().encode()
    return b'{"entry":%b,"hash":"%b","payload":[%b]}\n' % (members, hashed, b",".join(fields))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_forged_line_that_reads_is_as_good_as_a_true_one(number: int) -> None:
    told = json.loads(LINES[number])

    assert _rehashed(told) == LINES[number]
    told["entry"]["actor"] = "somebody-else"
    forged = _rehashed(told)
    assert forged is not None
    assert read_as_written(forged) == entry_of(forged)
    assert isinstance(verify_lines([forged, *LINES[number + 1 : number + 3]]), Broken)


def test_what_was_written_is_written_again() -> None:
    for line in LINES:
        assert line_of(read_as_written(line) or entry_of(line)) == line
