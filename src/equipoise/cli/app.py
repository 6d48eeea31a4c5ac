"""Which commands are there? Each reads its input, asks one function of the core, and shows the
answer.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys

import typer

from equipoise.cli import (
    analyze,
    conformance,
    derive,
    design,
    ledger,
    participant,
    protocol,
    rechallenge,
    trial,
)

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
app.add_typer(protocol.app, name="protocol")
app.add_typer(conformance.app, name="conformance")
app.add_typer(derive.app, name="derive")
app.add_typer(analyze.app, name="analyze")
for module in (trial, design, rechallenge, participant, ledger):
    module.register(app)


def _reflow(text: str) -> str:
    """Paragraphs without the line breaks of the source, which rich would print as they are."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


for group in (app, protocol.app, conformance.app, derive.app, analyze.app):
    for command in group.registered_commands:
        command.help = _reflow(inspect.getdoc(command.callback) or "")


def main() -> None:
    """The entry point of the `equipoise` command."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was begun is cleaned up
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as mistake:  # ours, not the reader's; the traceback is for whoever mends it
        if os.environ.get("EQUIPOISE_DEBUG"):
            raise
        told = f"{type(mistake).__name__}: {mistake}"
        print(
            f"error: this should not happen ({told}). Set EQUIPOISE_DEBUG=1 for the traceback.",
            file=sys.stderr,
        )
        sys.exit(70)
