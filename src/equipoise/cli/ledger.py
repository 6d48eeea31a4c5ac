"""Commands about the ledger: verify, redact, recover, why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import WholeNumber
from equipoise.cli.speak import QUIET_SECONDS, err, fail, in_line, out, progress, readable_failures

if TYPE_CHECKING:
    from equipoise.ledger.verified import Verified

LARGEST_SEQ = 2**63 - 1
Ledger = Annotated[Path, typer.Argument(help="a ledger file (JSON lines)")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (verify, redact, recover, why):
        app.command()(command)


def verify(
    ledger: Ledger,
    anchor: Annotated[
        str | None, typer.Option(help="a head kept elsewhere: on a report, an export, a signature")
    ] = None,
) -> None:
    """Does the ledger hold together? Exit 0, or 1 with the first bad entry."""
    from equipoise.ledger.verified import Broken
    from equipoise.surface import ledgers

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        finding = ledgers.verify(ledger, anchor)
        if isinstance(finding, Broken):
            err.print(f"{ledger}: entry {finding.seq}: {finding.why}", markup=False)
            raise typer.Exit(ExitCode.NO)
    _warn_of_leftovers(ledger)
    for line in _told(ledger, finding):
        out.print(line, markup=False)
    if anchor is None:
        out.print(
            "Without --anchor, a ledger that was cut short or written anew cannot be told from a"
            " whole one."
        )


def _warn_of_leftovers(ledger: Path) -> None:
    half = ledger.with_name(ledger.name + ".rewriting")
    if half.exists():
        err.print(
            f"{half} is left from a redaction that was interrupted; it holds the old content:"
            " delete it",
            markup=False,
        )


def _told(ledger: Path, finding: Verified) -> Iterator[str]:
    """The finding in words: what holds, what was redacted, and whether the opened list was kept
    to.
    """
    redacted = ", ".join(map(str, finding.redacted))
    gone = f", content redacted by log: {redacted}" if redacted else ""
    yield f"{ledger}: {finding.entries} entries hold{gone}. Head {finding.head}"
    if finding.allocations is not None:
        yield (
            "The opened randomization list is the one committed, and all"
            f" {finding.allocations} allocations follow it."
        )


def redact(
    ledger: Ledger,
    entry: Annotated[
        int,
        typer.Argument(
            parser=WholeNumber(1, LARGEST_SEQ),
            metavar="ENTRY",
            help="the number (seq) of the entry",
        ),
    ],
    reason: Annotated[str, typer.Option(help="why; stays in the ledger, so no names here")],
    actor: Annotated[
        str,
        typer.Option(help="the code of the person who redacts; stays in the ledger, so no names"),
    ],
    site: Annotated[
        str | None, typer.Option(help="the site, if the redaction is one's own")
    ] = None,
) -> None:
    """Take the content out of one entry, logged; all hashes stay valid. Exit 0, or 1 when
    refused.
    """
    from equipoise.ledger.entry import Entry
    from equipoise.surface import ledgers

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        try:
            log = ledgers.redact(ledger, entry, reason=reason, actor=actor, site=site)
        except ledgers.BrokenLedger as broken:
            fail(str(broken), ExitCode.NO)
        if not isinstance(log, Entry):
            fail(str(log), ExitCode.NO)
    out.print(
        f"entry {entry} redacted, logged as entry {log.seq}. New head {log.hash}", markup=False
    )
    out.print(
        "Backups, and reports made before, still hold the content. The next analysis is made"
        " without it."
    )


def recover(ledger: Ledger) -> None:
    """Move an incomplete last line, left by an interrupted write, to a file beside the ledger.
    Nothing is lost.
    """
    from equipoise.surface import ledgers

    with readable_failures():
        aside = ledgers.recover(ledger)
    out.print(
        f"the incomplete line is in {aside}" if aside else "nothing to do: the last line is whole",
        markup=False,
    )


def why(
    ledger: Ledger,
    subject: Annotated[str, typer.Argument(help="the participant's code")],
    endpoint: Annotated[
        str, typer.Argument(help="an endpoint (DCR, PFS, …), ELIGIBILITY or VISITS")
    ],
    cutoff: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD; nothing clinical after it")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD; nothing recorded after it")] = None,
) -> None:
    """From a participant's value back to the entries that made it."""
    from equipoise.cli.trial import read_trial
    from equipoise.report.trial.why import explain

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and analyzing")
        analyzed, read = read_trial(ledger, as_of, cutoff)
        lines = explain(analyzed, read.entries, subject, endpoint)
    for line in lines:
        out.print(in_line(line), markup=False)
