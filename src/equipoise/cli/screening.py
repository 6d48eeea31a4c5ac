"""May she enter? The command that screens one participant, or many in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.speak import (
    err,
    fail,
    in_line,
    out,
    read_text,
    readable_failures,
    say_json,
    styled,
    told,
)

if TYPE_CHECKING:
    from datetime import date

    from equipoise.eligibility.finding import Finding
    from equipoise.protocol.model import Protocol
    from equipoise.surface.persons import Screened

LINES = (".ndjson", ".jsonl")
"""How a file is named that holds one participant a line."""


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(screen)


class _Asked(NamedTuple):
    """One participant as written: where, and the text, or why it could not be read."""

    where: str
    text: str
    unread: str = ""


def screen(
    subjects: Annotated[
        list[Path] | None,
        typer.Argument(
            help="participants as JSON (see --example and --schema): a file each, or .ndjson with"
            " one a line"
        ),
    ] = None,
    protocol: Annotated[str, typer.Option(help="a protocol file or shipped id")] = "NCT04509635",
    as_json: Annotated[
        bool, typer.Option("--json", help="findings as JSON; of several, one object a line")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="print the JSON Schema of the input")
    ] = False,
    example: Annotated[
        bool,
        typer.Option(
            "--example", help="print an invented participant, who meets the protocol's criteria"
        ),
    ] = False,
) -> None:
    """May she enter? Exit 0 eligible, 1 not eligible, 3 unknown, 2 when the input cannot be
    read; of several the first that holds of 2, 3, 1, 0.
    """
    from equipoise.exchange.invented.person import invent_person
    from equipoise.exchange.subject_json import subject_schema
    from equipoise.surface.protocols import load_protocol

    if schema:
        say_json(subject_schema(), indent=2)
        return
    if example:
        with readable_failures():
            say_json(invent_person(load_protocol(protocol)), indent=2)
        return
    if not subjects:
        fail("give the file of a participant; `equipoise screen --example` prints one")
    with readable_failures():
        trial = load_protocol(protocol)
        several = len(subjects) > 1 or subjects[0].suffix.lower() in LINES
        ends = {
            _answer(trial, asked, as_json, several=several) for asked in _participants(subjects)
        }
    raise typer.Exit(next((code for code in _WORST_FIRST if code in ends), ExitCode.DONE))


_WORST_FIRST = (ExitCode.BAD_INPUT, ExitCode.OPEN, ExitCode.NO)


def _participants(files: list[Path]) -> Iterator[_Asked]:
    for file in files:
        try:
            text = read_text(file)
        except (OSError, ValueError) as error:
            if len(files) == 1:
                raise
            yield _Asked(str(file), "", told(error) if isinstance(error, OSError) else str(error))
            continue
        if file.suffix.lower() in LINES:
            yield from _lines(file, text)
        else:
            yield _Asked(str(file), text)


def _lines(file: Path, text: str) -> Iterator[_Asked]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise ValueError(f"{file}: found no participant, expected one JSON object a line")
    yield from (_Asked(f"{file}, line {number}", line) for number, line in lines)


def _answer(trial: Protocol, asked: _Asked, as_json: bool, *, several: bool) -> ExitCode:
    """Say the answer about one, or what is wrong with it; the others are asked about all the
    same.
    """
    from equipoise.exchange.subject_json import BadSubject, read_subject
    from equipoise.surface.persons import screen
    from equipoise.terms.verdict import Verdict

    try:
        if asked.unread:
            raise BadSubject([asked.unread])
        person, index = read_subject(asked.text, trial)
    except BadSubject as error:
        if as_json and several:
            wrong = [f"{asked.where}: {problem}" for problem in error.problems]
            say_json({"subject": error.subject, "error": "\n".join(wrong)})
        else:
            for problem in error.problems:
                err.print(f"{asked.where}: {problem}", markup=False)
        return ExitCode.BAD_INPUT
    screened = screen(trial, person, index)
    if as_json:
        answer = _as_json(trial, person.id, index, screened)
        say_json(answer, indent=None if several else 2)
    else:
        _show(trial, person.id, index, screened)
    return {
        Verdict.MET: ExitCode.DONE,
        Verdict.NOT_MET: ExitCode.NO,
        Verdict.UNKNOWN: ExitCode.OPEN,
    }[screened.verdict]


def _as_json(trial: Protocol, subject: str, index: date, screened: Screened) -> dict[str, Any]:
    return {
        "subject": subject,
        "protocol": trial.id,
        "version": trial.version,
        "index_date": index.isoformat(),
        "verdict": screened.verdict.value,
        "findings": [_told(finding) for finding in screened.findings],
        "not_used": [
            {"row": aside.row, "shown": aside.shown, "reason": aside.reason}
            for aside in screened.not_used
        ],
    }


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "verdict": finding.verdict.value,
        "reason": finding.reason.value if finding.reason else None,
        "detail": finding.detail,
        "advice": finding.advice,
        "evidence": [
            list(source) if isinstance(source, tuple) else source for source in finding.evidence
        ],
        "parts": [_told(part) for part in finding.parts],
    }


_MARKS = {
    "met": ("met    ", "green"),
    "not_met": ("NOT MET", "red"),
    "unknown": ("UNKNOWN", "yellow"),
}
_ANSWERS = {"met": "ELIGIBLE", "not_met": "NOT ELIGIBLE", "unknown": "UNKNOWN"}


def _show(trial: Protocol, subject: str, index: date, screened: Screened) -> None:
    out.print(
        styled(
            f"{subject} on {index}, {trial.id} version {trial.version}: ",
            (_ANSWERS[screened.verdict.value], "bold"),
        )
    )
    short = {criterion.id: criterion.short for criterion in trial.criteria}
    for finding in screened.findings:
        mark = _MARKS[finding.verdict.value]
        out.print(styled(f"  {finding.id}  ", mark, f"  {short[finding.id]}"))
        if finding.verdict.value != "met":
            out.print(f"                {in_line(finding.detail)}", markup=False)
        if finding.advice:
            out.print(f"                to do: {finding.advice}", markup=False)
    if screened.not_used:  # thousands at once: each call of rich takes its time
        asides = (f"  not used: {in_line(str(aside))}" for aside in screened.not_used)
        out.print("\n".join(asides), markup=False)
