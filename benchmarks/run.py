"""How fast is all of it, beside others, in one run on one machine?

`python benchmarks/run.py` prints one Markdown table; `--quick` takes small sizes (to see that it
runs: its figures are not to be quoted), `--write docs/benchmarks.md` puts the table between the
marks of that page. One thread for everybody, compiled code warmed up first, R timed inside R
without its start. What is not installed is named and left out.
"""

# ruff: noqa: E402  (the number of threads is read when numpy and numba are imported)
from __future__ import annotations

import os

for _name in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
):
    os.environ[_name] = "1"

import argparse
import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import survival_analysis

from equipoise import compiled
from equipoise.protocol.yaml_file import load
from equipoise.simulation.event_time_trial import Cut, EventTimeTrial, simulate_event_times
from equipoise.simulation.full_trial import simulate_trials, trial_of
from equipoise.statistics.proportions import p_values, power_of, rejection_region
from equipoise.statistics.sample_size import Accrual, Arm, Hazard
from equipoise.statistics.sequential import (
    HwangShihDeCani,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    design_group_sequential,
)

# Machine code is measured, however small the size.
compiled.STEPS_TO_START = compiled.STEPS_PER_KERNEL = 0

MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)
VERSIONS = ("numpy", "scipy", "numba", "greenwood", "survival", "statsmodels", "lifelines")

DESIGNS = {
    "OF": OBrienFleming(),
    "P": Pocock(),
    "asOF": OBrienFlemingSpending(),
    "asP": PocockSpending(),
    "asHSD": HwangShihDeCani(-4.0),
}
"""By rpact's names."""

R_DESIGNS = """
suppressMessages(library(rpact))
work <- function() for (type in c({types})) getDesignGroupSequential(kMax = {looks}, alpha = 0.025, beta = 0.1,
    sided = 1, typeOfDesign = type, gammaA = if (type == "asHSD") -4 else NA_real_)
work(); best <- Inf
for (i in 1:{times}) best <- min(best, system.time(work())[["elapsed"]])
cat(best)
"""  # noqa: E501

R_TRIALS = """
suppressMessages(library(rpact))
design <- getDesignGroupSequential(kMax = 1, alpha = 0.025, sided = 1)
work <- function(n) getSimulationSurvival(design, lambda2 = log(2) / 6, hazardRatio = 0.7, directionUpper = FALSE,
    dropoutRate1 = 1 - exp(-0.12), dropoutRate2 = 1 - exp(-0.12), dropoutTime = 12, accrualTime = c(0, 12),
    accrualIntensity = 25, plannedEvents = 200, maxNumberOfIterations = n, seed = 1)
invisible(work(10)); best <- Inf
for (i in 1:{times}) best <- min(best, system.time(r <- work({trials}))[["elapsed"]])
cat(best, r$overallReject)
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `seconds` is of the unit that `what` names."""

    what: str
    who: str
    seconds: float | None
    megabytes: float | None = None
    note: str = ""


def in_r(lines: str) -> list[float] | None:
    """The numbers that R prints; None, and why on standard error, if it cannot."""
    if shutil.which("Rscript") is None:
        return None
    ran = subprocess.run(["Rscript", "-e", lines], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"R: {(ran.stderr.strip().splitlines() or ['it ended'])[-1]}", file=sys.stderr)
        return None
    return [float(word) for word in ran.stdout.split()]


def best_of(work: Callable[[], Any], times: int) -> float:
    """The shortest of some calls, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def survival_lines(quick: bool, times: int) -> Iterator[Line]:
    """Log-rank, Kaplan-Meier and Cox beside Python and R packages."""
    for method, data, who, found in survival_analysis.figures(
        [2_000] if quick else [1_000, 100_000, 1_000_000], times
    ):
        name = "survival (Rust)" if who == "survival" else who
        yield Line(f"{method}, {data}", name, found.seconds, found.megabytes, found.why_not)


def sequential_lines(quick: bool, times: int) -> Iterator[Line]:
    """Five designs with power, one-sided, equally spaced looks."""
    for looks in (3,) if quick else (3, 10):
        what = f"five group-sequential designs, {looks} looks"
        spaced = [(k + 1) / looks for k in range(looks)]

        def work(spaced: list[float] = spaced) -> None:
            for rule in DESIGNS.values():
                design_group_sequential(rule, spaced, alpha=0.025, power=0.9)

        work()
        yield Line(what, "equipoise", best_of(work, times))
        types = ", ".join(f'"{name}"' for name in DESIGNS)
        theirs = in_r(R_DESIGNS.format(types=types, looks=looks, times=times))
        yield Line(
            what, "R rpact", theirs[0] if theirs else None, note="" if theirs else "not installed"
        )


def event_time_lines(quick: bool, times: int) -> Iterator[Line]:
    """300 subjects, 200 events, hazard ratio 0.7, accrual over 12 months, dropout 0.01 a month;
    log-rank test.
    """
    trials = 1_000 if quick else 10_000
    what = f"event-time trials, {trials:,}: 300 subjects, cut at 200 events, log-rank"
    control = Arm(Hazard.of_median(6.0), Hazard((0.01,)))
    trial = EventTimeTrial(
        accrual=Accrual((25.0,), (12.0,)),
        control=control,
        looks=(Cut(events=200),),
        estimated=False,
        experimental=Arm(control.hazard.times(0.7), control.dropout),
    )
    simulate_event_times(trial, 10, seed=1)
    seconds = best_of(lambda: simulate_event_times(trial, trials, seed=1), times)
    power = float((simulate_event_times(trial, trials, seed=1).z[:, 0, 0] > 1.959964).mean())
    yield Line(what, "equipoise", seconds, note=f"power {power:.3f}")
    theirs = in_r(R_TRIALS.format(trials=trials, times=1 if quick else times))
    note = f"power {theirs[1]:.3f}" if theirs else "not installed"
    yield Line(what, "R rpact", theirs[0] if theirs else None, note=note)


def full_trial_lines(quick: bool, times: int) -> Iterator[Line]:
    """Virtual tumors, visits, RECIST and endpoints of NCT04509635."""
    trials = 256 if quick else 2_560
    protocol = load("NCT04509635")
    trial, participants = trial_of(protocol), protocol.design.participants
    simulate_trials(trial, 10, seed=1)
    seconds = best_of(lambda: simulate_trials(trial, trials, seed=1), times)
    each = 1e6 * seconds / (trials * participants)
    what = f"full trials of NCT04509635, {trials:,} of {participants} participants"
    yield Line(what, "equipoise", seconds, note=f"{each:.1f} µs a participant")


def exact_power_lines(quick: bool, times: int) -> Iterator[Line]:
    """Every table enumerated, nothing kept from the call before."""

    def work(n: int) -> None:
        for kept in (rejection_region, p_values):
            kept.cache_clear()
        power_of("boschloo", n, n, 0.6, 0.4)

    work(10)
    for n in (25,) if quick else (25, 100):
        yield Line(
            f"exact power of Boschloo's test, {n} per arm",
            "equipoise",
            best_of(lambda n=n: work(n), times),  # type: ignore[misc]
        )


PARTS = (survival_lines, sequential_lines, event_time_lines, full_trial_lines, exact_power_lines)


def table(lines: Iterator[Line]) -> Iterator[str]:
    """Markdown, with how many times ours each takes."""
    yield "| what | package | ms | times ours | extra MB | |"
    yield "|---|---|--:|--:|--:|---|"
    ours: dict[str, float] = {}
    for line in lines:
        if line.who == "equipoise" and line.seconds:
            ours[line.what] = line.seconds
        own = ours.get(line.what)
        ms = "" if line.seconds is None else f"{1000 * line.seconds:,.2f}"
        ratio = "" if line.seconds is None or own is None else f"{line.seconds / own:,.1f}"
        memory = "" if line.megabytes is None else f"{line.megabytes:.1f}"
        yield f"| {line.what} | {line.who} | {ms} | {ratio} | {memory} | {line.note} |"


def heading(quick: bool, times: int) -> Iterator[str]:
    """When, on what, with which versions."""
    has = {
        name: importlib.metadata.version(name)
        for name in VERSIONS
        if importlib.util.find_spec(name)
    }
    told = [f"{name} {version}" for name, version in has.items()]
    if shutil.which("Rscript"):
        asked = (
            'for (p in c("survival", "rpact")) if (requireNamespace(p, quietly = TRUE)) '
            'cat(paste0("R ", p, " ", packageVersion(p), "\\n"))'
        )
        ran = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True, check=False)
        told += ran.stdout.splitlines()
    else:
        told.append("R is not installed and left out")
    missing = [name for name in VERSIONS if name not in has]
    yield (
        f"{datetime.now(UTC).date()}, Python {platform.python_version()}, {platform.system()}"
        f" {platform.machine()},"
    )
    yield f"{os.cpu_count()} processors, one thread used, best of {times} calls; {', '.join(told)}."
    if missing:
        yield f"Not installed and left out: {', '.join(missing)}."
    if quick:
        yield "A quick run: small sizes, not to be quoted."
    yield ""


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--times", type=int, default=3, help="calls, of which the best counts")
    parser.add_argument(
        "--write", type=Path, help="a page with the marks <!-- measured --> and <!-- /measured -->"
    )
    given = parser.parse_args()
    if given.times < 1:
        parser.error(f"--times is {given.times}; it must be 1 or more")
    if given.write and not MARKED.search(given.write.read_text(encoding="utf-8")):
        parser.error(f"{given.write} has no lines <!-- measured --> and <!-- /measured -->")
    lines = []
    measured = (line for part in PARTS for line in part(given.quick, given.times))
    for line in chain(heading(given.quick, given.times), table(measured)):
        print(line, flush=True)
        lines.append(line)
    if given.write:
        text = given.write.read_text(encoding="utf-8")
        block = "\n".join(lines) + "\n"
        given.write.write_text(
            MARKED.sub(lambda marks: marks[1] + block + marks[2], text), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
