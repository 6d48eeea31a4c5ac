"""The README shows what its commands print: each console block is run again and compared."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from equipoise.cli.app import app

TOP = Path(__file__).parents[1]
BLOCKS = re.findall(r"```console\n\$ equipoise (.+?)\n(.*?)```", (TOP / "README.md").read_text(encoding="utf-8"), re.S)


def test_the_readme_has_blocks_to_check():
    assert len(BLOCKS) >= 4


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_the_readme_shows_what_the_command_prints(command, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(TOP)
    printed = CliRunner().invoke(app, command.replace("{tmp}", str(tmp_path)).split()).output

    assert [line.rstrip() for line in printed.strip().splitlines()] == [
        line.rstrip() for line in shown.strip().splitlines()
    ]
