"""Exact power and size of the Cochran-Mantel-Haenszel test against every table in turn, and R's
mantelhaen.test.
"""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from equipoise.statistics.proportions import (
    cmh_power_of,
    cmh_size_of,
    cochran_mantel_haenszel,
    power_of,
    size_of,
)
from r_survival import in_r

SMALL = [(4, 3), (2, 5), (3, 3)]


def by_hand(sizes, p_1, p_0, alpha, correction):
    """Every set of tables, its p from the test itself, its probability from scipy."""
    total = 0.0
    for counts in product(*[product(range(n_1 + 1), range(n_0 + 1)) for n_1, n_0 in sizes]):
        tables = [(a, n_1, b, n_0) for (a, b), (n_1, n_0) in zip(counts, sizes, strict=True)]
        if cochran_mantel_haenszel(tables, correction).p <= alpha:
            total += np.prod(
                [
                    stats.binom.pmf(a, n_1, one) * stats.binom.pmf(b, n_0, zero)
                    for (a, n_1, b, n_0), one, zero in zip(tables, p_1, p_0, strict=True)
                ]
            )
    return total


@pytest.mark.parametrize(
    ("strata", "correction", "alpha"), [(1, True, 0.2), (2, False, 0.05), (2, True, 0.1)]
)
def test_power_is_the_sum_over_all_tables(strata, correction, alpha):
    sizes, p_1, p_0 = SMALL[:strata], [0.9, 0.8, 0.7][:strata], [0.3, 0.1, 0.4][:strata]

    assert cmh_power_of(sizes, p_1, p_0, alpha, correction=correction) == pytest.approx(
        by_hand(sizes, p_1, p_0, alpha, correction), abs=1e-12
    )


def test_three_strata_are_enumerated_the_same_way():
    sizes = [(2, 3), (3, 2), (2, 2)]

    assert cmh_power_of(sizes, [0.9, 0.8, 0.7], [0.2, 0.1, 0.4]) == pytest.approx(
        by_hand(sizes, [0.9, 0.8, 0.7], [0.2, 0.1, 0.4], 0.05, False), abs=1e-12
    )


def test_r_rejects_the_same_tables(tmp_path):
    """mantelhaen.test on every pair of tables of two strata; those it cannot judge (no variance)
    are not rejected.
    """
    sizes, p_1, p_0 = SMALL[:2], (0.9, 0.8), (0.3, 0.1)
    counts = list(product(range(5), range(4), range(3), range(6)))
    lines = """
    one <- function(row, correct) {
        t <- array(c(row[1], 4 - row[1], row[2], 3 - row[2], row[3], 2 - row[3], row[4], 5 - row[4]), c(2, 2, 2))
        p <- tryCatch(mantelhaen.test(t, correct = correct)$p.value, error = function(e) NaN)
        !is.nan(p) && p <= 0.05
    }
    out <- list(no = apply(d, 1, one, FALSE), yes = apply(d, 1, one, TRUE))
    """  # noqa: E501
    r = in_r(lines, tmp_path, **dict(zip("abcd", np.array(counts).T, strict=True)))
    chance = [
        np.prod(
            [
                stats.binom.pmf(x, n, p)
                for x, n, p in zip(
                    row, (*sizes[0], *sizes[1]), (p_1[0], p_0[0], p_1[1], p_0[1]), strict=True
                )
            ]
        )
        for row in counts
    ]

    assert cmh_power_of(sizes, p_1, p_0) == pytest.approx(r["no"] @ chance, abs=1e-12)
    assert cmh_power_of(sizes, p_1, p_0, correction=True) == pytest.approx(
        r["yes"] @ chance, abs=1e-12
    )


def test_the_size_is_no_smaller_than_on_a_fine_grid():
    sizes, grid = [(6, 5), (5, 6)], np.linspace(0, 1, 41)
    found = cmh_size_of(sizes)
    on_grid = max(cmh_power_of(sizes, pair, pair) for pair in product(grid, repeat=2))

    assert on_grid - 1e-9 <= found.size <= on_grid + 2e-3
    assert cmh_power_of(sizes, found.shares, found.shares) == pytest.approx(found.size, abs=1e-10)


def test_strata_of_the_trial_by_correction():
    """Two strata of 12 and 13 per arm, as in a trial of 50: without its correction the test breaks
    its level.
    """
    sizes = [(13, 12), (12, 13)]
    plain, corrected = cmh_size_of(sizes), cmh_size_of(sizes, correction=True)

    assert plain.size > 0.05 > corrected.size
    assert cmh_power_of(sizes, [0.742] * 2, [0.387] * 2) > cmh_power_of(
        sizes, [0.742] * 2, [0.387] * 2, correction=True
    )


def test_four_strata_hold_the_simulated_power():
    sizes, p_1, p_0 = (
        [(13, 12), (12, 13), (12, 12), (13, 13)],
        np.array([0.8, 0.7, 0.6, 0.7]),
        np.array([0.5, 0.4, 0.3, 0.5]),
    )
    rng, trials = np.random.default_rng(5), 4000
    n_1, n_0 = np.array(sizes).T
    rejected = [
        cochran_mantel_haenszel(list(zip(a, n_1, b, n_0, strict=True))).p <= 0.05
        for a, b in zip(
            rng.binomial(n_1, p_1, (trials, 4)), rng.binomial(n_0, p_0, (trials, 4)), strict=True
        )
    ]
    power = cmh_power_of(sizes, p_1, p_0)

    assert np.mean(rejected) == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / trials))


def test_one_stratum_is_the_z_test_but_for_the_missing_subject_in_its_variance():
    sizes = [(40, 40)]

    assert cmh_power_of(sizes, [0.7], [0.4]) == pytest.approx(
        power_of("pooled_z", 40, 40, 0.7, 0.4), abs=0.02
    )
    assert cmh_size_of(sizes).size <= size_of("pooled_z", 40, 40)


def test_arms_outcomes_and_strata_may_change_their_names():
    sizes, p_1, p_0 = SMALL, [0.9, 0.8, 0.7], [0.3, 0.1, 0.4]
    found = cmh_power_of(sizes, p_1, p_0)

    assert cmh_power_of([(b, a) for a, b in sizes], p_0, p_1) == pytest.approx(found, abs=1e-12)
    assert cmh_power_of(sizes, [1 - p for p in p_1], [1 - p for p in p_0]) == pytest.approx(
        found, abs=1e-12
    )
    assert cmh_power_of(sizes[::-1], p_1[::-1], p_0[::-1]) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: cmh_power_of([], [], []), "sizes is empty"),
        (lambda: cmh_power_of([(0, 3)], [0.1], [0.1]), r"sizes\[0\], n_1, is 0"),
        (lambda: cmh_power_of([(3, 3)], [0.1, 0.2], [0.1]), "p_1 has 2 shares; there are 1 strata"),
        (
            lambda: cmh_power_of([(3, 3)], [0.1], [1.1]),
            r"p_0\[0\] is 1.1; it must lie between 0 and 1",
        ),
        (lambda: cmh_power_of([(3, 3)], [0.1], [0.1], 0), "alpha is 0"),
        (
            lambda: cmh_power_of([(1000, 1000)], [0.1], [0.1]),
            "1002001 sets of tables, at most 400000",
        ),
        (lambda: cmh_size_of([(1, 1)] * 5), "sizes has 5 strata"),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
