"""Simulated event times against closed forms: expected events, enrolment, power, size, and the
estimates.
"""

import numpy as np
import pytest

from equipoise.simulation import event_time_rules as rules
from equipoise.simulation.event_time_trial import Cut, EventTimeTrial, Stratum, simulate_event_times
from equipoise.simulation.operating_characteristics import (
    coverage_of_hazard_ratio,
    decide,
    mean_of,
    proportion_of,
)
from equipoise.statistics.sample_size import (
    Accrual,
    Arm,
    Hazard,
    TwoArms,
    expected_counts,
    schoenfeld_power,
)
from equipoise.statistics.sequential import (
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    OBrienFleming,
    OBrienFlemingSpending,
    Pocock,
    PocockSpending,
    WangTsiatis,
    design_group_sequential,
    operating_characteristics,
)
from equipoise.statistics.survival import FlemingHarrington, ModestWeight, weighted_log_rank_scores

LEAVES = Hazard((0.01,))
CONTROL = Arm(Hazard.of_median(6.0), LEAVES)
BETTER = Arm(CONTROL.hazard.times(0.7), LEAVES)
YEAR = Accrual((25.0,), (12.0,))
WEIGHTS = (
    FlemingHarrington(),
    FlemingHarrington(rho=1),
    FlemingHarrington(gamma=1),
    FlemingHarrington(rho=1, gamma=1),
    ModestWeight(t_star=6.0),
    ModestWeight(s_star=0.5),
)
THIRDS = (1 / 3, 2 / 3, 1.0)
RULES = (
    OBrienFleming(),
    Pocock(),
    WangTsiatis(0.25),
    HaybittlePeto(3.0),
    OBrienFlemingSpending(),
    PocockSpending(),
    HwangShihDeCani(-4.0),
    KimDeMets(3.0),
)


def within(estimate, expected, slack=0.0, errors=3.5):
    """Whether a simulated figure is its expectation, but for chance and a declared slack of the
    theory.
    """
    return abs(estimate.value - expected) <= errors * estimate.standard_error + slack


@pytest.fixture(scope="module")
def reference():
    """300 subjects, 200 events, hazard ratio 0.7: every trial looks three times."""
    looks = tuple(Cut(events=events) for events in (67, 133, 200))
    trial = EventTimeTrial(accrual=YEAR, control=CONTROL, experimental=BETTER, looks=looks)
    return simulate_event_times(trial, 6000, seed=1)


@pytest.fixture(scope="module")
def null():
    """The same without an effect, with all weights."""
    looks = tuple(Cut(events=events) for events in (67, 133, 200))
    trial = EventTimeTrial(
        accrual=YEAR, control=CONTROL, experimental=CONTROL, looks=looks, tests=WEIGHTS
    )
    return simulate_event_times(trial, 6000, seed=2)


def test_power_is_that_of_the_reference(reference):
    # 0.71298: the analytic figure for this design (rpact 4.5), by Schoenfeld's formula.
    assert schoenfeld_power(200, 0.7) == pytest.approx(0.71298, abs=5e-4)
    assert within(proportion_of(reference.z[:, 2, 0] > 1.959964), 0.71298, slack=0.005)


@pytest.mark.parametrize("which", range(len(WEIGHTS)), ids=[str(w) for w in WEIGHTS])
def test_every_weight_holds_its_size(null, which):
    z = null.z[:, 2, which]

    assert within(proportion_of(z > 1.959964), 0.025)
    assert within(proportion_of(np.abs(z) > 1.959964), 0.05)
    assert np.std(z) == pytest.approx(1.0, abs=0.035)


@pytest.mark.parametrize("rule", RULES, ids=[type(rule).__name__ for rule in RULES])
def test_every_boundary_holds_its_size_and_stops_as_often_as_computed(null, reference, rule):
    design = design_group_sequential(rule, THIRDS)

    assert within(decide(null.z[..., 0], design).power, 0.025)
    # Under the alternative the drift is that of 200 events, theta sqrt(I) = -log(0.7) sqrt(200 /
    # 4).
    computed = operating_characteristics(design, -np.log(0.7) * np.sqrt(50))
    found = decide(reference.z[..., 0], design)
    for simulated, expected in zip(found.stopped_for_efficacy(), computed.efficacy, strict=True):
        assert within(simulated, expected, slack=0.012)


def test_the_estimate_is_unbiased_at_a_single_look_and_its_interval_covers(reference):
    estimate = mean_of(reference.log_hazard_ratio[:, 2])

    assert within(estimate, np.log(0.7), slack=0.006)  # 200 events: a bias of the order of 1/200
    assert within(proportion_of(coverage_of_hazard_ratio(reference, 2, 0.7)), 0.95)
    assert not within(proportion_of(coverage_of_hazard_ratio(reference, 2, 1.0)), 0.95)


def test_the_naive_estimate_is_biased_after_stopping_early(reference):
    design = design_group_sequential(Pocock(), THIRDS)
    stopped = decide(reference.z[..., 0], design)

    assert np.mean(stopped.at_stop(reference.log_hazard_ratio)) < np.log(0.7) - 0.02


def test_a_two_sided_design_tells_benefit_from_harm(null):
    design = design_group_sequential(OBrienFleming(), THIRDS, alpha=0.05, sided=2)
    found = decide(null.z[..., 0], design)

    assert within(found.power, 0.025)
    assert within(found.rejected, 0.05)
    assert within(proportion_of(found.harm), 0.025)
    only_harm = decide(np.full((4, 3), -3.6), design)
    assert (
        only_harm.power.value,
        only_harm.rejected.value,
        only_harm.stopped_for_harm()[0].value,
    ) == (0, 1, 1)


def test_entries_events_and_dropout_are_those_of_the_closed_form():
    control = Arm(Hazard((0.05, 0.2), (0.0, 3.0)), Hazard((0.03,)))
    experimental = Arm(Hazard((0.05, 0.1, 0.02), (0.0, 3.0, 8.0)), Hazard((0.0, 0.05), (0.0, 6.0)))
    accrual = Accrual((5.0, 15.0, 40.0), (4.0, 4.0, 5.0))
    dates = (3.0, 7.5, 12.0, 20.0, 40.0)
    trial = EventTimeTrial(
        accrual=accrual,
        control=control,
        experimental=experimental,
        ratio=(1, 2),
        block_sizes=(3, 6),
        looks=tuple(Cut(date=date) for date in dates),
        estimated=False,
    )
    found = simulate_event_times(trial, 3000, seed=3)

    for look, date in enumerate(dates):
        counts = expected_counts(date, accrual, TwoArms(control, experimental, ratio=2.0))
        late = date == 40.0  # everybody has entered by then
        assert (
            np.all(found.entered[:, look] == 280)
            if late
            else within(mean_of(found.entered[:, look]), counts.subjects)
        )
        assert within(mean_of(found.events[:, look]), counts.events)


def test_a_cut_by_events_has_them_and_ends_with_the_last_subject_if_there_are_too_few():
    looks = (Cut(events=10), Cut(events=60))
    trial = EventTimeTrial(
        accrual=Accrual((60.0,), (1.0,)),
        control=Arm(Hazard((0.1,)), Hazard((0.1,))),
        experimental=Arm(Hazard((0.1,)), Hazard((0.1,))),
        looks=looks,
    )
    found = simulate_event_times(trial, 200, seed=4)

    assert np.all(found.events[:, 0] == 10)
    assert np.all(found.events[:, 1] < 60)
    assert np.all(found.entered[:, 1] == 60)
    assert found.reached.tolist() == [[True, False]] * 200
    assert np.all(found.date[:, 0] < found.date[:, 1])


def test_stratified_tests_hold_their_size_when_strata_differ_and_the_estimate_is_not_drawn_to_one():
    strata = (Stratum(share=0.5, multiplier=1.0), Stratum(share=0.5, multiplier=5.0))
    shared = {"accrual": YEAR, "looks": (Cut(events=200),), "strata": strata}
    null = EventTimeTrial(control=CONTROL, experimental=CONTROL, stratified=True, **shared)
    effect = {"control": CONTROL, "experimental": BETTER, **shared}
    stratified = simulate_event_times(EventTimeTrial(stratified=True, **effect), 3000, seed=6)
    ignored = simulate_event_times(EventTimeTrial(stratified=False, **effect), 3000, seed=6)

    assert within(
        proportion_of(np.abs(simulate_event_times(null, 3000, seed=5).z[:, 0, 0]) > 1.959964), 0.05
    )
    assert within(mean_of(stratified.log_hazard_ratio[:, 0]), np.log(0.7), slack=0.008)
    assert np.mean(ignored.log_hazard_ratio) > np.mean(stratified.log_hazard_ratio) + 0.05


def test_the_scores_are_those_of_the_public_test_on_the_same_data():
    trial = EventTimeTrial(
        accrual=YEAR, control=CONTROL, experimental=BETTER, looks=(Cut(events=150),), tests=WEIGHTS
    )
    assumed, looks = trial.as_numbers()
    drawn, seen = rules.room_for_trial(300)
    room, rows = np.zeros(300), np.zeros(300, np.int32)
    rules.draw_trial(np.random.default_rng(7), assumed, drawn)
    date = rules.date_of_event(drawn, 150, np.zeros(300), room, seen.buckets)
    dates = np.sort((drawn.entry + drawn.time)[drawn.event == 1])
    assert date == dates[149]
    n = rules.cut_at(date, drawn, np.zeros(300), rows, seen)
    assert np.all(np.diff(seen.time[:n]) >= 0)

    row = np.zeros(rules.SCORES + 6 + 36)
    rules.write_tests(seen, n, looks, row)
    entered = drawn.entry < date
    time = np.minimum(drawn.time, date - drawn.entry)[entered]
    event = ((drawn.event == 1) & (drawn.entry + drawn.time <= date))[entered]
    public = weighted_log_rank_scores(time, event, drawn.arm[entered], WEIGHTS)
    assert row[rules.SCORES : rules.SCORES + 6] == pytest.approx(public.scores, rel=1e-9)
    assert row[rules.SCORES + 6 :].reshape(6, 6) == pytest.approx(public.covariance, rel=1e-9)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"looks": ()}, "0 looks"),
        ({"looks": (Cut(events=301),)}, "301 events among 300 subjects"),
        ({"ratio": (0, 1)}, "ratio is"),
        ({"block_sizes": (3,)}, "block_sizes is"),
        ({"strata": (Stratum(share=0.4),)}, "add up to 1"),
        ({"strata": (Stratum(share=1 / 200),) * 200}, "200 strata; expected at most 100"),
        ({"accrual": Accrual((1.0,), (0.3,))}, "brings 0.3 subjects"),
        ({"strata": (Stratum(share=1.0, multiplier=-1.0),)}, "multiplier is -1.0"),
    ],
)
def test_designs_that_cannot_be_run_are_refused(changed, message):
    right = {
        "accrual": YEAR,
        "control": CONTROL,
        "experimental": BETTER,
        "looks": (Cut(events=200),),
    }
    with pytest.raises(ValueError, match=message):
        EventTimeTrial(**right | changed)


@pytest.mark.parametrize(
    "kwargs",
    [{}, {"events": 3, "date": 4.0}, {"events": 0}, {"events": 1.7}, {"date": float("nan")}],
)
def test_a_cut_needs_events_or_a_date(kwargs):
    with pytest.raises(ValueError, match=r"cut needs|it must be"):
        Cut(**kwargs)


def test_a_cut_before_anybody_came_shows_nothing():
    trial = EventTimeTrial(
        accrual=YEAR,
        control=CONTROL,
        experimental=BETTER,
        looks=(Cut(date=1e-9), Cut(date=12.0)),
        strata=(Stratum(share=0.5), Stratum(share=0.5)),
        stratified=True,
    )
    found = simulate_event_times(trial, 5, seed=8)

    assert np.all(found.entered[:, 0] == 0)
    assert np.all(found.z[:, 0] == 0)
    assert np.all(np.isnan(found.log_hazard_ratio[:, 0]))
    assert np.all(found.z[:, 1] != 0)


@pytest.mark.parametrize("truth", [float("nan"), -1.0, 0.0])
def test_a_truth_that_cannot_be_is_refused(reference, truth):
    with pytest.raises(ValueError, match="hazard_ratio is"):
        coverage_of_hazard_ratio(reference, 2, truth)
