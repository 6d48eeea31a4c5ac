"""Two demos with one seed are the same to the byte; another seed is another trial."""

import hashlib

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app

FILES = ("ledger.jsonl", "results.json", "report.html")


def digests(folder, seed):
    result = CliRunner().invoke(
        app, ["demo", "--participants", "8", "--seed", str(seed), "--out", str(folder)]
    )
    assert result.exit_code == 0, result.output
    return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return digests(tmp_path_factory.mktemp("first"), 7)


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
