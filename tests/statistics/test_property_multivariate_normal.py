"""Closed forms of the normal integral, and what must hold for every MaxCombo test."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from equipoise.statistics.multivariate_normal import multivariate_normal_box
from equipoise.statistics.survival import (
    FlemingHarrington,
    log_rank,
    max_combo,
    max_combo_of_scores,
)

ABOVE = np.inf


@pytest.mark.parametrize("rho", [-1, -0.999999, -0.7, 0, 0.5, 0.9, 0.999999, 1 - 1e-12, 1])
def test_the_quarter_plane_is_an_arcsine(rho):
    assert multivariate_normal_box([-ABOVE] * 2, [0, 0], [[1, rho], [rho, 1]]) == pytest.approx(
        0.25 + np.arcsin(rho) / (2 * np.pi), abs=1e-12
    )


@settings(max_examples=40, deadline=None)
@example((5e-324, 1.0, 1.0), 1.0)  # a part in a variable whose reciprocal overflows
@given(st.tuples(*[st.floats(-1.5, 1.5)] * 3), st.floats(0.001, 2))
def test_the_octant_is_three_arcsines(loading, own):
    a = np.column_stack([loading, np.sqrt(own) * np.eye(3)])
    spread = a @ a.T
    r = spread / np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    expected = 1 / 8 + np.arcsin(r[[0, 0, 1], [1, 2, 2]]).sum() / (4 * np.pi)

    assert multivariate_normal_box([0] * 3, [ABOVE] * 3, r) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("variables", [1, 2, 3, 4])
def test_half_correlated_variables_are_exchangeable_ranks(variables):
    r = np.full((variables, variables), 0.5) + 0.5 * np.eye(variables)

    assert multivariate_normal_box([-ABOVE] * variables, [0] * variables, r) == pytest.approx(
        1 / (variables + 1), abs=1e-11
    )


def test_independent_variables_are_a_product_and_repeated_ones_count_once():
    low, high = np.array([-1.0, -0.5, -ABOVE, -2.0]), np.array([0.3, 2.0, 1.0, 0.1])
    sides = norm.cdf(high) - norm.cdf(low)

    assert multivariate_normal_box(low, high, np.eye(4)) == pytest.approx(np.prod(sides), abs=1e-11)
    assert multivariate_normal_box(low, high, np.ones((4, 4))) == pytest.approx(
        norm.cdf(0.1) - norm.cdf(-0.5)
    )
    assert multivariate_normal_box([-ABOVE] * 3, [ABOVE] * 3, np.eye(3)) == 1
    assert multivariate_normal_box([1, 3], [2, 4], [[1, 1], [1, 1]]) == 0


@settings(max_examples=20, deadline=None)
@example([1, 0, 2, 3], 3379)  # a corner in the gap before an interval's first point
@example([3, 2, 1, 0], 3379)
@given(st.permutations(range(4)), st.integers(0, 10_000))
def test_the_order_of_the_variables_and_their_signs_do_not_matter(order, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(4, 3))  # rank three, as the four usual weights have
    spread = a @ a.T
    r = spread / np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    low, high = np.sort(rng.normal(scale=2, size=(2, 4)), axis=0)
    found = multivariate_normal_box(low, high, r)
    turned = multivariate_normal_box(-high, -low, r)

    assert multivariate_normal_box(
        low[order], high[order], r[np.ix_(order, order)]
    ) == pytest.approx(found, abs=1e-9)
    assert turned == pytest.approx(found, abs=1e-9)


def trial(seed, subjects=80):
    rng = np.random.default_rng(seed)
    return (
        np.ceil(rng.exponential(10, subjects)),
        rng.integers(0, 4, subjects) > 0,
        np.arange(subjects) % 2,
    )


@pytest.mark.parametrize("alternative", ["two-sided", "longer", "shorter"])
def test_one_weight_is_the_log_rank_test(alternative):
    found = max_combo(*trial(1), [FlemingHarrington(0, 1)], alternative=alternative)  # type: ignore[misc]

    assert found.p == pytest.approx(
        log_rank(*trial(1), gamma=1, alternative=alternative).p, abs=1e-12
    )


@pytest.mark.parametrize("seed", range(5))
def test_p_lies_between_the_best_single_one_and_bonferroni_and_turns_with_the_groups(seed):
    time, event, arm = trial(seed)
    for alternative, other in (
        ("longer", "shorter"),
        ("shorter", "longer"),
        ("two-sided", "two-sided"),
    ):
        found = max_combo(time, event, arm, alternative=alternative)
        swapped = max_combo(time, event, 1 - arm, alternative=other)

        assert found.p_each.min() <= found.p <= min(1, 4 * found.p_each.min())
        assert swapped.p == pytest.approx(found.p, abs=1e-9)


def test_strata_change_the_answer_and_one_stratum_does_not():
    time, event, arm = trial(3)
    plain, one = max_combo(time, event, arm), max_combo(time, event, arm, strata=np.zeros(80))
    two = max_combo(time, event, arm, strata=np.arange(80) // 40)

    assert one.p == plain.p
    assert two.p != plain.p


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: multivariate_normal_box([0], [1, 2], np.eye(2)), r"lower has shape \(1,\)"),
        (lambda: multivariate_normal_box([0, np.nan], [1, 2], np.eye(2)), r"lower\[1\] is nan"),
        (
            lambda: multivariate_normal_box([0, 3], [1, 2], np.eye(2)),
            r"lower\[1\] is 3.0; it must be at most upper",
        ),
        (
            lambda: multivariate_normal_box([0, 0], [1, 2], [[1, 2], [2, 1]]),
            "correlation has the eigenvalue -1",
        ),
        (lambda: multivariate_normal_box([0, 0], [1, 2], [[2, 0], [0, 1]]), "ones on its diagonal"),
        (
            lambda: multivariate_normal_box([0] * 6, [1] * 6, np.eye(6)),
            "correlation has rank 6; at most 5",
        ),
        (lambda: max_combo(*trial(1), []), "weights is empty"),  # type: ignore[call-arg]
        (
            lambda: max_combo(*trial(1), alternative="better"),
            "alternative is 'better'; known are two-sided",
        ),
        (lambda: max_combo([1, 2, 3], [1, 0, 1], [0, 0, 0]), "at least two groups"),
        (lambda: max_combo([1, 2], [1, 1], [0, 1], [FlemingHarrington(-1)]), "rho is -1"),
        (
            lambda: max_combo_of_scores([1.0], [[0.0]], [FlemingHarrington()]),
            r"covariance\[0, 0\] is 0.0",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, says):
    with pytest.raises(ValueError, match=says):
        call()
