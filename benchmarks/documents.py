"""How long does a report take in all its formats, and how large is it?

Run `python benchmarks/documents.py 50 1000`; for each number of participants a trial is rehearsed
and analyzed once, and then every format is written from it. It prints a table and ends by itself.
The times of the formats are of one call each, the page's own included in each but `analysis`; the
budget is 10 seconds for 50 participants, and 60 seconds and 5 MB of HTML for 1,000.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import equipoise
from equipoise.surface.documents import FORMATS

BUDGET = {50: (10.0, 5.0), 1000: (60.0, 5.0)}
"""Seconds and megabytes of HTML, by the number of participants."""


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


def rows(participants: int) -> list[str]:
    """One row for each format, one for all at once, and one for the analysis before."""
    protocol = equipoise.load_protocol("NCT04509635")
    ledger = equipoise.rehearse(protocol, participants=participants, seed=7)
    seconds, analysis = timed(lambda: equipoise.analyze(ledger))
    told = [row(participants, "analysis", seconds, "")]
    for name in FORMATS:
        each, files = timed(lambda name=name: written(analysis, ledger, (name,)))  # type: ignore[misc]
        told.append(row(participants, name, each, sizes(files)))
    whole, files = timed(lambda: written(analysis, ledger, FORMATS))
    told.append(row(participants, "all formats", whole, sizes(files)))
    if participants in BUDGET:
        most, megabytes = BUDGET[participants]
        page = len(str(files["report.html"]).encode()) / 1e6
        assert seconds + whole <= most, f"{seconds + whole:.1f} s, allowed are {most:g}"
        assert page <= megabytes, f"{page:.1f} MB of HTML, allowed are {megabytes:g}"
    return told


def written(analysis: Any, ledger: Any, formats: tuple[str, ...]) -> dict[str, str | bytes]:
    """The files of a report."""
    return equipoise.write_documents(analysis, ledger.entries, formats)


def sizes(files: dict[str, str | bytes]) -> str:
    """How many files, and how large together."""
    whole = sum(len(one.encode() if isinstance(one, str) else one) for one in files.values())
    return f"{len(files)} | {whole / 1e6:.2f}"


def row(participants: int, name: str, seconds: float, files: str) -> str:
    """A row of the table."""
    return f"| {participants:,} | {name} | {seconds:.2f} | {files or ' | '} |"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("participants", type=int, nargs="*", default=[50, 1000])
    print("| participants | what | seconds | files | MB |\n|--:|---|--:|--:|--:|")
    for participants in parser.parse_args().participants:
        print("\n".join(rows(participants)), flush=True)


if __name__ == "__main__":
    main()
