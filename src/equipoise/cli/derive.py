"""Commands that derive endpoints from other people's data: a table of responses, or a package of SDTM datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
import typer
from typer.core import TyperGroup

from equipoise.cli.speak import err, out, read_text, readable_failures

PACKAGE = "package"


class DeriveGroup(TyperGroup):
    """`derive SDTM_DIR` is short for `derive package SDTM_DIR`: a folder is what is mostly derived from."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; else the word is a folder."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            return super().resolve_command(ctx, [PACKAGE, *args])
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=DeriveGroup,
    no_args_is_help=True,
    help="""Derive responses and time to event from other people's data, by a named policy.

    [bold]equipoise derive SDTM_DIR --out DIR[/] reads a folder of SDTM datasets (see `derive package --help`);
    [bold]equipoise derive response IN.csv --policy admiral -o OUT.csv[/] reads a table of responses.
    """,
    rich_markup_mode="rich",
)


@app.command()
def response(
    table: Annotated[Path, typer.Argument(help="CSV with USUBJID, RANDDT, ADT and AVALC, one row per assessment")],
    policy: Annotated[str, typer.Option(help="a named policy; an unknown name lists them")] = "recist_1_1",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV to write; else the terminal")] = None,
) -> None:
    """Best response and the like for each subject: USUBJID, PARAMCD, AVALC, ADT. Exit 0, or 2 with an error."""
    from equipoise.endpoints.derivation import find_policy
    from equipoise.exchange.response_table import derive_response_table
    from equipoise.store.files import write_files

    with readable_failures():
        chosen = find_policy(policy)
        if output and output.exists() and table.exists() and output.samefile(table):
            raise ValueError(f"{output} is the table itself; write to another file")
        derived = derive_response_table(read_text(table), chosen, str(table))
        if output is None:
            print(derived, end="")
            return
        write_files({output: derived})
        err.print(f"{derived.count(chr(10)) - 1} rows by policy {chosen.name}: {output}", markup=False)
