"""The course of one virtual subject is lawful, repeatable, and follows its parameters."""

import numpy as np
import pytest

from equipoise.arrays import NEVER
from equipoise.virtual import tumor
from equipoise.virtual.tumor import draw_virtual_tumor, velo_fit
from equipoise.virtual.tumor_rules import BEYOND, death_day, draw_tumor, volume_on

SCANS = np.arange(63, 760, 63)
QUIET = velo_fit()._replace(
    noise=0.0,
    window_days=0,
    missed_scan=0.0,
    lesion_not_evaluated=0.0,
    death_log=-50.0,
    new_lesion_log=-50.0,
)


def courses(n, parameters=None, experimental=True, seed=1):
    rng = np.random.default_rng(seed)
    return [
        draw_virtual_tumor(rng, experimental, parameters or velo_fit(), SCANS) for _ in range(n)
    ]


def test_the_same_seed_gives_the_same_subject():
    one, two = courses(1)[0], courses(1)[0]

    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in one.__slots__)


def test_every_baseline_could_be_registered():
    for course in courses(300):
        assert 2 <= len(course.organ) <= 5
        assert np.bincount(course.organ).max() <= 2
        assert tumor.LIVER in course.organ
        assert np.array_equal(course.node, course.organ == tumor.NODE)
        assert np.all(course.length[0] >= np.where(course.node, 15_000, 10_000))
        assert -28 <= course.days[0] <= 0 < course.days[1:].min(initial=1)


def test_arrays_have_the_types_and_shapes_the_rules_take():
    course = courses(1)[0]
    visits, lesions = course.length.shape

    assert (course.days.dtype, course.length.dtype) == (np.int32, np.int32)
    assert (course.organ.dtype, course.nontarget.dtype, course.new.dtype, course.node.dtype) == (
        "i4",
        "i1",
        "i1",
        "i1",
    )
    assert len(course.days) == len(course.nontarget) == len(course.new) == visits
    assert len(course.node) == len(course.organ) == lesions


def test_baseline_sums_lie_around_80_mm():
    sums = [course.length[0].sum() / 1000 for course in courses(500)]

    assert np.median(sums) == pytest.approx(80, abs=4)


def test_nobody_is_scanned_after_death_and_no_day_repeats():
    for course in courses(300):
        assert np.all(np.diff(course.days) > 0)
        if course.death_day != NEVER:
            assert course.days[-1] < course.death_day


def test_without_noise_lengths_go_with_the_cube_root_of_the_volume_in_every_lesion_alike():
    rare = QUIET._replace(
        resistant_logit=50.0, chemotherapy_log=-50.0, growth_sd=0.0
    )  # only growth remains
    for course in courses(20, rare):
        grown = np.exp(np.exp(-4.63) * course.days / 3)[1:, None]
        expected = np.minimum(course.length[0] * grown, 999_900)
        # Baseline is rounded to a tenth, and its rounding grows with it.
        assert np.all(np.abs(course.length[1:] - expected) <= 50 + 50 * grown + 1e-6)


def test_the_two_clones_follow_their_differential_equation():
    # Euler with 1,000 steps a day, against the closed form of the module; treatment of the
    # sensitive clone from day 50.
    drawn = draw_tumor(np.random.default_rng(4), velo_fit())
    clones, step = np.array([drawn.resistant, 1 - drawn.resistant]), 1e-3
    for day in np.arange(0, 200, step):
        killed = drawn.anti_egfr if day >= 50 else 0.0
        fading = drawn.chemotherapy * np.exp(-drawn.fading * day)
        clones = clones * (1 + step * (drawn.growth - fading - np.array([0, killed])))

    assert clones.sum() == pytest.approx(volume_on(200.0, drawn, 50), rel=1e-4)


def test_the_drawn_rates_have_the_declared_logarithms():
    rng, p = np.random.default_rng(5), velo_fit()
    drawn = [draw_tumor(rng, p) for _ in range(20_000)]
    logs = np.log([[t.growth, t.chemotherapy, t.anti_egfr] for t in drawn])
    logit = np.array([np.log(t.resistant / (1 - t.resistant)) for t in drawn])

    assert logs.mean(axis=0) == pytest.approx([-4.63, -5.17, -4.43], abs=0.02)
    assert logs.std(axis=0) == pytest.approx([0.57, 0.31, 0.54], rel=0.03)
    assert (logit.mean(), logit.std()) == (
        pytest.approx(-0.85, abs=0.06),
        pytest.approx(2.7, rel=0.03),
    )
    assert np.mean([t.new_lesion_at for t in drawn]) == pytest.approx(1, abs=0.03)


def test_hazards_add_up_as_a_sum_over_days_does():
    p = velo_fit()
    rng = np.random.default_rng(6)
    for _ in range(200):
        drawn = draw_tumor(rng, p)
        volume = np.array([volume_on(day + 0.5, drawn, 0) for day in range(1500)])
        hazard = np.exp(p.death_log) * np.minimum(volume, p.volume_cap) ** p.death_power
        reached = np.searchsorted(np.cumsum(hazard), drawn.death_at) + 1
        found = death_day(drawn, 0, 1461, p)
        assert abs(found - reached) <= 2 if reached <= 1459 else found == BEYOND or found >= 1459


def test_control_tumors_ignore_resistance_and_a_sensitive_tumor_vanishes_only_on_treatment():
    sensitive = QUIET._replace(resistant_logit=-60.0, anti_egfr_log=-2.0)
    on, off = courses(20, sensitive, True), courses(20, sensitive, False)

    assert all(np.all(course.length[-1] == tumor.GONE) for course in on)
    assert all(np.all(course.length[-1] > course.length[0]) for course in off)
    assert any(np.any(course.length == tumor.TOO_SMALL) for course in on)
    assert not any(np.any(course.length[:, course.node == 1] == tumor.TOO_SMALL) for course in on)


def test_the_measured_sum_has_the_declared_error_however_many_lesions():
    still = QUIET._replace(
        noise=0.05, growth_log=-50.0, chemotherapy_log=-50.0, anti_egfr_log=-50.0
    )
    changes = [
        course.length[1:].sum(axis=1) / course.length[1:].sum(axis=1).mean()
        for course in courses(400, still)
    ]

    assert np.std(np.concatenate(changes)) * np.sqrt(12 / 11) == pytest.approx(0.05, rel=0.06)


def test_a_new_lesion_stays_and_is_equivocal_only_at_first_sight():
    always = QUIET._replace(new_lesion_log=-4.0, first_seen_equivocal=1.0)
    for course in courses(50, always):
        seen = course.new[course.new != tumor.NO_NEW_LESION]
        assert seen[0] == tumor.EQUIVOCAL_LESION
        assert np.all(seen[1:] == tumor.NEW_LESION)
        assert course.new[0] == tumor.NO_NEW_LESION


def test_missing_scans_and_lesions_occur_as_often_as_declared():
    some = QUIET._replace(missed_scan=0.3, lesion_not_evaluated=0.1)
    drawn = courses(300, some)

    assert np.mean([len(course.days) - 1 for course in drawn]) / len(SCANS) == pytest.approx(
        0.7, abs=0.03
    )
    later = np.concatenate([course.length[1:].ravel() for course in drawn])
    assert np.mean(later == tumor.NOT_EVALUATED) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("days", [[], [0, 63], [63, 63], [126, 63]])
def test_scan_days_must_rise_from_day_1(days):
    with pytest.raises(ValueError, match="expected rising days after randomization"):
        draw_virtual_tumor(np.random.default_rng(1), True, velo_fit(), np.array(days, dtype=int))
