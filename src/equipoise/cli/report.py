"""The command that writes the documents of a trial: for readers, journals and the committee."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import AS_OF, CUTOFF, LEDGER
from equipoise.cli.speak import QUIET_SECONDS, out, progress, readable_failures
from equipoise.cli.trial import read_trial

FORMATS = "html,pdf,rtf,csv,png,svg"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(report)


def report(
    ledger: Annotated[str, typer.Argument(help=LEDGER)],
    out_dir: Annotated[Path, typer.Option("--out", help="the folder in which the files go")],
    formats: Annotated[
        str,
        typer.Option(
            help="which, with commas: html, pdf (PDF/A, and a page for each figure), rtf (all"
            " tables), csv (all tables, with a codebook), png and svg (all figures)"
        ),
    ] = FORMATS,
    reader: Annotated[
        str,
        typer.Option(
            "--for",
            help="everybody, committee-open (arms pooled, nothing of efficacy) or committee-closed"
            " (by arm; the primary endpoint only at a declared look)",
        ),
    ] = "everybody",
    as_of: Annotated[str | None, typer.Option(help=AS_OF)] = None,
    cutoff: Annotated[str | None, typer.Option(help=f"{CUTOFF}; default: as-of")] = None,
) -> None:
    """The report of a ledger as HTML, PDF, RTF, CSV and pictures; also for the committee. Every
    format is written from the one page, so a number is the same in all.
    """
    from equipoise.store.files import write_files
    from equipoise.surface.documents import check_wishes, write_documents

    wanted = [each.strip() for each in formats.split(",")]
    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        check_wishes(wanted, reader)
        steps.step("verifying and analyzing")
        analyzed, read = read_trial(ledger, as_of, cutoff)
        steps.step("writing the documents")
        files = write_documents(analyzed, read.entries, wanted, reader=reader)
        write_files({out_dir / name: content for name, content in files.items()})
    for name in sorted(files, key=lambda name: ("/" in name, name)):
        out.print(str(out_dir / name), markup=False)
