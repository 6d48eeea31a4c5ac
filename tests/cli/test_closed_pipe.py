"""Nobody reads to the end: what could not be told ends with 74, never with a verdict."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from every_command import WORDS, commands, ledger_lines, start, words_for

from ready_process import start_ready

LOST = 74
FULL = Path("/dev/full")
QUIET = ("Traceback", "Exception ignored", "should not happen")

CODES = {"screen": 3, "check": 1}
"""What a command answers here when everybody listens; else 0."""
LONG = {"protocol schema", "protocol show", "screen"}
"""Commands that print more than a pipe holds, if it is made to hold a page."""
SLOW = {
    "conformance run",
    "demo",
    "derive package",
    "design",
    "rechallenge",
    "rehearse",
    "serve",
    "simulate",
}
"""Commands that take seconds: a reader who leaves in the middle is for `make soak`."""
SAY_SOMETHING_ASIDE = {"demo", "derive package", "serve"}
"""Commands that also write to standard error."""


@pytest.fixture(scope="module")
def lines():
    return ledger_lines()


def closed_pipe():
    """The writing end of a pipe whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def said_nothing_strange(told):
    assert not any(word in told for word in QUIET), told


def test_every_command_has_its_words():
    assert set(WORDS) == set(commands())


@pytest.mark.parametrize("name", WORDS)
def test_a_reader_gone_before_the_first_byte_is_no_verdict(name, lines, tmp_path):
    nobody = closed_pipe()
    process = start_ready(words_for(name, lines, tmp_path), stdout=nobody, stderr=subprocess.PIPE)
    os.close(nobody)
    told = process.communicate(timeout=600)[1].decode()

    said_nothing_strange(told)
    assert process.returncode == LOST, told


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.soak) if name in SLOW else name for name in WORDS],
)
def test_a_reader_gone_in_the_middle_is_no_other_verdict(name, lines, tmp_path):
    """What fits into the pipe is written before anybody leaves, and then the answer counts."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    words = words_for(name, lines, tmp_path)
    if name == "screen":
        words = ["screen", "--schema"]
    process = start_ready(words, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert os.read(reading, 1)
    os.close(reading)
    told = process.communicate(timeout=600)[1].decode()

    said_nothing_strange(told)
    assert process.returncode in ({LOST} if name in LONG else {LOST, CODES.get(name, 0)}), told


@pytest.mark.parametrize("name", sorted(SAY_SOMETHING_ASIDE))
def test_standard_error_is_no_different(name, lines, tmp_path):
    nobody = closed_pipe()
    process = start_ready(
        words_for(name, lines, tmp_path), stdout=subprocess.DEVNULL, stderr=nobody
    )
    os.close(nobody)

    assert process.wait(timeout=600) == LOST


@pytest.mark.parametrize(
    "words", [["verify", "nowhere.jsonl"], ["nonsense"], ["screen", "--protocol"]]
)
def test_an_error_that_nobody_hears_is_no_refusal(words):
    nobody = closed_pipe()
    process = start_ready(words, stdout=subprocess.DEVNULL, stderr=nobody)
    os.close(nobody)

    assert process.wait(timeout=600) == LOST


@pytest.mark.parametrize(
    ("words", "code"),
    [(["screen", "--example"], LOST), (["verify", "nowhere.jsonl"], 2), (["nonsense"], 2)],
)
def test_an_interpreter_of_its_own_ends_as_these_do(words, code):
    """The commands of this file begin in a process that has imported everything."""
    nobody = closed_pipe()
    process = start(words, stdout=nobody, stderr=subprocess.PIPE)
    os.close(nobody)
    told = process.communicate(timeout=600)[1]

    nobody = closed_pipe()
    ready = start_ready(words, stdout=nobody)
    os.close(nobody)
    assert ready.communicate(timeout=600) == (b"", told)
    assert ready.returncode == process.returncode == code


def test_a_closed_pipe_says_nothing():
    nobody = closed_pipe()
    process = start(["screen", "--example"], stdout=nobody, stderr=subprocess.PIPE)
    os.close(nobody)

    assert process.communicate(timeout=600)[1] == b""


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", [["screen", "--example"], ["verify", "{ledger}"], ["--help"]])
def test_a_full_disk_under_the_output_is_told_in_one_line(words, lines, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(b"".join(lines))
    with FULL.open("wb") as full:
        process = start(
            [word.format(ledger=ledger) for word in words], stdout=full, stderr=subprocess.PIPE
        )
    told = process.communicate(timeout=600)[1].decode()

    assert process.returncode == LOST
    assert told == "error: standard output cannot be written (no space left on device)\n"


def test_an_output_that_was_closed_beforehand_takes_no_other_file(lines, tmp_path):
    """`>&-`: the ledger must not become standard output."""
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(b"".join(lines))
    code = 'exec "$0" -c "from equipoise.cli import main; main()" recover "$1" >&-'
    done = subprocess.run(
        ["sh", "-c", code, sys.executable, str(ledger)], capture_output=True, check=False
    )

    assert done.returncode == LOST
    assert ledger.read_bytes() == b"".join(lines)


def test_our_own_mistake_is_no_verdict_even_with_its_traceback(tmp_path):
    code = (
        "import os; os.environ['EQUIPOISE_DEBUG'] = '1'\n"
        "from equipoise.cli import app\n"
        "def broken(): raise TypeError('ours')\n"
        "app.app = broken\n"
        "app.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)

    assert done.returncode == 70
    assert "TypeError: ours" in done.stderr
