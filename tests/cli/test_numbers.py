"""Every number that a command takes has bounds, and a refusal names them."""

from typing import Any, NamedTuple, get_args, get_type_hints

import pytest
import typer
from every_command import TIMES, TOP, commands
from typer.models import OptionInfo
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.cli.options import WholeNumber

FLOATS = {"level", "restricted_mean"}
"""Numbers that are no whole ones; what they may be is below."""


class Number(NamedTuple):
    """A parameter of a command that is a number."""

    command: str
    name: str
    parser: Any
    is_option: bool


def numbers():
    for command, callback in commands().items():
        for name, hint in get_type_hints(callback, include_extras=True).items():
            kind, *told = get_args(hint) or (hint,)
            if {int, float} & {kind, *get_args(kind)}:
                told = told or [typer.Option()]
                yield Number(command, name, told[0].parser, isinstance(told[0], OptionInfo))


NUMBERS = list(numbers())
WHOLE = [number for number in NUMBERS if number.parser]


def ran(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, " ".join(result.stderr.replace("│", " ").split())


def test_no_number_is_without_bounds():
    assert {number.name for number in NUMBERS if not number.parser} == FLOATS
    assert all(isinstance(number.parser, WholeNumber) for number in WHOLE)
    assert {number.name for number in WHOLE} >= {
        "trials",
        "seed",
        "workers",
        "participants",
        "patients",
        "scan_every",
        "scan_window",
        "entry",
    }


@pytest.mark.parametrize("number", WHOLE, ids=[f"{it.command} {it.name}" for it in WHOLE])
def test_a_number_out_of_bounds_is_refused_with_the_bounds(number):
    reads = number.parser
    too_small = reads.least - 3
    for found in (too_small, reads.most + 1, 10**23, "1e3", "2.5", "1_0", "٣", "many"):
        place = [f"--{number.name.replace('_', '-')}"] if number.is_option else ["ledger"]

        code, told = ran(*number.command.split(), *place, found)

        assert code == 2
        if number.is_option or not str(found).startswith("-"):  # else taken for an option
            assert f"found '{found}', expected a whole number, {reads.allowed}" in told


@pytest.mark.parametrize("number", [WholeNumber(0, 5)])
def test_the_bounds_themselves_are_allowed(number):
    assert [number(found) for found in ("0", "5", "+3", 4)] == [0, 5, 3, 4]
    for found in ("-1", "6"):
        with pytest.raises(typer.BadParameter):
            number(found)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--level", "0", "it must lie strictly between 0 and 1"),
        ("--level", "1", "it must lie strictly between 0 and 1"),
        ("--level", "nan", "it must lie strictly between 0 and 1"),
        ("--level", "1e999", "it must lie strictly between 0 and 1"),
        ("--restricted-mean", "0", "it must be a finite time over 0"),
        ("--restricted-mean", "nan", "it must be a finite time over 0"),
        ("--restricted-mean", "inf", "it must be a finite time over 0"),
        ("--at", "1e400", "expected finite times of 0 or more"),
        ("--at", "nan", "expected finite times of 0 or more"),
    ],
)
def test_a_share_and_a_time_have_bounds(option, value, said):
    table = TOP / "docs" / "examples" / "remission.csv"

    code, told = ran("analyze", "survival", table, *TIMES.split(), option, value)

    assert code == 2
    assert said in told


def test_a_window_is_shorter_than_the_interval_of_the_scans(tmp_path):
    package = TOP / "docs" / "examples" / "sdtm"
    words = ("derive", package, "--out", tmp_path / "out", "--scan-every", "7")

    assert ran(*words, "--scan-window", "6")[0] == 0
    code, told = ran(*words, "--scan-window", "7")
    assert code == 2
    assert "shorter than the interval" in told


def test_the_version_is_told():
    result = CliRunner().invoke(app, ["--version"])

    assert result.exit_code == 0
    name, version = result.stdout.split()
    assert name == "equipoise"
    assert f'version = "{version}"' in (TOP / "pyproject.toml").read_text()
