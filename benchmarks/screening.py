"""How long does `equipoise screen` take for one participant with very many laboratory rows?

`python benchmarks/screening.py` prints one Markdown table: seconds of the whole process with all
its output (the best of three), its peak memory, and the time as a multiple of that for 100 rows. Of
the rows a third is of a test that no criterion asks for, so that they are listed as not used.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from equipoise.exchange.subject_json import example_subject

SIZES = (100, 10_000, 100_000)
CALLS = 3
STARTED = "from equipoise.cli.app import app; app()"
TESTS = (("NEUT", "3.1", "10*9/L"), ("PLAT", "182", "10*9/L"), ("CREAT", "71", "umol/L"))


def participant(rows: int) -> str:
    """The shipped example, and that many laboratory rows of the months before."""
    person = example_subject()
    asked = date.fromisoformat(person["index_date"])
    person["records"]["LB"] += [
        {
            "LBTESTCD": test,
            "LBORRES": value,
            "LBORRESU": unit,
            "LBDTC": (asked - timedelta(10 + number % 300)).isoformat(),
        }
        for number in range(rows)
        for test, value, unit in (TESTS[number % len(TESTS)],)
    ]
    return json.dumps(person)


def seconds(file: Path) -> float:
    """The best time of the whole process."""
    best = float("inf")
    for _ in range(CALLS):
        begun = time.perf_counter()
        command = [sys.executable, "-c", STARTED, "screen", str(file)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> None:
    """Print the table."""
    print("| laboratory rows | seconds | times that of 100 | peak MB of all so far |")
    print("|--:|--:|--:|--:|")
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            file = Path(folder) / f"{rows}.json"
            file.write_text(participant(rows), encoding="utf-8")
            took = seconds(file)
            first = first or took
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"| {rows:,} | {took:.2f} | {took / first:.1f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
