"""Every command with words that it can be called with, for what must hold of all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from databases import server
from equipoise.allocation.sealed_list import seal
from equipoise.cli.app import app
from equipoise.conduct import data_management
from equipoise.conduct.data_management import Question
from equipoise.ledger.entry import entry_of, line_of
from equipoise.store.allocator import AllocatorLog, Answered
from equipoise.store.sealed_boxes import SealedBoxes, create_key
from story import Story

TOP = Path(__file__).parents[2]

TIMES = "--time weeks --event relapsed --arm drug"
WORDS = {
    "allocator cards": "allocator cards {cards} --key-file {key}",
    "allocator check": "allocator check {ledger} --log {log}",
    "allocator create": "allocator create NCT04509635 -o {out} --key-file {key}",
    "allocator serve": "allocator serve {sealed} --socket {out} --log {log} --key-file {key}"
    " --check",
    "analyze ledger": "analyze {ledger} --out {out}",
    "analyze survival": "analyze survival {docs}/remission.csv " + TIMES,
    "assess": "assess {docs}/lesions.csv",
    "conformance run": "conformance run",
    "demo": "demo --participants 2 --out {out}",
    "derive package": "derive package {docs}/sdtm --out {out}",
    "derive response": "derive response {docs}/responses.csv",
    "design": "design --trials 0",
    "ledger backup": "ledger backup {ledger} {out}",
    "ledger export": "ledger export {ledger} {out}",
    "ledger import": "ledger import {ledger} {out}",
    "ledger restore": "ledger restore {ledger} {out}",
    "ledger set-up": "ledger set-up {database} --role application",
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
    "account": "account monitor-01 --data {served}",
    "check": "check --data {served}",
    "serve": "serve --demo --data {out} --check",
    "report": "report {ledger} --formats html,csv --out {out}",
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
        ledger=ledger,
        out=folder / "out",
        docs=docs,
        record=record,
        form=form,
        **(_of_the_keeper(lines, folder) if name.startswith("allocator") else {}),
        **({"served": _served(folder)} if "{served}" in WORDS[name] else {}),
        **({"database": f"{server().get_uri()}#words"} if name == "ledger set-up" else {}),
    )
    return given.split()


def _served(folder: Path) -> Path:
    """A folder that was prepared to be served, with no trial in it."""
    made = folder / "served"
    code = (
        f"from pathlib import Path; import equipoise.web.start as s; s.prepare(Path({str(made)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    return made


def _of_the_keeper(lines: list[bytes], folder: Path) -> dict[str, Path]:
    """A sealed list with its key, and a log of what the ledger has."""
    sealed, key, log = folder / "list.sealed", folder / "list.key", folder / "list.log"
    secret = create_key(key)
    SealedBoxes.create(sealed, seal({(): ("A", "B")}, salt="5a" * 16), secret)
    cards = folder / "cards.sealed"
    SealedBoxes.create(cards, seal({("S01",): ("A", "B")}, salt="5b" * 16), secret, "S01")
    given = next(entry_of(line) for line in lines if b'"SubjectRandomized"' in line)
    stratum = tuple(given.payload["stratum"])
    AllocatorLog(log).add(Answered("2021-03-10T12:00:00Z", stratum, 1, again=False))
    return {"sealed": sealed, "cards": cards, "key": key, "log": log}


def start(words: list[str], **streams) -> subprocess.Popen[bytes]:
    """The command as a process of its own, as from a shell."""
    code = "from equipoise.cli import main; main()"
    plain = {"NO_COLOR": "1", "EQUIPOISE_DEBUG": ""}
    return subprocess.Popen([sys.executable, "-c", code, *words], env=os.environ | plain, **streams)
