"""Invented figures of planning, so that a page can be written without simulating anything."""

from __future__ import annotations

from itertools import product

from equipoise.planning.rechallenge.figures import (
    UNSELECTED,
    Assay,
    Expected,
    Input,
    Outcome,
    Point,
    Rechallenge,
)

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
        protocol="INVENTED 1.0",
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


def figure(value: float) -> dict[str, float]:
    """A simulated figure."""
    return {"value": value, "standard_error": value / 20, "trials": 100}


def invented_design(scenarios: list[str], weeks: list[int]) -> dict[str, object]:
    """What the simulation of a design gives."""
    look = {
        "stopped_for_efficacy": [figure(0.21), figure(0.4)],
        "rejected": figure(0.61),
        "entered": figure(41.5),
    }
    return {
        "trials": 100,
        "seed": 3,
        "shares": {
            name: {"fisher": figure(0.5), "boschloo": figure(0.6), "pooled_z": figure(0.65)}
            for name in scenarios
        },
        "early_looks": {
            name: {
                "bounds": [2.797, 1.977],
                "power_at_same_size": 0.796,
                "more_participants": 0.012,
                "simulated": look,
                "simulated_without_effect": look,
            }
            for name in ("obrien_fleming", "pocock")
        },
        "scan_interval": [
            {
                "weeks": week,
                "control": figure(0.5),
                "experimental": figure(0.7),
                "boschloo": figure(0.3),
                "pfs_rejected": figure(0.8),
            }
            for week in weeks
        ],
        "assumed": {"loss_to_follow_up": {"value": 0.05, "from": "an invented trial"}},
    }


def invented_simulation() -> dict[str, object]:
    """What `simulate` gives: two scenarios, one with looks."""
    test = {"fisher": figure(0.5), "boschloo": figure(0.6), "pooled_z": figure(0.65)}
    times = {"rejected_two_sided": figure(0.7), "hazard_ratio": figure(0.62)}
    stopping = {
        "spending": "obrien_fleming",
        "looks": [25, 50],
        "bounds": [2.797, 1.977],
        "stopped_for_efficacy": [figure(0.21), figure(0.4)],
        "entered": figure(41.5),
        "months": figure(17.25),
    }
    scenario = {
        "label": "with effect",
        "disease_control": {
            "control": figure(0.4),
            "experimental": figure(0.7),
            "rejected": test,
            "exact_at_these_rates": {"boschloo": 0.61},
            "difference": figure(0.3),
            "bias": figure(0.001),
            "coverage": figure(0.95),
        },
        "objective_response": {"experimental": figure(0.2)},
        "pfs": times,
        "overall_survival": times,
        "months_to_primary_cutoff": {**figure(20.5), "q05": 18.25, "median": 20.5, "q95": 23.75},
        "stopping": None,
    }
    return {
        "trial": "INVENTED",
        "trials": 100,
        "participants": 50,
        "seed": 3,
        "alpha": "0.05",
        "scenarios": {"EFFECT": scenario, "NONE": {**scenario, "stopping": stopping}},
        "assumed": {"loss_to_follow_up": {"value": 0.05, "from": "an invented trial"}},
    }
