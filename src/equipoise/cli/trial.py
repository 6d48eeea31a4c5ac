"""Commands about the whole trial: demo, rehearse, and `analyze` of a ledger."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.options import AS_OF, CUTOFF, LEDGER, BlockSizes, Participants, Seed
from equipoise.cli.speak import QUIET_SECONDS, err, out, progress, readable_failures, styled

if TYPE_CHECKING:
    from equipoise.analysis.analyze import Analysis
    from equipoise.analysis.results.participants import Flow
    from equipoise.surface.ledgers import Ledger


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (demo, rehearse):
        app.command()(command)


def demo(
    participants: Participants = 50,
    seed: Seed = 7,
    out_dir: Annotated[Path, typer.Option("--out", help="where the files go")] = Path("demo"),
    serve: Annotated[
        bool,
        typer.Option(
            "--serve/--no-serve",
            help="then serve a trial in the middle of its work, with this report one click away",
        ),
    ] = False,
) -> None:
    """A whole simulated trial, from screening to report: ledger.jsonl, results.json and
    report.html.
    """
    from equipoise.surface import analyses, rehearsals
    from equipoise.surface.ledgers import check_place, write_ledger
    from equipoise.surface.protocols import load_protocol

    began = time.perf_counter()
    with readable_failures(), progress() as steps:
        check_place(out_dir / "ledger.jsonl")
        declared = load_protocol("NCT04509635")
        count = steps.step("simulated trial: randomized")
        ledger = rehearsals.rehearse(declared, participants=participants, seed=seed, progress=count)
        write_ledger(ledger, out_dir / "ledger.jsonl")
        steps.step(f"analyzing {len(ledger.entries)} entries")
        analyzed = analyses.analyze(ledger)
        steps.step("writing the report")
        _write(analyzed, ledger, out_dir)
    _summary(analyzed, out_dir)
    err.print(f"{time.perf_counter() - began:.1f} s")
    out.print(f"Open {out_dir / 'report.html'}, or try:", markup=False)
    subject = next(iter(analyzed.courses), "SUBJECT")
    out.print(f"  equipoise why {out_dir / 'ledger.jsonl'} {subject} DCR", markup=False)
    out.print(
        f"  equipoise verify {out_dir / 'ledger.jsonl'} --anchor {ledger.verified.head}",
        markup=False,
    )
    if serve:
        from equipoise.cli.serve import serve as serve_pages

        serve_pages(demo=True, data=out_dir / "server", report=out_dir / "report.html")


def rehearse(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="the ledger to write; it must not exist")
    ],
    protocol: Annotated[str, typer.Option(help="a protocol file or shipped id")] = "NCT04509635",
    participants: Participants = 50,
    seed: Seed = 7,
    block_sizes: BlockSizes = None,
) -> None:
    """Virtual participants go through the commands into a ledger, site by site, day by day. All of
    it is simulated.
    """
    from equipoise.surface import rehearsals
    from equipoise.surface.ledgers import check_place, write_ledger
    from equipoise.surface.protocols import load_protocol

    with readable_failures(), progress() as steps:
        if output.exists():
            raise ValueError(f"{output} exists; a rehearsal never writes over a ledger")
        check_place(output)
        declared = load_protocol(protocol)
        count = steps.step("simulated trial: randomized")
        ledger = rehearsals.rehearse(
            declared,
            participants=participants,
            seed=seed,
            block_sizes=block_sizes,
            progress=count,
        )
        write_ledger(ledger, output)
    told = f"{ledger.verified.entries} entries in {output}. Head {ledger.verified.head}"
    out.print(f"simulated: {told}", markup=False)


def _write(analyzed: Analysis, ledger: Ledger, folder: Path) -> None:
    from equipoise.analysis.results.json_form import write_results
    from equipoise.report.trial.page import write_report
    from equipoise.store.files import write_files

    texts = {
        "results.json": write_results(analyzed.results),
        "report.html": write_report(analyzed, ledger.entries),
    }
    write_files({folder / name: text for name, text in texts.items()})


def analyze(
    ledger: Annotated[str, typer.Argument(help=LEDGER)],
    out_dir: Annotated[Path, typer.Option("--out", help="where results.json and report.html go")],
    as_of: Annotated[str | None, typer.Option(help=AS_OF)] = None,
    cutoff: Annotated[str | None, typer.Option(help=f"{CUTOFF}; default: as-of")] = None,
    protocol: Annotated[
        str | None, typer.Option(help="refuse unless the ledger holds this protocol")
    ] = None,
) -> None:
    """Results and report of a ledger, as it was known on a day and up to a clinical cutoff."""
    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and analyzing")
        analyzed, read = read_trial(ledger, as_of, cutoff)
        if protocol is not None:
            _same_protocol(analyzed, protocol)
        steps.step("writing the report")
        _write(analyzed, read, out_dir)
    _summary(analyzed, out_dir)


def read_trial(ledger: str, as_of: str | None, cutoff: str | None) -> tuple[Analysis, Ledger]:
    """The analysis of a ledger file that verifies, and its entries."""
    from equipoise.surface import analyses
    from equipoise.surface.ledgers import read_ledger

    known, last = _day(as_of, "--as-of"), _day(cutoff, "--cutoff")
    read = read_ledger(ledger)
    return analyses.analyze(read, as_of=known, cutoff=last), read


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option}: found {text!r}, expected a day as YYYY-MM-DD") from None


def _same_protocol(analyzed: Analysis, name: str) -> None:
    from equipoise.protocol.payload import protocol_hash
    from equipoise.surface.protocols import load_protocol

    wanted = load_protocol(name)
    held = [version.hash for version in analyzed.trial.versions]
    if protocol_hash(wanted) not in held:
        raise ValueError(
            f"the ledger does not hold the protocol {name} (hash {protocol_hash(wanted)[:12]}); it"
            " holds "
            + ", ".join(
                f"{v.protocol.id} version {v.protocol.version} ({v.hash[:12]})"
                for v in analyzed.trial.versions
            )
        )


def _summary(analyzed: Analysis, folder: Path) -> None:
    from equipoise.report.trial.safety_review import review_line
    from equipoise.report.trial.terminal import primary_lines

    results = analyzed.results
    if results.status not in ("LOCKED", "ARCHIVED"):
        out.print(f"NOT LOCKED: the trial is {results.status.lower()}; results may change.")
    trial = f"{results.protocol.id} version {results.protocol.version}, cutoff {results.cutoff}"
    out.print(styled(("SIMULATED ", "bold yellow"), trial) if results.simulated else trial)
    out.print("  " + _counts(results.flow))
    arms, effect = primary_lines(results)
    for line in arms:
        out.print(f"  {line}", markup=False)
    for gone in results.redacted:
        out.print(
            f"  without {', '.join(gone.fields)} of entry {gone.entry}, taken out by {gone.by},"
            f" decided by {gone.decided_by}: {gone.reason} ({gone.ground})",
            markup=False,
        )
    out.print(f"  {effect}", markup=False)
    if review := review_line(results.safety_review):
        out.print(f"  {review}", markup=False)
    written = "ledger.jsonl, " if (folder / "ledger.jsonl").exists() else ""
    out.print(f"  files: {folder}/{written}results.json, report.html", markup=False)


def _counts(flow: Flow) -> str:
    counts = {
        "screened": flow.screened,
        "not eligible": flow.not_eligible,
        "unknown": flow.unknown,
        "declined": len(flow.declined),
        "still in screening": len(flow.eligible_not_randomized),
        "randomized": flow.randomized,
    }
    return ", ".join(f"{name} {number}" for name, number in counts.items() if number)
