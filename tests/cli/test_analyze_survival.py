"""`equipoise analyze survival`: Freireich's trial of 6-mercaptopurine (Blood 1963), weeks in
remission.

The figures are those of R 4.2 with survival 3.5-3: survdiff, coxph (Efron), survfit with conf.type
log and log-log.
"""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app

RUN = CliRunner()
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
OPTIONS = ("--time", "weeks", "--event", "relapse", "--arm", "drug")


def ran(*words):
    return RUN.invoke(app, ["analyze", "survival", *map(str, words)])


@pytest.fixture
def table(tmp_path):
    rows = [f"{t},1,placebo,{i % 2}" for i, t in enumerate(PLACEBO)]
    rows += [f"{t},1,6-MP,{i % 2}" for i, t in enumerate(DRUG)] + [
        f"{t},0,6-MP,{i % 2}" for i, t in enumerate(CENSORED)
    ]
    path = tmp_path / "remission.csv"
    path.write_text("weeks,relapse,drug,half\n" + "\n".join(rows) + "\n")
    return path


def test_the_json_holds_what_r_finds(table):
    answer = ran(table, *OPTIONS, "--json")
    found = json.loads(answer.stdout)

    assert answer.exit_code == 0
    assert found["reference"] == "6-MP"
    assert found["log_rank"]["statistic"] == pytest.approx(16.7929409892, rel=1e-9)
    assert found["log_rank"]["p_value"] == pytest.approx(4.16880910933e-05, rel=1e-9)
    cox = found["cox"]
    assert (cox["coef"], cox["se"], cox["hazard_ratio"]) == pytest.approx(
        (1.57212514883, 0.412396717709, 4.81687389828), rel=1e-6
    )
    assert cox["interval"] == pytest.approx([2.14650821273, 10.8093106816], rel=1e-6)
    assert cox["p_value"] == pytest.approx(0.000137753761987, rel=1e-5)
    assert found["medians"] == {
        "6-MP": {"median": 23.0, "interval": [16.0, None]},
        "placebo": {"median": 8.0, "interval": [4.0, 12.0]},
    }
    assert found["median_interval"] == "log"
    assert found["left_out"] == 0


def test_the_interval_of_the_medians_can_be_chosen(table):
    found = json.loads(ran(table, *OPTIONS, "--interval", "log-log", "--json").stdout)

    assert found["medians"]["6-MP"]["interval"] == [13.0, None]
    assert found["medians"]["placebo"]["interval"] == [4.0, 11.0]
    assert found["median_interval"] == "log-log"


def test_the_table_for_people_says_what_it_rests_on(table):
    said = ran(
        table, *OPTIONS, "--strata", "half", "--at", "10,30", "--restricted-mean", "20"
    ).stdout

    for expected in (
        "16 to not reached",
        "stratified by half (2 strata)",
        "by log, as in R's conf.type",
        "survival at 10",
        "mean up to 20",
        "log-rank chi-square",
        "proportional hazards",
    ):
        assert expected in said


def test_long_names_are_not_cut_off(tmp_path):
    names = ["a very long name " + "of an arm " * 12 + end for end in "XY"]
    rows = [f"{t},1,{names[t % 2]}" for t in range(1, 9)]
    (tmp_path / "t.csv").write_text("weeks,relapse,drug\n" + "\n".join(rows) + "\n")
    said = ran(tmp_path / "t.csv", *OPTIONS).stdout

    assert said.replace("\n", "").replace(" ", "").count("…") == 0


def test_rows_left_out_are_counted(table):
    table.write_text(table.read_text() + "NA,1,placebo,0\n5,,placebo,1\n")

    assert "missing in 2 rows: row 44 (weeks), row 45 (relapse)" in ran(table, *OPTIONS).stderr
    answer = ran(table, *OPTIONS, "--drop-missing")
    assert "left out for a missing value: 2 of 44 rows" in answer.stdout
    assert "rows 44, 45" in answer.stderr
    assert json.loads(ran(table, *OPTIONS, "--drop-missing", "--json").stdout)["left_out"] == 2


def test_each_of_more_arms_is_compared_with_the_first(table):
    lines = table.read_text().splitlines()
    extra = [line.replace("placebo", "other") for line in lines if "placebo" in line]
    table.write_text("\n".join(lines + extra) + "\n")
    found = json.loads(ran(table, *OPTIONS, "--json").stdout)

    assert found["log_rank"]["degrees_of_freedom"] == 2
    assert list(found["cox"]) == ["other", "placebo"]
    assert found["cox"]["other"]["coef"] == pytest.approx(found["cox"]["placebo"]["coef"])
    assert set(found["cox"]["other"]) == {"coef", "se", "hazard_ratio", "interval", "p_value"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--level", "1"), "--level is 1.0"),
        (("--level", "nan"), "--level is nan"),
        (
            ("--interval", "exact"),
            "--interval: found 'exact', expected one of log-log, log, plain, arcsine",
        ),
        (("--at", "1,x"), "--at: found '1,x'"),
        (("--at", "-1"), "--at: found '-1'"),
        (("--strata", "half,"), "--strata: found 'half,'"),
        (("--strata", "sex"), "found no column 'sex', expected one of weeks, relapse, drug, half"),
        (("--strata", "drug"), "'drug' is named twice"),
        (("--restricted-mean", "99"), "restricted mean: tau is 99"),
        (("--restricted-mean", "nan"), "restricted mean: tau is nan"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(table, words, said):
    answer = ran(table, *OPTIONS, *words)

    assert answer.exit_code == 2
    assert said in answer.stderr
    assert not answer.stdout


def test_what_is_no_text_file_is_refused(table, tmp_path):
    (tmp_path / "latin.csv").write_bytes(b"weeks,relapse,drug\n1,1,\xe9\n")

    assert "not a text file in UTF-8 (byte 23)" in ran(tmp_path / "latin.csv", *OPTIONS).stderr
    assert "is a folder, expected a file" in ran(tmp_path, *OPTIONS).stderr
    assert "there is no file" in ran(tmp_path / "nowhere.csv", *OPTIONS).stderr


def test_analyze_of_a_ledger_is_called_as_before(tmp_path):
    def said(*words):
        return RUN.invoke(app, ["analyze", *words], env={"COLUMNS": "100"})

    told = said("--help").stdout
    for expected in (
        "Usage: equipoise analyze [OPTIONS] {ledger}",
        "--as-of",
        "analyze survival FILE.csv",
    ):
        assert expected in told
    assert "Missing argument" in said().stderr
    # A ledger may have the name of the hidden command; one called like another command needs its
    # folder.
    assert "there is no ledger 'ledger'" in said("ledger", "--out", str(tmp_path)).stderr
    assert "there is no ledger 'survival'" in said("./survival", "--out", str(tmp_path)).stderr
    assert "there is no ledger 'x'" in said("--out", str(tmp_path), "x").stderr


def test_an_adtte_is_read_as_it_is_in_every_format(table, tmp_path):
    sys.path.insert(0, str(Path(__file__).parents[1] / "exchange"))
    from sdtm_story import WRITERS

    lines = [line.split(",") for line in table.read_text().splitlines()[1:]]
    rows = [
        {"PARAMCD": "TTR", "AVAL": float(weeks), "CNSR": 1 - int(event), "TRTP": arm}
        for weeks, event, arm, _ in lines
    ]
    words = ("--time", "AVAL", "--event", "CNSR", "--arm", "TRTP", "--json")
    expected = json.loads(ran(table, *OPTIONS, "--json").stdout)
    for how, write in WRITERS.items():
        write(tmp_path, "adtte", rows)
        (path,) = tmp_path.glob(f"adtte.{how}")
        answer = ran(path, *words)
        assert answer.exit_code == 0, answer.output
        found = json.loads(answer.stdout)
        assert found["cox"] == expected["cox"]
        assert found["notes"] == ["CNSR: 0 is an event, any other whole number is censored"]
        path.unlink()


def test_ties_are_taken_by_the_method_asked_for(table):
    # R 4.2 with survival 3.5-3: coxph(Surv(weeks, relapse) ~ drug, ties = "breslow")
    found = json.loads(ran(table, *OPTIONS, "--ties", "breslow", "--json").stdout)

    assert found["ties"] == "breslow"
    assert found["cox"]["coef"] == pytest.approx(1.50919141258588, abs=1e-9)
    assert json.loads(ran(table, *OPTIONS, "--json").stdout)["ties"] == "efron"
    assert ran(table, *OPTIONS, "--ties", "exactly").exit_code == 2


def test_an_arm_without_an_event_leaves_everything_else(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("weeks,relapse,drug\n1,1,A\n2,1,A\n3,0,A\n2,0,B\n4,0,B\n")
    answer, people = ran(path, *OPTIONS, "--json"), ran(path, *OPTIONS)
    found = json.loads(answer.stdout)

    assert (answer.exit_code, people.exit_code) == (0, 0)
    assert found["cox"]["hazard_ratio"] is None
    assert "arm 'B' has no event among 2 subjects" in found["cox"]["why"]
    assert found["medians"]["A"]["median"] == 2.0
    assert found["log_rank"]["p_value"] == pytest.approx(0.198542793686662)
    assert "no event among 2 subjects" in people.stdout
