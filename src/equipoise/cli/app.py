"""Which commands are there? Each reads its input, asks one function of the core, and shows the answer."""

from __future__ import annotations

import sys

import typer

from equipoise.cli import conformance, ledger, participant, protocol, trial

app = typer.Typer(
    name="equipoise",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="""Run a randomized oncology trial from its protocol.

    Research software, not validated for patient care.

    Try: [bold]equipoise demo[/] (a whole simulated trial), [bold]equipoise protocol show NCT04509635[/],
    [bold]equipoise screen --example > she.json[/] and then [bold]equipoise screen she.json[/].
    """,
)
app.add_typer(protocol.app, name="protocol")
app.add_typer(conformance.app, name="conformance")
for module in (trial, participant, ledger):
    module.register(app)


def main() -> None:
    """The entry point of the `equipoise` command."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
