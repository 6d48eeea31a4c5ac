"""What must hold of every survival figure, whatever the data: identities, sums, and other ways to
the same number.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.statistics.cox import fit_cox, martingale_residuals, score_residuals, two_group_cox
from equipoise.statistics.survival import (
    FlemingHarrington,
    ModestWeight,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    median_of_sorted,
    restricted_mean,
    two_group_log_rank,
    weighted_log_rank_scores,
)
from equipoise.statistics.survival.ordered import (
    fold_ties,
    order_subjects,
    sort_packed,
    sort_rows,
)


def trial(seed, subjects=150, unit=1.0):
    rng = np.random.default_rng(seed)
    arm, site = rng.integers(0, 2, subjects), rng.integers(0, 3, subjects)
    death, censored = rng.exponential(10 * np.exp(0.5 * arm)), rng.uniform(3, 30, subjects)
    return np.ceil(np.minimum(death, censored) / unit) * unit, death <= censored, arm, site


@given(
    st.lists(
        st.one_of(
            st.floats(0, 1e300, allow_subnormal=True),
            st.integers(0, 9).map(float),
            st.integers(0, 999).map(lambda i: 1e6 * (1 + i * 2**-52)),
            st.just(-0.0),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_the_sort_is_the_stable_sort(times):
    times = np.array(times)

    for sort in (sort_rows, sort_packed):
        rows, rising = sort(times)

        assert rows.tolist() == np.argsort(times, kind="stable").tolist()
        assert rising.tolist() == np.sort(times).tolist()


def test_times_alike_in_all_but_the_last_bits_are_sorted_too():
    times = 1e6 * (1 + np.random.default_rng(1).permutation(5000) * 2.0**-52)

    assert sort_rows(times)[1].tolist() == np.sort(times).tolist()
    assert sort_packed(times)[1].tolist() == np.sort(times).tolist()


def test_folding_runs_along_a_chain_of_near_times_as_in_r():
    times = np.array([1.0, 1 + 1e-8, 1 + 2e-8, 1 + 3e-8, 1 + 8e-8])
    fold_ties(times)

    assert times.tolist() == [1, 1, 1, 1, 1 + 8e-8]


def test_strata_are_stretches_of_rising_time():
    time, event, _, site = trial(1)
    ordered = order_subjects(time, event, site)

    for s, (lo, hi) in enumerate(zip(ordered.starts[:-1], ordered.starts[1:], strict=True)):
        assert (site[ordered.rows[lo:hi]] == s).all()
        assert (np.diff(ordered.time[lo:hi]) >= 0).all()
    assert sorted(ordered.rows.tolist()) == list(range(150))


@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.parametrize(
    ("weight", "row"),
    [
        (FlemingHarrington(), (0, 0, np.inf, 1)),
        (FlemingHarrington(0.5, 2), (0.5, 2, np.inf, 1)),
        (ModestWeight(t_star=6), (0, 0, 6, 0)),
        (ModestWeight(s_star=0.7), (0, 0, np.inf, 0.7)),
        (ModestWeight(t_star=6, s_star=0.9), (0, 0, 6, 0.9)),
    ],
)
def test_scores_are_the_sums_their_definition_says(weight, row, strata):
    """Summed one event time after another from the definition, against the kernel of tests and
    simulations.
    """
    time, event, arm, site = trial(2)
    u = v = 0.0
    for s in np.unique(site) if strata else [0]:
        here = site == s if strata else np.ones(150, bool)
        curve = kaplan_meier(time[here], event[here])
        rho, gamma, t_star, s_star = row
        floor = max(s_star, 0 if t_star == np.inf else curve.survival[curve.times <= t_star][-1])
        for t in np.unique(time[here & event]):
            before = 1.0 if t == curve.times[0] else curve.survival[curve.times < t][-1]
            w = before**rho * (1 - before) ** gamma / max(before, floor)
            risk, dead = here & (time >= t), here & event & (time == t)
            n, d, n1 = risk.sum(), dead.sum(), (risk & (arm == 1)).sum()
            u += w * ((dead & (arm == 1)).sum() - d * n1 / n)
            v += w * w * d * n1 * (n - n1) * (n - d) / (n * n * max(n - 1, 1))
    order = np.argsort(time)
    codes = site[order] if strata else np.empty(0, dtype=np.int64)

    assert two_group_log_rank(
        time[order], event[order], arm[order], codes, *map(float, row)
    ) == pytest.approx((u, v))
    public = weighted_log_rank_scores(
        time, event, arm, [FlemingHarrington(1, 0), weight], site if strata else None
    )
    assert (public.scores[1], public.covariance[1, 1]) == pytest.approx((u, v), rel=1e-12)


def test_joint_covariance_is_bilinear_in_the_weights():
    """S + (1 - S) = 1: the weights (1, 0) and (0, 1) add up to the log-rank test, and so must their
    covariances.
    """
    time, event, arm, site = trial(3)
    weights = [FlemingHarrington(), FlemingHarrington(1, 0), FlemingHarrington(0, 1)]
    scores, covariance = weighted_log_rank_scores(time, event, arm, weights, site)

    assert scores[0] == pytest.approx(scores[1] + scores[2], rel=1e-12)
    assert covariance[0] == pytest.approx(covariance[1] + covariance[2], rel=1e-12)
    assert covariance == pytest.approx(covariance.T)


def test_one_sided_p_says_which_group_lives_longer():
    time, event, arm, _ = trial(4)  # group 1 lives longer
    two, longer, shorter = (
        log_rank(time, event, arm, alternative=a) for a in ("two-sided", "longer", "shorter")
    )

    assert two.z < 0
    assert two.z**2 == pytest.approx(two.chi_square)
    assert longer.p == pytest.approx(two.p / 2)
    assert shorter.p == pytest.approx(1 - two.p / 2)
    assert log_rank(time, event, 1 - arm).z == pytest.approx(-two.z)


@pytest.mark.parametrize("strata", [False, True])
def test_the_compiled_cox_model_of_one_trial_is_the_public_one(strata):
    time, event, arm, site = trial(5)
    order = np.argsort(time)
    codes = site[order] if strata else np.empty(0, dtype=np.int64)

    beta, se, _, converged = two_group_cox(time[order], event[order], arm[order], codes)
    fit = fit_cox(time, event, arm, site if strata else None)

    assert converged
    assert (beta, se) == pytest.approx((fit.coef[0], fit.se[0]), rel=1e-12)
    assert not two_group_cox(
        np.array([1.0, 2, 3, 4]), np.array([1, 1, 0, 0]), np.array([1, 1, 0, 0]), codes[:0]
    )[3]


def test_the_compiled_median_is_the_public_one():
    time, event, *_ = trial(6)
    order = np.argsort(time)

    assert median_of_sorted(time[order], event[order]) == kaplan_meier(time, event).median().time


def test_the_score_is_zero_at_the_estimate_when_summed_in_extended_precision():
    rng = np.random.default_rng(23)
    time, event, arm, site = trial(7, unit=1e-6)
    entry, age = rng.uniform(0, 6, 150), rng.normal(60, 9, 150)
    time = np.where(time <= entry, entry + 1, time)
    x = np.column_stack([arm, age]).astype(np.longdouble)
    fit = fit_cox(time, event, x.astype(float), site, entry=entry, tolerance=0)
    score, centered = np.zeros(2, np.longdouble), x - x.mean(axis=0)
    for i in np.flatnonzero(event):
        risk = (site == site[i]) & (entry < time[i]) & (time >= time[i])
        weight = np.exp(centered[risk] @ fit.coef.astype(np.longdouble))
        score += centered[i] - weight @ centered[risk] / weight.sum()

    assert fit.covariance @ score.astype(float) / fit.coef == pytest.approx([0, 0], abs=1e-13)


def test_a_giant_hazard_that_leaves_does_not_take_the_digits_of_the_others_along():
    """Subject 0 has e^40 times the hazard; before its entry and beside it the others still count
    exactly.
    """
    rng = np.random.default_rng(8)
    time, event, x = rng.permutation(np.arange(10.0, 60)), np.ones(50, bool), rng.normal(size=50)
    entry = np.zeros(50)
    far = (
        np.append(x, 300.0),
        np.append(time, 70.0),
        np.append(event, False),
        np.append(entry, 65.0),
    )
    plain = fit_cox(time, event, x, entry=entry, tolerance=0)
    joined = fit_cox(far[1], far[2], far[0], entry=far[3], tolerance=0)

    assert joined.coef == pytest.approx(plain.coef, rel=1e-9)
    assert joined.se == pytest.approx(plain.se, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["efron", "breslow"]))
def test_residuals_add_up_to_nothing(seed, ties):
    time, event, arm, site = trial(seed)
    fit = fit_cox(time, event, arm, site, ties, tolerance=0)

    assert martingale_residuals(fit).sum() == pytest.approx(0, abs=1e-9)
    assert score_residuals(fit).sum() == pytest.approx(0, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_clusters_of_one_are_the_robust_variance_and_copies_count_once(seed):
    time, event, arm, _ = trial(seed, 60)
    plain = fit_cox(time, event, arm, ties="breslow", robust=True, tolerance=0)
    each = fit_cox(time, event, arm, ties="breslow", cluster=np.arange(60), tolerance=0)
    twice = fit_cox(  # type: ignore[misc]
        *(np.tile(v, 2) for v in (time, event, arm)),
        ties="breslow",
        cluster=np.tile(np.arange(60), 2),
        tolerance=0,
    )

    assert each.covariance == pytest.approx(plain.covariance, rel=1e-12)
    assert twice.covariance == pytest.approx(plain.covariance, rel=1e-9)


def test_without_censoring_the_restricted_mean_is_the_mean_and_its_error_the_standard_deviations():
    time = np.random.default_rng(9).exponential(5, 80)
    found = restricted_mean(time, np.ones(80)).means[0]

    assert found.estimate == pytest.approx(time.mean(), rel=1e-12)
    assert found.se == pytest.approx(time.std() / np.sqrt(80), rel=1e-12)


def test_with_one_cause_incidence_is_what_survival_leaves():
    time, event, *_ = trial(10)
    curve, found = (
        kaplan_meier(time, event),
        cumulative_incidence(time, event.astype(int), variance="delta"),
    )

    assert found.incidence[:, 0] == pytest.approx(1 - curve.survival, abs=1e-12)
    inside = curve.survival > 0
    assert found.se[inside, 0] == pytest.approx((curve.survival * curve.error)[inside], abs=1e-12)


@pytest.mark.parametrize("strata", [False, True])
def test_with_one_cause_grays_score_is_the_log_rank_score(strata):
    """The variances differ in form: Gray pools the curve that the log-rank test takes from each
    group.
    """
    time, event, arm, site = trial(11, 3000)
    by = site if strata else None
    gray, logrank = gray_test(time, event.astype(int), arm, by), log_rank(time, event, arm, by)

    assert gray.score == pytest.approx(logrank.observed - logrank.expected, rel=1e-9)
    null = np.random.default_rng(12).permutation(arm)
    gray, logrank = gray_test(time, event.astype(int), null, by), log_rank(time, event, null, by)
    assert gray.variance == pytest.approx(logrank.variance, rel=0.02)
