"""Nobody watches silence: what a long command says on the way."""

import io
import os
import pty
import re
import time

import pytest
from every_command import ledger_lines, start, words_for
from rich.console import Console
from typer.testing import CliRunner

from equipoise.cli.app import app
from equipoise.cli.output import OutputLost
from equipoise.cli.progress import Lines


def console():
    return Console(file=io.StringIO(), soft_wrap=True)


def said(console):
    return console.file.getvalue().splitlines()


def test_each_step_is_a_line_at_once():
    told = console()
    lines = Lines(told, every=60)
    lines.step("reading")
    lines.step("deriving")
    lines.close()

    assert said(told) == ["reading", "deriving"]


def test_a_step_that_goes_on_is_told_again_with_its_counts_and_seconds():
    told = console()
    lines = Lines(told, every=0.05)
    count = lines.step("deriving")
    count(3, 40)
    time.sleep(0.3)
    lines.close()

    assert said(told)[:2] == ["deriving", "deriving: 3 of 40, 0 s"]
    assert len(said(told)) < 12


def test_a_step_that_counts_nothing_is_told_too():
    """One long call, such as a compilation."""
    told = console()
    lines = Lines(told, every=0.05)
    lines.step("computing")
    time.sleep(0.3)
    lines.close()

    assert said(told)[1] == "computing, 0 s"


def test_lines_keep_their_distance_however_often_is_counted():
    told = console()
    lines = Lines(told, every=0.2)
    count = lines.step("deriving")
    began = time.monotonic()
    for done in range(20000):
        count(done, 20000)
    lines.close()

    assert len(said(told)) <= 2 + (time.monotonic() - began) / 0.2


def test_what_is_done_at_once_says_nothing():
    told = console()
    lines = Lines(told, after=60, every=0.01)
    lines.step("verifying")(1, 2)
    time.sleep(0.1)
    lines.close()

    assert said(told) == []


def test_what_turns_out_to_be_long_begins_to_talk():
    told = console()
    lines = Lines(told, after=0.1, every=60)
    lines.step("verifying")
    time.sleep(0.4)
    lines.close()

    assert said(told) == ["verifying"]


def test_a_note_stands_after_its_step():
    told = console()
    lines = Lines(told, after=60)
    lines.step("simulating")
    lines.note("compiling")
    lines.close()

    assert said(told) == ["simulating", "compiling"]


def test_who_no_longer_listens_is_found_out_by_the_work_itself():
    class Gone(io.StringIO):
        def write(self, _text):
            raise OutputLost("standard error", BrokenPipeError())

    lines = Lines(Console(file=Gone()), after=0.05, every=60)
    count = lines.step("simulating")
    time.sleep(0.4)

    with pytest.raises(OutputLost):
        count(1, 2)
    lines.close()


# ------------------------------------------------------------------ commands


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("demo", ["simulated trial: randomized", "analyzing", "writing the report"]),
        ("rehearse", ["simulated trial: randomized"]),
        ("design", ["exact power"]),
        ("simulate", ["simulated trials: effect", "simulated trials: no effect"]),
        ("rechallenge", ["virtual patients"]),
        ("verify", []),
        ("derive package", []),
        ("analyze ledger", []),
    ],
)
def test_a_long_command_says_each_step_aside(tmp_path, name, steps):
    words = words_for(name, ledger_lines(), tmp_path)

    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0, result.stderr
    for step in steps:
        assert re.search(f"^{step}", result.stderr, re.MULTILINE), result.stderr
        assert step not in result.stdout.splitlines()
    if not steps:
        assert not re.search("^(verifying|reading|subjects by)", result.stderr, re.MULTILINE)


def test_a_terminal_sees_a_bar(tmp_path):
    ours, theirs = pty.openpty()
    words = words_for("demo", ledger_lines(), tmp_path)
    process = start(words, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other end was closed
        pass
    os.close(ours)

    assert process.wait(timeout=600) == 0
    assert "━".encode() in shown
    assert b"0:00:0" in shown
