"""Every command with words that it can be called with, for what must hold of all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from equipoise.cli.app import app
from equipoise.conduct import data_management
from equipoise.conduct.data_management import Question
from equipoise.ledger.entry import line_of
from story import Story

TOP = Path(__file__).parents[2]

TIMES = "--time weeks --event relapsed --arm drug"
WORDS = {
    "analyze ledger": "analyze {ledger} --out {out}",
    "analyze survival": "analyze survival {docs}/remission.csv " + TIMES,
    "assess": "assess {docs}/lesions.csv",
    "conformance run": "conformance run",
    "demo": "demo --participants 2 --out {out}",
    "derive package": "derive package {docs}/sdtm --out {out}",
    "derive response": "derive response {docs}/responses.csv",
    "design": "design --trials 0",
    "protocol check": "protocol check NCT04509635",
    "protocol import": "protocol import {record} -o {out}",
    "protocol schema": "protocol schema",
    "protocol show": "protocol show NCT04509635",
    "rechallenge": "rechallenge --patients 40",
    "recover": "recover {ledger}",
    "redact": "redact {ledger} {form} --field /text --reason name --actor data_manager-01"
    " --law GDPR-17 --decided-by sponsor-01",
    "head": "head {ledger}",
    "rehearse": "rehearse --participants 2 -o {out}",
    "screen": "screen {docs}/participant.json",
    "simulate": "simulate NCT04509635 --trials 2 --seed 1 --out {out}",
    "status": "status {ledger}",
    "verify": "verify {ledger}",
    "why": "why {ledger} S01-001 DCR",
}
"""By its name, the words of a command that has something to print."""


def commands() -> dict[str, Callable[..., None]]:
    """Every command that can be called, by its name: the function that it calls."""
    return dict(_commands(app, ""))


def _commands(group: typer.Typer, name: str) -> Iterator[tuple[str, Callable[..., None]]]:
    for command in group.registered_commands:
        assert command.callback
        yield f"{name} {command.name or command.callback.__name__}".strip(), command.callback
    for inner in group.registered_groups:
        assert inner.typer_instance
        yield from _commands(inner.typer_instance, f"{name} {inner.name}".strip())


def ledger_lines() -> list[bytes]:
    """The ledger of one participant who was randomized and had two scans."""
    story = Story().begin().ready("S01-001")
    story.randomize("S01-001")
    story.scan("S01-001", "2021-05-05", 1, "SD", "45")
    story.scan("S01-001", "2021-06-30", 2, "PD", "60")
    asked = Question("Q1", 5, "date", "is this Mrs. Smith?")
    story.done("2021-06-30", "monitor", data_management.open_query, "S01-001", asked)
    return [line_of(entry) for entry in story.storage.read()]


def words_for(name: str, lines: list[bytes], folder: Path) -> list[str]:
    """The words of a command, with what they name put into the folder."""
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(b"".join(lines))
    form = next(at for at, line in enumerate(lines, 1) if b'"QueryOpened"' in line)
    docs = folder / "docs"
    shutil.copytree(TOP / "docs" / "examples", docs)
    record = TOP / "tests" / "fixtures" / "NCT04509635.txt"
    given = WORDS[name].format(
        ledger=ledger, out=folder / "out", docs=docs, record=record, form=form
    )
    return given.split()


def start(words: list[str], **streams) -> subprocess.Popen[bytes]:
    """The command as a process of its own, as from a shell."""
    code = "from equipoise.cli import main; main()"
    plain = {"NO_COLOR": "1", "EQUIPOISE_DEBUG": ""}
    return subprocess.Popen([sys.executable, "-c", code, *words], env=os.environ | plain, **streams)
