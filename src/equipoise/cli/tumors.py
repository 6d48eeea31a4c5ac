"""Did the tumor respond? The command about one participant's lesions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from equipoise.cli.speak import out, read_text, readable_failures


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(assess)


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
