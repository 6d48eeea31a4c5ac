"""Tests hold their size and intervals their coverage where nothing differs, within four Monte-Carlo
errors.

Seeded; times are rounded up, so ties are there as in a trial.
"""

import numpy as np
import pytest
from scipy.stats import norm

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import (
    gray_test,
    kaplan_meier,
    restricted_mean,
    two_group_log_rank,
)

LEVEL = 0.05


def null_trial(rng, subjects):
    death, censored = rng.exponential(10, subjects), rng.uniform(4, 30, subjects)
    arm = rng.permutation(np.arange(subjects) % 2)
    return np.ceil(4 * np.minimum(death, censored)) / 4, (death <= censored).astype(np.uint8), arm


def near(share, expected, trials, slack=0.0):
    return abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / trials) + slack


@pytest.mark.parametrize(
    "row",
    [
        (0, 0, np.inf, 1),
        (1, 0, np.inf, 1),
        (0, 1, np.inf, 1),
        (1, 1, np.inf, 1),
        (0, 0, 6, 0),
        (0, 0, np.inf, 0.5),
    ],
)
def test_weighted_log_rank_tests_hold_their_size(row):
    rng, trials, rejected = np.random.default_rng(31), 4000, 0
    none = np.empty(0, dtype=np.int64)
    for _ in range(trials):
        time, event, arm = null_trial(rng, 200)
        order = np.argsort(time)
        u, v = two_group_log_rank(time[order], event[order], arm[order], none, *map(float, row))
        rejected += abs(u) > norm.isf(LEVEL / 2) * np.sqrt(v)

    assert near(rejected / trials, LEVEL, trials)


def test_the_three_tests_of_a_cox_model_hold_their_size_and_its_interval_its_coverage():
    rng, trials = np.random.default_rng(32), 1500
    p, covered = [], 0
    for _ in range(trials):
        time, event, arm = null_trial(rng, 150)
        fit = fit_cox(time, event, np.column_stack([arm, rng.normal(size=150)]))
        p.append((fit.score_p, fit.wald_p, fit.likelihood_ratio_p))
        covered += fit.lower[0] <= 1 <= fit.upper[0]

    for share in np.mean(np.array(p) < LEVEL, axis=0):
        assert near(share, LEVEL, trials)
    assert near(covered / trials, 1 - LEVEL, trials)


@pytest.mark.parametrize("interval", ["log-log", "log", "plain", "arcsine"])
def test_survival_intervals_cover_the_truth_at_a_landmark(interval):
    """The plain and log intervals are known to run short or one-sided in small samples: a slack of
    one point.
    """
    rng, trials, covered = np.random.default_rng(33), 1500, 0
    for _ in range(trials):
        time, event, _ = null_trial(rng, 150)
        _, lower, upper = kaplan_meier(time, event, interval=interval).at(8)
        covered += lower <= np.exp(-0.8) <= upper

    assert near(covered / trials, 0.95, trials, slack=0.01)


def test_differences_of_restricted_means_hold_size_and_cover():
    rng, trials, p, covered = np.random.default_rng(34), 1500, [], 0
    for _ in range(trials):
        found = restricted_mean(*null_trial(rng, 200), tau=12)
        p.append(found.difference.p < LEVEL)
        covered += found.ratio.lower <= 1 <= found.ratio.upper

    assert near(np.mean(p), LEVEL, trials, slack=0.005)
    assert near(covered / trials, 1 - LEVEL, trials, slack=0.005)


@pytest.mark.parametrize("rho", [0, 1])
def test_grays_test_holds_its_size(rho):
    rng, trials, rejected = np.random.default_rng(35), 1200, 0
    for _ in range(trials):
        time, event, arm = null_trial(rng, 200)
        cause = event * rng.choice([1, 2], 200, p=[0.6, 0.4])
        rejected += gray_test(time, cause, arm, rho=rho).p < LEVEL

    assert near(rejected / trials, LEVEL, trials)
