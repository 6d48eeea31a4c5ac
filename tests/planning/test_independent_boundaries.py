"""Bounds as differences of shares, stopping and expected size beside those of rpact, an R package
for group-sequential designs.
"""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from equipoise.planning.boundaries import difference_at
from equipoise.statistics.proportions import repeated_stopping_of
from equipoise.statistics.sequential import OBrienFlemingSpending, design_group_sequential
from r_survival import needs_r_package

RATES = (1 / 3, 2 / 3, 1.0)
CASES = (
    # total, experimental per control, control, experimental
    (120, 1, 0.387, 0.742),
    (90, 2, 0.2, 0.45),
    (600, 1, 0.478, 0.62),
    (600, 1, 0.5, 0.5),
)
R_PROGRAM = """
suppressMessages(library(rpact))
for (case in list(CASES)) {
    d <- getDesignGroupSequential(informationRates = c(1, 2, 3) / 3, alpha = 0.025, sided = 1,
                                  typeOfDesign = "asOF")
    p <- getPowerRates(d, groups = 2, pi2 = case[3], pi1 = case[4], maxNumberOfSubjects = case[1],
                       allocationRatioPlanned = case[2], directionUpper = TRUE)
    found <- c(p$criticalValuesEffectScale, p$rejectPerStage, p$expectedNumberOfSubjects)
    cat(sprintf("%.12g", found), "\\n")
}
"""


@pytest.fixture(scope="module")
def rpact():
    """Three differences, three probabilities and the expected size of each case."""
    needs_r_package("rpact")
    cases = ", ".join(f"c({', '.join(map(str, case))})" for case in CASES)
    run = subprocess.run(
        ["Rscript", "-"],
        input=R_PROGRAM.replace("CASES", cases),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [np.array(line.split(), float) for line in run.stdout.splitlines() if line.strip()]


def arms_of(total, ratio):
    control = total // (1 + ratio)
    return [(ratio * control // 3 * look, control // 3 * look) for look in (1, 2, 3)]


@pytest.mark.parametrize("place", range(len(CASES)))
def test_the_differences_at_the_bounds_are_those_of_rpact(rpact, place):
    total, ratio, control, _ = CASES[place]
    bounds = design_group_sequential(OBrienFlemingSpending(), RATES, alpha=0.05, sided=2).efficacy
    ours = [
        difference_at(z, control, arms)
        for z, arms in zip(bounds, arms_of(total, ratio), strict=True)
    ]

    assert ours == pytest.approx(list(rpact[place][:3]), abs=1e-4)


@pytest.mark.parametrize("place", range(len(CASES)))
def test_the_enumerated_z_test_stops_about_where_rpact_approximates(rpact, place):
    """rpact takes the pooled z as normal; with 600 participants the enumeration comes close."""
    total, ratio, control, experimental = CASES[place]
    bounds = design_group_sequential(OBrienFlemingSpending(), RATES, alpha=0.05, sided=2)
    levels = [2 * level for level in bounds.stage_levels]
    arms = arms_of(total, ratio)
    ours = repeated_stopping_of("pooled_z", arms, levels, experimental, control)
    within = 0.01 if total == 600 else 0.05

    assert ours.above == pytest.approx(list(rpact[place][3:6]), abs=within)
    stops = np.add(ours.above, ours.below)
    stops[-1] = 1 - stops[:-1].sum()
    expected = float(np.dot(stops, [sum(each) for each in arms]))
    assert expected == pytest.approx(rpact[place][6], rel=within)
