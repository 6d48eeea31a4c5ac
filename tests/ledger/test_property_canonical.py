"""Independent: our canonical bytes equal those of the rfc8785 package wherever ours are defined."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from equipoise.ledger.salted import (
    BadField,
    Gone,
    Kept,
    payload_of_fields,
    root_of,
    salted,
)
from equipoise.terms.canonical import NotCanonical, canonical

KEYS = st.text(st.characters(max_codepoint=127))
TEXTS = st.text(
    st.characters(exclude_categories=("Cs",))
)  # every plane; half surrogate pairs are no Unicode text
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=30
)


@given(VALUES)
def test_the_bytes_are_those_of_rfc8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_the_bytes_read_back_to_the_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


def test_text_beyond_the_basic_plane_and_controls() -> None:
    value = {"b": "𝒳 \U0010ffff", "a": '\x00\x1f\x7f\u2028"\\/', "A": "中文"}

    assert canonical(value) == rfc8785.dumps(value)
    assert canonical(value).startswith(b'{"A":')


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"dose": 1.5}, r"\$\.dose is the float 1\.5: write measured values as decimal text"),
        ({"rows": [{"x": float("nan")}]}, r"\$\.rows\[0\]\.x is the float nan"),
        ({"größe": "1"}, r"\$ has the key 'größe': keys must be ASCII text"),
        ({1: "one"}, r"\$ has the key 1: keys must be ASCII text"),
        ({"when": b"raw"}, r"\$\.when is a bytes"),
        ({"pair": (1, 2)}, r"\$\.pair is a tuple"),
        (
            {"big": 2**53},
            r"\$\.big is 9007199254740992: whole numbers beyond 2\^53-1 are written as text",
        ),
        ({"half": "\ud800"}, "half of a surrogate pair"),
    ],
)
def test_what_other_languages_would_write_differently_is_refused(value: Any, message: str) -> None:
    with pytest.raises(NotCanonical, match=message):
        canonical(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)

    with pytest.raises(NotCanonical, match="holds itself, or is nested too deeply"):
        canonical(loop)


def test_the_digest_can_be_made_without_this_program() -> None:
    first, second = Kept("/n", "00" * 16, 1), Kept("/text", "ff" * 16, "é")
    lines = f'["/n","{"00" * 16}",1]', f'["/text","{"ff" * 16}","é"]'

    digests = [hashlib.sha256(line.encode()).digest() for line in lines]

    assert root_of([first, second]) == hashlib.sha256(b"".join(digests)).hexdigest()
    gone = Gone("/text", digests[1].hex())
    assert root_of([first, gone]) == root_of([first, second])


NAMES = st.text(st.characters(codec="ascii", exclude_characters="0123456789"), min_size=1)
ROWS = st.dictionaries(NAMES, TEXTS | st.fixed_dictionaries({"missing": TEXTS}))


@given(values=ROWS, groups=st.dictionaries(NAMES, st.lists(ROWS, max_size=12)), reason=TEXTS)
def test_a_payload_comes_back_from_its_fields(values, groups, reason) -> None:
    payload = {"form": "LB", "values": values, "groups": groups}

    fields = salted(payload, reason, ("values", "groups"), "5a" * 16)

    assert payload_of_fields(fields) == payload
    assert len({field.salt for field in fields}) == len(fields)
    assert [field.path for field in fields] == sorted(field.path for field in fields)


@pytest.mark.parametrize("name", ["", "12"])
def test_a_field_has_a_name(name: str) -> None:
    with pytest.raises(BadField, match="expected a name, not a number"):
        salted({"values": {name: "x"}}, None, ("values",), "5a" * 16)
