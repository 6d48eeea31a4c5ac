"""The command that tells how a trial stands: what is open, and by when."""

from __future__ import annotations

from typing import Annotated

import typer

from equipoise.cli.options import LEDGER
from equipoise.cli.speak import QUIET_SECONDS, in_line, out, progress, readable_failures


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(status)


def status(
    ledger: Annotated[str, typer.Argument(help=LEDGER)],
    at: Annotated[
        str | None,
        typer.Option(
            help="a time with its offset from UTC; default: now, of a simulated trial its last"
            " entry"
        ),
    ] = None,
) -> None:
    """What is open: assumptions to confirm, serious events to tell the authorities of and by
    when, deviations to classify, codes that may be one person, envelopes to count.
    """
    from equipoise.surface.ledgers import read_ledger
    from equipoise.surface.standing import standing

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        lines = standing(read_ledger(ledger), at)
    for line in lines:
        out.print(in_line(line), markup=False)
