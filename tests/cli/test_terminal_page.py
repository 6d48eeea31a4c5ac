"""The page on the terminal shows the commands and the exit codes that there are."""

import inspect

import pytest
from every_command import TOP, commands

from equipoise.cli.exit_codes import ExitCode

PAGE = (TOP / "docs" / "terminal.md").read_text(encoding="utf-8")
VERDICTS = (ExitCode.NO, ExitCode.OPEN)


def code_table():
    """All codes, in their order."""
    rows = [f"| {code.value} | {code.meaning} |" for code in ExitCode]
    return "\n".join(["| code | it says |", "|---|---|", *rows])


def command_table():
    """Each command with its first sentence and the verdicts that it can give."""
    rows = [
        f"| `{name}` | {_first_sentence(command)} | {_verdicts(command)} |"
        for name, command in sorted(commands().items())
    ]
    return "\n".join(["| command | what it does | verdicts |", "|---|---|---|", *rows])


def _first_sentence(command):
    paragraph = " ".join(inspect.getdoc(command).split("\n\n")[0].split())
    ends = [paragraph.find(mark) + 1 for mark in (". ", "? ") if mark in paragraph]
    return paragraph[: min(ends, default=len(paragraph))]


def _verdicts(command):
    source = inspect.getsource(command)
    given = [code for code in VERDICTS if f"ExitCode.{code.name}" in source]
    return ", ".join(str(code.value) for code in (ExitCode.DONE, *given))


@pytest.mark.parametrize("table", [code_table, command_table])
def test_a_table_of_the_page_is_that_of_the_code(table):
    assert table() in PAGE


def test_the_page_is_linked_from_the_readme():
    assert "(docs/terminal.md)" in (TOP / "README.md").read_text(encoding="utf-8")
    assert "(docs/python.md)" in (TOP / "README.md").read_text(encoding="utf-8")
