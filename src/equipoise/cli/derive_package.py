"""What does `derive SDTM_DIR` do? Reads the package, derives by each policy, writes all files at
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.table import Table

from equipoise.cli.progress import Steps
from equipoise.cli.speak import err, out
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.problems import ASIDE, TO_ASK
from equipoise.store.files import write_files
from equipoise.surface.packages import Derived, derive
from equipoise.terms.dates import parse_date


def derive_package(
    folder: Path,
    target: Path,
    policies: Sequence[DerivationPolicy],
    cutoff: str,
    steps: Steps,
    encoding: str | None = None,
) -> int:
    """Write the outputs of every policy; returns how many lines of the listings tell of data that
    were not used.
    """
    if target.exists() and not target.is_dir():
        raise ValueError(f"{target} is a file; --out names a folder")
    if target.exists() and folder.exists() and target.samefile(folder):
        raise ValueError(f"{target} is the package itself; write to another folder")
    until = _cutoff(cutoff)
    files: dict[Path, str | bytes] = {}
    unused, written = 0, []
    for policy in policies:
        derived = derive(folder, policy, cutoff=until, step=steps.step, encoding=encoding)
        where = target / policy.name if len(policies) > 1 else target
        files |= {where / name: content for name, content in derived.files.items()}
        written.append((derived, policy, where))
        unused += derived.package.problems.unused
    steps.step(f"writing {len(files)} files")
    write_files(files)
    for row in written:
        _say(*row)
    return unused


def _cutoff(text: str) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text).exact
    except ValueError as error:
        raise ValueError(f"cutoff: {error}") from None
    if day is None:
        raise ValueError(f"cutoff: found {text!r}, expected a date known to the day, YYYY-MM-DD")
    return day


def _say(derived: Derived, policy: DerivationPolicy, where: Path) -> None:
    """One small table: what was derived, what differs, what could not be used."""
    package, endpoints = derived.package, derived.endpoints
    table = Table(title=f"policy {policy.name}, cutoff {derived.cutoff}", title_justify="left")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for what, number in (
        ("subjects in DM", package.in_dm),
        (f"subjects with a start ({policy.reference_start})", len(package.persons)),
        ("rows of ADRS", len(endpoints.adrs)),
        ("rows of ADTTE", len(endpoints.adtte)),
        ("responses reported otherwise than derived", len(endpoints.discrepancies)),
        ("problems: not used", package.problems.unused),
        ("problems: to ask", sum(one.kind == TO_ASK for one in package.problems.listed)),
        ("files left aside", sum(one.kind == ASIDE for one in package.problems.listed)),
    ):
        table.add_row(what, str(number))
    out.print(table)
    for one in package.problems.listed:
        if one.kind == ASIDE:
            out.print(f"not used: {one.file}: {one.reason}", markup=False)
    err.print(f"written to {where}", markup=False)
