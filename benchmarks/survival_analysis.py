"""How fast are our survival methods beside those of others, on the same data and machine, and what
memory do they take?

Every figure is of a process of its own: the package is imported, the data are drawn, the method is
warmed up on a small table, what the allocator holds free is given back, and then the resident
memory's rise over one call is read from the kernel's high-water mark; the best time of some calls
follows. The rise holds what the package makes of the arrays it is given, not the arrays themselves.
R is timed inside R, its memory not.

`python benchmarks/run.py` prints this with everything else.
"""

# ruff: noqa: E402  (the number of threads is read when numpy and numba are imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = "1"

import ctypes
import gc
import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equipoise import compiled
from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank

# Machine code is measured, however small the size.
compiled.STEPS_TO_START = compiled.STEPS_PER_KERNEL = 0

SLOW, PATIENCE = 20.0, 300.0
"""Seconds: not tried on more rows, and given up."""
Data = dict[str, Any]
Method = Callable[[Data], Any]

R_LINES = """
suppressMessages(library(survival)); d <- read.csv("{path}"); best <- function(f) {{
  t <- Inf; for (i in 1:{times}) t <- min(t, system.time(f())[["elapsed"]]); t }}
cat(best(function() survdiff(Surv(time, event) ~ arm, d)), best(function() survfit(Surv(time, event) ~ 1, d)),
    best(function() coxph(Surv(time, event) ~ arm + age + marker, d)))
"""  # noqa: E501


def trial(rows: int, *, tied: bool) -> Data:
    """Exponential survival in days with an effect of the arm; rounded up to days if tied."""
    rng = np.random.default_rng(rows)
    arm, age, marker = rng.integers(0, 2, rows), rng.normal(60, 9, rows), rng.normal(size=rows)
    death, censored = (
        rng.exponential(1000 * np.exp(0.3 * arm - 0.2 * marker)),
        rng.uniform(0, 3000, rows),
    )
    days = np.minimum(death, censored)
    x = np.column_stack([arm.astype(float), age, marker])
    return {"time": np.ceil(days) if tied else days, "event": death <= censored, "arm": arm, "x": x}


def ours() -> dict[str, Method]:
    """What is measured, by the name of the method."""
    return {
        "log-rank": lambda d: log_rank(d["time"], d["event"], d["arm"]),
        "Kaplan-Meier": lambda d: kaplan_meier(d["time"], d["event"]),
        "Cox, 3 covariates": lambda d: fit_cox(d["time"], d["event"], d["x"]),
    }


def of_greenwood() -> dict[str, Method]:
    """The same with greenwood."""
    g = importlib.import_module("greenwood")
    return {
        "log-rank": lambda d: g.logrank_test(g.Surv(d["time"], event=d["event"]), d["arm"]),
        "Kaplan-Meier": lambda d: g.KaplanMeier().fit(g.Surv(d["time"], event=d["event"])),
        "Cox, 3 covariates": lambda d: g.CoxPH().fit(g.Surv(d["time"], event=d["event"]), d["x"]),
    }


def of_survival() -> dict[str, Method]:
    """The same with the Rust package survival; its Kaplan-Meier goes by a formula on columns."""
    s = importlib.import_module("survival")

    def columns(d: Data) -> dict[str, Any]:
        x = d["x"]
        return {
            "time": d["time"].tolist(),
            "event": d["event"].astype(int).tolist(),
            "arm": d["arm"].tolist(),
            "age": x[:, 1].tolist(),
            "marker": x[:, 2].tolist(),
        }

    return {
        "log-rank": lambda d: s.survdiff("Surv(time, event) ~ arm", data=columns(d)),
        "Kaplan-Meier": lambda d: s.survfit("Surv(time, event) ~ 1", data=columns(d)),
        "Cox, 3 covariates": lambda d: s.coxph(
            "Surv(time, event) ~ arm + age + marker", data=columns(d)
        ),
    }


def of_statsmodels() -> dict[str, Method]:
    """The same with statsmodels."""
    function = importlib.import_module("statsmodels.duration.survfunc")
    regression = importlib.import_module("statsmodels.duration.hazard_regression")
    return {
        "log-rank": lambda d: function.survdiff(d["time"], d["event"], d["arm"]),
        "Kaplan-Meier": lambda d: function.SurvfuncRight(d["time"], d["event"].astype(float)),
        "Cox, 3 covariates": (
            lambda d: regression.PHReg(d["time"], d["x"], d["event"], ties="efron").fit(disp=0)
        ),
    }


def of_lifelines() -> dict[str, Method]:
    """The same with lifelines."""
    lifelines, test = (
        importlib.import_module("lifelines"),
        importlib.import_module("lifelines.statistics"),
    )
    pandas = importlib.import_module("pandas")

    def cox(d: Data) -> Any:
        frame = pandas.DataFrame(d["x"], columns=["arm", "age", "marker"]).assign(
            time=d["time"], event=d["event"]
        )
        return lifelines.CoxPHFitter().fit(frame, "time", "event")

    return {
        "log-rank": lambda d: test.multivariate_logrank_test(d["time"], d["arm"], d["event"]),
        "Kaplan-Meier": lambda d: lifelines.KaplanMeierFitter().fit(d["time"], d["event"]),
        "Cox, 3 covariates": cox,
    }


def status(field: str) -> int:
    """A line of Linux's account of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(field)))


def rise(work: Callable[[], Any]) -> float | None:
    """How many MB the resident memory rose at most while working, by the kernel's high-water mark;
    None if unknown.

    A thread that looks now and then would see nothing: compiled code does not let it run.
    """
    try:
        gc.collect()
        # Memory that was freed but kept by the allocator would be used again and not be seen.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        before = status("VmRSS")
    except (OSError, AttributeError, TypeError):
        work()
        return None
    work()
    return max(0, status("VmHWM") - before) / 1e6


def best_time(work: Callable[[], Any], times: int) -> float:
    """The shortest of some repetitions, in seconds; a slow one is not repeated."""
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        if best > SLOW / 4:
            break
    return float(best)


def in_r(data: Data, times: int) -> list[float]:
    """Seconds of survdiff, survfit and coxph, measured inside R."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        table = np.column_stack([data["time"], data["event"], data["arm"], data["x"][:, 1:]])
        np.savetxt(
            path, table, delimiter=",", header="time,event,arm,age,marker", comments="", fmt="%.17g"
        )
        lines = R_LINES.format(path=path.as_posix(), times=times)
        ran = subprocess.run(["Rscript", "-e", lines], capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


PACKAGES: dict[str, Callable[[], dict[str, Method]]] = {
    "equipoise": ours,
    "greenwood": of_greenwood,
    "survival": of_survival,
    "statsmodels": of_statsmodels,
    "lifelines": of_lifelines,
}
METHODS = tuple(ours())


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the best call, and MB that the resident memory rose over one; or why there is no
    figure.
    """

    seconds: float | None = None
    megabytes: float | None = None
    why_not: str = ""


def here(package: str, method: str, rows: int, tied: bool, times: int) -> dict[str, Any]:
    """What the process of one figure does."""
    work = PACKAGES[package]()[method]
    work(trial(200, tied=True))
    data = trial(rows, tied=tied)
    megabytes = rise(lambda: work(data))
    return {"seconds": best_time(lambda: work(data), times), "megabytes": megabytes}


def measure(package: str, method: str, rows: int, tied: bool, times: int) -> Measured:
    """One figure, from a process of its own."""
    words = [sys.executable, __file__, json.dumps([package, method, rows, tied, times])]
    try:
        ran = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return Measured(why_not=f"over {PATIENCE:.0f} s")
    if ran.returncode:
        return Measured(
            why_not=(ran.stderr.strip().splitlines() or ["it ended"])[-1][:80].replace("|", "/")
        )
    return Measured(**json.loads(ran.stdout.splitlines()[-1]))


def figures(sizes: Sequence[int], times: int) -> Iterator[tuple[str, str, str, Measured]]:
    """Method, data, package and figure; ours comes before those of the others, R last."""
    installed = [name for name in PACKAGES if importlib.util.find_spec(name)]
    slow: set[tuple[str, str]] = set()
    for rows in sizes:
        for tied, label in ((True, "whole days"), (False, "all distinct")):
            for method in METHODS:
                for package in installed:
                    if (package, method) in slow:
                        continue
                    found = measure(package, method, rows, tied, times)
                    if found.seconds is None or (
                        package != "equipoise" and found.seconds > SLOW / 20
                    ):
                        slow.add((package, method))
                    yield method, f"{rows:,} rows, {label}", package, found
            if shutil.which("Rscript"):
                for method, seconds in zip(
                    METHODS, in_r(trial(rows, tied=tied), times), strict=True
                ):
                    yield (
                        method,
                        f"{rows:,} rows, {label}",
                        "R survival",
                        Measured(seconds=max(seconds, 1e-3)),
                    )


if __name__ == "__main__":
    print(json.dumps(here(*json.loads(sys.argv[1]))))
