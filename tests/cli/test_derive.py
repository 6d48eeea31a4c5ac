"""`equipoise derive`: a folder of SDTM or a table of responses, what is written, and how it
fails.
"""

import json
import subprocess
import sys
from pathlib import Path

import polars
import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app

sys.path.insert(0, str(Path(__file__).parents[1] / "exchange"))

from sdtm_story import package, write_package

RUN = CliRunner()


def ran(*words):
    return RUN.invoke(app, ["derive", *map(str, words)])


@pytest.fixture
def folder(tmp_path):
    return write_package(tmp_path / "sdtm", package())


def test_a_folder_becomes_tables_listings_and_the_policy(folder, tmp_path):
    answer = ran(folder, "--out", tmp_path / "out")

    assert answer.exit_code == 0
    assert "subjects with a start" in answer.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "adrs.csv",
        "adrs.parquet",
        "adtte.csv",
        "adtte.parquet",
        "discrepancies.csv",
        "discrepancies.md",
        "policy.json",
        "problems.csv",
    ]
    table = polars.read_parquet(tmp_path / "out" / "adtte.parquet")
    assert table["USUBJID"].unique().sort().to_list() == ["001", "002", "003"]
    assert table.filter(polars.col("AVAL").is_null()).height == 0


def test_options_may_stand_before_the_folder_and_several_policies_give_a_folder_each(
    folder, tmp_path
):
    words = (
        "--out",
        tmp_path / "out",
        "--policy",
        "admiral",
        "--policy",
        "recist_1_1",
        "--source",
        "reported",
        folder,
    )

    assert ran(*words).exit_code == 0
    for name in ("admiral", "recist_1_1"):
        declared = json.loads((tmp_path / "out" / name / "policy.json").read_text())
        assert (declared["policy"]["name"], declared["policy"]["sources"]) == (name, ["REPORTED"])


def test_rows_that_could_not_be_used_show_in_the_exit_code(tmp_path):
    domains = package()
    domains["RS"][0]["RSDTC"] = "2024-02-30"
    answer = ran(write_package(tmp_path / "sdtm", domains), "--out", tmp_path / "out")

    assert answer.exit_code == 1
    assert "rs.csv,1,RS,001,RSDTC,2024-02-30" in (tmp_path / "out" / "problems.csv").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{}", "--out", "{}"), "is the package itself"),
        (("{}", "--out", "{}/dm.csv"), "is a file; --out names a folder"),
        (("{}/nowhere", "--out", "{}/out"), "found nothing, expected a folder of SDTM datasets"),
        (("{}", "--out", "{}/out", "--policy", "x"), "there is no policy 'x'; there are"),
        (
            ("{}", "--out", "{}/out", "--source", "x"),
            "source: found 'x', expected one of MEASUREMENTS, REPORTED",
        ),
        (("{}", "--out", "{}/out", "--censoring", "x"), "censoring: found 'x'"),
        (("{}", "--out", "{}/out", "--reference", "x"), "reference: found 'x'"),
        (("{}", "--out", "{}/out", "--scan-window", "7"), "the interval must be positive"),
        (("{}", "--out", "{}/out", "--cutoff", "2024-02-30"), "cutoff: '2024-02-30'"),
        (("{}", "--out", "{}/out", "--cutoff", "2024"), "cutoff: found '2024'"),
        (("{}", "--out", "{}/out", "--cutoff", "2020-01-01"), "nobody had started by then"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(folder, words, message):
    before = sorted(folder.iterdir())
    answer = ran(*(word.format(folder) for word in words))

    assert answer.exit_code == 2
    assert message in answer.stderr
    assert sorted(folder.iterdir()) == before


def test_a_table_of_responses(tmp_path):
    table = tmp_path / "in.csv"
    table.write_text("USUBJID,RANDDT,ADT,AVALC\n001,2024-01-01,2024-02-12,PR\n")

    assert ran("response", table, "--policy", "admiral").stdout.splitlines()[:2] == [
        "USUBJID,PARAMCD,AVALC,ADT",
        "001,RSP,Y,2024-02-12",
    ]
    assert ran("response", table, "-o", tmp_path / "out.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_text() == ran("response", table).stdout
    assert "is the table itself" in ran("response", table, "-o", table).stderr


def test_other_commands_start_without_the_libraries_for_tables():
    code = (
        "import sys, equipoise.cli.app; print([m for m in ('polars', 'pyreadstat', 'numba') if m in"
        " sys.modules])"
    )

    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        == "[]\n"
    )


def test_help_names_both_uses():
    said = ran("--help").stdout

    assert "SDTM_DIR" in said
    assert "response" in said
