"""What do virtual trials say of a design? Power again, what an early look costs, scans at other
intervals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import equipoise.planning.refusals as planning
import equipoise.simulation.refusals as simulation
from equipoise.allocation.declared import allocation_of
from equipoise.analysis.interim import SPENDING
from equipoise.planning.declared_power import ShownTest, shown_tests
from equipoise.planning.early_looks import LookCost, look_at_half
from equipoise.planning.planned import Planned, planned
from equipoise.planning.scan_interval import ScanInterval, simulate_scan_interval
from equipoise.protocol.design import Scenario
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use, require
from equipoise.simulation.assumed import Assumed, assumed_inputs
from equipoise.simulation.blocks import check_run
from equipoise.simulation.declared_test import rejected_by_shares
from equipoise.simulation.full_trial import FullTrial, Look, simulate_trials, trial_of
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.proportion_trial import ProportionTrial, simulate_proportions
from equipoise.simulation.protocol_results import Months
from equipoise.simulation.protocol_trials import ProgressFor, check_figures, months_of
from equipoise.simulation.stopping import stopped


@dataclass(frozen=True, slots=True)
class SimulatedDesign:
    """The simulated side of a design, each figure with its Monte-Carlo error: by scenario how often
    each test rejects, looks included; early looks by spending rule; months to the primary analysis;
    and the intervals between scans.

    `refused` says why the last three, which need virtual participants, are empty.
    """

    trials: int
    seed: int
    rejected: dict[str, dict[ShownTest, Estimate]]
    early_looks: dict[str, LookCost]
    months: Months | None
    scan_intervals: list[ScanInterval]
    assumed: dict[str, Assumed]
    refused: tuple[Refusal, ...]


def simulate_design(
    protocol: Protocol,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
    progress_for: ProgressFor = lambda _name: None,
) -> SimulatedDesign:
    """What enumeration gives, again from virtual trials, and what it cannot give. `progress_for`
    is asked for each kind of trial. Raises CannotObey as `compute_design` does, and ValueError for
    numbers out of range.
    """
    check_run(trials, seed, workers)
    check_figures(trials)
    require(planning.refusals(protocol), Use.DESIGNED)
    plan, refused = planned(protocol), simulation.refusals(protocol)
    progress_for("virtual trials: shares")
    rejected = {
        scenario.id: simulate_power(protocol, plan, scenario, trials, seed, workers=workers)
        for scenario in protocol.design.scenarios
    }
    if refused:
        return SimulatedDesign(trials, seed, rejected, {}, None, [], {}, refused)
    trial = trial_of(protocol)
    early_looks, months = _early_looks(protocol, trial, trials, seed, workers, progress_for)
    return SimulatedDesign(
        trials=trials,
        seed=seed,
        rejected=rejected,
        early_looks=early_looks,
        months=months,
        scan_intervals=[
            simulate_scan_interval(
                protocol,
                trial,
                weeks,
                max(trials // 4, 2),
                seed,
                workers=workers,
                progress=progress_for(f"virtual trials: first scan in week {weeks}"),
            )
            for weeks in protocol.design.first_scan_weeks
        ],
        assumed=assumed_inputs(protocol),
        refused=(),
    )


def _early_looks(
    protocol: Protocol,
    trial: FullTrial,
    trials: int,
    seed: int,
    workers: int,
    progress_for: ProgressFor,
) -> tuple[dict[str, LookCost], Months]:
    """One look at half of the participants, and the months to the primary analysis without one."""
    half = protocol.design.participants // 2
    follow = protocol.cutoff.primary_days_after_last_randomization
    looking = replace(trial, looks=(Look(participants=half, follow_days=follow), *trial.looks))
    with_effect = simulate_trials(
        looking, trials, seed, workers=workers, progress=progress_for("virtual trials: effect")
    )
    without = simulate_trials(
        replace(looking, effect=False),
        trials,
        (seed + 1) % 2**64,
        workers=workers,
        progress=progress_for("virtual trials: no effect"),
    )
    looks = {name: look_at_half(protocol, name, with_effect, without) for name in SPENDING}
    return looks, months_of(with_effect.cut[:, -2])  # the last two are the cutoffs of the protocol


def simulate_power(
    protocol: Protocol,
    plan: Planned,
    scenario: Scenario,
    trials: int,
    seed: int,
    *,
    workers: int = 1,
) -> dict[ShownTest, Estimate]:
    """How often each test rejects, with the allocation of the protocol: its arms are not always of
    the ratio. With looks, at any of them.
    """
    trial = ProportionTrial(
        control=float(scenario.control),
        experimental=float(scenario.experimental),
        subjects=protocol.design.participants,
        allocation=allocation_of(protocol, (protocol.control, protocol.experimental)),
        strata=(1 / plan.strata,) * plan.strata,
        looks=tuple(look.participants for look in protocol.design.looks),
    )
    events, n = simulate_proportions(trial, trials, seed, workers=workers)
    return {
        test: stopped(
            rejected_by_shares(test, events[:, look], n[:, look], level)
            for look, level in enumerate(plan.levels)
        ).rejected
        for test in shown_tests(plan.test)
    }
