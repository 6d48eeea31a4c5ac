"""Tests and intervals of shares against scipy, statsmodels, and definitions written out plainly."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import proportion_confint

from equipoise.statistics import proportions

TABLES = [(19, 25, 10, 25), (3, 29, 6, 36), (0, 10, 4, 12), (8, 8, 3, 9), (7, 40, 15, 22)]


@pytest.mark.parametrize("table", TABLES)
def test_fisher_is_scipys(table):
    x_1, n_1, x_0, n_0 = table

    expected = stats.fisher_exact([[x_1, n_1 - x_1], [x_0, n_0 - x_0]]).pvalue

    assert proportions.fisher(*table) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("table", [(6, 8, 2, 7), (5, 9, 0, 6), (1, 5, 1, 9)])
def test_boschloo_is_the_supremum_of_its_definition(table):
    x_1, n_1, x_0, n_0 = table
    share = np.linspace(0, 1, 20_001)
    observed = stats.fisher_exact([[x_1, n_1 - x_1], [x_0, n_0 - x_0]]).pvalue
    tail = np.zeros_like(share)
    for a, b in product(range(n_1 + 1), range(n_0 + 1)):
        if stats.fisher_exact([[a, n_1 - a], [b, n_0 - b]]).pvalue <= observed * (1 + 1e-7):
            tail += stats.binom.pmf(a, n_1, share) * stats.binom.pmf(b, n_0, share)

    assert proportions.boschloo(*table) == pytest.approx(tail.max(), abs=1e-7)
    assert proportions.boschloo(*table) >= tail.max() - 1e-13


@pytest.mark.parametrize("table", TABLES)
def test_pooled_z_squared_is_pearsons_chi_square(table):
    x_1, n_1, x_0, n_0 = table

    expected = stats.chi2_contingency([[x_1, n_1 - x_1], [x_0, n_0 - x_0]], correction=False).pvalue

    assert proportions.pooled_z(*table) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("table", TABLES)
def test_at_the_score_bounds_the_likelihood_maximized_numerically_gives_the_quantile(table, level):
    x_1, n_1, x_0, n_0 = table
    found = proportions.miettinen_nurminen(*table, level)  # type: ignore[call-arg]

    for bound in {found.lower, found.upper} - {1.0}:
        limits = max(0, -bound) + 1e-12, min(1, 1 - bound) - 1e-12

        def unlikely(p_0, bound=bound):
            return -stats.binom.logpmf(x_1, n_1, p_0 + bound) - stats.binom.logpmf(x_0, n_0, p_0)

        p_0 = optimize.minimize_scalar(
            unlikely, bounds=limits, method="bounded", options={"xatol": 1e-10}
        ).x
        p_1 = p_0 + bound
        variance = (p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0) * (n_1 + n_0) / (n_1 + n_0 - 1)
        chi_square = (x_1 / n_1 - x_0 / n_0 - bound) ** 2 / variance
        assert chi_square == pytest.approx(stats.chi2.isf(1 - level, 1), rel=1e-5)


def test_one_share_is_statsmodels():
    for events, n in [(0, 9), (1, 9), (9, 9), (62, 77)]:
        exact, score = (
            proportions.clopper_pearson(events, n, 0.9),
            proportions.wilson(events, n, 0.9),
        )
        assert (exact.lower, exact.upper) == pytest.approx(
            proportion_confint(events, n, 0.1, "beta"), abs=1e-9
        )
        assert (score.lower, score.upper) == pytest.approx(
            proportion_confint(events, n, 0.1, "wilson"), abs=1e-9
        )


@pytest.mark.parametrize("correction", [False, True])
def test_cochran_mantel_haenszel_is_statsmodels(correction):
    strata = [(10, 13, 5, 12), (4, 6, 3, 7), (5, 6, 2, 6)]
    table = StratifiedTable([np.array([[a, n - a], [b, m - b]]) for a, n, b, m in strata])

    found = proportions.cochran_mantel_haenszel(strata, correction)
    expected = table.test_null_odds(correction=correction)

    assert (found.chi_square, found.p) == pytest.approx(
        (expected.statistic, expected.pvalue), rel=1e-9
    )


def test_common_risk_difference_covers_the_truth_in_sparse_strata():
    # A wrong sign or weight in Sato's variance shows in the coverage: 2,000 trials of 60 in six
    # uneven strata.
    rng, n_1, n_0 = (
        np.random.default_rng(7),
        np.array([2, 8, 3, 7, 4, 6]),
        np.array([7, 3, 6, 4, 8, 2]),
    )
    share_0 = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.65])
    covered = 0
    for x_1, x_0 in zip(
        rng.binomial(n_1, share_0 + 0.25, (2000, 6)),
        rng.binomial(n_0, share_0, (2000, 6)),
        strict=True,
    ):
        difference = proportions.cochran_mantel_haenszel(
            list(zip(x_1, n_1, x_0, n_0, strict=True))
        ).risk_difference
        covered += difference.lower <= 0.25 <= difference.upper

    assert covered / 2000 == pytest.approx(0.945, abs=0.015)


def test_one_stratum_gives_the_plain_difference_and_its_wald_variance():
    # In a single stratum Sato's variance is algebraically p1 q1 / n1 + p0 q0 / n0, whatever the
    # sizes.
    common = proportions.cochran_mantel_haenszel([(30, 40, 6, 20), (0, 0, 3, 4)]).risk_difference

    assert common.estimate == pytest.approx(0.45)
    assert (common.upper - common.lower) / 2 == pytest.approx(
        1.959963985 * np.sqrt(0.1875 / 40 + 0.21 / 20)
    )


@pytest.mark.parametrize(
    ("tables", "estimate"),
    [
        pytest.param([(0, 10, 0, 10), (0, 5, 0, 5)], 0.0, id="no event in any stratum"),
        pytest.param([(10, 10, 10, 10), (5, 5, 5, 5)], 0.0, id="nothing but events"),
        pytest.param([(10, 10, 10, 10), (0, 5, 0, 5)], 0.0, id="all or none"),
        pytest.param([(10, 10, 0, 10), (5, 5, 0, 5)], 1.0, id="all against none"),
    ],
)
def test_where_satos_variance_vanishes_the_interval_has_a_width(tables, estimate):
    common = proportions.cochran_mantel_haenszel(tables).risk_difference

    assert common.estimate == pytest.approx(estimate)
    assert common.upper - common.lower > 0.1
    assert common.lower <= estimate <= common.upper


def test_two_strata_without_an_event_have_the_width_of_miettinen_and_nurminen():
    # In a stratum without events the likeliest shares at a difference d > 0 are d and 0: its
    # variance is d (1 - d) / n times N / (N - 1). With weights w the bound solves
    # d^2 = z^2 sum(w^2 d (1 - d) / n N / (N - 1)), so d = q / (1 + q).
    weight = np.array([5.0, 2.5]) / 7.5
    q = 1.959963984540054**2 * np.sum(weight**2 / np.array([10, 5]) * np.array([20 / 19, 10 / 9]))
    common = proportions.cochran_mantel_haenszel([(0, 10, 0, 10), (0, 5, 0, 5)]).risk_difference

    assert (common.lower, common.upper) == pytest.approx((-q / (1 + q), q / (1 + q)), rel=1e-8)


@given(st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_in_one_stratum_that_is_the_interval_of_miettinen_and_nurminen(n_1, n_0, everybody):
    x_1, x_0 = (n_1, n_0) if everybody else (0, 0)
    common = proportions.cochran_mantel_haenszel([(x_1, n_1, x_0, n_0)]).risk_difference
    plain = proportions.miettinen_nurminen(x_1, n_1, x_0, n_0)

    assert (common.lower, common.upper) == pytest.approx((plain.lower, plain.upper), abs=1e-8)
