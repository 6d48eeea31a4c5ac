"""How fast are our survival methods beside those of others, on the same data and machine, in one run?

Run `python benchmarks/survival_analysis.py`. It prints a Markdown table: the best time of some repetitions after a
warm-up, on one thread, how many times ours that is, and how far the resident memory rose above what it was before.
A package that cannot be imported is named and left out. A method that took over 20 seconds is not tried on more rows.
"""

# ruff: noqa: E402  (the number of threads is read when numpy and numba are imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import importlib
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.log_rank import log_rank
from equipoise.statistics.survival import kaplan_meier

SLOW = 20.0
Data = dict[str, Any]
Method = Callable[[Data], Any]

R_LINES = """
suppressMessages(library(survival)); d <- read.csv("{path}"); best <- function(f) {{
  t <- Inf; for (i in 1:{times}) t <- min(t, system.time(f())[["elapsed"]]); t }}
cat(best(function() survdiff(Surv(time, event) ~ arm, d)), best(function() survfit(Surv(time, event) ~ 1, d)),
    best(function() coxph(Surv(time, event) ~ arm + age + marker, d)))
"""


def trial(rows: int, *, tied: bool) -> Data:
    """Exponential survival in days with an effect of the arm; rounded up to days if tied."""
    rng = np.random.default_rng(rows)
    arm, age, marker = rng.integers(0, 2, rows), rng.normal(60, 9, rows), rng.normal(size=rows)
    death, censored = rng.exponential(1000 * np.exp(0.3 * arm - 0.2 * marker)), rng.uniform(0, 3000, rows)
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
            "time": d["time"].tolist(), "event": d["event"].astype(int).tolist(), "arm": d["arm"].tolist(),
            "age": x[:, 1].tolist(), "marker": x[:, 2].tolist(),
        }  # fmt: skip

    return {
        "log-rank": lambda d: s.survdiff("Surv(time, event) ~ arm", data=columns(d)),
        "Kaplan-Meier": lambda d: s.survfit("Surv(time, event) ~ 1", data=columns(d)),
        "Cox, 3 covariates": lambda d: s.coxph("Surv(time, event) ~ arm + age + marker", data=columns(d)),
    }


def of_statsmodels() -> dict[str, Method]:
    """The same with statsmodels."""
    function = importlib.import_module("statsmodels.duration.survfunc")
    regression = importlib.import_module("statsmodels.duration.hazard_regression")
    return {
        "log-rank": lambda d: function.survdiff(d["time"], d["event"], d["arm"]),
        "Kaplan-Meier": lambda d: function.SurvfuncRight(d["time"], d["event"].astype(float)),
        "Cox, 3 covariates": lambda d: regression.PHReg(d["time"], d["x"], d["event"], ties="efron").fit(disp=0),
    }


def of_lifelines() -> dict[str, Method]:
    """The same with lifelines."""
    lifelines, test = importlib.import_module("lifelines"), importlib.import_module("lifelines.statistics")
    pandas = importlib.import_module("pandas")

    def cox(d: Data) -> Any:
        frame = pandas.DataFrame(d["x"], columns=["arm", "age", "marker"]).assign(time=d["time"], event=d["event"])
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
    """How many MB the resident memory rose at most while working, by the kernel's high-water mark; None if unknown.

    A thread that looks now and then would see nothing: compiled code does not let it run.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = status("VmRSS")
    except OSError:
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
        np.savetxt(path, table, delimiter=",", header="time,event,arm,age,marker", comments="", fmt="%.17g")
        lines = R_LINES.format(path=path.as_posix(), times=times)
        ran = subprocess.run(["Rscript", "-e", lines], capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def packages() -> Iterator[tuple[str, dict[str, Method]]]:
    """Ours first, then what can be imported of the others."""
    yield "equipoise", ours()
    for name, methods in (
        ("greenwood", of_greenwood), ("survival (Rust)", of_survival), ("statsmodels", of_statsmodels),
        ("lifelines", of_lifelines),
    ):  # fmt: skip
        try:
            yield name, methods()
        except ImportError:
            print(f"{name} is not installed and left out.\n")


def row(method: str, data: str, rows: int, name: str, seconds: float, own: float, memory: float | None) -> None:
    """One line of the table."""
    extra = "" if memory is None else f"{memory:.0f}"
    print(
        f"| {method} | {data} | {rows:,} | {name} | {1000 * seconds:,.2f} | {seconds / own:,.1f} | {extra} |",
        flush=True,
    )


def measure(sizes: list[int], times: int) -> None:
    """Print the table."""
    found = list(packages())
    slow: set[tuple[str, str]] = set()
    small = trial(200, tied=True)
    for _, methods in found[:1]:
        for work in methods.values():
            work(small)
    print("| method | times | rows | package | ms | times ours | extra MB |\n|---|---|--:|---|--:|--:|--:|")
    for rows in sizes:
        for tied, label in ((True, "whole days"), (False, "all distinct")):
            data, own = trial(rows, tied=tied), {}
            for name, methods in found:
                for method, work in methods.items():
                    if (name, method) in slow:
                        continue
                    try:
                        memory = rise(lambda work=work, data=data: work(data))
                        seconds = best_time(lambda work=work, data=data: work(data), times)
                    except Exception as error:  # somebody else's package; say it and go on
                        print(f"| {method} | {label} | {rows:,} | {name} | {type(error).__name__}: {error} | | |"[:200])
                        slow.add((name, method))
                        continue
                    own.setdefault(method, seconds)
                    if seconds > SLOW or (rows < max(sizes) and seconds > SLOW / 20 and name != "equipoise"):
                        slow.add((name, method))
                    row(method, label, rows, name, seconds, own[method], memory)
            if shutil.which("Rscript"):
                for method, seconds in zip(own, in_r(data, times), strict=True):
                    row(method, label, rows, "R survival", max(seconds, 1e-3), own[method], None)


def main() -> None:
    """Read the sizes and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    if not shutil.which("Rscript"):
        print("R is not installed and left out.\n")
    print(f"Python {platform.python_version()}, {platform.machine()}, one thread, best of {given.times}; R to 1 ms.\n")
    measure(given.rows, given.times)


if __name__ == "__main__":
    main()
