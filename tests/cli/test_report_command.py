"""`equipoise report`: the files that are asked for, and what is said of what cannot be written."""

from __future__ import annotations

import pytest
from every_command import ledger_lines
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.report.documents import fonts


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("trial") / "ledger.jsonl"
    path.write_bytes(b"".join(ledger_lines()))
    return path


def ran(*words: object):
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_every_format_is_written_into_one_folder_and_named(ledger, tmp_path):
    told = ran(ledger, "--out", tmp_path / "papers")

    assert told.exit_code == 0, told.output
    files = {
        str(path.relative_to(tmp_path / "papers")): path.stat().st_size
        for path in (tmp_path / "papers").rglob("*")
        if path.is_file()
    }
    assert {"report.html", "report.pdf", "report-tables.rtf", "tables/codebook.csv"} <= set(files)
    assert {name.rsplit(".", 1)[1] for name in files} == {"html", "pdf", "rtf", "csv", "png", "svg"}
    assert 0 not in files.values()
    assert sorted(line.rsplit("papers/", 1)[1] for line in told.stdout.splitlines()) == sorted(
        files
    )


def test_only_the_formats_that_are_asked_for_are_written(ledger, tmp_path):
    assert ran(ledger, "--out", tmp_path / "some", "--formats", "rtf, html").exit_code == 0

    assert {path.name for path in (tmp_path / "some").iterdir()} == {
        "report.html", "report-tables.rtf",
    }  # fmt: skip


@pytest.mark.parametrize("reader", ["committee-open", "committee-closed"])
def test_a_committee_has_files_of_its_own_names(ledger, tmp_path, reader):
    told = ran(ledger, "--out", tmp_path / "dmc", "--formats", "html,pdf", "--for", reader)

    assert told.exit_code == 0, told.output
    assert {f"{reader}.html", f"{reader}.pdf"} <= {p.name for p in (tmp_path / "dmc").iterdir()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--formats", "docx"), "found 'docx', expected formats out of html, pdf, rtf"),
        (("--formats", ""), "found '', expected formats"),
        (("--for", "press"), "found 'press', expected readers out of everybody, committee-open"),
        (("--cutoff", "soon"), "--cutoff: found 'soon', expected a day"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(ledger, tmp_path, words, said):
    told = ran(ledger, "--out", tmp_path / "none", *words)

    assert told.exit_code == 2
    assert said in " ".join(told.output.split())
    assert not (tmp_path / "none").exists()


def test_a_letter_that_no_font_has_is_named_with_its_package_and_nothing_is_written(
    ledger, tmp_path, monkeypatch
):
    monkeypatch.setattr(fonts, "unshown", lambda letters, _: ["中"])
    told = ran(ledger, "--out", tmp_path / "none", "--formats", "html,pdf")

    assert told.exit_code == 2
    assert "中 (U+4E2D)" in told.output
    assert "fonts-noto-cjk" in told.output
    assert not (tmp_path / "none").exists()
    assert ran(ledger, "--out", tmp_path / "page", "--formats", "html").exit_code == 0
