"""Commands that carry a ledger from one store to another: export, import, backup, restore; and set
one up in a database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import LEDGER
from equipoise.cli.speak import QUIET_SECONDS, fail, out, progress, readable_failures

if TYPE_CHECKING:
    from equipoise.surface.copies import Copied

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Carry a ledger from one store to another: a file (JSON lines), an SQLite file"
        " (.sqlite), or a schema of PostgreSQL (postgresql://user@host/database#schema)."
    ),
)
Source = Annotated[str, typer.Argument(help=LEDGER, metavar="LEDGER")]
Empty = Annotated[str, typer.Argument(help="where it goes: empty, or not there yet")]


@app.command("export")
def export(ledger: Source, to: Empty) -> None:
    """Write a ledger that verifies to an empty place, byte for byte. Exit 1 if it does not
    verify.
    """
    from equipoise.surface.copies import copy_ledger

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and writing")
        _say(to, _or_no(lambda: copy_ledger(ledger, to)))


@app.command("import")
def import_(ledger: Source, to: Empty) -> None:
    """Take a ledger over into an empty place, byte for byte: the other way round."""
    export(ledger, to)


@app.command()
def backup(
    ledger: Source,
    to: Annotated[str, typer.Argument(help="a new file, or an older backup of the same ledger")],
) -> None:
    """Write a backup, or bring an older one up to date. What was redacted since goes there too."""
    from equipoise.surface.copies import back_up_ledger

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and writing")
        _say(to, _or_no(lambda: back_up_ledger(ledger, to)))


@app.command()
def restore(
    backup: Annotated[str, typer.Argument(help="the backup")],
    to: Empty,
    redacted_in: Annotated[
        str | None,
        typer.Option(help="a younger copy, even a damaged one: its redactions are done again"),
    ] = None,
    actor: Annotated[
        str, typer.Option(help="with --redacted-in: the code of the data manager who does it")
    ] = "",
) -> None:
    """Restore a backup that verifies to an empty place. What was redacted after it was written is
    redacted again.
    """
    from equipoise.surface.copies import restore_ledger

    if redacted_in is not None and not actor:
        fail("--redacted-in: expected --actor, the code of the data manager who redacts again")
    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and writing")
        done = lambda: restore_ledger(backup, to, redacted_in=redacted_in, actor=actor)  # noqa: E731
        _say(to, _or_no(done))


@app.command("set-up")
def set_up(
    database: Annotated[
        str, typer.Argument(help="postgresql://owner@host/database#schema, as the owner")
    ],
    role: Annotated[str, typer.Option(help="the role that serves people: it may read and add")],
) -> None:
    """Make the tables and functions of a ledger in PostgreSQL, or bring them up to this release.
    Later only the role's own address is used.
    """
    from equipoise.surface.copies import set_up_ledger

    with readable_failures():
        schema = set_up_ledger(database, role)
    out.print(f"the schema {schema} is ready; {role} may read it, add to it and redact by log")


def _or_no(done: object) -> Copied:
    from equipoise.surface.ledgers import BrokenLedger

    try:
        return done()  # type: ignore[operator,no-any-return]
    except BrokenLedger as broken:
        fail(str(broken), ExitCode.NO)


def _say(to: str, copied: Copied) -> None:
    from equipoise.store.places import shown

    out.print(
        f"{shown(to)}: {copied.head.seq} entries, {copied.added} of them new. Head"
        f" {copied.head.hash}"
    )
    if copied.redacted:
        out.print(f"redacted there too: entries {', '.join(map(str, copied.redacted))}")
