"""What looks do: bounds on every scale, where trials stop, and how many that saves."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from changed import shipped_with
from equipoise.planning.boundaries import difference_at, look_design
from equipoise.protocol.yaml_file import load, read_text


@pytest.fixture(scope="module")
def looks():
    """Two looks of a design of 120."""
    return look_design(
        shipped_with(
            ("looks: []", "looks: [{participants: 40}, {participants: 80}]"),
            ("participants: 50", "participants: 120"),
        )
    )


def test_without_declared_looks_the_one_at_half_is_shown():
    told = look_design(load("NCT04509635"))

    assert not told.declared
    assert [sum(each.arms) for each in told.boundaries] == [25, 50]


def test_the_bounds_are_those_of_lan_and_demets(looks):
    """Thirds of the information, two-sided 0.05 (Jennison and Turnbull 2000; rpact gives 3.710,
    2.511, 1.993).
    """
    assert looks.declared
    assert [each.z for each in looks.boundaries] == pytest.approx([3.710, 2.511, 1.993], abs=1e-3)
    assert [each.p for each in looks.boundaries] == pytest.approx(
        [2 * norm.sf(each.z) for each in looks.boundaries]
    )
    assert looks.boundaries[-1].spent == pytest.approx(0.05, abs=1e-9)


def test_what_a_simulation_of_the_statistics_shows(looks):
    """Standard normal increments, 400,000 trials, under the drift of the first scenario."""
    rng = np.random.default_rng(1)
    scenario = load("NCT04509635").design.scenarios[0]
    p_1, p_0 = float(scenario.experimental), float(scenario.control)
    drift = (p_1 - p_0) / np.sqrt((p_1 * (1 - p_1) + p_0 * (1 - p_0)) / 60)
    times = np.array([1, 2, 3]) / 3
    steps = rng.normal(size=(400_000, 3)) * np.sqrt(1 / 3) + drift / 3
    z = np.cumsum(steps, axis=1) / np.sqrt(times)
    bounds = np.array([each.z for each in looks.boundaries])
    crossed = np.abs(z) >= bounds
    at = np.where(crossed[:, :2].any(axis=1), crossed[:, :2].argmax(axis=1), 2)
    told = looks.scenarios[scenario.id]
    shares = [np.mean(at == place) for place in range(3)]
    assert told.stopping == pytest.approx(shares, abs=4e-3)
    assert told.expected == pytest.approx(np.mean((at + 1) * 40), abs=0.3)
    won = z[np.arange(len(z)), at] >= bounds[at]
    assert told.power == pytest.approx(won.mean(), abs=4e-3)


def test_without_a_difference_half_of_the_level_is_left(looks):
    assert looks.without.power == pytest.approx(0.025, abs=1e-6)
    assert sum(looks.without.stopping) == pytest.approx(1)
    assert looks.without.expected <= 120


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


def test_every_kind_of_spending_spends_the_level():
    (line,) = re.findall(r"spending: [a-z_]+", read_text("NCT04509635"))
    for name in ("pocock_spending", "obrien_fleming", "pocock"):
        told = look_design(shipped_with((line, f"spending: {name}")))
        assert told.boundaries[-1].spent == pytest.approx(0.05, abs=1e-6)
