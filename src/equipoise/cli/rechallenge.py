"""The command about the hypothesis of the trial: what is expected of re-challenge?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.options import Seed, whole
from equipoise.cli.speak import err, out, progress, readable_failures


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(rechallenge)


def rechallenge(
    protocol: Annotated[str, typer.Argument(help="a protocol file or shipped id")] = "NCT04509635",
    patients: Annotated[int, whole(40, 200_000, "followed at each resistant fraction")] = 5000,
    seed: Seed = 1,
    page: Annotated[
        Path | None, typer.Option("--out", help="a page with figures, tables and every input")
    ] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="all figures as JSON")] = None,
) -> None:
    """What does anti-EGFR re-challenge gain, by drug-free interval, half-life of the resistant
    clone and ctDNA assay?

    Virtual tumors under the trial's own rules. All of it is simulated, and much of it assumed: the
    page says what.
    """
    from equipoise.planning.rechallenge.simulate import simulate_rechallenge
    from equipoise.report.rechallenge.page import write_rechallenge
    from equipoise.report.rechallenge.terminal import show_rechallenge
    from equipoise.store.files import write_files
    from equipoise.surface.protocols import load_protocol

    began = time.perf_counter()
    with readable_failures(), progress() as steps:
        declared = load_protocol(protocol)
        if page is not None and page == as_json:
            raise ValueError(f"--out and --json are the same file, {page}")
        count = steps.step("virtual patients")
        simulated = simulate_rechallenge(declared, patients, seed, progress=count)
        texts = {}
        if page is not None:
            texts[page] = write_rechallenge(simulated)
        if as_json is not None:
            texts[as_json] = json.dumps(simulated.as_json(), indent=1, allow_nan=False) + "\n"
        write_files(texts)
    out.print(show_rechallenge(simulated), markup=False)
    err.print(f"{time.perf_counter() - began:.1f} s")
    for path in texts:
        err.print(f"written: {path}", markup=False)
