"""The NCCTG lung data as R's survival package (3.5) prints them. The data come from greenwood, a
test dependency.
"""

import csv
import gzip
from importlib import resources

import numpy as np
import pytest

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank

MALE, FEMALE = 1, 2


@pytest.fixture(scope="module")
def lung():
    with gzip.open(resources.files("greenwood.data") / "lung.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    columns = {
        name: np.array([float(row[name] or "nan") for row in rows])
        for name in ("time", "age", "sex", "ph.ecog")
    }
    return columns | {"died": np.array([row["status"] == "2" for row in rows])}


def test_log_rank_by_sex(lung):
    found = log_rank(lung["time"], lung["died"], lung["sex"])

    assert found.chi_square == pytest.approx(10.32674195, abs=5e-9)
    assert found.degrees_of_freedom == 1
    assert found.observed.tolist() == [112, 53]


@pytest.mark.parametrize(
    ("sex", "median", "interval"),
    [(MALE, 270, (212, 310)), (FEMALE, 426, (348, 550))],
    ids=["male", "female"],
)
def test_median_with_the_interval_survfit_prints_by_default(lung, sex, median, interval):
    rows = lung["sex"] == sex

    found = kaplan_meier(lung["time"][rows], lung["died"][rows], interval="log").median()

    assert (found.time, (found.lower, found.upper)) == (median, interval)


@pytest.mark.parametrize(
    ("ties", "coefficients"),
    [
        ("efron", (0.01106676456, -0.5526123957, 0.4637284754)),
        ("breslow", (0.01104113635, -0.5518895698, 0.4629470406)),
    ],
)
def test_cox_on_age_sex_and_ecog(lung, ties, coefficients):
    x = np.column_stack([lung["age"], lung["sex"], lung["ph.ecog"]])
    known = np.isfinite(x).all(axis=1)

    found = fit_cox(lung["time"][known], lung["died"][known], x[known], ties=ties)

    assert found.coef == pytest.approx(coefficients, rel=5e-10)  # as printed: ten digits
    # The top itself is a few parts in 1e9 further: R's default ends climbing a little before it,
    # and so does ours.
    top = fit_cox(lung["time"][known], lung["died"][known], x[known], ties=ties, tolerance=0)
    assert 1e-9 < np.max(np.abs(top.coef / found.coef - 1)) < 1e-8
    if ties == "efron":
        assert found.loglik == pytest.approx(-729.2301214, abs=5e-8)
