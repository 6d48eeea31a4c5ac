"""What do virtual trials say of a design? Power again, what an early look costs, scans at other
intervals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

import equipoise.planning.refusals as planning
import equipoise.simulation.refusals as simulation
from equipoise.allocation.declared import allocation_of
from equipoise.analysis.interim import SPENDING
from equipoise.planning.declared_power import ShownTest, shown_tests
from equipoise.planning.early_looks import LookCost, look_at_half
from equipoise.planning.planned import Planned, planned
from equipoise.planning.scan_interval import ScanInterval, simulate_scan_interval
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use, require
from equipoise.simulation.assumed import Assumed, assumed_inputs
from equipoise.simulation.blocks import check_run
from equipoise.simulation.declared_test import primary_rejected, rejected_by_shares
from equipoise.simulation.full_trial import (
    FullTrial,
    FullTrialResults,
    Look,
    simulate_trials,
    trial_of,
)
from equipoise.simulation.operating_characteristics import Decisions, Estimate, mean_of
from equipoise.simulation.proportion_trial import ProportionTrial, simulate_proportions
from equipoise.simulation.protocol_results import Months
from equipoise.simulation.protocol_trials import (
    EFFECT,
    NO_EFFECT,
    ProgressFor,
    check_figures,
    months_of,
)
from equipoise.simulation.stopping import stopped


@dataclass(frozen=True, slots=True)
class SimulatedStopping:
    """How often each declared look and the end reject in favor of the experimental arm and of
    control, (look,), and how many participants are judged by then.
    """

    above: tuple[Estimate, ...]
    below: tuple[Estimate, ...]
    expected: Estimate


@dataclass(frozen=True, slots=True)
class Duration:
    """Months until the primary analysis, or the declared look that stops, and who has entered by
    then.
    """

    months: Months
    entered: Estimate


@dataclass(frozen=True, slots=True)
class SimulatedDesign:
    """The simulated side of a design, each figure with its Monte-Carlo error: by scenario how often
    each test rejects, looks included; with looks also where the declared test stops, in the
    scenario and `without` a difference; early looks by spending rule; how long virtual trials take,
    with their effect and without; and the intervals between scans.

    `refused` says why the last three, which need virtual participants, are empty.
    """

    trials: int
    seed: int
    rejected: dict[str, dict[ShownTest, Estimate]]
    stopped: dict[str, SimulatedStopping]
    without: dict[str, SimulatedStopping]
    early_looks: dict[str, LookCost]
    durations: dict[str, Duration]
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
    rejected, stopped_at, without = dict[str, dict[ShownTest, Estimate]](), {}, {}
    for scenario in protocol.design.scenarios:
        name, control = scenario.id, float(scenario.control)
        draw = partial(simulate_shares, protocol, plan, trials=trials, workers=workers)
        decided = draw((float(scenario.experimental), control), shown_tests(plan.test), seed=seed)
        rejected[name] = {test: each.rejected for test, each in decided.items()}
        if plan.looks:
            same = draw((control, control), (plan.test,), seed=(seed + 1) % 2**64)
            stopped_at[name] = _stopping(plan, decided[plan.test])
            without[name] = _stopping(plan, same[plan.test])
    if refused:
        return SimulatedDesign(trials, seed, rejected, stopped_at, without, {}, {}, [], {}, refused)
    trial = trial_of(protocol)
    early_looks, durations = _virtual_trials(protocol, trial, trials, seed, workers, progress_for)
    return SimulatedDesign(
        trials=trials,
        seed=seed,
        rejected=rejected,
        stopped=stopped_at,
        without=without,
        early_looks=early_looks,
        durations=durations,
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


def _virtual_trials(
    protocol: Protocol,
    trial: FullTrial,
    trials: int,
    seed: int,
    workers: int,
    progress_for: ProgressFor,
) -> tuple[dict[str, LookCost], dict[str, Duration]]:
    """One look at half of the participants, by spending rule; and how long the trial takes as it is
    declared.
    """
    half = protocol.design.participants // 2
    declared = tuple(look.participants for look in protocol.design.looks)
    follow = protocol.cutoff.primary_days_after_last_randomization
    looks = [Look(participants=n, follow_days=follow) for n in (half, *declared)]
    looking = replace(trial, looks=(*looks, *trial.looks))
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
    end = len(looks)  # then follows the cutoff of the primary endpoint
    costs = {
        name: look_at_half(protocol, name, with_effect, without, (0, end)) for name in SPENDING
    }
    stages = [*range(1, end), end]
    return costs, {
        EFFECT: _duration(protocol, with_effect, stages),
        NO_EFFECT: _duration(protocol, without, stages),
    }


def _duration(protocol: Protocol, results: FullTrialResults, stages: list[int]) -> Duration:
    """Until the look that stops, or the end; the stages are columns of the results."""
    decisions = stopped(
        primary_rejected(protocol, results, stage, level)
        for stage, level in zip(stages, planned(protocol).levels, strict=True)
    )
    return Duration(
        months_of(decisions.at_stop(results.cut[:, stages])),
        mean_of(decisions.at_stop(results.entered[:, stages])),
    )


def _stopping(plan: Planned, decisions: Decisions) -> SimulatedStopping:
    judged = np.array([float(sum(arms)) for arms in plan.arms])
    everybody = np.broadcast_to(judged, (len(decisions.look), len(judged)))
    return SimulatedStopping(
        decisions.stopped_for_efficacy(),
        decisions.stopped_for_harm(),
        mean_of(decisions.at_stop(everybody)),
    )


def simulate_shares(
    protocol: Protocol,
    plan: Planned,
    shares: tuple[float, float],
    tests: tuple[ShownTest, ...],
    *,
    trials: int,
    seed: int,
    workers: int = 1,
) -> dict[ShownTest, Decisions]:
    """What each test decides at the declared looks and the end where the arms have these shares,
    experimental first. With the allocation of the protocol: its arms are not always of the ratio.
    """
    trial = ProportionTrial(
        control=shares[1],
        experimental=shares[0],
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
        )
        for test in tests
    }
