"""A file that is too large to be meant is refused in seconds, with the limit; what is smaller takes
no longer.

How much work a second is depends on the machine and on who else works on it. So what it took is
counted in the time that a plain loop takes here and now: what grows faster than the file is beyond
the limit on every machine.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from equipoise import assess
from equipoise.assessments.recist.lesion_table import MOST_ROWS, SUBJECT, not_used
from equipoise.assessments.recist.sightings import LesionError
from equipoise.cli.app import app
from equipoise.endpoints.policies import find_policy
from equipoise.exchange.response_table import ResponseTableError, derive_response_table
from equipoise.exchange.subject_json import example_subject, read_subject
from equipoise.exchange.survival_table import (
    SurvivalColumns,
    SurvivalTableError,
    read_survival_table,
)
from equipoise.protocol.places import ProtocolError
from equipoise.protocol.yaml_events import MOST_NODES
from equipoise.protocol.yaml_file import LARGEST_TEXT, load, parse, read_text
from equipoise.surface.persons import screen
from equipoise.surface.tumors import assess_subjects
from equipoise.terms.header import MOST_COLUMNS
from equipoise.terms.response import Response
from equipoise.terms.verdict import Verdict

PROTOCOL = load("NCT04509635")
TEXT = read_text("NCT04509635")
LESIONS = "visit,date,lesion,role,organ,node,diameter_mm,state\n"
TURNS = 500_000_000
"""Of an empty loop: five seconds where nobody else works."""


def time_of_a_turn() -> float:
    """Seconds of this process, without those in which others had the processor."""
    turns, began = 1_000_000, time.process_time()
    for _ in range(turns):
        pass
    return (time.process_time() - began) / turns


@contextmanager
def quickly() -> Iterator[None]:
    before, began = time_of_a_turn(), time.process_time()
    yield
    spent = time.process_time() - began
    assert spent < TURNS * max(before, time_of_a_turn())


def day(number):
    return (date(1990, 1, 1) + timedelta(number)).isoformat()


# ------------------------------------------------------------------ protocols


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# comment\n" * 3_000_000, id="30 MB of comments"),
        pytest.param(TEXT + "zz:\n" + "- some text here\n" * 2_000_000, id="30 MB of a list"),
        pytest.param("zz: &a 1\n" + TEXT + "zz: " + "x" * 30_000_000, id="30 MB of a word"),
    ],
)
def test_a_protocol_has_a_longest_length(tmp_path, text):
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    for read, what in ((lambda: parse(text), "characters"), (lambda: load(str(path)), "bytes")):
        with quickly(), pytest.raises(ProtocolError, match=f"more than {LARGEST_TEXT} {what}"):
            read()
    with quickly():
        result = CliRunner().invoke(app, ["protocol", "check", str(path)])
    assert result.exit_code == 2
    assert f"found more than {LARGEST_TEXT} bytes, expected at most that" in result.stderr


def test_a_file_without_an_end_is_one_too():
    with quickly(), pytest.raises(ProtocolError, match="found more than"):
        load("/dev/zero")


@pytest.mark.parametrize("first", ["", "zz: &a 1\n"], ids=["read fast", "read slowly"])
@pytest.mark.parametrize("row", ["- some text here\n", "- {id: x, a: [1, 2, 3]}\n", "- []\n"])
def test_a_protocol_has_a_greatest_number_of_values(first, row):
    text = first + TEXT + "zy:\n" + row * ((LARGEST_TEXT - len(TEXT) - 100) // len(row))
    with quickly(), pytest.raises(ProtocolError, match=f"more than {MOST_NODES} keys and values"):
        parse(text)


def test_just_below_the_limits_errors_are_told_in_time():
    text = TEXT + "zy:\n" + "- {id: x, a: [1, 2]}\n" * 2500
    with quickly(), pytest.raises(ProtocolError, match="zy: Extra inputs are not permitted"):
        parse(text)


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("read", "header"),
    [
        (lambda text: list(assess(PROTOCOL, text)), LESIONS),
        (
            lambda text: derive_response_table(text, find_policy("recist_1_1")),
            "USUBJID,RANDDT,ADT,AVALC\n",
        ),
        (
            lambda text: read_survival_table(
                text, SurvivalColumns(time="t", event="e", arm="a"), "table"
            ),
            "t,e,a\n",
        ),
    ],
    ids=["lesions", "responses", "survival"],
)
@pytest.mark.parametrize("name", ["C{}", "same"])
def test_a_table_has_a_greatest_number_of_columns(read, header, name):
    columns = ",".join(name.format(number) for number in range(1_000_000))
    found = 1_000_000 + header.count(",") + 1
    wrong = (LesionError, ResponseTableError, SurvivalTableError)
    with (
        quickly(),
        pytest.raises(wrong, match=f"found {found} columns, expected at most {MOST_COLUMNS}"),
    ):
        read(f"{header.strip()},{columns}\n1,2\n")


KINDS = {
    "visits": lambda n: f"V{n},{day(n)},T1,TARGET,lung,N,30,",
    "non-targets": lambda n: f"V0,{day(0)},N{n},NON-TARGET,lung,N,,PRESENT",
    "new lesions": lambda n: f"V8,{day(8)},N{n},NEW,lung,N,,UNEQUIVOCAL",
    "new lesions of many visits": lambda n: (
        f"V{n % 2000},{day(n % 2000)},N{n},NEW,lung,N,,EQUIVOCAL"
    ),
    "one lesion again": lambda n: f"V{n},{day(n)},N1,NEW,lung,N,,EQUIVOCAL",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_lesions_of_one_subject_have_an_end(kind):
    rows = [f"V0,{day(0)},T0,TARGET,liver,N,30,"]
    whole = [*rows, *(KINDS[kind](number) for number in range(1, MOST_ROWS))]
    if kind == "visits":
        whole = [f"V{number},{day(number)},T0,TARGET,liver,N,30," for number in range(MOST_ROWS)]
    text = LESIONS + "\n".join(whole) + "\n"
    with quickly():
        assert len(assess(PROTOCOL, text)) >= 1
    assert not_used(text) == ()

    endless = LESIONS + "\n".join([*whole, *(KINDS[kind](number) for number in range(195_000))])
    with quickly(), pytest.raises(LesionError, match=f"row {MOST_ROWS + 2}: found more than"):
        assess(PROTOCOL, endless + "\n")


def test_many_subjects_have_as_many_rows_as_they_need(monkeypatch):
    from equipoise.assessments.recist import lesion_table

    monkeypatch.setattr(lesion_table, "MOST_ROWS", 30)
    rows = [
        f"S{number % 2000},V{number // 2000},{day(56 * (number // 2000))},T1,TARGET,lung,N,30,"
        for number in range(40_000)
    ]
    rows += [f"S7,V{number},{day(56 * number)},T1,TARGET,lung,N,30," for number in range(20, 40)]
    with quickly():
        found = list(assess_subjects(PROTOCOL, f"{SUBJECT},{LESIONS}" + "\n".join(rows) + "\n"))

    assert len(found) == 2000
    (refused,) = (one for one in found if one.error)
    assert (refused.subject, len(refused.visits)) == ("S7", 0)
    assert "found more than 30 rows of one subject" in refused.error


@pytest.mark.parametrize("domain", example_subject()["records"])
def test_ten_thousand_records_of_a_kind_are_screened(domain):
    person = example_subject()
    rows = person["records"][domain]
    rows += [dict(rows[-1]) for _ in range(10_000)]
    subject, index = read_subject(json.dumps(person), PROTOCOL)
    with quickly():
        assert screen(PROTOCOL, subject, index).verdict is Verdict.MET


# ------------------------------------------------------------------ as before


@pytest.mark.parametrize("seed", range(40))
def test_queries_are_those_of_looking_back_at_every_visit(seed):
    """Against the definition: at each visit, everything before it is read again."""
    from random import Random

    chance = Random(seed)  # noqa: S311  (the same every time)
    sizes = [50, *(chance.choice([0, 20, 45, 60, 90]) for _ in range(9))]
    rows = [
        f"V{number},{day(56 * number)},T1,TARGET,lung,N," + (f"{size}," if size else ",GONE")
        for number, size in enumerate(sizes)
    ]
    visits = assess(PROTOCOL, LESIONS + "\n".join(rows) + "\n")
    said = [Response.parse(one.overall) if number else None for number, one in enumerate(visits)]
    for number, visit in enumerate(visits):
        before = [one for one in range(1, number) if said[one] == Response.PD]
        gone = [one for one in range(1, number) if said[one] == Response.CR]
        if before and said[number] not in (Response.PD, Response.NE):
            assert f"after progression ({visits[before[0]].visit})" in visit.query
        elif gone and said[number] not in (Response.CR, Response.NE):
            assert f"complete response of {visits[gone[0]].visit}:" in visit.query
        else:
            assert visit.query == ""
