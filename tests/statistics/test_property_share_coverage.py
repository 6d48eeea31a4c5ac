"""Coverage of every interval of shares, by enumeration of all outcomes; and the saw-tooth of
power.
"""

import numpy as np
import pytest
from scipy.stats import binom

from equipoise.statistics import proportions
from equipoise.statistics.proportions import (
    FarringtonManning,
    n_per_arm_for,
    power_of,
    rejection_region,
    saw_tooth,
    size_of,
)
from equipoise.statistics.proportions.two_shares import TIE

SHARES = np.linspace(0.02, 0.98, 49)


def coverage_of_one(interval, n):
    found = [interval(x, n) for x in range(n + 1)]
    low, high = np.array([one.lower for one in found]), np.array([one.upper for one in found])
    return np.array(
        [binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in SHARES]
    )


@pytest.mark.parametrize("n", [5, 12, 25])
def test_clopper_pearson_always_covers_and_wilson_does_on_average(n):
    exact, score = (
        coverage_of_one(proportions.clopper_pearson, n),
        coverage_of_one(proportions.wilson, n),
    )

    assert exact.min() >= 0.95
    assert score.mean() == pytest.approx(0.95, abs=0.012)
    assert score.min() > 0.83
    assert score.mean() < exact.mean()


@pytest.mark.parametrize("interval", [proportions.newcombe, proportions.miettinen_nurminen])
def test_intervals_of_a_difference_cover_about_as_often_as_they_say(interval):
    n_1, n_0 = 15, 12
    found = [[interval(a, n_1, b, n_0) for b in range(n_0 + 1)] for a in range(n_1 + 1)]
    low = np.array([[one.lower for one in row] for row in found])
    high = np.array([[one.upper for one in row] for row in found])
    covered = []
    for p_1 in SHARES[4:-4:4]:
        for p_0 in SHARES[4:-4:4]:
            within = (low <= p_1 - p_0) & (p_1 - p_0 <= high)
            covered.append(
                binom.pmf(np.arange(n_1 + 1), n_1, p_1)
                @ within
                @ binom.pmf(np.arange(n_0 + 1), n_0, p_0)
            )

    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)
    assert min(covered) > 0.92


@pytest.mark.parametrize("test", ["fisher", "boschloo", "pooled_z", FarringtonManning(margin=-0.2)])
def test_the_saw_tooth_is_each_size_in_turn(test):
    found = saw_tooth(test, 0.7, 0.4, range(5, 12), ratio=1.5)

    assert found.n_1.tolist() == [8, 9, 11, 12, 14, 15, 17]
    assert found.power.tolist() == [
        power_of(test, one, zero, 0.7, 0.4)
        for one, zero in zip(found.n_1.tolist(), range(5, 12), strict=True)
    ]
    assert found.size[2] == size_of(test, 11, 7)


def test_the_saw_tooth_holds_the_answer_of_the_search():
    search = n_per_arm_for("fisher", 0.742, 0.387)
    found = saw_tooth("fisher", 0.742, 0.387, range(20, search.checked_to + 1), with_size=False)

    assert found.n_0[found.first(0.8)] == search.first
    assert found.n_0[found.always_from(0.8)] == search.always_from
    assert np.any(np.diff(found.power) < 0)
    assert found.first(0.9999) is None
    assert found.always_from(0.9999) is None


@pytest.mark.parametrize(("n_1", "n_0"), [(1, 1), (5, 9), (17, 17), (24, 13)])
def test_boschloos_region_is_that_of_halving_over_all_levels(n_1, n_0):
    order = proportions.p_values("fisher", n_1, n_0)
    for alpha in (0.01, 0.05, 0.2):
        levels = np.unique(order)
        kept = [level for level in levels if not proportions.exceeds(order <= level * TIE, alpha)]
        expected = order <= (max(kept) * TIE if kept else -1)
        np.testing.assert_array_equal(rejection_region("boschloo", n_1, n_0, alpha), expected)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: saw_tooth("fisher", 0.7, 0.4, []), "control is empty"),
        (lambda: saw_tooth("fisher", 0.7, 0.4, [0, 3]), "control holds 0"),
        (lambda: saw_tooth("fisher", 0.7, 0.4, [3], ratio=0), "ratio is 0"),
        (lambda: saw_tooth("fisher", 1.7, 0.4, [3]), "p_1 is 1.7"),
        (lambda: saw_tooth("exact", 0.7, 0.4, [3]), "test is 'exact'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
