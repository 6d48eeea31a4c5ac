"""The virtual trial has the endpoints that the protocol declares: its responses, its confirmation,
its censoring rules, its test.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from changed import CONFIRMED, OS_PRIMARY, PFS_PRIMARY, shipped_with
from equipoise.assessments.recist.rules import no_results
from equipoise.protocol.refusal import CannotObey
from equipoise.protocol.yaml_file import load
from equipoise.simulation.declared_test import primary_rejected, rejected_by_shares
from equipoise.simulation.followed import draw_participants, room_for_participants
from equipoise.simulation.full_trial import FullTrial, by_arm, simulate_trials, trial_of
from equipoise.simulation.protocol_trials import EFFECT, simulate_protocol
from equipoise.statistics.proportions import power_of
from equipoise.terms.response import Response
from equipoise.virtual.tumor_rules import MAX_TARGETS, room_for

PRIMARY, LATE = 0, 1
ORR_PRIMARY = ("    responses: [CR, PR, SD]", "    responses: [CR, PR]")
CR, PR, SD, PD, NE = (int(getattr(Response, name)) for name in ("CR", "PR", "SD", "PD", "NE"))


def responding(trial: FullTrial) -> FullTrial:
    """Tumors of which many shrink under the drug, measured with much error: confirmation has
    something to decide.
    """
    shrinking = {"resistant_logit": -2.0, "anti_egfr_log": -4.0, "noise": 0.2}
    return replace(trial, tumor=trial.tumor._replace(**shrinking))


@cache
def confirmed_trial() -> FullTrial:
    return responding(trial_of(shipped_with(ORR_PRIMARY, CONFIRMED)))


@cache
def unconfirmed_trial() -> FullTrial:
    return responding(trial_of(shipped_with(ORR_PRIMARY)))


def people(trial: FullTrial, seed: int):
    """Everybody of one virtual trial, as drawn."""
    plan = trial.plan()
    everyone = room_for_participants(int(plan.participants.max()), len(plan.planned))
    room = room_for(len(plan.planned), MAX_TARGETS)
    results = no_results(len(plan.planned) + 1, MAX_TARGETS)
    rng = np.random.default_rng(seed)
    draw_participants(rng, trial.tumor, trial.conduct, trial.rules, plan, everyone, room, results)
    return everyone


def confirmed_response(days, responses, pd_days) -> bool:
    """RECIST 1.1 Table 3 as a reader would apply it: before the day that PD is dated on, CR or PR,
    and 28 days later or more again one at least as good, with nothing worse between the two but one
    NE.
    """
    until = responses.index(PD) if PD in responses else len(responses)
    if PD in responses:
        until = sum(day < (pd_days[until] if pd_days[until] >= 0 else days[until]) for day in days)
    for i, first in enumerate(responses[:until]):
        if first not in (CR, PR):
            continue
        good = (CR,) if first == CR else (CR, PR)
        for j in range(i + 1, until):
            between = responses[i + 1 : j]
            fine = all(r in (*good, NE) for r in between) and between.count(NE) <= 1
            if fine and responses[j] in good and days[j] - days[i] >= 28:
                return True
    return False


def test_confirmed_responses_are_those_that_a_reader_of_table_3_finds():
    reached = {"confirmed": 0, "seen once": 0}
    for seed in range(12):
        everyone = people(confirmed_trial(), seed)
        results = simulate_one(confirmed_trial(), seed)
        arms = np.zeros(2)
        for i in range(len(everyone.entry)):
            days = everyone.day[i, : everyone.scans[i]]
            seen = int(np.sum(everyone.entry[i] + days <= results.cut[0, LATE]))
            known = everyone.response[i, :seen].tolist()
            dated = everyone.pd_day[i, :seen].tolist()
            arms[everyone.arm[i]] += confirmed_response(days[:seen].tolist(), known, dated)
            reached["seen once"] += CR in known or PR in known
        assert by_arm(results.reached["DCR"])[0, LATE].tolist() == arms.tolist()
        reached["confirmed"] += int(arms.sum())
    # Many responses are seen once and never again: who does not ask for confirmation counts them.
    assert 30 < reached["confirmed"] < 0.8 * reached["seen once"]


def simulate_one(trial: FullTrial, seed: int):
    """The results of the very trial that `people` draws."""
    from equipoise.simulation import full_trial

    out = full_trial._simulate_block(trial, False, np.random.default_rng(seed), 1)
    return full_trial._results(trial, out)


def test_the_power_of_confirmed_response_is_the_exact_power_at_its_rates():
    protocol = shipped_with(ORR_PRIMARY, CONFIRMED)
    once, twice = (
        simulate_trials(trial, 1500, seed=3) for trial in (unconfirmed_trial(), confirmed_trial())
    )

    power = {}
    for name, results in (("once", once), ("twice", twice)):
        x, n = (by_arm(c[:, PRIMARY]) for c in (results.reached["DCR"], results.participants))
        p_0, p_1 = x.sum(axis=0) / n.sum(axis=0)
        sizes, counts = np.unique(n.astype(int), axis=0, return_counts=True)
        exact = [power_of("boschloo", int(n_1), int(n_0), p_1, p_0) for n_0, n_1 in sizes]
        rejected = primary_rejected(protocol, results, PRIMARY, 0.05).two_sided
        power[name] = rejected.value
        assert abs(rejected.value - np.average(exact, weights=counts)) <= (
            3.5 * rejected.standard_error + 0.005
        )
    assert power["once"] > power["twice"] + 0.1


def test_a_response_endpoint_is_none_of_disease_control():
    control, response = (
        simulate_protocol(protocol, 100, seed=2).scenarios[EFFECT].endpoints["DCR"]
        for protocol in (load("NCT04509635"), shipped_with(ORR_PRIMARY))
    )

    assert response.proportions.experimental.value < 0.2
    assert control.proportions.experimental.value > 0.5
    assert response.responses == ["CR", "PR"]


@pytest.mark.parametrize(
    ("changes", "primary", "analysis"),
    [
        (PFS_PRIMARY, "PFS", "stratified log-rank test, FDA rules"),
        (OS_PRIMARY, "OS", "stratified log-rank test"),
        ((*PFS_PRIMARY, ("rules: [FDA, EMA]", "rules: [EMA]")), "PFS", "EMA rules"),
        (
            (
                *PFS_PRIMARY,
                ("rules: [FDA, EMA], stratified: true", "rules: [FDA], stratified: false"),
            ),
            "PFS",
            "log-rank test, FDA rules",
        ),
    ],
    ids=["PFS", "OS", "PFS by other rules", "PFS unstratified"],
)
def test_a_time_to_event_can_be_primary(changes, primary, analysis):
    shown = simulate_protocol(shipped_with(*changes), 60, seed=4).scenarios[EFFECT]

    assert next(iter(shown.endpoints)) == primary
    assert analysis in shown.primary.analysis
    leading = next(iter(shown.endpoints[primary].analyses.values()))
    assert shown.primary.rejected_two_sided == leading.primary_cutoff.rejected_two_sided
    assert leading.test == (
        "log-rank" if "stratified: false" in str(changes) else "stratified log-rank"
    )


def test_each_set_of_censoring_rules_has_its_own_figures():
    # Deaths censor in one of them, so it has fewer events.
    fewer = (
        "    death: event\n    missed_visits: ignore",
        "    death: censor\n    missed_visits: ignore",
    )
    results = simulate_trials(trial_of(shipped_with(fewer)), 60, seed=5)

    events = {name: seen.events.sum() for name, seen in results.times["PFS"].items()}
    assert events["EMA"] < 0.95 * events["FDA"]


def test_duration_counts_responders_from_their_response_on():
    results = simulate_trials(responding(trial_of(load("NCT04509635"))), 100, seed=6)

    seen, responders = results.times["DOR"]["DOR"], by_arm(results.reached["ORR"])
    assert np.array_equal(seen.subjects, responders)
    assert np.all(seen.events <= seen.subjects)
    assert np.all(seen.z == 0)
    pfs = results.times["PFS"]["FDA"].median[:, LATE, 1]
    assert np.median(seen.median[:, LATE, 1]) < np.median(pfs) + 60


REFUSED = {
    "no virtual participants": ((("id: NCT04509635", "id: NCT00000000"),), "registration.id"),
    "a primary endpoint of responders": (
        (
            ("role: primary", "role: secondary"),
            (
                "label: Duration of response\n    role: secondary",
                "label: Duration\n    role: primary",
            ),
        ),
        "endpoints.DOR.analysis.rules",
    ),
    "a primary endpoint of safety": (
        (
            ("role: primary", "role: secondary"),
            ("label: Adverse events\n    role: secondary", "label: Adverse\n    role: primary"),
        ),
        "endpoints.SAFETY.analysis",
    ),
    "another population": (
        (
            (
                "      population: ITT\n      variable: best overall",
                "      population: PER_PROTOCOL\n      variable: best overall",
            ),
        ),
        "endpoints.DCR.estimand.population",
    ),
    "looks at a time": (
        (*PFS_PRIMARY, ("looks: []", "looks: [{participants: 25}]")),
        "design.looks",
    ),
    "a cutoff beyond what is modeled": (
        (("os_months_after_last_randomization: 24", "os_months_after_last_randomization: 60"),),
        "cutoff.os_months_after_last_randomization",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_virtual_trial_obeys_is_refused_with_its_field(case):
    changes, field = REFUSED[case]
    with pytest.raises(CannotObey) as refused:
        simulate_protocol(shipped_with(*changes), 2, seed=1)

    assert field in [refusal.field for refusal in refused.value.refusals]
    assert all("expected" in refusal.why for refusal in refused.value.refusals)


def test_secondary_endpoints_that_are_left_out_are_named():
    other = shipped_with(
        (
            "      population: ITT\n      variable: time from randomization to death",
            "      population: PER_PROTOCOL\n      variable: time from randomization to death",
        )
    )
    simulated = simulate_protocol(other, 2, seed=1)

    assert "OS" not in simulated.scenarios[EFFECT].endpoints
    assert "PER_PROTOCOL" in simulated.not_simulated["OS"]


def test_nobody_is_known_of_for_longer_than_the_tumor_is_modeled():
    slow = replace(
        trial_of(load("NCT04509635")), accrual=type(unconfirmed_trial().accrual)((9e9,), (0.001,))
    )
    everyone = people(slow, 1)

    assert everyone.leaves.max() <= slow.tumor.follow_days


@pytest.mark.parametrize("test", ["boschloo", "fisher", "cmh"])
def test_the_declared_test_decides(test):
    protocol = shipped_with(("primary_test: boschloo", f"primary_test: {test}"))
    results = simulate_trials(trial_of(protocol), 300, seed=2)
    counts = results.reached["DCR"][:, PRIMARY], results.participants[:, PRIMARY]
    by_test = {
        name: rejected_by_shares(name, *counts, 0.05).two_sided.value
        for name in ("boschloo", "fisher", "cmh")
    }

    assert len(set(by_test.values())) == 3
    assert primary_rejected(protocol, results, PRIMARY, 0.05).two_sided.value == by_test[test]


def test_the_direction_of_a_rejection_is_that_of_the_shares_not_of_the_counts():
    # More events in the larger, experimental arm, and a smaller share.
    events, n = np.array([[[9.0, 12.0]]]), np.array([[[10.0, 40.0]]])

    for test in ("boschloo", "fisher", "cmh"):
        rejected = rejected_by_shares(test, events, n, 0.05)
        assert rejected.below.tolist() == [True]
        assert rejected.above.tolist() == [False]


def test_the_level_of_the_protocol_is_that_of_its_intervals():
    wide, narrow = (
        simulate_protocol(shipped_with(("alpha: 0.05", f"alpha: {alpha}")), 300, seed=8)
        .scenarios[EFFECT]
        .endpoints
        for alpha in ("0.01", "0.5")
    )

    assert narrow["DCR"].coverage.value < 0.65
    assert wide["DCR"].coverage.value > 0.95
    ratios = [
        each["PFS"].analyses["FDA"].primary_cutoff.hazard_ratio.coverage.value
        for each in (narrow, wide)
    ]
    assert ratios[0] < 0.65
    assert ratios[1] > 0.95
