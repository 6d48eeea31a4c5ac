"""`equipoise rechallenge`: what it prints, what it writes, and how it fails."""

import json

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app


def ran(*words):
    return CliRunner().invoke(app, ["rechallenge", *map(str, words)])


def test_it_prints_tables_and_writes_page_and_numbers(tmp_path):
    page, numbers = tmp_path / "new" / "page.html", tmp_path / "numbers.json"

    result = ran("--patients", 60, "--seed", 5, "--out", page, "--json", numbers)

    assert result.exit_code == 0, result.output
    assert "60 virtual patients" in result.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    told = json.loads(numbers.read_text(encoding="utf-8"))
    assert told["simulated"] is True
    assert (told["patients"], told["seed"], told["half_lives"]) == (60, 5, [3.4, 4.4, 6.9])
    assert len(told["points"]) == 19 * 3 * (1 + 5 * 4)
    assert ran("--patients", 60, "--seed", 5).stdout == result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--patients", "39"], "found '39', expected a whole number, 40 to 200000"),
        (["--seed", "-1"], "found '-1', expected a whole number, 0 to 9223372036854775807"),
        (["NCT00000000"], "NCT00000000"),
        (["--out", "same", "--json", "same"], "the same file"),
    ],
)
def test_what_cannot_be_run_is_refused(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ran(*words)

    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
