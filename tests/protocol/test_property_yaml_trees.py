"""Independent: the values that the fast parser (libyaml) reads equal those of the parser that keeps
lines, or the text is read by the latter.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equipoise.protocol import yaml_tree
from equipoise.protocol.places import ProtocolError
from equipoise.protocol.yaml_file import parse, read_text, shipped
from equipoise.protocol.yaml_tree import ReadSlowly, plain, read_fast, read_values, read_with_places

PROTOCOL = resources.files("equipoise.protocol")
OURS = {
    **{name: read_text(name) for name in shipped()},
    **{
        f"{folder}/{entry.name}": entry.read_text(encoding="utf-8")
        for folder in ("library", "virtual")
        for entry in (PROTOCOL / folder).iterdir()
    },
}
TEXT = read_text("NCT04509635")
LINES = sorted({line for text in OURS.values() for line in text.splitlines()})

# What a hand writes where the versions of YAML, and the two parsers, could part.
SCALARS = """
    0.10  1e-3  1.50e+3  .5  -.5  100.  -0.0  12e03  1E5  1_000.5  685_230.15  1__0  1e400
    1  -1  +1  014  0o14  0o8  08  0x1F  0b11  1_000  1:30  190:20:30  .inf  -.inf  .NaN
    12345678901234567.89  yes  No  on  OFF  true  True  TRUE  y  n  null  Null  ~  =
    2021-03-10  2021-3-1  2021-02-30  a#b  a:b  -x  ?x  http://x.y/z?a=b#c  é  😀  A-1  <  10*9/L
    'it''s'  "x\\n\\/\\u00e9"  'a: b'  "a # b"  ''
    [1,2]  [a,]  {a: 1, b: [c, d]}  {a}  {a: 1, a: 2}  [[[]]]  []  {}
"""
VALUES = st.sampled_from([text.strip() for text in re.split("\n|  ", SCALARS) if text.strip()])
KEYS = st.sampled_from(["a", "b", "c", "1", "1.50", "null", "true", "2021-03-10", "'q'", '"w"'])
BLOCKS = st.sampled_from(
    [
        "j: |\n  text\n  more",
        "k: >-\n  folded\n\n  text",
        "v:\n- x\n- y",
        "w:\n  - x\n  -  - y\n     - z",
        "s: b\n  c",
        "# comment",
        "n: # comment\n  o: p",
        't: "b\n  c"',
        "u: |2\n   x",
    ]
)
# What the fast parser takes otherwise, or the other refuses; each is read slowly.
ODD = [
    "a:\tb",
    "a: &x true\nb: *x",
    "a: !!str 5",
    "a: !!set {x, y}",
    "b: 2\n<<: {a: 1}",
    'a: ["b":c]',
    'a: ["b" :c]',
    "a: |#b\n x",
    "a: 1\n...\n...",
    "%YAML 1.1\n---\na: yes",
    "? a\n: b",
    "a: 2021-03-10T12:00:00+01:00",
    "a: b\u2028c: d",
    "\ufeffa: b",
    "a: \x85",
]
LINE = st.one_of(
    st.builds("{}: {}".format, KEYS, VALUES),
    BLOCKS,
    st.sampled_from(LINES),
    st.sampled_from(ODD),
)
SIGNS = st.sampled_from("[]{},:#&*!|>'\"%@`-? \n\t\r0123456789.eE_+xoa~<=\\\ufeff\u2028\x85é")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A few lines, with some signs struck, added or exchanged."""
    text = "\n".join(draw(st.lists(LINE, min_size=1, max_size=5)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from(["", draw(SIGNS)])) + text[place + 1 :]
    return text


def shown(tree: Any) -> str:
    """The values with their kinds: 1, 1.0, True and '1' differ."""
    return repr(plain(tree))


def slow(text: str) -> str:
    try:
        return shown(read_with_places(text))
    except (
        NotImplementedError
    ):  # a comment that ruamel.yaml cannot keep; the values are none the worse
        return shown(read_fast(text))


@pytest.mark.parametrize("name", OURS)
def test_every_file_of_ours_is_read_fast_and_alike(name):
    assert shown(read_fast(OURS[name])) == shown(read_with_places(OURS[name]))


@given(texts())
@example("a: 0.10\nb: 1e-3\nc: yes\nd: 014\ne: 1:30\nf: 2021-03-10")
@settings(max_examples=1500)
def test_what_is_read_fast_is_read_alike(text):
    try:
        fast = shown(read_fast(text))
    except ReadSlowly:
        return
    assert fast == slow(text)


@pytest.mark.parametrize("text", ODD)
def test_what_the_parsers_take_differently_is_read_slowly(text):
    with pytest.raises(ReadSlowly):
        read_fast(text)


@pytest.mark.parametrize("text", ["a: 1\na: 2", "{a: 1, a: 2}", "a:\n  b: 1\n  b: 1"])
def test_keys_that_stand_twice_are_refused_with_their_place(text):
    with pytest.raises(ReadSlowly):
        read_fast(text)
    with pytest.raises(ProtocolError, match=r"line \d, column \d+: YAML: found duplicate key"):
        parse(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000 + "1", "{a: " * 100_000])
def test_a_nesting_without_end_is_an_error_and_does_not_end_the_process(text):
    with pytest.raises(ReadSlowly):
        read_fast(text)


def test_a_protocol_is_read_without_the_fast_parser_too(monkeypatch):
    fast = parse(TEXT)
    monkeypatch.setattr(yaml_tree, "find_spec", lambda name: None)

    with pytest.raises(ReadSlowly):
        read_fast("a: 1")
    assert parse(TEXT) == fast
    assert shown(read_values("a: 0.10")) == "{'a': '0.1'}"


def test_a_protocol_read_slowly_is_the_same_protocol():
    assert parse("%YAML 1.2\n---\n" + TEXT) == parse(TEXT)


def test_an_error_after_the_fast_reading_has_its_line():
    broken = TEXT.replace("participants: 50", "participants: many", 1)
    line = broken[: broken.index("participants: many")].count("\n") + 1

    with pytest.raises(ProtocolError, match=rf"line {line}, column 3: design.participants"):
        parse(broken)
