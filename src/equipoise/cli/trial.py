"""Commands about the whole trial: demo, rehearse, and `analyze` of a ledger."""

from __future__ import annotations

import re
import secrets
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise.cli.ledger_file import stored
from equipoise.cli.options import Participants, Seed
from equipoise.cli.speak import QUIET_SECONDS, err, out, progress, readable_failures

if TYPE_CHECKING:
    from equipoise.analysis.analyze import Analysis
    from equipoise.analysis.results.participants import Flow
    from equipoise.cli.progress import Steps
    from equipoise.ledger.entry import Entry
    from equipoise.ledger.verified import Broken, Verified


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (demo, rehearse):
        app.command()(command)


def demo(
    participants: Participants = 50,
    seed: Seed = 7,
    out_dir: Annotated[Path, typer.Option("--out", help="where the files go")] = Path("demo"),
    no_serve: Annotated[  # noqa: ARG001  (there is no server yet)
        bool, typer.Option("--no-serve", help="only write the files (there is no server yet)")
    ] = False,
) -> None:
    """A whole simulated trial, from screening to report: ledger.jsonl, results.json and
    report.html.
    """
    from equipoise.conduct.verify import verify_entries

    began = time.perf_counter()
    with readable_failures(), progress() as steps:
        _check_place(out_dir / "ledger.jsonl")
        entries = _rehearsed("NCT04509635", participants, seed, steps)
        _store_new(out_dir / "ledger.jsonl", entries)
        steps.step(f"analyzing {len(entries)} entries")
        analyzed = _analyzed(entries, verify_entries(entries), None, None)
        steps.step("writing the report")
        _write(analyzed, entries, out_dir)
    _summary(analyzed, out_dir)
    err.print(f"{time.perf_counter() - began:.1f} s")
    out.print(f"Open {out_dir / 'report.html'}, or try:", markup=False)
    subject = next(iter(analyzed.courses), "SUBJECT")
    out.print(f"  equipoise why {out_dir / 'ledger.jsonl'} {subject} DCR", markup=False)
    out.print(
        f"  equipoise verify {out_dir / 'ledger.jsonl'} --anchor {entries[-1].hash}", markup=False
    )


def rehearse(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="the ledger to write; it must not exist")
    ],
    protocol: Annotated[str, typer.Option(help="a protocol file or shipped id")] = "NCT04509635",
    participants: Participants = 50,
    seed: Seed = 7,
) -> None:
    """Virtual participants go through the commands into a ledger, site by site, day by day. All of
    it is simulated.
    """
    with readable_failures(), progress() as steps:
        if output.exists():
            raise ValueError(f"{output} exists; a rehearsal never writes over a ledger")
        _check_place(output)
        entries = _rehearsed(protocol, participants, seed, steps)
        _store_new(output, entries)
    out.print(
        f"simulated: {len(entries)} entries in {output}. Head {entries[-1].hash}", markup=False
    )


def _rehearsed(protocol: str, participants: int, seed: int, steps: Steps) -> list[Entry]:
    from equipoise.protocol.yaml_file import load
    from equipoise.rehearsal.rehearse import draw_sealed_list
    from equipoise.rehearsal.rehearse import rehearse as rehearse_trial
    from equipoise.store.memory import Memory

    declared, storage = load(protocol), Memory()
    sealed = draw_sealed_list(declared, participants=participants, seed=seed)
    count = steps.step("simulated trial: randomized")
    rehearse_trial(declared, storage, sealed, participants=participants, seed=seed, progress=count)
    return storage.read()


def _check_place(path: Path) -> None:
    """A new ledger takes the place of an earlier rehearsal only, never of one that may hold real
    data.
    """
    from equipoise.store.lock import check_lock

    check_lock()
    if path.exists() and not _is_rehearsal(path):
        raise ValueError(f"{path} exists and is not a rehearsal; choose another folder")


def _store_new(path: Path, entries: list[Entry]) -> None:
    """A ledger is written whole under another name and then takes its place: half a ledger is never
    seen.
    """
    from equipoise.store.json_lines import JsonLines, WriteFailed

    _check_place(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        JsonLines(fresh).append_many(entries)
        fresh.replace(path)
    except WriteFailed as failed:
        raise OSError(f"{path} cannot be written ({failed.why})") from failed
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".lock").unlink(missing_ok=True)


def _is_rehearsal(path: Path) -> bool:
    """Does the file begin with a protocol adopted for a simulation?"""
    with path.open("rb") as file:
        first = file.readline()
    return b'"type":"ProtocolAdopted"' in first and b'"simulated":true' in first


def _write(analyzed: Analysis, entries: list[Entry], folder: Path) -> None:
    from equipoise.analysis.results.json_form import write_results
    from equipoise.report.trial.page import write_report
    from equipoise.store.files import write_files

    texts = {
        "results.json": write_results(analyzed.results),
        "report.html": write_report(analyzed, entries),
    }
    write_files({folder / name: text for name, text in texts.items()})


def analyze(
    ledger: Annotated[Path, typer.Argument(help="a ledger file")],
    out_dir: Annotated[Path, typer.Option("--out", help="where results.json and report.html go")],
    as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD; nothing recorded after it")] = None,
    cutoff: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD; nothing clinical after it; default: as-of")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="refuse unless the ledger holds this protocol")
    ] = None,
) -> None:
    """Results and report of a ledger, as it was known on a day and up to a clinical cutoff."""
    with readable_failures(), progress(after=QUIET_SECONDS) as steps:
        steps.step("verifying and analyzing")
        analyzed, entries = read_trial(ledger, as_of, cutoff)
        if protocol is not None:
            _same_protocol(analyzed, protocol)
        steps.step("writing the report")
        _write(analyzed, entries, out_dir)
    _summary(analyzed, out_dir)


def read_trial(ledger: Path, as_of: str | None, cutoff: str | None) -> tuple[Analysis, list[Entry]]:
    """The analysis of a ledger file that verifies, and its entries."""
    from equipoise.conduct.verify import verify_lines
    from equipoise.ledger.verified import Broken

    store = stored(ledger)
    if isinstance(finding := verify_lines(store.lines()), Broken):
        raise ValueError(
            f"{ledger}: entry {finding.seq}: {finding.why}. A ledger that does not verify is not"
            " analyzed"
        )
    entries = store.read()
    return _analyzed(entries, finding, _day(as_of, "--as-of"), _day(cutoff, "--cutoff")), entries


def _analyzed(
    entries: list[Entry], finding: Verified | Broken, as_of: date | None, cutoff: date | None
) -> Analysis:
    from equipoise.analysis.analyze import analyze as analyze_trial
    from equipoise.analysis.known import know

    return analyze_trial(know(entries, finding, as_of=as_of, cutoff=cutoff))


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
    from equipoise.protocol.yaml_file import load

    wanted = load(name)
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
    from equipoise.report.trial.terminal import primary_lines

    results = analyzed.results
    label = "[bold yellow]SIMULATED[/] " if results.simulated else ""
    out.print(
        f"{label}{results.protocol.id} version {results.protocol.version}, cutoff {results.cutoff}"
    )
    out.print("  " + _counts(results.flow))
    arms, effect = primary_lines(results)
    for line in arms:
        out.print(f"  {line}", markup=False)
    if gone := results.redacted:
        out.print(
            f"  [bold]without the content of {len(gone)} redacted entries[/]:"
            f" {', '.join(map(str, gone))}"
        )
    out.print(f"  {effect}", markup=False)
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
