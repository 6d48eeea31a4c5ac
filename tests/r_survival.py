"""R beside us: run a few lines on a table, and get named vectors back."""

import json
import shutil
import subprocess
from functools import lru_cache

import numpy as np
import pytest

PRINT = r"""
odd <- function(v) ifelse(is.na(v), "NaN", ifelse(v > 0, "Infinity", "-Infinity"))
show <- function(v) ifelse(is.finite(v), sprintf("%.17g", v), odd(v))
cat("{", paste(sapply(names(out), function(n)
    paste0('"', n, '":[', paste(show(as.numeric(out[[n]])), collapse = ","), "]")), collapse = ","), "}")
"""  # noqa: E501


@lru_cache
def _has(package):
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", f"library({package})"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def needs_r_package(package):
    """Skip, on a machine without R or without the package."""
    if not _has(package):
        pytest.skip(f"Rscript with the package {package} is not installed")


def in_r(lines, folder, **columns):
    """The vectors that `lines` put into the list `out`; the columns are the data frame `d`. Skips
    without R.
    """
    needs_r_package("survival")
    table = np.column_stack([np.asarray(column, float) for column in columns.values()])
    path = folder / "d.csv"
    np.savetxt(path, table, delimiter=",", header=",".join(columns), comments="", fmt="%.17g")
    code = f'library(survival)\nd <- read.csv("{path.as_posix()}")\nout <- list()\n{lines}\n{PRINT}'
    ran = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return {name: np.array(values) for name, values in json.loads(ran.stdout).items()}
