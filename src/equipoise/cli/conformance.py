"""Commands about the conformance suite: hold this software, or another, to the published rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.speak import QUIET_SECONDS, err, out, progress, readable_failures

app = typer.Typer(no_args_is_help=True, help="Language-neutral cases of the published rules.")


@app.command()
def run(
    against: Annotated[
        str, typer.Option(help="another program: a command that answers one JSON case per line")
    ] = "",
    cases: Annotated[
        Path | None, typer.Option(help="the folder of the cases; default: those that come along")
    ] = None,
) -> None:
    """Run every case. Exit 0 when all agree, 1 with each case that does not, its clause and why."""
    from equipoise.surface.cases import run_conformance

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step(f"asking {against or 'ourselves'}")
        result = run_conformance(against, cases)
    for failure in result.failures:
        err.print(
            f"{failure.topic} {failure.case} ({failure.clause}): expected {dict(failure.expected)},"
            f" found {dict(failure.got)}. {failure.why}",
            markup=False,
        )
    for topic, total in result.total.items():
        out.print(f"{topic:22} {result.passed[topic]:4} of {total}")
    out.print(f"{'all':22} {sum(result.passed.values()):4} of {sum(result.total.values())}")
    if result.failures:
        raise typer.Exit(ExitCode.NO)
