"""Two demos with one seed are the same to the byte; another seed is another trial."""

import hashlib

import pytest
from typer.testing import CliRunner

from databases import postgres, word_for
from equipoise.cli.app import app

FILES = ("ledger.jsonl", "results.json", "report.html")


def digests(folder, seed):
    result = CliRunner().invoke(
        app, ["demo", "--participants", "8", "--seed", str(seed), "--out", str(folder)]
    )
    assert result.exit_code == 0, result.output
    return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    return folder, digests(folder, 7)


@pytest.fixture(scope="module")
def first(demo):
    return demo[1]


def said(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_same_seed_gives_the_same_bytes(first, tmp_path):
    assert digests(tmp_path, 7) == first


def test_another_seed_gives_other_bytes(first, tmp_path):
    assert all(one != other for one, other in zip(first, digests(tmp_path, 8), strict=True))


def test_everything_of_a_demo_says_that_it_is_simulated(tmp_path):
    result = CliRunner().invoke(app, ["demo", "--participants", "4", "--out", str(tmp_path)])

    assert "SIMULATED" in result.stdout
    assert '"simulated": true' in (tmp_path / "results.json").read_text()
    assert "SIMULATED" in (tmp_path / "report.html").read_text()
    assert '"/simulated"' in (tmp_path / "ledger.jsonl").read_text().splitlines()[0]


def test_both_databases_hold_the_ledger_of_a_demo_under_the_same_head(demo, tmp_path):
    lines = demo[0] / "ledger.jsonl"
    head = said("head", lines)
    for place in (tmp_path / "ledger.sqlite", word_for(postgres())):
        said("ledger", "import", lines, place)
        assert said("head", place) == head
        said("ledger", "export", place, back := tmp_path / f"back-{len(str(place))}.jsonl")
        assert back.read_bytes() == lines.read_bytes()
