"""Invented figures of planning, so that a page can be written without simulating anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from equipoise.planning.declared_power import ShownTest
from equipoise.planning.early_looks import LookCost
from equipoise.planning.rechallenge.figures import (
    UNSELECTED,
    Assay,
    Expected,
    Input,
    Outcome,
    Point,
    Rechallenge,
)
from equipoise.planning.scan_interval import ScanInterval
from equipoise.planning.simulated_design import Duration, SimulatedDesign, SimulatedStopping
from equipoise.protocol.model import Protocol
from equipoise.simulation.assumed import Assumed
from equipoise.simulation.operating_characteristics import Estimate
from equipoise.simulation.protocol_results import (
    ByArm,
    MedianMonths,
    Months,
    PrimaryFigures,
    RatioFigures,
    SharesFigures,
    SimulatedArm,
    SimulatedProtocol,
    SimulatedScenario,
    TimedFigures,
    TimesAtCutoff,
    TimesFigures,
)
from equipoise.simulation.stopping import Stopping

HALF_LIVES, INTERVALS, LIMITS = (3.4, 4.0, 6.9), (0.0, 3.0, 6.0, 12.0), (0.01, 0.001)
ASSAYS = (
    Assay(
        id="ras_shown", label="RAS panel, DNA shown", sees=0.5, tumor_dna=1.0, informative_from=0.01
    ),
    Assay(id="all_any", label="every clone", sees=1.0, tumor_dna=1.0, informative_from=0.0),
    Assay(id="more", label="more blood", sees=0.5, tumor_dna=3.0, informative_from=0.01),
)


def invented_rechallenge() -> Rechallenge:
    """Outcomes that get better with the interval, by simple sums."""
    tests = [(UNSELECTED, None), *((assay.id, limit) for assay, limit in product(ASSAYS, LIMITS))]
    return Rechallenge(
        protocol="INVENTED",
        title="An invented trial",
        version="1.0",
        digest="0123456789abcdef" * 4,
        patients=1000,
        seed=2,
        half_lives=HALF_LIVES,
        intervals=INTERVALS,
        reference_interval=6.0,
        limits=LIMITS,
        declared_limit=0.001,
        hidden_above=(0.01, 0.1),
        assays=ASSAYS,
        inputs=(
            Input("half-life", "4 months", "published", "an invented paper"),
            Input("median", "2.6 months", "protocol", "the design"),
            Input("growth", "0.01 a day", "fitted", "an invented trial"),
            Input("clones", "half", "assumed", "nobody knows"),
        ),
        control=outcome(0.4),
        at_fraction=((0.001, outcome(0.75)), (0.123, outcome(0.6))),
        points=tuple(
            point(*test, interval, half_life)
            for test, interval, half_life in product(tests, INTERVALS, HALF_LIVES)
        ),
    )


def point(assay: str, limit: float | None, interval: float, half_life: float) -> Point:
    """The longer the interval and the lower the limit, the better."""
    gain = interval / 100 - half_life / 1000 + (0.05 - (limit or 0.0) if limit else 0.0)
    return Point(
        assay=assay,
        limit=limit,
        interval=interval,
        half_life=half_life,
        let_in=0.9 - interval / 50 if limit else 1.0,
        hidden=(0.4 - gain, 0.3 - gain),
        below_limit=0.1 - gain / 10,
        experimental=outcome(0.6 + gain),
        difference=outcome(0.2 + gain),
    )


def outcome(control: float) -> Outcome:
    """Everything from the disease control."""
    return Outcome(
        disease_control=Expected(control, 0.012),
        pfs_mean=Expected(8 * control, 0.05),
        pfs_median=Expected(6 * control, float("nan")),
        pfs_at_6=Expected(control / 2, 0.01),
    )


def figure(value: float) -> Estimate:
    """A simulated figure."""
    return Estimate(value, value / 20, 100)


STOPPING = Stopping(
    spending="obrien_fleming",
    looks=[25, 50],
    bounds=[2.797, 1.977],
    rejected=figure(0.61),
    in_favor=figure(0.6),
    stopped_for_efficacy=[figure(0.21), figure(0.4)],
    entered=figure(41.5),
    months=figure(17.25),
)
STOPPED = SimulatedStopping((figure(0.2), figure(0.3)), (figure(0), figure(0.1)), figure(17.5))
ASSUMED = {"loss_to_follow_up": Assumed(0.05, "an invented trial")}
TESTS: dict[ShownTest, Estimate] = {
    "fisher": figure(0.5),
    "boschloo": figure(0.6),
    "pooled_z": figure(0.65),
}


def invented_design(protocol: Protocol) -> SimulatedDesign:
    """What the simulation of a design gives."""
    look = LookCost(
        bounds=[2.797, 1.977],
        power_at_same_size=0.796,
        more_participants=0.012,
        expected_participants=0.9,
        simulated=STOPPING,
        simulated_without_effect=STOPPING,
    )
    looking = protocol.design.scenarios if protocol.design.looks else ()
    return SimulatedDesign(
        trials=100,
        seed=3,
        rejected={scenario.id: TESTS for scenario in protocol.design.scenarios},
        stopped={scenario.id: STOPPED for scenario in looking},
        without={scenario.id: STOPPED for scenario in looking},
        early_looks={"obrien_fleming": look, "pocock": look},
        durations={
            "effect": Duration(Months(25.3, 0.1, 100, 21.0, 25.1, 30.2), figure(19.5)),
            "no effect": Duration(Months(26.3, 0.1, 100, 22.0, 26.1, 31.2), figure(20.0)),
        },
        scan_intervals=[
            ScanInterval(week, figure(0.5), figure(0.7), figure(0.3), figure(0.8))
            for week in protocol.design.first_scan_weeks
        ],
        assumed=ASSUMED,
        refused=(),
    )


def invented_simulation() -> SimulatedProtocol:
    """What `simulate` gives: two scenarios, one with looks, and an endpoint of each kind."""
    scenario = SimulatedScenario(
        label="with effect",
        primary=PrimaryFigures(
            endpoint="RATE",
            analysis="Fisher's exact test",
            rejected_two_sided=figure(0.6),
            rejected_in_favor=figure(0.59),
        ),
        endpoints={"RATE": shares(), "TIME": timed("log-rank"), "LASTS": timed(None)},
        months_to_primary_cutoff=Months(20.5, 1.025, 100, 18.25, 20.5, 23.75),
        months_to_survival_cutoff=Months(40.5, 1.025, 100, 38.25, 40.5, 43.75),
        stopping=None,
    )
    return SimulatedProtocol(
        trial="INVENTED",
        protocol_version="1.0",
        trials=100,
        seed=3,
        participants=50,
        arms={
            "NEW": SimulatedArm(label="The new one", role="experimental", ratio=2),
            "OLD": SimulatedArm(label="The old one", role="control", ratio=1),
        },
        alpha=0.05,
        assumed=ASSUMED,
        not_simulated={"SAFETY": "nobody knows how"},
        scenarios={"EFFECT": scenario, "NONE": replace(scenario, stopping=STOPPING)},
    )


def shares() -> SharesFigures:
    """A primary endpoint of two proportions."""
    return SharesFigures(
        label="Response rate",
        role="primary",
        responses=["CR", "PR"],
        confirmed=True,
        proportions=ByArm(figure(0.4), figure(0.7)),
        difference=figure(0.3),
        difference_if_perfect=figure(0.31),
        bias=figure(0.001),
        coverage=figure(0.95),
        rejected={"fisher": figure(0.6), "cmh": figure(0.65)},
        exact_at_these_rates={"fisher": 0.61},
    )


def timed(test: str | None) -> TimedFigures:
    """An endpoint of times, compared or described."""
    ratio = RatioFigures(mean=figure(0.62), if_perfect=None, coverage=None, without_estimate=1)
    seen = TimesAtCutoff(
        subjects=ByArm(figure(20), figure(30)),
        events=ByArm(figure(15), figure(25)),
        median_months={
            "control": MedianMonths(3.5, figure(1)),
            "experimental": MedianMonths(None, figure(0.4)),
        },
        rejected_two_sided=figure(0.7) if test else None,
        rejected_in_favor=figure(0.7) if test else None,
        hazard_ratio=ratio if test else None,
    )
    analyses = TimesFigures(test=test, censoring=None, primary_cutoff=seen, survival_cutoff=seen)
    label = "Time to the end" if test else "Duration"
    return TimedFigures(label=label, role="secondary", analyses={"STRICT": analyses})
