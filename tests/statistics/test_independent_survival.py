"""Curves, log-rank tests and Cox models against statsmodels and greenwood, on generated data full
of ties.
"""

import greenwood
import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank


def trial(seed, subjects=120, unit=1.0):
    """Exponential times rounded up to `unit` months: with unit 1 about eight subjects share each
    time.
    """
    rng = np.random.default_rng(seed)
    arm, age, site = (
        rng.integers(0, 2, subjects),
        rng.normal(60, 9, subjects),
        rng.integers(0, 3, subjects),
    )
    hazard = 0.12 * np.exp(-0.6 * arm + 0.02 * (age - 60) + 0.3 * site)
    event, censored = rng.exponential(1 / hazard), rng.uniform(3, 30, subjects)
    return np.ceil(np.minimum(event, censored) / unit) * unit, event <= censored, arm, age, site


@pytest.mark.parametrize("interval", ["log-log", "log", "plain"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_curve_and_its_bounds_are_greenwoods(seed, interval):
    time, event, *_ = trial(seed)

    found = kaplan_meier(time, event, level=0.9, interval=interval)
    expected = greenwood.KaplanMeier(conf_type=interval, conf_level=0.9).fit(
        greenwood.Surv(time, event=event)
    )

    inside = found.survival > 0
    assert found.times.tolist() == expected.time_.tolist()
    assert found.survival == pytest.approx(expected.survival_, abs=1e-12)
    assert found.lower[inside] == pytest.approx(expected.conf_low_[inside], abs=1e-10)
    assert found.upper[inside] == pytest.approx(expected.conf_high_[inside], abs=1e-10)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_curve_at_event_times_is_statsmodels(seed):
    time, event, *_ = trial(seed)

    found, expected = kaplan_meier(time, event), SurvfuncRight(time, event.astype(float))

    rows = np.isin(found.times, expected.surv_times)
    assert found.survival[rows] == pytest.approx(expected.surv_prob, abs=1e-12)
    assert found.at_risk[rows].tolist() == expected.n_risk.tolist()
    assert found.events[rows].tolist() == expected.n_events.tolist()


@pytest.mark.parametrize("seed", [5, 6])
def test_log_rank_of_two_or_three_groups_with_and_without_strata(seed):
    time, event, arm, _, site = trial(seed)

    for group, strata in [(arm, None), (site, None), (arm, site), (site, arm)]:
        found = log_rank(time, event, group, strata)
        assert (found.chi_square, found.p) == pytest.approx(
            survdiff(time, event, group, strata=strata), rel=1e-9
        )


def test_a_stratum_of_one_arm_adds_nothing():
    time, event, arm, _, site = trial(7)
    lonely = np.where(arm == 1, site, 0)  # strata 1 and 2 hold one arm only

    found = log_rank(time, event, arm, lonely)
    zero = lonely == 0

    assert found.chi_square == pytest.approx(
        log_rank(time[zero], event[zero], arm[zero]).chi_square, rel=1e-12
    )


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("seed", [8, 9])
def test_cox_is_statsmodels(seed, stratified, ties):
    time, event, arm, age, site = trial(seed)
    x, strata = np.column_stack([arm, age]), site if stratified else None

    found = fit_cox(time, event, x, strata, ties)
    expected = PHReg(time, x, event, ties=ties, strata=strata).fit(disp=0)

    assert found.coef == pytest.approx(expected.params, rel=1e-5)
    assert found.se == pytest.approx(expected.bse, rel=1e-5)
    assert found.p == pytest.approx(expected.pvalues, rel=1e-4)
    assert found.loglik == pytest.approx(expected.llf, abs=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_score_test_and_bounds_are_greenwoods(ties):
    time, event, arm, age, _ = trial(10)
    x = np.column_stack([arm, age])

    found = fit_cox(time, event, x, ties=ties, level=0.9)
    expected = greenwood.CoxPH(ties=ties, conf_level=0.9).fit(greenwood.Surv(time, event=event), x)

    assert found.score_chi_square == pytest.approx(expected.score_stat_, rel=1e-8)
    assert found.score_p == pytest.approx(stats.chi2.sf(expected.score_stat_, 2), rel=1e-8)
    assert found.loglik_null == pytest.approx(expected.loglik_null_, abs=1e-9)
    assert np.log(found.lower) == pytest.approx(
        found.coef - 1.6448536 * expected.std_error_, abs=1e-6
    )


def test_without_ties_the_score_test_of_one_indicator_is_the_log_rank_test():
    time, event, arm, *_ = trial(11, unit=1e-9)

    assert fit_cox(time, event, arm).score_chi_square == pytest.approx(
        log_rank(time, event, arm).chi_square, rel=1e-9
    )
