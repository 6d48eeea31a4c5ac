"""Commands of the keeper of the randomization list: draw and seal it, answer for it, compare what
was shown with what was allocated.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import LEDGER, BlockSizes, WholeNumber
from equipoise.cli.speak import QUIET_SECONDS, err, fail, out, pour, progress, readable_failures

if TYPE_CHECKING:
    from equipoise.store.sealed_boxes import Secret

PASSPHRASE = "EQUIPOISE_ALLOCATOR_PASSPHRASE"  # noqa: S105  (the name of a variable)
app = typer.Typer(
    no_args_is_help=True,
    help=(
        "The keeper of the randomization list: another person, another user of the system, and"
        " best another machine than the one that serves people."
    ),
)
KeyFile = Annotated[
    Path | None,
    typer.Option(help=f"the key file; without one the passphrase is read from {PASSPHRASE}"),
]
Log = Annotated[Path, typer.Option(help="what was shown and when, without arms")]


@app.command()
def create(
    protocol: Annotated[str, typer.Argument(help="a protocol file or shipped id")],
    sealed: Annotated[Path, typer.Option("-o", "--output", help="the sealed list to write")],
    key_file: KeyFile = None,
    block_sizes: BlockSizes = None,
    emergency: Annotated[
        str | None,
        typer.Option(metavar="SITE", help="a list of envelopes for a site instead"),
    ] = None,
    envelopes: Annotated[
        int,
        typer.Option(
            parser=WholeNumber(1, 1000), help="with --emergency: how many for each stratum"
        ),
    ] = 8,
) -> None:
    """Draw the list from the system's randomness and seal it; prints what is to be committed. A
    key file that is not there is made.
    """
    from equipoise.surface.allocators import create_emergency_list, create_sealed_list

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("drawing and sealing")
        secret = _secret(key_file, make=True)
        made = (
            create_sealed_list(protocol, sealed, secret, block_sizes)
            if emergency is None
            else create_emergency_list(
                protocol, sealed, secret, emergency, envelopes=envelopes, block_sizes=block_sizes
            )
        )
    out.print(f"{sealed}: commitment {made.commitment}, {made.leaves} leaves", markup=False)
    out.print("Keep a copy of the list and one of the key, apart from each other.")


@app.command()
def cards(
    sealed: Annotated[Path, typer.Argument(help="the sealed emergency list of a site")],
    key_file: KeyFile = None,
) -> None:
    """Print the cards of an emergency list as CSV, for who fills the envelopes: outside stand site,
    stratum and number, inside lie arm and code.
    """
    from equipoise.exchange.tables import write_table
    from equipoise.surface.allocators import cards_of

    with readable_failures():
        held = cards_of(sealed, _secret(key_file))
        rows = [(each.site, " / ".join(each.stratum), *each[2:]) for each in held]
        pour(write_table(("site", "stratum", "envelope", "arm", "code"), rows))


@app.command()
def serve(
    sealed: Annotated[Path, typer.Argument(help="the sealed list")],
    socket: Annotated[Path, typer.Option(help="where to answer; its folder is for you alone")],
    log: Log,
    key_file: KeyFile = None,
    may_open: Annotated[
        bool, typer.Option("--may-open", help="show the whole list too: after closure")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="only see whether list, key and log go together")
    ] = False,
) -> None:
    """Answer for one position at a time, until it is stopped. Every answer is logged first."""
    from equipoise.surface.allocators import serve_allocator

    with readable_failures():
        server = serve_allocator(sealed, _secret(key_file), socket, log, may_open=may_open)
        out.print(f"answering at {socket}", markup=False)
        try:
            if not check:
                server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()
            socket.unlink(missing_ok=True)


@app.command()
def check(
    ledger: Annotated[str, typer.Argument(help=LEDGER)],
    log: Log,
) -> None:
    """Was every position that was shown allocated, and nothing else? Exit 0, or 1 with what
    differs.
    """
    from equipoise.surface.allocators import check_allocator_log
    from equipoise.surface.ledgers import BrokenLedger

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        try:
            found = list(check_allocator_log(ledger, log))
        except BrokenLedger as broken:
            fail(str(broken), ExitCode.NO)
    for line in found:
        err.print(line, markup=False)
    if found:
        raise typer.Exit(ExitCode.NO)
    out.print("every position that was shown is in the ledger, and no other")


def _secret(key_file: Path | None, *, make: bool = False) -> Secret:
    from equipoise.store.sealed_boxes import Secret, create_key, read_key

    if key_file is None:
        passphrase = os.environ.get(PASSPHRASE, "")
        if not passphrase:
            fail(f"expected --key-file, or a passphrase in {PASSPHRASE}")
        return Secret(passphrase=passphrase)
    return create_key(key_file) if make and not key_file.exists() else read_key(key_file)
