"""What 25 per arm buys in NCT04509635: the figures of the project's own brief, enumerated there by
another program.
"""

import numpy as np
import pytest

from equipoise.statistics.proportions import (
    n_per_arm_by_formula,
    n_per_arm_for,
    p_values,
    power_of,
    rejection_region,
    size_of,
)

VELO, CTDNA, FENG = (0.387, 0.742), (0.478, 0.807), (0.531, 0.706)


@pytest.mark.parametrize(
    ("effect", "fisher", "boschloo", "pooled_z"),
    [(VELO, 0.668, 0.70, 0.77), (CTDNA, 0.600, 0.69, 0.72), (FENG, 0.179, 0.23, 0.27)],
)
def test_power_of_25_per_arm(effect, fisher, boschloo, pooled_z):
    p_0, p_1 = effect

    assert power_of("fisher", 25, 25, p_1, p_0) == pytest.approx(fisher, abs=6e-4)
    assert power_of("boschloo", 25, 25, p_1, p_0) == pytest.approx(boschloo, abs=5e-3)
    assert power_of("pooled_z", 25, 25, p_1, p_0) == pytest.approx(pooled_z, abs=5e-3)


@pytest.mark.parametrize(
    ("effect", "fisher", "boschloo", "formula"),
    [(VELO, 33, 30, 30), (CTDNA, 38, 33, 33), (FENG, 131, 120, 120)],
)
def test_subjects_per_arm_for_80_percent(effect, fisher, boschloo, formula):
    p_0, p_1 = effect

    assert n_per_arm_for("fisher", p_1, p_0).first == fisher
    assert n_per_arm_for("boschloo", p_1, p_0).first == boschloo
    assert n_per_arm_by_formula(p_1, p_0) == formula


def test_power_is_a_saw_tooth():
    p_0, p_1 = VELO
    answer = n_per_arm_for("fisher", p_1, p_0)

    assert (answer.first, answer.always_from) == (33, 36)
    assert power_of("fisher", 35, 35, p_1, p_0) < 0.8 <= answer.power


def test_only_the_z_test_breaks_its_level():
    assert size_of("fisher", 25, 25) == pytest.approx(0.033, abs=5e-4)
    assert size_of("boschloo", 25, 25) <= 0.05
    assert size_of("pooled_z", 25, 25) == pytest.approx(0.065, abs=5e-4)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_boschloo_rejects_what_its_p_values_say(alpha):
    # The region comes from halving, the p-values from every level in turn: two routes to the same
    # answer.
    np.testing.assert_array_equal(
        rejection_region("boschloo", 12, 9, alpha), p_values("boschloo", 12, 9) <= alpha
    )
