"""The difference adjusted by G-computation, the one in common to strata, and kappa: against other
programs and closed forms, and how often they hold what they say.
"""

from itertools import product

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from scipy.stats import binom, chi2
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.meta_analysis import combine_effects

from equipoise.statistics.agreement import cohen_kappa
from equipoise.statistics.proportions import (
    heterogeneity,
    miettinen_nurminen,
    standardized_difference,
    stratified_miettinen_nurminen,
)


def trial(rng, n, effect=0.0, strength=1.5):
    """Outcomes of subjects with two covariates, one of which foretells much."""
    treated = rng.permutation(np.arange(n) % 2 == 0)
    x = np.column_stack([rng.normal(size=n), rng.integers(0, 2, n)])
    shares = 1 / (1 + np.exp(-(-0.2 + effect * treated + strength * x[:, 0] + 0.4 * x[:, 1])))
    return rng.random(n) < shares, treated, x, shares


@pytest.mark.parametrize("seed", range(4))
def test_g_computation_is_that_of_statsmodels(seed):
    y, treated, x, _ = trial(np.random.default_rng(seed), 120, effect=0.8)

    found = standardized_difference(y, treated, x)

    design = np.column_stack([np.ones(len(y)), treated, x])
    fit = sm.GLM(y.astype(float), design, family=sm.families.Binomial()).fit(tol=1e-13)
    predicted = []
    for to in (1, 0):
        design[:, 1] = to
        predicted.append(fit.predict(design))
    one, zero = predicted
    assert found.share_1 == pytest.approx(one.mean(), abs=1e-8)
    assert found.share_0 == pytest.approx(zero.mean(), abs=1e-8)
    assert found.difference.estimate == pytest.approx((one - zero).mean(), abs=1e-8)
    error = (found.difference.upper - found.difference.lower) / 2 / 1.959963984540054
    assert error == pytest.approx(_sandwich_error(y, treated, x, fit.params), rel=0.08)


def _sandwich_error(y, treated, x, coef):
    """Of the stacked equations of model and means, by numerical derivatives (Stefanski and Boos,
    Am Stat 2002): another road to the same variance.
    """

    def rows(theta):
        *beta, mean_1, mean_0 = theta
        design = np.column_stack([np.ones(len(y)), treated, x])
        residual = y - 1 / (1 + np.exp(-design @ beta))
        one, zero = design.copy(), design.copy()
        one[:, 1], zero[:, 1] = 1, 0
        shares = [1 / (1 + np.exp(-each @ beta)) for each in (one, zero)]
        return np.column_stack([design * residual[:, None], shares[0] - mean_1, shares[1] - mean_0])

    design = np.column_stack([np.ones(len(y)), treated, x])
    means = []
    for to in (1, 0):
        design[:, 1] = to
        means.append((1 / (1 + np.exp(-design @ coef))).mean())
    theta = np.array([*coef, *means])
    steps = 1e-6 * np.eye(len(theta))
    slope = np.column_stack(
        [(rows(theta + s).mean(axis=0) - rows(theta - s).mean(axis=0)) / 2e-6 for s in steps]
    )
    meat = rows(theta).T @ rows(theta) / len(y)
    bread = np.linalg.inv(slope)
    variance = bread @ meat @ bread.T / len(y)
    return np.sqrt(variance[-2, -2] + variance[-1, -1] - 2 * variance[-2, -1])


def test_without_a_covariate_it_is_the_crude_difference():
    y = np.repeat([True, False, True, False], [14, 6, 9, 11])
    treated = np.arange(40) < 20

    found = standardized_difference(y, treated, np.zeros((40, 0)))

    spread = (0.7 * 0.3 / 20 + 0.45 * 0.55 / 20) * (20 / 19) ** 2  # the leverage is 1 / 20
    assert found.difference.estimate == pytest.approx(0.25, abs=1e-9)
    assert found.difference.upper - 0.25 == pytest.approx(1.959964 * spread**0.5, rel=1e-6)


def test_it_does_not_matter_in_which_unit_a_covariate_is_told():
    y, treated, x, _ = trial(np.random.default_rng(9), 80)
    once, again = (standardized_difference(y, treated, each) for each in (x, 1e4 * x + [7e5, -3.0]))
    assert once.difference.lower == pytest.approx(again.difference.lower, abs=1e-8)


@pytest.mark.parametrize(("n", "strength"), [(50, 0.0), (50, 1.5), (200, 1.5)])
def test_its_interval_covers_and_what_leaves_out_0_is_no_more_often_wrong_than_it_says(n, strength):
    """50 participants as planned, and 200, in a trial where treatment does nothing."""
    rng, asked = np.random.default_rng(n), 6000
    covered = told = 0
    for _ in range(asked):
        y, treated, x, _ = trial(rng, n, strength=strength)
        try:
            bounds = standardized_difference(y, treated, x).difference
        except ValueError:
            continue
        told += 1
        covered += bounds.lower <= 0 <= bounds.upper
    assert told >= 0.98 * asked
    assert covered / told == pytest.approx(0.95, abs=0.008)


def test_it_is_surer_than_the_crude_difference_where_a_covariate_foretells():
    rng = np.random.default_rng(3)
    widths = np.array(
        [
            [bounds.upper - bounds.lower for bounds in (adjusted.difference, crude.difference)]
            for _ in range(60)
            for y, treated, x, _ in [trial(rng, 150, strength=2.5)]
            for adjusted in [standardized_difference(y, treated, x)]
            for crude in [standardized_difference(y, treated, np.zeros((150, 0)))]
        ]
    )
    assert widths[:, 0].mean() < 0.8 * widths[:, 1].mean()


@pytest.mark.parametrize(
    ("y", "treated", "x", "problem"),
    [
        ([1, 0, 1, 0], [1, 1, 1, 1], [[0], [1], [0], [1]], "both groups"),
        ([1, 0, 1, 0], [1, 1, 0, 0], [[0], [1], [float("nan")], [1]], "a number for each"),
        ([1, 0, 1, 0], [1, 1, 0, 0], [[2], [2], [1], [1]], "follows from the others"),
        ([1, 1, 0, 0, 1, 0], [1, 0, 1, 0, 1, 0], [[5], [4], [1], [2], [6], [1]], "for sure"),
    ],
)
def test_what_cannot_be_adjusted_is_refused(y, treated, x, problem):
    with pytest.raises(ValueError, match=problem):
        standardized_difference(y, treated, x)


# ------------------------------------------------------------------ strata

TABLES = [(9, 12, 4, 11), (5, 8, 5, 10), (3, 4, 0, 3)]


def _restricted_variance(table, gap):
    """By maximizing the likelihood of the stratum under the difference, numerically."""
    x_1, n_1, x_0, n_0 = table

    def against(share):
        return -(binom.logpmf(x_1, n_1, share + gap) + binom.logpmf(x_0, n_0, share))

    low, high = max(0, -gap) + 1e-12, min(1, 1 - gap) - 1e-12
    share = minimize_scalar(against, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    p_0, p_1 = share.x, share.x + gap
    total = n_1 + n_0
    return (p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0) * total / (total - 1)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_at_its_bounds_the_stratified_score_equals_the_quantile(level):
    found = stratified_miettinen_nurminen(TABLES, level)

    weights = np.array([n_1 * n_0 / (n_1 + n_0) for _, n_1, _, n_0 in TABLES])
    weights /= weights.sum()
    gaps = np.array([x_1 / n_1 - x_0 / n_0 for x_1, n_1, x_0, n_0 in TABLES])
    assert found.estimate == pytest.approx(weights @ gaps)
    for bound in (found.lower, found.upper):
        variance = sum(
            w**2 * _restricted_variance(t, bound) for w, t in zip(weights, TABLES, strict=True)
        )
        score = (weights @ gaps - bound) ** 2 / variance
        assert score == pytest.approx(chi2.ppf(level, 1), rel=1e-5)


@pytest.mark.parametrize("table", [(9, 12, 4, 11), (0, 5, 0, 7), (5, 5, 0, 7)])
def test_one_stratum_gives_the_interval_without_strata(table):
    assert stratified_miettinen_nurminen([table]) == miettinen_nurminen(*table)


def test_a_stratum_with_one_group_says_nothing_and_none_is_refused():
    assert stratified_miettinen_nurminen([*TABLES, (3, 5, 0, 0)]) == (
        stratified_miettinen_nurminen(TABLES)
    )
    with pytest.raises(ValueError, match="subjects in both groups"):
        stratified_miettinen_nurminen([(3, 5, 0, 0)])


SIZES = ((7, 6), (5, 6))


def test_the_stratified_interval_covers_by_enumeration():
    """All outcomes of two small strata whose shares differ and whose difference is the same."""
    outcomes = [*product(*(range(n + 1) for pair in SIZES for n in pair))]
    bounds = {}
    for x in outcomes:
        found = stratified_miettinen_nurminen([(x[0], 7, x[1], 6), (x[2], 5, x[3], 6)])
        bounds[x] = (found.lower, found.upper)
    assert bounds[7, 0, 5, 0][1] == 1
    assert bounds[0, 6, 0, 6][0] == -1
    covers = []
    for gap, first, second in product((0, 0.3), (0.15, 0.5), (0.3, 0.6)):
        shares = (first + gap, first, second + gap, second)
        sizes = (7, 6, 5, 6)
        weight = {
            x: np.prod([binom.pmf(k, n, p) for k, n, p in zip(x, sizes, shares, strict=True)])
            for x in outcomes
        }
        covers.append(sum(w for x, w in weight.items() if bounds[x][0] <= gap <= bounds[x][1]))
    assert min(covers) > 0.92
    assert np.mean(covers) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("tables", [TABLES[:2], [(9, 12, 4, 11), (5, 8, 5, 10), (3, 7, 1, 6)]])
def test_heterogeneity_is_cochrans_q_of_statsmodels(tables):
    gaps, variances = [], []
    for x_1, n_1, x_0, n_0 in tables:
        p_1, p_0 = x_1 / n_1, x_0 / n_0
        gaps.append(p_1 - p_0)
        variances.append(p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0)
    q = combine_effects(np.array(gaps), np.array(variances)).test_homogeneity()

    assert heterogeneity(tables) == pytest.approx(q.pvalue)


@pytest.mark.parametrize(
    "tables", [[(9, 12, 4, 11)], [(9, 12, 4, 11), (3, 5, 0, 0)], [(9, 12, 4, 11), (5, 5, 0, 4)]]
)
def test_nothing_is_said_of_one_stratum_or_of_one_without_variance(tables):
    assert heterogeneity(tables) is None


# ------------------------------------------------------------------ agreement


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_statsmodels(seed):
    table = np.random.default_rng(seed).integers(0, 12, (4, 4))
    assert cohen_kappa(table.tolist()) == pytest.approx(cohens_kappa(table).kappa)


def test_kappa_where_chance_explains_everything_or_nothing_is_counted():
    assert cohen_kappa([[5, 0], [0, 0]]) is None
    assert cohen_kappa([[0, 0], [0, 0]]) is None
    assert cohen_kappa([]) is None
    with pytest.raises(ValueError, match="as many rows as columns"):
        cohen_kappa([[1, 2, 3], [3, 4, 5]])
