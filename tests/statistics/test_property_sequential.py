"""What must hold for every design, whatever its looks and levels."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import norm

from equipoise.statistics.sequential import (
    BetaSpending,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    WangTsiatis,
    conditional_power,
    design_group_sequential,
    final_inference,
    operating_characteristics,
    predictive_power,
    repeated_interval,
    repeated_p_value,
    stagewise_p_value,
    update_information,
    without_futility,
)

SPENDING = st.one_of(
    st.just(OBrienFlemingSpending()),
    st.just(PocockSpending()),
    st.floats(-8, 4).map(HwangShihDeCani),
    st.floats(0.3, 5).map(KimDeMets),
)
RULES = st.one_of(SPENDING, st.floats(-0.3, 0.7).map(WangTsiatis), st.just(HaybittlePeto(3.4)))
SHARES = st.lists(st.floats(0.05, 1.0), min_size=1, max_size=5)
LOOKS = SHARES.map(lambda shares: (*(np.cumsum(shares)[:-1] / sum(shares)).tolist(), 1.0))
LEVELS = st.floats(0.005, 0.2)
few = settings(max_examples=30, deadline=None)


@few
@example(HwangShihDeCani(5e-324), (0.5, 1.0), 0.1)  # straight, but for rounding
@given(SPENDING, LOOKS, LEVELS)
def test_spending_rises_from_0_to_its_total(spending, looks, total):
    spent = spending.spent(total, (*looks, 1.0))

    assert (np.diff(spent) >= 0).all()
    assert spent[0] > 0
    assert spent[-1] == pytest.approx(total, rel=1e-12)


@few
@given(RULES, LOOKS, LEVELS, st.sampled_from([1, 2]), st.floats(-4, 6))
def test_every_trial_stops_once_and_the_level_is_kept(rule, looks, alpha, sided, drift):
    design = design_group_sequential(rule, looks, alpha=alpha, sided=sided)

    at_null, at = operating_characteristics(design, 0.0), operating_characteristics(design, drift)
    assert sum(at.stopping) == pytest.approx(1, abs=1e-12)
    assert at_null.power * sided == pytest.approx(alpha, abs=1e-12)
    assert design.alpha_spent[-1] == pytest.approx(alpha, abs=1e-12)
    assert looks[0] - 1e-12 <= at.expected_information <= 1 + 1e-12


@few
@given(RULES, LEVELS, st.floats(0.3, 0.99))
def test_one_look_is_the_fixed_design(rule, alpha, power):
    design = design_group_sequential(rule, (1.0,), alpha=alpha, power=power)

    assert design.efficacy == pytest.approx([norm.isf(alpha)], abs=1e-12)
    assert design.inflation_factor == pytest.approx(1, abs=1e-10)
    final = final_inference(design, 1, 1.3)
    assert final.p_value == pytest.approx(norm.sf(1.3), abs=1e-14)
    assert final.estimate == pytest.approx(1.3, abs=1e-10)
    assert final.interval.lower == pytest.approx(1.3 - norm.isf(alpha), abs=1e-10)


@few
@given(SPENDING, SPENDING, LOOKS, st.booleans(), st.floats(0.5, 0.95))
def test_futility_leaves_level_and_power_as_declared(rule, beta, looks, binding, power):
    design = design_group_sequential(
        rule, looks, power=power, futility=BetaSpending(beta), binding=binding
    )

    at = operating_characteristics(design, design.drift)
    assert at.power == pytest.approx(power, abs=1e-10)
    assert at.futility == pytest.approx(
        np.diff(beta.spent(1 - power, looks), prepend=0.0), abs=1e-9
    )
    relied = operating_characteristics(design, 0.0, obey_futility=binding)
    assert relied.power == pytest.approx(0.025, abs=1e-12)
    assert design.inflation_factor >= 1 - 1e-9


@few
@given(SPENDING, LOOKS, st.floats(0.01, 1e4))
def test_the_scale_of_information_changes_theta_and_nothing_else(rule, looks, maximum):
    unit = design_group_sequential(rule, looks, power=0.8)
    scaled = update_information(unit, [t * maximum for t in looks], maximum=maximum)

    assert scaled.efficacy == pytest.approx(unit.efficacy, abs=1e-10)
    assert scaled.power == pytest.approx(0.8, abs=1e-10)
    last = len(looks)
    one, other = final_inference(unit, last, 2.2), final_inference(scaled, last, 2.2)
    assert other.estimate * sqrt(maximum) == pytest.approx(one.estimate, abs=1e-9)
    assert other.p_value == pytest.approx(one.p_value, abs=1e-12)


@few
@given(SPENDING, LOOKS, st.sampled_from([1, 2]), LEVELS)
def test_the_bound_is_where_p_is_alpha_and_the_interval_begins_at_0(rule, looks, sided, alpha):
    design = design_group_sequential(rule, looks, alpha=alpha, sided=sided)
    last = len(looks)

    assert stagewise_p_value(design, last, design.efficacy[-1]) == pytest.approx(alpha, abs=1e-11)
    assert final_inference(design, last, design.efficacy[-1]).interval.lower == pytest.approx(
        0, abs=1e-9
    )
    for look, bound in enumerate(design.efficacy, start=1):
        assert repeated_p_value(design, look, bound) == pytest.approx(alpha, rel=1e-8)
        assert repeated_interval(design, look, bound).lower == pytest.approx(0, abs=1e-12)


@few
@given(LOOKS, st.floats(-5, 5))
def test_a_two_sided_design_treats_both_directions_alike(looks, z):
    design = design_group_sequential(Pocock(), looks, alpha=0.05, sided=2)
    up, down = (final_inference(design, len(looks), value) for value in (z, -z))

    assert up.p_value == pytest.approx(down.p_value, abs=1e-12)
    assert up.estimate == pytest.approx(-down.estimate, abs=1e-9)
    assert up.interval.lower == pytest.approx(-down.interval.upper, abs=1e-9)


@few
@given(SPENDING, st.floats(0.1, 0.6), st.floats(-1, 5), st.booleans())
def test_conditional_power_averages_to_the_power_of_the_later_looks(rule, first, drift, futility):
    looks = (first, (1 + first) / 2, 1.0)
    options = {"power": 0.8, "futility": BetaSpending(PocockSpending())} if futility else {}
    design = design_group_sequential(rule, looks, **options)
    low, high = max(design.floors[0], -9.0) if futility else -9.0, min(design.efficacy[0], 12.0)
    points, weights = np.polynomial.legendre.leggauss(60)
    z = (low + high) / 2 + (high - low) / 2 * points

    density = norm.pdf(z - drift * sqrt(first)) * weights * (high - low) / 2
    average = sum(
        conditional_power(design, 1, float(v), drift) * w for v, w in zip(z, density, strict=True)
    )

    assert average == pytest.approx(
        sum(operating_characteristics(design, drift).efficacy[1:]), abs=1e-7
    )


@few
@given(st.floats(0.1, 0.9), st.floats(-2, 4), st.floats(-1, 1), st.floats(0.01, 100))
def test_conditional_and_predictive_power_of_the_last_look_in_closed_form(
    first, z, mean, information
):
    design = design_group_sequential(OBrienFlemingSpending(), (first, 1.0), maximum_information=50)
    now, later, bound = 50 * first, 50 * (1 - first), design.efficacy[1]
    score, needed = z * sqrt(now), bound * sqrt(50)

    given_theta = ndtr((score + mean * later - needed) / sqrt(later))
    assert conditional_power(design, 1, z, mean) == pytest.approx(given_theta, abs=1e-12)
    # What is still to come is normal with the posterior mean and the posterior variance added to
    # its own.
    posterior, known = (mean * information + score) / (information + now), information + now
    predicted = ndtr((score + later * posterior - needed) / sqrt(later + later**2 / known))
    found = predictive_power(design, 1, z, prior_mean=mean, prior_information=information)
    assert found == pytest.approx(predicted, abs=1e-12)
    flat = ndtr((z - bound * sqrt(first)) / sqrt(1 - first))
    assert predictive_power(design, 1, z) == pytest.approx(flat, abs=1e-12)


@pytest.mark.parametrize("obey", [True, False])
def test_predictive_power_is_conditional_power_averaged_over_the_posterior(obey):
    design = design_group_sequential(
        PocockSpending(), (0.3, 0.6, 0.8, 1), power=0.9, futility=BetaSpending(PocockSpending())
    )
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    now, z = 0.3, 0.9
    thetas = z / sqrt(now) + points / sqrt(now)
    powers = [conditional_power(design, 1, z, float(theta), obey_futility=obey) for theta in thetas]

    found = predictive_power(design, 1, z, obey_futility=obey)

    assert found == pytest.approx(float(weights @ powers / weights.sum()), abs=1e-9)
    assert predictive_power(
        design, 1, z, prior_mean=2.0, prior_information=1e12, obey_futility=obey
    ) == pytest.approx(conditional_power(design, 1, z, 2.0, obey_futility=obey), abs=1e-6)


def test_without_futility_a_binding_design_is_the_plain_one():
    options = {"power": 0.9, "futility": BetaSpending(PocockSpending()), "binding": True}
    binding = design_group_sequential(PocockSpending(), (0.5, 1.0), **options)

    assert (
        without_futility(binding).efficacy
        == design_group_sequential(PocockSpending(), (0.5, 1.0)).efficacy
    )
    assert binding.efficacy[1] < without_futility(binding).efficacy[1]
    # Bound, interval and p-value are one verdict: all rely on the futility bounds being obeyed.
    assert repeated_interval(binding, 2, 0.0).upper == binding.efficacy[1]
