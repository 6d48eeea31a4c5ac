"""The page on Python and what the package exports are the same."""

import inspect
import re
import sys
from pathlib import Path

import pytest

import equipoise

sys.path.insert(0, str(Path(__file__).parent / "cli"))

from every_command import TOP, commands

PAGE = (TOP / "docs" / "python.md").read_text(encoding="utf-8")

HEADING = re.compile(r"^### (\w+)\n`(.+)`$", re.MULTILINE)
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"^\| `([a-z -]+)` \| (`.*`) \|$", re.MULTILINE)

SIGNATURES = dict(HEADING.findall(PAGE))
COMMANDS = {name: re.findall(r"`(\w+)`", names) for name, names in ROW.findall(PAGE)}


OF_A_SERVER = {"account", "check"}
"""Commands about a folder that is served, which is Django's to tell about."""


def signature_of(name):
    """As somebody would write it down: annotations as they stand in the source."""
    signature = inspect.signature(getattr(equipoise, name))
    shown, named_only = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not named_only:
            named_only = True
            shown.append("*")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        shown.append(f"{parameter.name}: {parameter.annotation}{default}")
    returned = signature.return_annotation
    result = "" if returned in (None, "None", signature.empty) else f" -> {returned}"
    return f"{name}({', '.join(shown)}){result}"


def test_every_name_is_on_the_page_and_every_name_there_is_exported():
    assert sorted(SIGNATURES) == sorted(equipoise.__all__)
    assert PAGE.count("\n### ") == len(SIGNATURES)


@pytest.mark.parametrize("name", equipoise.__all__)
def test_the_page_shows_the_signature_and_an_example(name):
    assert SIGNATURES[name] == signature_of(name)
    assert any(re.search(rf"equipoise\.{name}\b", code) for code in CODE.findall(PAGE))


def test_every_command_has_its_names_and_they_are_exported():
    assert sorted(COMMANDS) == sorted(set(commands()) - OF_A_SERVER)
    assert {name for names in COMMANDS.values() for name in names} <= set(equipoise.__all__)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_calls_the_functions_that_the_page_names(command):
    """By the source of its file, where it imports them or the rooms they stand in."""
    files = {inspect.getsourcefile(commands()[command])}
    if command == "derive package":
        files |= {str(TOP / "src/equipoise/cli/derive_package.py")}
    if command in ("report", "why"):  # it reads the trial as `analyze` does
        files |= {str(TOP / "src/equipoise/cli/trial.py")}
    source = "\n".join(Path(file).read_text(encoding="utf-8") for file in files)

    for name in COMMANDS[command]:
        room = equipoise._STANDS_IN[name]
        imported = rf"from equipoise\.{re.escape(room)} import [^\n(]*\b{name}\b"
        package, _, module = room.rpartition(".")
        called = rf"from equipoise\.{package} import [^\n]*\b{module}\b(?s:.*)\b{module}\.{name}\("
        in_brackets = rf"from equipoise\.{re.escape(room)} import \([^)]*\b{name}\b"
        assert re.search(f"{imported}|{in_brackets}|{called}", source), name
