"""Commands about one participant: may she enter, and did the tumor respond?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.speak import err, fail, out, read_text, readable_failures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from equipoise.eligibility.finding import Finding
    from equipoise.protocol.model import Protocol
    from equipoise.terms.verdict import Verdict


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(screen)
    app.command()(assess)


def screen(
    subject: Annotated[
        Path | None, typer.Argument(help="the participant as JSON (see --example and --schema)")
    ] = None,
    protocol: Annotated[str, typer.Option(help="a protocol file or shipped id")] = "NCT04509635",
    as_json: Annotated[bool, typer.Option("--json", help="findings as JSON")] = False,
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
    read.
    """
    from equipoise.exchange.invented.person import invent_person
    from equipoise.exchange.subject_json import BadSubject, read_subject, subject_schema
    from equipoise.surface.persons import screen
    from equipoise.surface.protocols import load_protocol
    from equipoise.terms.verdict import Verdict

    if schema:
        print(json.dumps(subject_schema(), indent=2))
        return
    if example:
        with readable_failures():
            print(json.dumps(invent_person(load_protocol(protocol)), indent=2))
        return
    if subject is None:
        fail("give the file of a participant; `equipoise screen --example` prints one")
    with readable_failures():
        trial = load_protocol(protocol)
        try:
            person, index = read_subject(read_text(subject), trial)
        except BadSubject as error:
            for problem in error.problems:
                err.print(f"{subject}: {problem}", markup=False)
            raise typer.Exit(ExitCode.BAD_INPUT) from None
        verdict, findings = screen(trial, person, index)
    answer = {Verdict.MET: "ELIGIBLE", Verdict.NOT_MET: "NOT ELIGIBLE", Verdict.UNKNOWN: "UNKNOWN"}[
        verdict
    ]
    if as_json:
        print(json.dumps(_as_json(trial, person.id, index, verdict, findings), indent=2))
    else:
        _show(trial, person.id, index, answer, findings)
    raise typer.Exit(
        {Verdict.MET: 0, Verdict.NOT_MET: ExitCode.NO, Verdict.UNKNOWN: ExitCode.OPEN}[verdict]
    )


def _as_json(
    trial: Protocol, subject: str, index: date, verdict: Verdict, findings: Sequence[Finding]
) -> dict[str, Any]:
    return {
        "subject": subject,
        "protocol": trial.id,
        "version": trial.version,
        "index_date": index.isoformat(),
        "verdict": verdict.value,
        "findings": [_told(finding) for finding in findings],
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


_MARKS = {"met": "[green]met    [/]", "not_met": "[red]NOT MET[/]", "unknown": "[yellow]UNKNOWN[/]"}


def _show(
    trial: Protocol, subject: str, index: date, answer: str, findings: Sequence[Finding]
) -> None:
    out.print(
        f"{subject} on {index}, {escape(trial.id)} version {escape(trial.version)}:"
        f" [bold]{answer}[/]"
    )
    short = {criterion.id: criterion.short for criterion in trial.criteria}
    for finding in findings:
        out.print(f"  {finding.id}  {_MARKS[finding.verdict.value]}  {escape(short[finding.id])}")
        if finding.verdict.value != "met":
            out.print(f"                {finding.detail}", markup=False)
        if finding.advice:
            out.print(f"                to do: {finding.advice}", markup=False)


def assess(
    lesions: Annotated[
        Path, typer.Argument(help="columns: visit,date,lesion,role,organ,node,diameter_mm,state")
    ],
    protocol: Annotated[
        str, typer.Option(help="whose RECIST rules: a protocol file or shipped id")
    ] = "NCT04509635",
    as_json: Annotated[bool, typer.Option("--json", help="the assessments as JSON")] = False,
) -> None:
    """Did the tumor respond? Each visit's sum, changes and response, with the clause of RECIST 1.1
    that decided.
    """
    from equipoise.surface.protocols import load_protocol
    from equipoise.surface.tumors import assess

    with readable_failures():
        declared, table = load_protocol(protocol), read_text(lesions)
        try:
            visits = assess(declared, table)
        except ValueError as error:
            raise ValueError(f"{lesions}: {error}") from None
    if as_json:
        rows = [
            {name: getattr(visit, name) for name in visit.__dataclass_fields__} for visit in visits
        ]
        print(json.dumps(rows, indent=2, default=str))
        return
    out.print(
        f"{'visit':12} {'date':10} {'sum mm':>7} {'from baseline':>14} {'from nadir':>20}  response"
    )
    for visit in visits:
        out.print(_assessment_line(visit), markup=False)
        decided_by = f" (decided by {visit.decided_by})" if visit.decided_by else ""
        out.print(f"{'':12} {visit.reference}: {visit.sentence}{decided_by}", markup=False)
        if visit.query:
            out.print(f"{'':12} query: {visit.query}", markup=False)


def _assessment_line(visit: Any) -> str:
    def percent(value: Any) -> str:
        return "" if value is None else f"{value:+.1f} %"

    nadir = percent(visit.change_from_nadir_percent)
    if visit.change_from_nadir_mm is not None:
        nadir += f" ({visit.change_from_nadir_mm:+} mm)"
    total = "-" if visit.sum_mm is None else str(visit.sum_mm)
    base = percent(visit.change_from_baseline_percent)
    return f"{visit.visit:12} {visit.date} {total:>7} {base:>14} {nadir:>20}  {visit.overall}"
