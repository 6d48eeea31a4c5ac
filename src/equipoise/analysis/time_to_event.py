"""How long until the event in each arm, and does that differ?

Effects are experimental over control.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from equipoise.analysis.arms import Arms, confidence_of
from equipoise.endpoints.values import Courses, Value, time_values
from equipoise.protocol.estimands import TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.cox import fit_cox
from equipoise.statistics.survival import kaplan_meier, log_rank


def analyze_time_to_event(
    endpoint: Endpoint, courses: Courses, arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> dict[str, Any]:
    """One time-to-event endpoint under each of its rule sets; a duration of response compares
    nothing.
    """
    assert isinstance(endpoint.analysis, TimeToEventAnalysis)
    of_responders = endpoint.analysis.rules == ("DOR",)
    found: dict[str, Any] = {
        "label": endpoint.label,
        "role": endpoint.role,
        "population": "responders" if of_responders else "ITT",
        "unit": "days",
    }
    for rules in endpoint.analysis.rules:
        values = time_values(endpoint, rules, courses, protocol)
        if rules == "DOR":  # responders are no randomized groups
            shown = describe_times(values, arms, protocol) | NOT_COMPARED | {"note": "descriptive"}
        else:
            shown = compare_times(
                values, arms, strata if endpoint.analysis.stratified else {}, protocol
            )
        found[rules] = shown | {"subjects": {name: value.told() for name, value in values.items()}}
    return found


NOT_COMPARED: dict[str, Any] = {
    "hazard_ratio": None,
    "interval": None,
    "p_value": None,
    "test": None,
}
"""What stands in the results where the arms are not compared; a note says why."""


def describe_times(values: Mapping[str, Value], arms: Arms, protocol: Protocol) -> dict[str, Any]:
    """Curves, events and medians by arm, without a comparison."""
    names, time, event = _times(values)
    level = confidence_of(protocol)
    curves = {
        arm.id: _curve(time[inside], event[inside], level)
        for arm in protocol.arms
        for inside in [np.array([arms[name] == arm.id for name in names], bool)]
    }
    return {
        "arms": {
            arm: {"n": curve["n"], "events": curve["events_total"]} for arm, curve in curves.items()
        },
        "medians": {arm: curve["median"] for arm, curve in curves.items()},
        "curves": curves,
    }


def compare_times(
    values: Mapping[str, Value], arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> dict[str, Any]:
    """Hazard ratio (Cox, Efron), log-rank p (stratified when strata are given), curves and medians
    by arm.
    """
    names, time, event = _times(values)
    treated = np.array([arms[name] == protocol.experimental.id for name in names], float)
    groups = np.array([strata.get(name, "") for name in names]) if strata else None
    effect = _effect(time, event, treated, groups, confidence_of(protocol))
    return describe_times(values, arms, protocol) | effect


def _times(values: Mapping[str, Value]) -> tuple[list[str], Any, Any]:
    names = sorted(values)
    time = np.array([values[name].value["days"] for name in names], float)
    event = np.array([values[name].value["event"] for name in names], bool)
    return names, time, event


def _effect(time: Any, event: Any, treated: Any, strata: Any, level: float) -> dict[str, Any]:
    """Two answers, each for itself: arms that separate have no finite hazard ratio and the clearest
    log-rank test.
    """
    if len(set(treated)) < 2:
        return NOT_COMPARED | {"note": "an arm is empty"}
    found, notes = dict(NOT_COMPARED), []
    try:
        fit = fit_cox(time, event, treated.reshape(-1, 1), strata, level=level)
        found |= {
            "hazard_ratio": float(fit.hazard_ratio[0]),
            "interval": [float(fit.lower[0]), float(fit.upper[0])],
        }
    except ValueError as error:
        notes.append(str(error))
    try:
        p = log_rank(time, event, treated, strata).p
        found |= {
            "p_value": float(p),
            "test": "stratified log-rank" if strata is not None else "log-rank",
        }
    except ValueError as error:
        notes.append(str(error))
    return found | ({"note": "; ".join(dict.fromkeys(notes))} if notes else {})


def _curve(time: Any, event: Any, level: float) -> dict[str, Any]:
    if not len(time):
        return {
            "n": 0,
            "events_total": 0,
            "median": {"median": None, "interval": [None, None]},
            "times": [],
        }
    curve = kaplan_meier(time, event, level)
    middle = curve.median()
    return {
        "n": len(time),
        "events_total": int(event.sum()),
        "median": {
            "median": number(middle.time),
            "interval": [number(middle.lower), number(middle.upper)],
        },
        "times": [number(x) for x in curve.times],
        "survival": [number(x) for x in curve.survival],
        "lower": [number(x) for x in curve.lower],
        "upper": [number(x) for x in curve.upper],
        "at_risk": [int(x) for x in curve.at_risk],
        "censored": sorted(number(x) for x in time[~event]),
    }


def number(value: Any) -> float | None:
    """A float that JSON knows, or None where there is no number."""
    return float(value) if math.isfinite(value) else None
