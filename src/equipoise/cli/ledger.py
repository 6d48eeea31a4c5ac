"""Commands about the ledger: verify, head, redact, recover, why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.options import AS_OF, CUTOFF, LEDGER, WholeNumber
from equipoise.cli.speak import QUIET_SECONDS, err, fail, in_line, out, progress, readable_failures

if TYPE_CHECKING:
    from equipoise.ledger.verified import Verified

LARGEST_SEQ = 2**63 - 1
GROUNDS = ("IDENTIFIER", "ENTERED UNLAWFULLY", "ERASURE")
"""`conduct.redaction.Ground`; a test holds the two together."""
Ledger = Annotated[str, typer.Argument(help=LEDGER)]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (verify, head, redact, recover, why):
        app.command()(command)


def verify(
    ledger: Ledger,
    anchor: Annotated[
        str | None, typer.Option(help="a head kept elsewhere: on a report, an export, a signature")
    ] = None,
    witness: Annotated[
        Path | None, typer.Option(help="a file of signed heads, kept by somebody else")
    ] = None,
) -> None:
    """Does the ledger hold, every rule at every entry? Exit 0, or 1 with the first bad entry."""
    from equipoise.ledger.verified import Broken
    from equipoise.store.places import shown
    from equipoise.surface import heads, ledgers

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        finding = ledgers.verify(ledger, anchor)
        if witness is not None and not isinstance(finding, Broken):
            finding = heads.witnessed(finding, ledger, witness)
        if isinstance(finding, Broken):
            err.print(f"{shown(ledger)}: entry {finding.seq}: {finding.why}", markup=False)
            err.print(f"It means: {finding.means}.", markup=False)
            raise typer.Exit(ExitCode.NO)
    _warn_of_leftovers(ledger)
    for line in _told(ledger, finding):
        out.print(line, markup=False)
    if witness is not None and (last := heads.last_witnessed(witness)):
        out.print(
            f"Every witnessed head is there; the last is of {last.at}, of {last.entries} entries.",
            markup=False,
        )
    elif anchor is None:
        out.print(
            "Without --anchor or --witness, a ledger that was cut short, or written anew by every"
            " rule, cannot be told from a whole one."
        )


def head(
    ledger: Ledger,
    sign: Annotated[
        Path | None, typer.Option(help="sign it with this key (PEM, outside the ledger's folder)")
    ] = None,
    witness: Annotated[
        Path | None, typer.Option(help="add the signed head to this file, best on another machine")
    ] = None,
    create_key: Annotated[
        Path | None, typer.Option(help="make a key, and publish its public part in the ledger")
    ] = None,
    actor: Annotated[
        str, typer.Option(help="with --create-key: the code of the sponsor or administrator")
    ] = "",
) -> None:
    """The head of a ledger that verifies: keep it elsewhere, or sign it. Exit 0, or 1 if it does
    not verify.
    """
    from equipoise.ledger.entry import Entry
    from equipoise.surface import heads, ledgers

    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying")
        try:
            if create_key is not None:
                made = heads.create_key(ledger, create_key, actor=actor)
                if not isinstance(made, Entry):
                    fail(str(made), ExitCode.NO)
            read = ledgers.read_ledger(ledger)
            signed = heads.sign_head(ledger, sign, witness) if sign is not None else None
        except ledgers.BrokenLedger as broken:
            fail(str(broken), ExitCode.NO)
    out.print(f"{read.verified.head}  {read.verified.entries} entries", markup=False)
    if signed is not None:
        where = f", added to {witness}" if witness is not None else ""
        out.print(f"signed at {signed.at} by {signed.public_key}{where}", markup=False)
        out.print(signed.signature, markup=False)


def _warn_of_leftovers(ledger: str) -> None:
    half = Path(f"{ledger}.rewriting")
    if half.exists():
        err.print(
            f"{half} is left from a redaction that was interrupted; it holds the old content:"
            " delete it",
            markup=False,
        )


def _told(ledger: str, finding: Verified) -> Iterator[str]:
    """The finding in words: what holds, what was redacted, and whether the opened list was kept
    to.
    """
    from equipoise.store.places import shown

    redacted = ", ".join(map(str, finding.redacted))
    gone = f", content redacted by log: {redacted}" if redacted else ""
    yield f"{shown(ledger)}: {finding.entries} entries hold{gone}. Head {finding.head}"
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
    law: Annotated[str, typer.Option(help="the law or rule that asks for it")],
    decided_by: Annotated[str, typer.Option(help="the code of the person who decided it")],
    actor: Annotated[
        str,
        typer.Option(help="the code of the data manager who does it, another person; no names"),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(help="a field to take out, such as /values/comment; none: every field"),
    ] = None,
    ground: Annotated[str, typer.Option(help=f"one of {', '.join(GROUNDS)}")] = GROUNDS[0],
) -> None:
    """Take fields out of one entry, logged; all hashes stay valid. Exit 0, or 1 when refused:
    state and results must stay as they are.
    """
    from equipoise.conduct.redaction import Redacted, RedactionRequest
    from equipoise.surface import ledgers, redactions

    if ground not in GROUNDS:
        fail(f"--ground: found {ground!r}, expected one of {', '.join(GROUNDS)}")
    asked = RedactionRequest(entry, tuple(field or ()), ground, law, decided_by)  # type: ignore[arg-type]
    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying, and asking whether anything rests on it")
        try:
            done = redactions.redact(ledger, asked, reason=reason, actor=actor)
        except ledgers.BrokenLedger as broken:
            fail(str(broken), ExitCode.NO)
        if not isinstance(done, Redacted):
            fail(str(done), ExitCode.NO)
    log = done.entries[-1]
    out.print(
        f"entry {entry} redacted, logged as entry {log.seq}. New head {log.hash}", markup=False
    )
    if done.signers:
        out.print(f"Tell those who had signed it: {', '.join(done.signers)}.", markup=False)
    out.print(
        "Backups, exports and reports made before still hold the content: `equipoise ledger backup`"
        " takes it out of a backup too. Every report from now on says who took out what, and why."
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
    cutoff: Annotated[str | None, typer.Option(help=CUTOFF)] = None,
    as_of: Annotated[str | None, typer.Option(help=AS_OF)] = None,
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
