"""Commands that derive endpoints from other people's data: a table of responses, or a package of
SDTM datasets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.default_command import DefaultCommandGroup
from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import LONGEST_DAYS, whole
from equipoise.cli.speak import QUIET_SECONDS, err, pour, progress, read_text, readable_failures

PACKAGE = "package"


class DeriveGroup(DefaultCommandGroup):
    """`derive SDTM_DIR` is short for `derive package SDTM_DIR`: a folder is what is mostly derived
    from.
    """

    default = PACKAGE


app = typer.Typer(
    cls=DeriveGroup,
    no_args_is_help=True,
    help="""Derive responses and time to event from other people's data, by a named policy.

    [bold]equipoise derive SDTM_DIR --out DIR[/] reads a folder of SDTM datasets (see
    `derive package --help`);
    [bold]equipoise derive response IN.csv --policy admiral -o OUT.csv[/] reads a table of
    responses.
    """,
    rich_markup_mode="rich",
)


@app.command()
def response(
    table: Annotated[
        Path, typer.Argument(help="CSV with USUBJID, RANDDT, ADT and AVALC, one row per assessment")
    ],
    policy: Annotated[
        str, typer.Option(help="a named policy; an unknown name lists them")
    ] = "recist_1_1",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="CSV to write; else the terminal")
    ] = None,
) -> None:
    """Best response and the like for each subject: USUBJID, PARAMCD, AVALC, ADT. Exit 0, or 2 with
    an error.
    """
    from equipoise.endpoints.policies import find_policy
    from equipoise.exchange.response_table import derive_response_table
    from equipoise.store.files import write_files

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step(f"deriving from {table}")
        chosen = find_policy(policy)
        if output and output.exists() and table.exists() and output.samefile(table):
            raise ValueError(f"{output} is the table itself; write to another file")
        derived = derive_response_table(read_text(table), chosen, str(table))
        if output is None:
            pour(derived)
            return
        write_files({output: derived})
        err.print(
            f"{derived.count(chr(10)) - 1} rows by policy {chosen.name}: {output}", markup=False
        )


@app.command(name=PACKAGE)
def package(
    folder: Annotated[
        Path, typer.Argument(help="SDTM datasets: XPT v5, Dataset-JSON 1.1, parquet or CSV")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="folder for the tables, listings and policy.json")
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(help="a named policy; several give a folder each. Default recist_1_1"),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="measurements (TU, TR) or reported (RS); both when not given"),
    ] = None,
    evaluator: Annotated[
        str, typer.Option(help="RSEVAL, or RSEVAL/RSEVALID; all when not given")
    ] = "",
    reference: Annotated[
        str, typer.Option(help="rfstdtc or randomization: what the days count from")
    ] = "",
    censoring: Annotated[
        list[str] | None, typer.Option(help="FDA_2018_A, FDA_2018_C, EMA_2013; all when not given")
    ] = None,
    scan_every: Annotated[
        int | None,
        whole(1, LONGEST_DAYS, "days between scans; without it no visit counts as missed"),
    ] = None,
    scan_window: Annotated[int, whole(0, LONGEST_DAYS, "days a scan may be early or late")] = 0,
    therapy: Annotated[
        list[str] | None,
        typer.Option(help="a CMCAT that means new anticancer therapy; may be given again"),
    ] = None,
    cutoff: Annotated[
        str, typer.Option(help="YYYY-MM-DD, nothing clinical after it counts; else the last day")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="of text in XPT and CSV; UTF-8, else cp1252 with a note")
    ] = "",
) -> None:
    """Responses and time to event of everybody in a folder of SDTM datasets, and where RS differs
    from TU and TR.

    DM is needed, and RS or TU with TR; EX, DS, CM, PR, AE and SS are used when they are there. Exit
    0; 1 when rows could not be used (problems.csv lists them); 2 with an error and nothing written.
    """
    from equipoise.cli.derive_package import derive_package
    from equipoise.endpoints.policies import declare_policy

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        policies = [
            declare_policy(
                name,
                sources=source,
                evaluator=evaluator,
                reference_start=reference,
                censoring=censoring,
                scan_interval_days=scan_every or 0,
                scan_window_days=scan_window,
                therapy_categories=therapy,
            )
            for name in policy or ["recist_1_1"]
        ]
        unused = derive_package(folder, out, policies, cutoff, steps, encoding or None)
    if unused:
        raise typer.Exit(ExitCode.NO)
