"""What `design` and `simulate` say of the protocol's trial: the same whoever computes it, and
within its errors.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from equipoise.allocation.blocks import permuted_blocks
from equipoise.planning.simulated_design import simulate_design
from equipoise.protocol.design import EarlyLook
from equipoise.protocol.yaml_file import load
from equipoise.simulation.declared_test import rejected_by_shares
from equipoise.simulation.full_trial import by_arm, simulate_trials
from equipoise.simulation.operating_characteristics import proportion_of
from equipoise.simulation.proportion_trial import ProportionTrial, simulate_proportions
from equipoise.simulation.protocol_trials import (
    EFFECT,
    NO_EFFECT,
    perfectly_conducted,
    protocol_trials,
    simulate_protocol,
)
from equipoise.simulation.stopping import stopped
from equipoise.statistics.proportions import power_of, repeated_power_of

PROTOCOL = load("NCT04509635")
LOOKING = PROTOCOL.model_copy(
    update={
        "design": PROTOCOL.design.model_copy(
            update={"looks": (EarlyLook(participants=25),), "spending": "pocock"}
        )
    }
)


@pytest.fixture(scope="module")
def found():
    return simulate_protocol(PROTOCOL, 1500, seed=1)


def test_it_is_the_same_for_two_workers_and_survives_json(found):
    again = simulate_protocol(PROTOCOL, 1500, seed=1, workers=2)

    assert json.loads(json.dumps(again.told())) == found.told()


def test_power_and_size_agree_with_the_exact_figures_beside_them(found):
    for name in (EFFECT, NO_EFFECT):
        shown = found.scenarios[name].endpoints["DCR"]
        for test, exact in shown.exact_at_these_rates.items():
            # The arms vary in size about 25, which the exact figure leaves out.
            gap = abs(shown.rejected[test].value - exact)
            assert gap <= 3.5 * shown.rejected[test].standard_error + 0.02, (name, test)
    assert found.scenarios[EFFECT].primary.rejected_two_sided.value > 0.2
    assert found.scenarios[NO_EFFECT].primary.rejected_two_sided.value < 0.07


def test_the_figures_go_by_the_endpoints_of_the_protocol_the_primary_first(found):
    scenario = found.scenarios[EFFECT]

    assert list(scenario.endpoints) == ["DCR", "ORR", "PFS", "OS", "DOR"]
    assert scenario.primary.endpoint == "DCR"
    assert scenario.primary.rejected_two_sided == scenario.endpoints["DCR"].rejected["boschloo"]
    assert list(scenario.endpoints["DCR"].rejected) == ["boschloo", "fisher", "cmh"]
    assert list(scenario.endpoints["PFS"].analyses) == ["FDA", "EMA"]
    assert scenario.endpoints["DOR"].analyses["DOR"].test is None
    assert "adverse events" in found.not_simulated["SAFETY"]


def test_bias_is_small_against_perfect_conduct_and_its_interval_covers(found):
    for scenario in found.scenarios.values():
        shown = scenario.endpoints["DCR"]
        assert abs(shown.bias.value) <= 3.5 * shown.bias.standard_error + 0.02
        assert shown.coverage.value == pytest.approx(0.95, abs=0.03)


def test_the_truth_is_that_of_perfect_conduct():
    # Half of those who come leave within weeks: disease control is lost, and the difference shrinks
    # by as much.
    trial = protocol_trials(PROTOCOL)[EFFECT]
    leaving = replace(trial, conduct=trial.conduct._replace(leaves_per_day=0.01))
    assert perfectly_conducted(leaving) == perfectly_conducted(trial)
    perfect, lossy = (
        simulate_trials(one, 1500, seed=9) for one in (perfectly_conducted(trial), leaving)
    )
    differences = [
        np.mean(by_arm(found.reached["DCR"][:, 0]) / by_arm(found.participants[:, 0]), axis=0)
        @ [-1, 1]
        for found in (perfect, lossy)
    ]
    assert differences[1] < 0.75 * differences[0]


def test_every_figure_has_its_error_and_every_input_its_source(found):
    assert all(assumed.source for assumed in found.assumed.values())
    assert all(told["from"] for told in found.told()["assumed"].values())
    for scenario in found.scenarios.values():
        primary = scenario.months_to_primary_cutoff
        assert primary.standard_error > 0
        assert scenario.months_to_survival_cutoff.value > primary.value + 18
        assert scenario.stopping is None


def test_a_protocol_with_looks_says_where_trials_stop():
    stopping = simulate_protocol(LOOKING, 800, seed=2).scenarios[EFFECT].stopping

    assert stopping.looks == [25, 50]
    assert stopping.bounds == pytest.approx([2.17827, 2.17827], abs=1e-5)
    early, late = (stopped.value for stopped in stopping.stopped_for_efficacy)
    assert early + late == pytest.approx(stopping.in_favor.value)
    assert stopping.rejected.value >= stopping.in_favor.value
    assert 25 <= stopping.entered.value <= 50


def test_looks_beyond_the_end_are_refused():
    with pytest.raises(ValueError, match="expected rising numbers under 50"):
        type(PROTOCOL.design).model_validate(
            {**PROTOCOL.design.model_dump(by_alias=True), "looks": [{"participants": 50}]}
        )


def test_the_two_scenarios_differ_in_the_effect_alone():
    trials = protocol_trials(PROTOCOL)

    assert replace(trials[NO_EFFECT], effect=True) == trials[EFFECT]


def test_declared_shares_have_the_power_that_enumeration_gives():
    trial = ProportionTrial(
        control=0.387, experimental=0.742, subjects=50, allocation=permuted_blocks((1, 1), (50,))
    )
    events, n = simulate_proportions(trial, 8000, seed=3)
    events, n = events[:, 0], n[:, 0]
    rejected = rejected_by_shares("pooled_z", events, n, 0.05).two_sided

    assert np.all(n == 25)
    assert (
        abs(rejected.value - power_of("pooled_z", 25, 25, 0.742, 0.387))
        <= 3.5 * rejected.standard_error
    )
    assert (
        abs(proportion_of(by_arm(events)[:, 0] >= 10).value - 0.5083) < 0.02
    )  # binomial(25, 0.387): P(X >= 10)


def test_declared_shares_at_looks_have_the_power_that_enumeration_gives():
    trial = ProportionTrial(
        control=0.387,
        experimental=0.742,
        subjects=50,
        allocation=permuted_blocks((1, 1), (2,)),
        looks=(20, 36),
    )
    levels, arms = (0.01, 0.02, 0.04), ((10, 10), (18, 18), (25, 25))
    events, n = simulate_proportions(trial, 6000, seed=7)
    rejected = stopped(
        rejected_by_shares("fisher", events[:, look], n[:, look], level)
        for look, level in enumerate(levels)
    ).rejected

    assert n.sum(axis=(2, 3))[0].tolist() == [20, 36, 50]
    exact = repeated_power_of("fisher", arms, levels, 0.742, 0.387)
    assert exact > power_of("fisher", 25, 25, 0.742, 0.387, 0.04)
    assert abs(rejected.value - exact) <= 3.5 * rejected.standard_error


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"control": 1.2}, "control is 1.2"),
        ({"subjects": 1}, "subjects is 1"),
        ({"strata": (0.5,)}, "add up to 1"),
        ({"looks": (50,)}, "expected rising numbers under 50"),
    ],
)
def test_shares_that_cannot_be_are_refused(changed, message):
    right = {
        "control": 0.4,
        "experimental": 0.7,
        "subjects": 50,
        "allocation": permuted_blocks((1, 1), (4,)),
    }
    with pytest.raises(ValueError, match=message):
        ProportionTrial(**right | changed)


def test_the_simulated_side_of_a_design():
    found = simulate_design(PROTOCOL, 600, seed=4)

    assert set(found.rejected) == {"VELO", "VELO_WT", "FENG"}
    # Later scans see less control in either arm (protocol: A-CYCLE).
    for arm in ("control", "experimental"):
        rates = [getattr(interval, arm).value for interval in found.scan_intervals]
        assert rates == sorted(rates, reverse=True)
    early = found.early_looks
    assert early["pocock"].more_participants == pytest.approx(
        0.110, abs=5e-4
    )  # Jennison and Turnbull, table 2.2
    assert early["obrien_fleming"].more_participants == pytest.approx(0.008, abs=5e-4)
    assert early["pocock"].power_at_same_size < early["obrien_fleming"].power_at_same_size < 0.8
    stops = {name: look.simulated.stopped_for_efficacy[0].value for name, look in early.items()}
    assert stops["pocock"] > stops["obrien_fleming"]
