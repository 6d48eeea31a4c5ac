"""Which commands are there? Each reads its input, asks one function of the core, and shows the
answer.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from equipoise.cli import (
    allocator,
    analyze,
    conformance,
    derive,
    design,
    ledger,
    ledger_copies,
    protocol,
    rechallenge,
    report,
    screening,
    serve,
    status,
    trial,
    tumors,
)
from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import OutputLost, discard, flush, guard
from equipoise.cli.speak import visible

app = typer.Typer(
    name="equipoise",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Run a randomized oncology trial from its protocol.\n\n"
        "Research software, not validated for patient care.\n\n"
        "Try: [bold]equipoise demo[/] (a whole simulated trial), "
        "[bold]equipoise protocol show NCT04509635[/],\n"
        "[bold]equipoise screen --example > she.json[/] and then "
        "[bold]equipoise screen she.json[/]."
    ),
)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"equipoise {version('equipoise')}")
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="tell the version and end"
        ),
    ] = False,
) -> None:
    """What stands before the name of a command."""


app.add_typer(protocol.app, name="protocol")
app.add_typer(conformance.app, name="conformance")
app.add_typer(derive.app, name="derive")
app.add_typer(analyze.app, name="analyze")
app.add_typer(ledger_copies.app, name="ledger")
app.add_typer(allocator.app, name="allocator")
for module in (trial, report, design, rechallenge, screening, tumors, ledger, serve, status):
    module.register(app)


def _reflow(text: str) -> str:
    """Paragraphs without the line breaks of the source, which rich would print as they are."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


for group in (app, protocol.app, conformance.app, derive.app, analyze.app):
    for command in group.registered_commands:
        command.help = _reflow(inspect.getdoc(command.callback) or "")


def main() -> None:
    """The entry point of the `equipoise` command: it ends with one of `ExitCode`."""
    guard()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.TERMINATED))  # so that it cleans up
    try:
        try:
            _run()
        finally:
            flush()
    except OutputLost as lost:
        _give_up(lost)


def _run() -> None:
    _check_words(sys.argv[1:])
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as mistake:  # noqa: BLE001  (ours, and this is the last place to say it)
        if os.environ.get("EQUIPOISE_DEBUG"):
            print(visible(traceback.format_exc()), end="", file=sys.stderr)
            sys.exit(ExitCode.OUR_MISTAKE)
        told = visible(f"{type(mistake).__name__}: {mistake}")
        print(
            f"error: this should not happen ({told}). Set EQUIPOISE_DEBUG=1 for the traceback.",
            file=sys.stderr,
        )
        sys.exit(ExitCode.OUR_MISTAKE)


def _check_words(words: list[str]) -> None:
    """A name of a file may hold what a terminal obeys, and typer would quote it."""
    for word in words:
        if (shown := visible(word)) != word:
            print(
                f"error: found {shown!r} among the words of the command, expected none with control"
                " characters; rename a file that is called so",
                file=sys.stderr,
            )
            sys.exit(ExitCode.BAD_INPUT)


def _give_up(lost: OutputLost) -> NoReturn:
    """Who closed the pipe knows; anything else is said where it still can be."""
    with suppress(OutputLost):
        if not lost.reader_left:
            print(f"error: {lost}", file=sys.stderr)
        sys.stderr.flush()
    discard()
    sys.exit(ExitCode.OUTPUT_LOST)
