"""Did the tumor respond? The command about a table of lesions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.speak import err, out, read_text, readable_failures, say_json

if TYPE_CHECKING:
    from equipoise.surface.tumors import SubjectAssessment


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(assess)


def assess(
    lesions: Annotated[
        Path,
        typer.Argument(
            help="columns: visit,date,lesion,role,organ,node,diameter_mm,state, and subject where"
            " there are several"
        ),
    ],
    protocol: Annotated[
        str, typer.Option(help="whose RECIST rules: a protocol file or shipped id")
    ] = "NCT04509635",
    as_json: Annotated[
        bool,
        typer.Option("--json", help="the assessments as JSON; of several subjects one a line"),
    ] = False,
) -> None:
    """Did the tumor respond? Each visit's sum, changes and response, with the clause of RECIST 1.1
    that decided. Exit 2 when a subject cannot be assessed.
    """
    from equipoise.assessments.recist.lesion_table import names_subjects, not_used
    from equipoise.surface.protocols import load_protocol
    from equipoise.surface.tumors import SubjectAssessment, assess, assess_subjects

    with readable_failures():
        declared, table = load_protocol(protocol), read_text(lesions)
        try:
            several = names_subjects(table)
            found = (
                list(assess_subjects(declared, table))
                if several
                else [SubjectAssessment("", tuple(assess(declared, table)))]
            )
        except ValueError as error:
            raise ValueError(f"{lesions}: {error}") from None
    for one in found:
        _tell(one, lesions, as_json=as_json, several=several)
    for aside in not_used(table):
        err.print(f"not used: {aside}", markup=False)
    if any(one.error for one in found):
        raise typer.Exit(ExitCode.BAD_INPUT)


def _tell(one: SubjectAssessment, file: Path, *, as_json: bool, several: bool) -> None:
    rows = [
        {name: getattr(visit, name) for name in visit.__dataclass_fields__} for visit in one.visits
    ]
    if as_json and several:
        told = {"error": f"{file}: {one.error}"} if one.error else {"visits": rows}
        say_json({"subject": one.subject, **told})
    elif as_json:
        say_json(rows, indent=2)
    elif one.error:
        err.print(f"{file}, {one.subject}: {one.error}", markup=False)
    else:
        _show(one)


def _show(one: SubjectAssessment) -> None:
    if one.subject:
        out.print(f"{one.subject}:", markup=False)
    out.print(
        f"{'visit':12} {'date':10} {'sum mm':>7} {'from baseline':>14} {'from nadir':>20}  response"
    )
    for visit in one.visits:
        out.print(_assessment_line(visit), markup=False)
        decided_by = f" (decided by {visit.decided_by})" if visit.decided_by else ""
        out.print(f"{'':12} {visit.reference}: {visit.sentence}{decided_by}", markup=False)
        if visit.query:
            out.print(f"{'':12} query: {visit.query}", markup=False)


def _assessment_line(visit: Any) -> str:
    def percent(value: Any) -> str:
        return "" if value is None else f"{value:+} %"

    nadir = percent(visit.change_from_nadir_percent)
    if visit.change_from_nadir_mm is not None:
        nadir += f" ({visit.change_from_nadir_mm:+} mm)"
    total = "-" if visit.sum_mm is None else str(visit.sum_mm)
    base = percent(visit.change_from_baseline_percent)
    return f"{visit.visit:12} {visit.date} {total:>7} {base:>14} {nadir:>20}  {visit.overall}"
