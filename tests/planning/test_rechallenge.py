"""Re-challenge after an interval: the trial's own tumor at other resistant fractions, and whom the
assays let in.
"""

import numpy as np
import pytest
from scipy.special import logit

from equipoise.planning.rechallenge.figures import UNSELECTED
from equipoise.planning.rechallenge.outcomes import LOGITS, simulate_outcomes, weights_on
from equipoise.planning.rechallenge.simulate import (
    assays_of,
    chance_let_in,
    draw_population,
    simulate_rechallenge,
)
from equipoise.protocol.refusal import CannotObey
from equipoise.protocol.yaml_file import load
from equipoise.simulation.full_trial import simulate_trials, trial_of
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.virtual.parameters import read_parameters

PROTOCOL = load("NCT04509635")
PARAMETERS = read_parameters(PROTOCOL.id)
TRIAL = trial_of(PROTOCOL)
FIT = TRIAL.tumor
IDEAL, DECLARED = "all_any", "ras_shown"


@pytest.fixture(scope="module")
def found():
    return simulate_rechallenge(PROTOCOL, 2000, seed=3)


def gains(points):
    return np.array([point.difference.disease_control.value for point in points])


@pytest.mark.parametrize("half_life", [3.4, 4.4, 6.9])
def test_at_the_reference_interval_the_fit_holds_whatever_the_half_life(half_life):
    people = draw_population(5, half_life, PARAMETERS, FIT)
    odds = logit(
        people.resistant_after(PARAMETERS.tables["rechallenge"]["reference_interval"]["value"])
    )

    assert odds.mean() == pytest.approx(FIT.resistant_logit, abs=0.01)
    assert odds.std() == pytest.approx(FIT.resistant_sd, abs=0.01)
    assert np.median(people.half_life) == pytest.approx(half_life, rel=0.01)
    assert logit(people.start).mean() > FIT.resistant_logit + 0.5


def test_without_selection_at_the_reference_interval_it_is_the_trial_itself(found):
    trials = simulate_trials(TRIAL, 512, seed=4)  # 25,600 people, against 2,000
    # The second cut: everybody is followed for two years and more.
    reached, n = trials.reached["DCR"][:, -1], trials.participants[:, -1]
    rates = reached.sum(axis=(0, 1)) / n.sum(axis=(0, 1))
    point = found.at(found.reference_interval, UNSELECTED, None)

    assert found.control.disease_control.value == pytest.approx(rates[0], abs=0.035)
    assert point.experimental.disease_control.value == pytest.approx(rates[1], abs=0.035)
    assert point.let_in == 1


def test_errors_are_those_of_so_many_patients(found):
    p = found.control.disease_control
    assert p.error == pytest.approx(np.sqrt(p.value * (1 - p.value) / found.patients), rel=0.5)
    # About half of the control arm outlasts the first scan, so its median may lie anywhere up to
    # the second.
    assert 56 <= found.control.pfs_median.value * DAYS_PER_MONTH <= 119
    assert found.control.pfs_median.error > 0.1


@pytest.mark.parametrize("half_life", [3.4, 4.4, 6.9])
def test_a_longer_interval_gains_more(found, half_life):
    course = found.course(UNSELECTED, None, half_life)

    assert np.all(np.diff(gains(course)) > 0)
    assert np.all(np.diff([point.experimental.pfs_mean.value for point in course]) > 0)
    assert np.all(np.diff([point.hidden[0] for point in course]) < 0)


def test_half_lives_pivot_about_the_reference_interval(found):
    before, here, after = (gains(found.over_half_lives(m, UNSELECTED, None)) for m in (0, 6, 18))

    assert np.all(
        np.diff(before) > 0
    )  # a long half-life lost little until the fit, so there was little more at first
    assert np.ptp(here) < 0.002
    assert np.all(np.diff(after) < 0)


@pytest.mark.parametrize("assay", [IDEAL, "all_shown"])
def test_an_assay_that_sees_every_clone_gains_by_a_lower_limit(found, assay):
    points = [found.at(6, assay, limit) for limit in found.limits]

    assert found.limits == (0.05, 0.01, 0.001, 0.0001)
    assert np.all(np.diff([point.let_in for point in points]) < 0)
    assert np.all(np.diff([point.hidden for point in points], axis=0) < 0)
    assert np.all(np.diff(gains(points)) > 0)
    # All that is hidden from it is below its limit.
    assert [p.below_limit for p in points] == pytest.approx([p.hidden[0] for p in points])


def test_a_panel_that_sees_a_part_of_resistance_gains_little(found):
    points = [found.at(6, "ras_any", limit) for limit in found.limits]

    assert np.all(np.diff([point.let_in for point in points]) < 0)
    assert np.all(np.diff([point.below_limit for point in points]) < 0)
    assert points[-1].let_in > 1 - PARAMETERS["resistant_by_ras"]
    # At the lowest limit those let in are nearly everybody else, as resistant as all.
    assert points[-1].hidden[1] == pytest.approx(found.at(6, UNSELECTED, None).hidden[1], abs=0.03)


def test_chemotherapy_hides_clones_and_a_demand_for_tumor_dna_keeps_samples_out(found):
    plain, lowered, shown = (
        found.at(6, name, 0.001) for name in ("ras_any", "ras_chemotherapy", DECLARED)
    )

    assert lowered.let_in > plain.let_in > shown.let_in
    assert lowered.below_limit > plain.below_limit > shown.below_limit


def test_nobody_is_let_in_who_is_seen():
    people = draw_population(5, 4.4, PARAMETERS, FIT)
    resistant = people.resistant_after(0)
    ideal = assays_of(PROTOCOL, PARAMETERS)[-1]
    chances = chance_let_in(ideal, 0.001, people, resistant)

    assert np.all((people.tumor_fraction * resistant / 2 < 0.001) == (chances == 1))
    assert np.all((chances == 0) | (chances == 1))


def test_weights_are_shared_by_the_two_next_fractions():
    weights = weights_on(np.array([0.1, -50.0]), np.array([3.0, 1.0]))
    at_0 = LOGITS.tolist().index(0.0)

    assert weights[[0, at_0, at_0 + 1]] == pytest.approx([0.25, 0.75 * 0.8, 0.75 * 0.2])
    assert weights.sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="nobody is let in"):
        weights_on(np.zeros(2), np.zeros(2))


def test_only_the_experimental_arm_knows_resistance(found):
    lowest, highest = found.at_fraction[0][1], found.at_fraction[-1][1]

    # With nothing but resistant cells the drug does nothing.
    assert highest.disease_control.value == pytest.approx(
        found.control.disease_control.value, abs=0.035
    )
    assert highest.pfs_mean.value == pytest.approx(found.control.pfs_mean.value, abs=0.15)
    assert lowest.disease_control.value > highest.disease_control.value + 0.25


def test_the_same_seed_gives_the_same_and_another_does_not():
    once, again, other = (simulate_outcomes(TRIAL, 300, seed) for seed in (8, 8, 9))

    assert np.array_equal(once.curves, again.curves)
    assert not np.array_equal(once.controlled, other.controlled)


def test_two_workers_are_as_good_as_one():
    one, two = (simulate_outcomes(TRIAL, 300, 8, workers=n) for n in (1, 2))

    assert np.array_equal(one.curves, two.curves)


@pytest.mark.parametrize(
    ("patients", "seed", "message"),
    [(39, 1, "patients is 39; it must be 40 or more"), (40, -1, "seed is -1")],
)
def test_runs_that_mean_nothing_are_refused(patients, seed, message):
    with pytest.raises(ValueError, match=message):
        simulate_outcomes(TRIAL, patients, seed)


def test_a_decay_that_varies_more_than_the_fit_is_refused():
    narrow = FIT._replace(resistant_sd=0.01)
    with pytest.raises(ValueError, match=r"half_life 4\.4: decay"):
        draw_population(1, 4.4, PARAMETERS, narrow)


def test_a_point_that_was_not_asked_for_is_named(found):
    with pytest.raises(ValueError, match=r"no point for interval 5\.5"):
        found.at(5.5, UNSELECTED, None)


def test_a_protocol_without_virtual_participants_is_refused():
    other = PROTOCOL.model_copy(
        update={"registration": PROTOCOL.registration.model_copy(update={"id": "NCT00000000"})}
    )
    with pytest.raises(CannotObey, match=r"registration\.id: found NCT00000000"):
        simulate_rechallenge(other, 40)


def test_every_input_says_where_it_comes_from(found):
    assert {one.status for one in found.inputs} == {"published", "protocol", "fitted", "assumed"}
    assert all(one.source and one.value for one in found.inputs)
    by_label = {one.label: one for one in found.inputs}
    assert (
        by_label["half-life of the resistant clone without the drug, months"].status == "published"
    )
    assert by_label["tumor fraction in plasma, median"].status == "assumed"
