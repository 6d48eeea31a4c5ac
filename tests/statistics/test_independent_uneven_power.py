"""Power of tests of two shares with uneven arms, at looks, and of the stratified test by a formula:
against enumeration with scipy, and against the other functions that were held to published figures.
"""

from itertools import product
from math import ceil

import numpy as np
import pytest
from scipy import stats

from equipoise.statistics.proportions import (
    cmh_power_by_formula,
    cmh_power_of,
    lowest_terms,
    n_per_arm_by_formula,
    n_per_arm_for,
    power_of,
    repeated_power_of,
    repeated_size_of,
    repeated_stopping_of,
    size_of,
)
from equipoise.statistics.sample_size import size_for_shares


def fisher_power(n_1, n_0, p_1, p_0, level=0.05):
    """Every table by scipy."""
    power = 0.0
    for a, b in product(range(n_1 + 1), range(n_0 + 1)):
        if stats.fisher_exact([[a, n_1 - a], [b, n_0 - b]]).pvalue <= level:
            power += stats.binom.pmf(a, n_1, p_1) * stats.binom.pmf(b, n_0, p_0)
    return power


@pytest.mark.parametrize("ratio", [(2, 1), (1, 2), (4, 2), (3, 2)])
def test_the_first_arms_of_a_ratio_that_reach_the_power(ratio):
    found = n_per_arm_for("fisher", 0.9, 0.3, power=0.8, ratio=ratio)
    one, zero = lowest_terms(ratio)

    assert found.arms(found.first) == (one * found.first, zero * found.first)
    power = [fisher_power(one * n, zero * n, 0.9, 0.3) for n in range(1, found.always_from + 3)]
    reached = [n for n, at in enumerate(power, 1) if at >= 0.8]
    assert found.first == reached[0]
    assert found.power == pytest.approx(power[found.first - 1], rel=1e-9)
    assert reached[-3:] == [found.always_from + k for k in range(3)]
    if found.always_from > 1:
        assert found.always_from - 1 not in reached


def test_a_ratio_is_not_equal_arms():
    even, uneven = (n_per_arm_for("boschloo", 0.742, 0.387, ratio=r) for r in ((1, 1), (2, 1)))

    assert even == n_per_arm_for("boschloo", 0.742, 0.387)
    assert sum(uneven.arms(uneven.first)) > sum(even.arms(even.first))
    assert power_of("boschloo", *uneven.arms(uneven.first), 0.742, 0.387) >= 0.8
    assert power_of("boschloo", *uneven.arms(uneven.first - 1), 0.742, 0.387) < 0.8


@pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 3), (3, 2)])
@pytest.mark.parametrize(("p_1", "p_0"), [(0.742, 0.387), (0.706, 0.531), (0.1, 0.3)])
def test_the_formula_is_that_of_sample_size(ratio, p_1, p_0):
    size = size_for_shares(
        p_1, p_0, power=0.9, alpha=0.05, sided=2, ratio=ratio[0] / ratio[1], variance="pooled"
    )

    assert n_per_arm_by_formula(p_1, p_0, 0.9, 0.05, ratio) == ceil(size.control / ratio[1])


@pytest.mark.parametrize("ratio", [(0, 1), (1.5, 1), (2, -1)])
def test_a_ratio_that_is_none_is_refused(ratio):
    with pytest.raises(ValueError, match="expected two whole numbers from 1"):
        n_per_arm_for("fisher", 0.9, 0.3, ratio=ratio)


@pytest.mark.parametrize("arms", [((3, 2), (5, 4)), ((10, 3), (12, 4))])
@pytest.mark.parametrize(("p_1", "p_0"), [(0.9, 0.1), (0.1, 0.9), (0.7, 0.4)])
def test_looks_are_every_path_of_tables(arms, p_1, p_0):
    levels, ((n_1, n_0), (all_1, all_0)) = (0.11, 0.15), arms

    def rejects(a, n_1, b, n_0, level):
        return stats.fisher_exact([[a, n_1 - a], [b, n_0 - b]]).pvalue <= level * (1 + 1e-9)

    above, below = [0.0, 0.0], [0.0, 0.0]
    for a, b, more_a, more_b in product(
        range(n_1 + 1), range(n_0 + 1), range(all_1 - n_1 + 1), range(all_0 - n_0 + 1)
    ):
        chance = (
            stats.binom.pmf(a, n_1, p_1)
            * stats.binom.pmf(b, n_0, p_0)
            * stats.binom.pmf(more_a, all_1 - n_1, p_1)
            * stats.binom.pmf(more_b, all_0 - n_0, p_0)
        )
        if rejects(a, n_1, b, n_0, levels[0]):
            (above if a / n_1 > b / n_0 else below)[0] += chance
        elif rejects(a + more_a, all_1, b + more_b, all_0, levels[1]):
            (above if (a + more_a) / all_1 > (b + more_b) / all_0 else below)[1] += chance

    stopping = repeated_stopping_of("fisher", arms, levels, p_1, p_0)
    assert all(min(one) > 0 for one in (above, below))
    assert stopping.above == pytest.approx(above, rel=1e-12)
    assert stopping.below == pytest.approx(below, rel=1e-12)
    assert repeated_power_of("fisher", arms, levels, p_1, p_0) == pytest.approx(
        sum(above) + sum(below), rel=1e-12
    )


@pytest.mark.parametrize("test", ["fisher", "boschloo", "pooled_z"])
def test_one_look_is_the_test_itself(test):
    once = repeated_power_of(test, [(20, 11)], [0.05], 0.7, 0.3)

    assert once == pytest.approx(power_of(test, 20, 11, 0.7, 0.3), rel=1e-12)
    assert repeated_size_of(test, [(20, 11)], [0.05]) == pytest.approx(
        size_of(test, 20, 11), abs=2e-4
    )
    # A look at level 0, or at nobody, changes nothing.
    assert repeated_power_of(test, [(0, 0), (9, 5), (20, 11)], [0.05, 0, 0.05], 0.7, 0.3) == (
        pytest.approx(once, rel=1e-12)
    )


def test_a_second_look_at_the_full_level_errs_too_often():
    twice = repeated_size_of("pooled_z", [(15, 15), (30, 30)], [0.05, 0.05])

    assert twice > 0.08
    assert repeated_size_of("boschloo", [(15, 15), (30, 30)], [0.0294, 0.0294]) <= 0.05


@pytest.mark.parametrize(
    ("arms", "levels", "message"),
    [
        ([], [], "0 looks with 0 levels"),
        ([(3, 3)], [0.05, 0.05], "1 looks with 2 levels"),
        ([(3, 3), (2, 4)], [0.05, 0.05], "never get fewer"),
        ([(3, 3)], [1.0], r"levels is \[1.0\]"),
    ],
)
def test_looks_that_cannot_be_are_refused(arms, levels, message):
    with pytest.raises(ValueError, match=message):
        repeated_power_of("fisher", arms, levels, 0.5, 0.5)


@pytest.mark.parametrize(("p_1", "p_0"), [(0.7, 0.5), (0.6, 0.45), (0.3, 0.3)])
def test_the_stratified_test_by_formula_is_near_its_enumeration(p_1, p_0):
    for sizes in ([(40, 40)] * 2, [(25, 25)] * 2, [(40, 20)] * 2, [(12, 12)] * 4):
        shares = [p_1] * len(sizes), [p_0] * len(sizes)
        exact = cmh_power_of(sizes, *shares)
        assert cmh_power_by_formula(sizes, *shares) == pytest.approx(exact, abs=0.035)
    # Exact power rises in a saw-tooth; over its teeth the formula is nearer.
    teeth = [[(n, n)] for n in range(140, 160)]
    over = np.mean([cmh_power_of(tooth, [p_1], [p_0]) for tooth in teeth])
    by_formula = np.mean([cmh_power_by_formula(tooth, [p_1], [p_0]) for tooth in teeth])
    assert by_formula == pytest.approx(over, abs=0.002)


def test_the_formula_takes_each_stratum_by_itself():
    # Opposite effects cancel; what is pooled over strata without looking at them would not.
    sizes = [(50, 50), (50, 50)]

    assert cmh_power_by_formula(sizes, [0.8, 0.2], [0.2, 0.8]) < 0.06
    assert cmh_power_by_formula(sizes, [0.9, 0.3], [0.7, 0.1]) > cmh_power_by_formula(
        sizes, [0.6, 0.6], [0.4, 0.4]
    )
    assert cmh_power_by_formula([(12.5, 12.5)] * 4, [0.7] * 4, [0.5] * 4) == pytest.approx(
        cmh_power_by_formula([(50, 50)], [0.7], [0.5]), abs=0.02
    )


@pytest.mark.parametrize(
    ("sizes", "shares"), [([], []), ([(10, 0)], [0.5]), ([(10, 10)], [0.5, 0.5])]
)
def test_strata_that_cannot_be_are_refused(sizes, shares):
    with pytest.raises(ValueError, match="expected one stratum or more"):
        cmh_power_by_formula(sizes, shares, shares)


def test_shares_that_leave_nothing_to_chance():
    assert cmh_power_by_formula([(10, 10)], [1.0], [0.0]) == pytest.approx(1.0)
    assert cmh_power_by_formula([(10, 10)], [1.0], [1.0]) == pytest.approx(0.0)
    assert np.isfinite(cmh_power_by_formula([(0.5, 0.5)], [0.5], [0.5]))
