"""Closed forms against quadrature, quadrature against closed forms, and what is refused."""

from itertools import pairwise
from math import exp, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import binom, norm

from equipoise.statistics.proportions import n_per_arm_by_formula, power_of
from equipoise.statistics.sample_size import (
    Accrual,
    Arm,
    BetaPrior,
    DiscretePrior,
    Hazard,
    NormalPrior,
    ProportionalHazards,
    TwoArms,
    accrual_for_events,
    assurance,
    average_hazard_ratio,
    average_hazard_ratio_power,
    detectable_hazard_ratio,
    duration_for_accrual,
    expected_counts,
    freedman_events,
    inflate,
    lachin_foulkes_power,
    log_rank_information,
    schoenfeld_events,
    schoenfeld_power,
    size_by_average_hazard_ratio,
    size_for_duration,
    size_for_follow_up,
    size_for_shares,
    time_of_events,
)
from equipoise.statistics.sequential import (
    Pocock,
    design_group_sequential,
    operating_characteristics,
)

few = settings(max_examples=40, deadline=None)
RATES = st.floats(0.0, 0.5)
HAZARDS = st.lists(st.tuples(RATES, st.floats(0.5, 10)), min_size=1, max_size=3).map(
    lambda pieces: Hazard(
        tuple(rate for rate, _ in pieces),
        (0.0, *np.cumsum([step for _, step in pieces[:-1]]).tolist()),
    )
)
ACCRUALS = st.lists(st.tuples(st.floats(0.5, 20), st.floats(0.5, 10)), min_size=1, max_size=3).map(
    lambda pieces: Accrual(tuple(rate for rate, _ in pieces), tuple(step for _, step in pieces))
)


def cumulative(hazard: Hazard, time: float) -> float:
    ends = (*hazard.starts[1:], float("inf"))
    return sum(
        r * max(0.0, min(time, e) - s)
        for r, s, e in zip(hazard.rates, hazard.starts, ends, strict=True)
    )


@few
@given(HAZARDS, HAZARDS, ACCRUALS, st.floats(0.5, 40))
def test_expected_events_are_the_double_integral(hazard, dropout, accrual, time):
    """Integrated over follow-up u: the rate of events times those who entered by time - u."""
    arms = TwoArms(Arm(hazard, dropout), Arm(hazard, dropout), ratio=2)
    knots = sorted(
        {*hazard.starts, *dropout.starts, *(time - np.cumsum((0, *accrual.durations))), 0.0, time}
    )
    knots = [k for k in knots if 0 <= k <= time]

    def rate(u: float) -> float:
        staying = exp(-cumulative(hazard, u) - cumulative(dropout, u))
        now = hazard.rates[int(np.searchsorted(hazard.starts, u, side="right")) - 1]
        return now * staying * float(accrual.enrolled(np.array(time - u)))

    expected = sum(quad(rate, a, b, epsabs=1e-12, epsrel=1e-11)[0] for a, b in pairwise(knots))
    found = expected_counts(time, accrual, arms)
    assert found.events == pytest.approx(expected, rel=1e-8, abs=1e-9)
    assert found.events_experimental == pytest.approx(2 * found.events_control, rel=1e-12)
    assert (
        found.events + found.dropouts_control + found.dropouts_experimental <= found.subjects + 1e-9
    )


@few
@given(st.floats(0.3, 0.95), st.floats(0.3, 0.99), st.floats(0.3, 3), st.sampled_from([1, 2]))
def test_schoenfelds_events_power_and_ratio_are_one_equation(ratio, power, allocation, sided):
    options = {"sided": sided, "ratio": allocation}
    events = schoenfeld_events(ratio, power=power, **options)

    assert schoenfeld_power(events, ratio, **options) == pytest.approx(power, abs=1e-12)
    assert detectable_hazard_ratio(events, power=power, **options) == pytest.approx(
        ratio, rel=1e-12
    )
    assert freedman_events(1 / ratio, power=power) == pytest.approx(
        freedman_events(ratio, power=power)
    )


@few
@given(ACCRUALS, st.floats(2, 30), st.floats(0.4, 0.9), st.floats(0.5, 2))
def test_the_three_questions_of_lachin_and_foulkes_have_one_answer(
    accrual, median, ratio, allocation
):
    trial = ProportionalHazards(
        control=Hazard.of_median(median),
        hazard_ratio=ratio,
        power=0.85,
        ratio=allocation,
        dropout=Hazard((0.01,)),
    )
    size = size_for_duration(trial, accrual, accrual.duration + 6)

    assert lachin_foulkes_power(trial, size.accrual, size.duration) == pytest.approx(
        0.85, abs=1e-12
    )
    assert duration_for_accrual(trial, size.accrual).duration == pytest.approx(
        size.duration, rel=1e-9
    )
    found = size_for_follow_up(trial, size.accrual, 6.0)
    assert found.accrual.duration == pytest.approx(accrual.duration, rel=1e-9)
    assert time_of_events(size.events, size.accrual, trial.arms()) == pytest.approx(
        size.duration, rel=1e-9
    )


@few
@given(ACCRUALS, st.floats(0.3, 0.9), st.floats(5, 40))
def test_under_proportional_hazards_the_average_is_the_hazard_ratio(accrual, ratio, time):
    control = Hazard((0.1, 0.05), (0.0, 4.0))
    arms = TwoArms(Arm(control), Arm(control.times(ratio)))
    found = average_hazard_ratio(time, accrual, arms)

    assert found.hazard_ratio == pytest.approx(ratio, rel=1e-12)
    sized = size_by_average_hazard_ratio(time, accrual, arms, power=0.9)
    assert expected_counts(time, sized, arms).events == pytest.approx(
        schoenfeld_events(ratio, power=0.9), rel=1e-9
    )
    assert average_hazard_ratio_power(time, sized, arms) == pytest.approx(0.9, abs=1e-12)


def test_a_delayed_effect_shows_more_with_follow_up():
    arms = TwoArms(Arm(Hazard((0.1,))), Arm(Hazard((0.1, 0.05), (0.0, 3.0))))
    ratios = [
        average_hazard_ratio(time, Accrual((10,), (6,)), arms).hazard_ratio
        for time in (3, 6, 12, 24, 48)
    ]

    assert ratios[0] == pytest.approx(1)
    assert ratios == sorted(ratios, reverse=True)
    assert 0.5 < ratios[-1] < 0.7


@few
@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.5, 0.95))
def test_equal_arms_agree_with_the_formula_of_exact_power(p_1, p_0, power):
    if abs(p_1 - p_0) < 0.02:
        return
    size = size_for_shares(p_1, p_0, power=power, alpha=0.05, sided=2)

    assert np.ceil(size.control) == n_per_arm_by_formula(p_1, p_0, power, 0.05)
    unpooled = size_for_shares(p_1, p_0, power=power, alpha=0.05, sided=2, variance="unpooled")
    assert unpooled.control <= size.control * (1 + 1e-12)


def test_a_small_margin_is_close_to_none():
    near = size_for_shares(0.6, 0.4, power=0.9, margin=1e-7, ratio=1.5)

    assert near.subjects == pytest.approx(
        size_for_shares(0.6, 0.4, power=0.9, ratio=1.5).subjects, rel=1e-5
    )


@few
@given(st.floats(-1, 1), st.floats(0.01, 0.6), st.floats(5, 250))
def test_assurance_of_a_normal_prior_has_a_closed_form(mean, deviation, information):
    """O'Hagan, Stevens and Campbell 2005: the power of a z test averaged over a normal effect is a
    normal tail.
    """
    bound, root = norm.isf(0.025), sqrt(information)
    found = assurance(lambda theta: float(ndtr(theta * root - bound)), NormalPrior(mean, deviation))

    expected = ndtr((mean * root - bound) / sqrt(1 + deviation**2 * information))
    assert found == pytest.approx(expected, abs=1e-9)


def test_assurance_over_beta_priors_is_exact_for_exact_tests():
    """The power of an exact test is a polynomial in each share; with uniform priors every count is
    equally likely.
    """
    found = assurance(lambda p: float(binom.sf(14, 20, p)), BetaPrior(1, 1))
    assert found == pytest.approx(6 / 21, abs=1e-12)
    assert assurance(lambda p: p, BetaPrior(2, 5)) == pytest.approx(2 / 7, abs=1e-12)

    both = assurance(lambda p, q: power_of("fisher", 8, 8, p, q), BetaPrior(3, 1), BetaPrior(1, 3))
    middle = assurance(lambda p: power_of("fisher", 8, 8, p, 1 / 4), BetaPrior(3, 1))
    assert 0 < both < 1
    assert middle != pytest.approx(both, abs=1e-3)


def test_assurance_of_a_group_sequential_trial_lies_between_level_and_power():
    design = design_group_sequential(Pocock(), (0.5, 1), power=0.9)
    prior = DiscretePrior((0.0, design.drift), (0.25, 0.75))

    found = assurance(lambda drift: operating_characteristics(design, drift).power, prior)

    assert found == pytest.approx(0.25 * 0.025 + 0.75 * 0.9, abs=1e-10)
    assert inflate(100, design) == 100 * design.inflation_factor


ARMS = TwoArms(Arm(Hazard((0.1,))), Arm(Hazard((0.05,))))
TRIAL = ProportionalHazards(control=Hazard((0.1,)), hazard_ratio=0.7, power=0.9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schoenfeld_events(1.0, power=0.9), "hazard_ratio is 1.0"),
        (lambda: schoenfeld_events(nan, power=0.9), "hazard_ratio is nan"),
        (lambda: schoenfeld_events(0.7, power=0.02), "power is 0.02; it must lie above"),
        (lambda: schoenfeld_events(0.7, power=0.9, alpha=1), "alpha is 1;"),
        (lambda: schoenfeld_events(0.7, power=0.9, sided=0), "sided is 0"),
        (lambda: freedman_events(0.7, power=0.9, ratio=0), "ratio is 0"),
        (lambda: log_rank_information(-3), "events is -3"),
        (lambda: Hazard((0.1, -0.2), (0, 1)), r"rates\[1\] is -0.2"),
        (lambda: Hazard((0.1, 0.2), (0, 0)), r"starts\[1\] is 0, after 0"),
        (lambda: Hazard((0.1, 0.2)), "starts has 1 values, rates has 2"),
        (lambda: Hazard((0.1,), (1.0,)), r"starts\[0\] is 1.0"),
        (lambda: Hazard.of_median(0), "median is 0"),
        (lambda: Accrual((0.0,), (1.0,)), "somebody must enter"),
        (lambda: Accrual((1.0,), (-1.0,)), r"durations\[0\] is -1.0"),
        (lambda: Accrual((1.0,), (1.0, 2.0)), "durations has 2 values, rates has 1"),
        (lambda: expected_counts(nan, Accrual((1,), (1,)), ARMS), "time is nan"),
        (
            lambda: time_of_events(20, Accrual((1,), (10,)), ARMS),
            "events is 20; no more than 10 are ever expected",
        ),
        (
            lambda: size_for_duration(TRIAL, Accrual((1,), (12,)), 6),
            "duration is 6; it must not be less",
        ),
        (lambda: size_for_follow_up(TRIAL, Accrual((1,), (12,)), nan), "follow_up is nan"),
        (
            lambda: duration_for_accrual(TRIAL, Accrual((1,), (12,))),
            "power is 0.9; no duration reaches it",
        ),
        (lambda: duration_for_accrual(TRIAL, Accrual((900,), (12,))), "more than needed"),
        (lambda: accrual_for_events(nan, Accrual((1,), (1,)), ARMS, 3), "events is nan"),
        (
            lambda: average_hazard_ratio(
                5, Accrual((1,), (1,)), TwoArms(ARMS.control, Arm(Hazard((0.0,))))
            ),
            "is 0 from 0",
        ),
        (lambda: size_for_shares(0.5, 0.5, power=0.9), "p_1 - p_0 is the margin"),
        (lambda: size_for_shares(1.5, 0.5, power=0.9), "p_1 is 1.5"),
        (lambda: size_for_shares(0.6, 0.5, power=0.9, margin=-2), "margin is -2"),
        (lambda: size_for_shares(0.6, 0.5, power=0.9, variance="wild"), "variance is 'wild'"),
        (
            lambda: inflate(100, design_group_sequential(Pocock(), (0.5, 1))),
            "design has no inflation_factor",
        ),
        (lambda: assurance(lambda: 1.0), "priors is empty"),
        (
            lambda: assurance(lambda x: nan, NormalPrior(0, 1)),
            "is nan; it must lie between 0 and 1",
        ),
        (lambda: NormalPrior(0, 0), "deviation is 0"),
        (lambda: BetaPrior(-1, 1), "a is -1"),
        (lambda: DiscretePrior((1, 2), (0.5, 0.6)), "add up to 1.1"),
    ],
)
def test_nonsense_is_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("p_1", "message"), [(0.6, "is the margin"), (0.5, "under the margin")])
def test_non_inferiority_that_is_not_true_has_no_size(p_1, message):
    with pytest.raises(ValueError, match=message):
        size_for_shares(p_1, 0.7, power=0.8, margin=-0.1)
