"""Commands about the protocol: check, show, schema, import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.speak import err, out, read_text, readable_failures, say_json

if TYPE_CHECKING:
    from equipoise.exchange.registry.findings import RegistryFinding

app = typer.Typer(no_args_is_help=True, help="Check, read and draft protocols.")
Name = Annotated[
    str, typer.Argument(help="a protocol file, or the id of a shipped trial such as NCT04509635")
]


@app.command()
def check(protocol: Name) -> None:
    """Every error at once, with line, column, what was found and what was expected. Exit 2
    with errors; 1 if the file is right and something that it declares cannot be done yet; else 0.
    """
    from equipoise.allocation.declared import public_words
    from equipoise.protocol.places import ProtocolError
    from equipoise.protocol.refusal import Use, told
    from equipoise.protocol.yaml_file import places_of
    from equipoise.protocol.yaml_file import read_text as read_protocol
    from equipoise.surface.checks import check_protocol
    from equipoise.surface.protocols import load_protocol

    with readable_failures():
        try:
            trial = load_protocol(protocol)
        except ProtocolError as error:
            for problem in error.problems:
                err.print(f"{error.name}: {problem}", markup=False)
            err.print(
                f"{len(error.problems)} error{'s' * (len(error.problems) != 1)}", markup=False
            )
            raise typer.Exit(ExitCode.BAD_INPUT) from None
    if refused := check_protocol(trial):
        for problem in places_of(read_protocol(protocol), protocol, map(told, refused)):
            err.print(f"{protocol}: {problem}", markup=False)
        unusable = any(refusal.use is Use.ANALYZED for refusal in refused)
        raise typer.Exit(ExitCode.BAD_INPUT if unusable else ExitCode.NO)
    out.print(
        f"{trial.id} version {trial.version}: {len(trial.criteria)} criteria,"
        f" {len(trial.endpoints)} endpoints, {len(trial.forms)} forms, {len(trial.assumptions)}"
        " assumptions. No errors."
    )
    if trial.to_confirm:
        names = ", ".join(trial.to_confirm)
        out.print(f"To confirm by name before it serves real people: {names}.", markup=False)
    if public := public_words(trial):
        out.print(f"randomization.block_sizes: {public}. Declare them sealed to hide them.")


@app.command()
def show(protocol: Name) -> None:
    """The whole protocol for reading, with where each value comes from and every assumption."""
    from equipoise.report.protocol.page import show_protocol
    from equipoise.surface.protocols import load_protocol

    with readable_failures():
        out.print(show_protocol(load_protocol(protocol)), markup=False)


@app.command()
def schema() -> None:
    """JSON Schema of a protocol as the ledger carries it (forms included, references resolved)."""
    from equipoise.surface.protocols import protocol_schema

    say_json(protocol_schema(), indent=2)


@app.command(name="import")
def import_(
    record: Annotated[
        Path, typer.Argument(help="a registry page as text, or ClinicalTrials.gov API v2 JSON")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="the draft to write")],
    explain: Annotated[
        bool, typer.Option("--explain", help="also the text found, and what to do about it")
    ] = False,
) -> None:
    """Draft a protocol from a registry record. Every criterion appears; what the record leaves open
    is listed.
    """
    from equipoise.exchange.registry.criteria import import_record
    from equipoise.store.files import write_files

    with readable_failures():
        if output.exists() and record.exists() and output.samefile(record):
            raise ValueError(f"{output} is the record itself; write the draft to another file")
        draft = import_record(read_text(record))
        write_files({output: draft.draft_yaml})
    for code in dict.fromkeys(finding.code for finding in draft.findings):
        _show_findings([finding for finding in draft.findings if finding.code == code], explain)
    out.print(
        f"{len(draft.criteria)} criteria, {len(draft.findings)} findings. Draft: {output}",
        markup=False,
    )
    out.print(
        "The draft is not a protocol yet: `equipoise protocol check` lists what it still needs."
    )


def _show_findings(alike: Sequence[RegistryFinding], explain: bool) -> None:
    """Findings of one kind: where, why it matters, and when asked the text found and what to do."""
    places = " ".join(dict.fromkeys(finding.criterion or "record" for finding in alike))
    out.print(f"{alike[0].code}: {places}", markup=False)
    out.print(f"    {alike[0].why}", markup=False)
    if explain:
        for finding in alike:
            out.print(
                f"    {finding.criterion or 'record'}: found {finding.found!r}. To do:"
                f" {finding.todo}",
                markup=False,
            )
