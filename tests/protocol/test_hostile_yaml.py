"""YAML can say what ends a program that believes it: each is refused where it stands, at once."""

import sys
import time
import warnings
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.protocol.places import ProtocolError
from equipoise.protocol.yaml_events import DEEPEST, check_events
from equipoise.protocol.yaml_file import parse, read_text, shipped
from equipoise.protocol.yaml_tree import LARGEST

TEXT = read_text("NCT04509635")
LINES = TEXT.count("\n")


def told(text):
    """The first problem; nothing is printed, warned of or waited for."""
    began = time.perf_counter()
    with warnings.catch_warnings(action="error"), pytest.raises(ProtocolError) as refused:
        parse(text)
    assert time.perf_counter() - began < 5
    problem = refused.value.problems[0]
    return problem.line, problem.column, problem.message


def laughs(first, more, levels=12):
    lines = [f"a0: &a0 {first}", *(f"a{at}: &a{at} {more(at - 1)}" for at in range(1, levels))]
    return "\n".join(lines) + "\n"


LAUGHS = {
    "lists": laughs("[x, x, x]", lambda at: "[" + ", ".join([f"*a{at}"] * 10) + "]"),
    "blocks": laughs("{x: 1}", lambda at: "{" + ", ".join(f"k{n}: *a{at}" for n in range(9)) + "}"),
}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("zz: &a {<<: *a}\n", 1, 13, id="merged into itself"),
        pytest.param("zz: &a\n  <<: *a\n  b: 1\n", 2, 7, id="merged into its block"),
        pytest.param("zz: &a\n  <<: [*a, {b: 1}]\n", 2, 8, id="merged among others"),
        pytest.param("zz: &a\n  b: &b\n    <<: *a\n", 3, 9, id="merged into what holds it"),
        pytest.param("zz: &a {b: *a}\n", 1, 12, id="a block in itself"),
        pytest.param("zz: &a [*a]\n", 1, 9, id="a list in itself"),
    ],
)
def test_nothing_holds_itself(text, line, column):
    for before, lines in (("", 0), (TEXT, LINES)):
        assert told(before + text)[:2] == (line + lines, column)
        assert "stands inside of what it names" in told(before + text)[2]


def test_the_whole_file_does_not_hold_itself_either():
    assert told("&r\na: *r\n") == (2, 4, "the alias *r stands inside of what it names")


@pytest.mark.parametrize("text", LAUGHS.values(), ids=LAUGHS)
def test_what_is_endless_when_written_out_is_counted(text):
    assert told(text)[2] == f"more than {LARGEST} values, aliases written out"


def test_blocks_merged_a_thousand_times_are_no_matter_of_time():
    lines = [f"a{at}: &a{at}\n  <<: [*a{at - 1}, *a{at - 1}]\n  k: 1" for at in range(1, 300)]
    assert "expected this part" in told("a0: &a0 {x: 1}\n" + "\n".join(lines))[2]


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!<tag:yaml.org,2002:python/none> x",
        "!mine {b: 1}",
        "!mine [1]",
        "!!binary aGk=",
        "!!set {x, y}",
        "!!omap [x: 1]",
        "!!bool maybe",
        "!!int x",
        "!!float x",
        "!!timestamp x",
        "!!merge x",
        "!!str [x]",
        "!!str x",
        "! x",
    ],
)
def test_no_value_names_its_class(value):
    line, column, message = told(f"a: {value}\n")
    assert (line, column) == (1, 4)
    assert message.startswith("found the tag '!")
    assert told(f"{TEXT}zz: {value}\n")[:2] == (LINES + 1, 5)


@pytest.mark.parametrize("text", ["? [x]\n: 1\n", "? {x: 1}\n: 1\n", "{[x]: 1}\n", "{? {? x}}\n"])
def test_a_key_is_text(text):
    assert told(text)[2] == "found a list or a block in the place of a key, expected text"
    assert told("a: &a {x: 1}\n? *a\n: 1\n")[:2] == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "zz: " + "[" * 20_000,
        "zz: " + "{b: " * 5000 + "1" + "}" * 5000,
        "zz:\n" + "".join(" " * at + "a:\n" for at in range(1, 1000)),
        "zz:\n" + "- " * 5000 + "x\n",
    ],
    ids=["lists", "blocks", "indented", "dashes"],
)
def test_nesting_has_an_end(text):
    assert told(text)[2] == f"nested more than {DEEPEST} levels deep"


@pytest.mark.parametrize("more", ["id: two", "'id': two", '"id": two'])
def test_a_key_that_stands_twice_is_told_with_its_line(more):
    line, _, message = told(f"arms:\n- id: one\n  {more}\n")
    assert line == 3
    assert "duplicate key" in message


@pytest.mark.parametrize(("one", "other"), [("1", "'1'"), ("true", "'True'"), ("1.5", '"1.5"')])
def test_keys_that_read_the_same_are_the_same(one, other):
    """As YAML they are a number and a text; as a protocol they name one thing."""
    assert told(f"{one}: a\n{other}: b\n")[2].endswith("stands twice in one block; keep one")
    assert "stands twice" in told(TEXT + f"zz: {{{one}: a, b: {{{one}: c, {other}: d}}}}\n")[2]


def test_a_name_that_is_given_twice_names_neither():
    assert told("a: &x 1\nb: &x 2\nc: *x\n") == (2, 4, "the name &x is given twice; keep one")


@pytest.mark.parametrize(
    "digits", ["9" * 5000, "-" + "9" * 44, "0x" + "f" * 5000, "0b" + "1" * 20_000]
)
@pytest.mark.parametrize("digits_as", ["{}", "0o{}"])
def test_a_number_has_an_end(digits, digits_as):
    if digits_as != "{}":
        digits = "0o" + "7" * 9000
    assert "expected at most 30; write text in quotes" in told(f"a: {digits}\n")[2]
    assert told(f"{TEXT}zz: {digits}\n")[0] == LINES + 1


@pytest.mark.parametrize("value", ["2021-02-31", "0000-00-00", "2021-01-01T99:99:99"])
def test_what_no_calendar_has_is_told_with_its_place(value):
    words = f"found {value!r}, which is no value; write text in quotes"
    assert told(f"a: 1\nb: {value}\n") == (2, 4, words)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ('a: "\\ud800"\n', (1, 4), r"found '\ud800', half of a surrogate pair"),
        ('a: 1\n"\\udfff": b\n', (2, 1), r"found '\udfff', half of a surrogate pair"),
        ("a: \ud800\n", (1, 4), "found the character U+D800"),
        ("a: \0\n", (1, 4), "found the character U+0000"),
        ('a: "\\U7fffffff"\n', (1, 5), r"found \U7fffffff, which is beyond Unicode"),
    ],
)
def test_what_is_no_text_is_told_with_its_place(text, place, said):
    line, column, message = told(text)
    assert (line, column) == place
    assert said in message


def test_the_shipped_protocols_hold_nothing_of_the_kind():
    room = resources.files("equipoise.protocol")
    files = [entry for name in ("library", "virtual") for entry in (room / name).iterdir()]
    texts = [read_text(name) for name in shipped()] + [file.read_text("utf-8") for file in files]
    assert [text for text in texts if check_events(text)] == []


PIECES = ["&a ", "*a", "<<: *a", "!!str ", "!!python/none ", "? ", "- ", "{", "}", "[", "]", ": "]
PIECES += ["\n", "  ", "a", "b", "'", '"', "|", ">", "#", "%YAML 1.1\n", "---\n", "...", ",", "1"]
PIECES += [
    "\\ud800",
    "\\U7fffffff",
    "9" * 50,
    "2021-02-31",
    "0x" + "f" * 40,
    "\t",
    "\0",
    "~",
    "\x85",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_whatever_is_put_together_is_a_protocol_error(text):
    internal = ("attribute", "object", "recursion", "int_max_str", "not in list", "NoneType")
    assert not any(word in told(text)[2] for word in internal)


def test_it_is_told_at_the_terminal_and_nothing_beside(tmp_path):
    import subprocess

    path = tmp_path / "protocol.yaml"
    path.write_text("a: &a {<<: *a}\n")
    words = [sys.executable, "-m", "equipoise.cli", "protocol", "check", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "line 1, column 12: YAML: the alias *a stands inside" in done.stderr
