"""Thousands are asked about in one process: what is refused is said, the others are answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.exchange.subject_json import example_subject

ELIGIBLE = example_subject()
HEAD = "subject,visit,date,lesion,role,organ,node,diameter_mm,state\n"


def ran(*arguments: Any) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def changed(subject: str, **lab: str) -> dict[str, Any]:
    """The shipped participant under another code, with another first laboratory row."""
    person = json.loads(json.dumps(ELIGIBLE)) | {"subject": subject}
    person["records"]["LB"][0].update(lab)
    return person


MET = changed("EX-1")
NOT_MET = changed("EX-2", LBORRES="0.5")
UNKNOWN = changed("EX-3", LBDTC="")
REFUSED = changed("EX-4", LBDTC="2021-02-30")


@pytest.mark.parametrize(
    ("people", "code"),
    [
        ([MET, MET], 0),
        ([MET, NOT_MET], 1),
        ([NOT_MET, UNKNOWN, MET], 3),
        ([UNKNOWN, REFUSED, MET], 2),
    ],
)
def test_of_several_the_worst_is_the_exit_code(tmp_path: Path, people, code):
    file = tmp_path / "people.ndjson"
    file.write_text("\n".join(json.dumps(person) for person in people) + "\n")

    result = ran("screen", file, "--json")

    assert result.exit_code == code
    assert len(result.stdout.splitlines()) == len(people)


def test_a_line_that_is_refused_is_said_and_the_run_goes_on(tmp_path: Path):
    file = tmp_path / "people.ndjson"
    file.write_text(json.dumps(REFUSED) + "\n\n{\n" + json.dumps(MET) + "\n")

    refused, broken, answered = map(json.loads, ran("screen", file, "--json").stdout.splitlines())

    assert refused["subject"] == "EX-4"
    assert f"{file}, line 1: records.LB[1]: LB.LBDTC: '2021-02-30' is a date" in refused["error"]
    assert broken["subject"] is None
    assert f"{file}, line 3: line 1, column" in broken["error"]
    assert (answered["subject"], answered["verdict"]) == ("EX-1", "met")
    assert {"row": "LB[8]", "shown": "CREAT 71 umol/L", "reason": "no criterion asks for it"} in (
        answered["not_used"]
    )


def test_many_files_are_answered_one_after_the_other(tmp_path: Path):
    files = [tmp_path / f"{person['subject']}.json" for person in (MET, NOT_MET)]
    for file, person in zip(files, (MET, NOT_MET), strict=True):
        file.write_text(json.dumps(person))

    result = ran("screen", *files, tmp_path / "none.json")

    assert result.exit_code == 2
    assert "EX-1 on 2021-03-10" in result.stdout
    assert "EX-2 on 2021-03-10" in result.stdout
    assert "there is no file" in result.stderr


def test_a_file_without_a_line_asks_about_nobody(tmp_path: Path):
    file = tmp_path / "people.ndjson"
    file.write_text("\n")

    assert ran("screen", file).exit_code == 2


def test_what_was_left_aside_is_said_with_its_reason(tmp_path: Path):
    person = changed("EX-5")
    person["records"]["LB"].append({"LBTESTCD": "NEUT", "LBORRES": "0.5", "LBORRESU": "10*9/L"})
    file = tmp_path / "she.json"
    file.write_text(json.dumps(person))

    result = ran("screen", file)

    assert result.exit_code == 3
    assert "not used: LB[10] NEUT 0.5 10*9/L: no date" in result.stdout


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path):
    person = changed("EX-6")
    person["records"]["CM"][0]["CMTRT"] = "AB\x1b[31m-123\u202e"
    file = tmp_path / "she.json"
    file.write_text(json.dumps(person))

    result = ran("screen", file)

    assert "\x1b" not in result.stdout
    assert r"AB\x1b[31M-123\u202e" in result.stdout


def test_a_table_with_subjects_is_assessed_subject_by_subject(tmp_path: Path):
    file = tmp_path / "lesions.csv"
    file.write_text(
        HEAD
        + "A,B,2024-01-01,T1,TARGET,LIVER,,50,\n"
        + 'B,B,2024-01-01,T1,TARGET,"LUNG, LEFT",,50,\n'
        + 'B,B,2024-01-01,T2,TARGET,"LUNG, LEFT",,30,\n'
        + 'B,B,2024-01-01,T3,TARGET,"RIGHT LUNG",,20,\n'
        + "C,B,2024-01-01,N1,TARGET,LYMPH NODE,,30,\n"
        + "A,W8,2024-03-01,T1,TARGET,LIVER,,61,\n"
        + "A,W16,2024-05-01,T1,TARGET,LIVER,,30,\n"
        + "C,W8,2024-03-01,N1,TARGET,MEDIASTINAL LYMPH NODE,,8,\n"
    )

    result = ran("assess", file, "--json")
    told = {line["subject"]: line for line in map(json.loads, result.stdout.splitlines())}

    assert result.exit_code == 2
    assert [visit["overall"] for visit in told["A"]["visits"]] == ["BASELINE", "PD", "PR"]
    assert told["A"]["visits"][2]["query"].startswith("after progression (W8), does not count")
    assert "3 targets in LUNG; at most 2 in an organ" in told["B"]["error"]
    assert [visit["overall"] for visit in told["C"]["visits"]] == ["BASELINE", "CR"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,B,2024-01-01,T1,TARGET,AXILLA,,50,", "does not tell whether it is a lymph node"),
        ("A,B,2024-01-01,T1,TARGET,LYMPH NODE,N,50,", "node is N, and the organ"),
        ("A,B,2024-01-01,T1,TARGET,LIVER,,\u0665\u0660,", "write a number of millimeters"),
        ("A,B,2024-01-01,T1,TARGET,LIVER,,50.0001,", "at most three digits after the point"),
    ],
)
def test_a_subject_that_cannot_be_assessed_says_why(tmp_path: Path, row, said):
    file = tmp_path / "lesions.csv"
    file.write_text(HEAD + row + "\n", encoding="utf-8")

    (told,) = map(json.loads, ran("assess", file, "--json").stdout.splitlines())

    assert said in told["error"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",B,2024-01-01,T1,TARGET,LIVER,,50,", "subject is empty"),
        ("A,B,2024-01-01,T1,TARGET,LIVER,,50,,more", "1 cells more than columns"),
    ],
)
def test_a_row_that_belongs_to_nobody_ends_the_run(tmp_path: Path, row, said):
    file = tmp_path / "lesions.csv"
    file.write_text(HEAD + row + "\n")

    result = ran("assess", file)

    assert result.exit_code == 2
    assert said in result.stderr
