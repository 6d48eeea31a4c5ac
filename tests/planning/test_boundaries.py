"""What looks do: bounds on every scale, where trials stop, and how many that saves."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from changed import shipped_with
from equipoise.planning.boundaries import LookDesign, difference_at, look_design, reached_at
from equipoise.planning.declared_power import power_at, stopping_at
from equipoise.planning.planned import Planned, planned
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load, read_text
from equipoise.statistics.proportions import boschloo

TWO_LOOKS = (
    ("looks: []", "looks: [{participants: 40}, {participants: 80}]"),
    ("participants: 50", "participants: 120"),
)
CMH = ("primary_test: boschloo", "primary_test: cmh")


def look_design_of(protocol: Protocol) -> LookDesign:
    return look_design(planned(protocol), protocol.design.scenarios)


@pytest.fixture(scope="module")
def plan() -> Planned:
    """Two looks of a design of 120."""
    return planned(shipped_with(*TWO_LOOKS))


@pytest.fixture(scope="module")
def looks():
    return look_design_of(shipped_with(*TWO_LOOKS))


def test_without_declared_looks_there_is_one_analysis_and_nothing_stops():
    told = look_design_of(load("NCT04509635"))

    (end,) = told.boundaries
    assert (end.arms, end.fraction) == ((25, 25), 1.0)
    assert end.z == pytest.approx(stats.norm.isf(0.025), abs=1e-9)
    assert (end.p, end.spent) == pytest.approx((0.05, 0.05), abs=1e-9)
    assert not told.stopped
    assert not told.without


def test_the_bounds_are_those_of_lan_and_demets(looks):
    """Thirds of the information, two-sided 0.05 (Jennison and Turnbull 2000; rpact gives 3.710,
    2.511, 1.993).
    """
    assert [each.z for each in looks.boundaries] == pytest.approx([3.710, 2.511, 1.993], abs=1e-3)
    assert [each.p for each in looks.boundaries] == pytest.approx(
        [2 * stats.norm.sf(each.z) for each in looks.boundaries]
    )
    assert looks.boundaries[-1].spent == pytest.approx(0.05, abs=1e-9)
    assert [each.fraction for each in looks.boundaries] == pytest.approx([1 / 3, 2 / 3, 1])


def test_what_the_declared_test_shows_in_simulated_participants(plan, looks):
    """Binomial events by another generator, judged by Boschloo's p-value of each table."""
    rng, trials = np.random.default_rng(1), 20_000
    scenario = load("NCT04509635").design.scenarios[0]
    shares = np.array([float(scenario.experimental), float(scenario.control)])
    events = rng.binomial(20, shares, size=(trials, 3, 2)).cumsum(axis=1)
    stopped = np.full(trials, 3)
    for look in (2, 1, 0):
        n = plan.arms[look][0]
        tables, place = np.unique(events[:, look], axis=0, return_inverse=True)
        p = np.array([boschloo(int(one), n, int(zero), n) for one, zero in tables])
        stopped[(p <= plan.levels[look])[place.reshape(-1)]] = look

    told = looks.stopped[scenario.id]
    error = 4 * np.sqrt(0.25 / trials)
    assert np.add(told.above, told.below) == pytest.approx(
        [np.mean(stopped == look) for look in range(3)], abs=error
    )
    seen = np.minimum(stopped + 1, 3) * 40
    assert told.expected == pytest.approx(seen.mean(), abs=4 * seen.std() / np.sqrt(trials))


@pytest.mark.parametrize("changes", [(), (CMH,)], ids=["enumerated", "by the formula"])
def test_what_stops_is_the_power_that_the_page_shows(changes):
    plan = planned(shipped_with(*TWO_LOOKS, *changes))
    at_looks = stopping_at(plan, 0.742, 0.387)
    power = power_at(plan.test, plan, 0.742, 0.387)

    assert sum(at_looks.above) + sum(at_looks.below) == pytest.approx(power, abs=1e-12)
    turned = stopping_at(plan, 0.387, 0.742)
    assert turned.below == pytest.approx(at_looks.above, abs=1e-9)  # the arms are equal
    assert sum(at_looks.above) > 0.9
    assert sum(at_looks.below) < 1e-3


def test_without_a_difference_cmh_spends_the_level_by_formula():
    plan = planned(shipped_with(*TWO_LOOKS, CMH))
    at_looks = stopping_at(plan, 0.4, 0.4)

    assert sum(at_looks.above) == pytest.approx(0.025, abs=1e-6)
    assert at_looks.above == pytest.approx(at_looks.below)


def test_without_a_difference_the_exact_test_errs_less_than_the_level(looks):
    for told in looks.without.values():
        assert 0.03 < told.power <= 0.05
        assert told.above == pytest.approx(told.below, abs=1e-9)  # the arms are equal
        assert 119 < told.expected < 120


def test_a_trial_that_always_stops_at_once_takes_the_first_look(plan):
    always = replace(plan, levels=(0.9999, 0.9999, 0.05))
    told = stopping_at(always, 0.9, 0.1)

    assert sum(told.above[:1]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("arms", [(25, 25), (60, 60), (40, 20)])
@pytest.mark.parametrize("control", [0.1, 0.387, 0.53])
def test_the_difference_at_a_bound_has_that_pooled_z(arms, control):
    n_1, n_0 = arms
    differences = [difference_at(z, control, arms) for z in (1.0, 1.96, 2.5)]
    for z, difference in zip((1.0, 1.96, 2.5), differences, strict=True):
        pooled = (n_1 * (control + difference) + n_0 * control) / (n_1 + n_0)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n_1 + 1 / n_0))
        assert difference / error == pytest.approx(z, abs=1e-6)
    assert all(one < two for one, two in pairwise(differences))


def test_a_bound_that_nobody_reaches_says_so():
    assert difference_at(4.0, 0.8, (12, 13)) is None
    assert difference_at(float("inf"), 0.1, (12, 13)) is None
    assert difference_at(1.0, 0.1, (2, 0)) is None


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_events_that_reject_are_the_fewest_that_do(ratio):
    n_0 = 20
    arms = (ratio * n_0, n_0)
    plan = Planned(
        test="boschloo",
        arms=(arms,),
        levels=(0.05,),
        alpha=0.05,
        power=0.8,
        ratio=(ratio, 1),
        strata=1,
    )
    (told,) = reached_at(plan, 0.42)

    assert told.control == 8
    assert boschloo(told.experimental, arms[0], 8, n_0) <= 0.05
    assert boschloo(told.experimental - 1, arms[0], 8, n_0) > 0.05
    assert told.exact_difference == pytest.approx(told.experimental / arms[0] - 8 / n_0)
    assert told.exact_difference > 0


def test_the_strata_of_cmh_have_no_single_number_of_events():
    (told,) = reached_at(replace(planned(load("NCT04509635")), test="cmh"), 0.4)

    assert told.experimental is None
    assert told.exact_difference is None
    assert told.difference == pytest.approx(difference_at(1.959964, 0.4, (25, 25)), abs=1e-6)


def test_every_kind_of_spending_spends_the_level():
    (line,) = re.findall(r"spending: [a-z_]+", read_text("NCT04509635"))
    look = ("looks: []", "looks: [{participants: 20}]")
    for name in ("pocock_spending", "obrien_fleming", "pocock"):
        told = look_design_of(shipped_with(look, (line, f"spending: {name}")))
        assert told.boundaries[-1].spent == pytest.approx(0.05, abs=1e-6)
