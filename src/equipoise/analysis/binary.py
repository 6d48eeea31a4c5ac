"""How many reached the endpoint in each arm, and does that differ?

Effects are experimental minus control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.analysis.arms import Arms, confidence_of
from equipoise.endpoints.course import (
    Course,
)
from equipoise.endpoints.values import (
    Courses,
    Value,
    best_response,
    binary_values,
    counted_as_reached,
    is_missing,
    late_control,
)
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.proportions import (
    boschloo,
    clopper_pearson,
    cochran_mantel_haenszel,
    fisher,
    miettinen_nurminen,
)


def compare_binary(
    values: Mapping[str, bool], arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> dict[str, Any]:
    """Counts by arm, the difference with its interval, and the p-value of every test
    (two-sided).
    """
    found = describe_binary(values, arms, protocol)
    if found["difference"] is None:
        return found | {"tests": {}}
    counts = [_count(values, arms, arm.id) for arm in (protocol.experimental, protocol.control)]
    table = (*counts[0], *counts[1])
    tests = {
        "boschloo": boschloo(*table),
        "fisher": fisher(*table),
        "cmh": _cmh(values, arms, strata, protocol),
    }
    return found | {"tests": tests}


def describe_binary(values: Mapping[str, bool], arms: Arms, protocol: Protocol) -> dict[str, Any]:
    """Counts by arm and the difference with its Miettinen-Nurminen interval, without a test."""
    counts = {arm.id: _count(values, arms, arm.id) for arm in protocol.arms}
    found: dict[str, Any] = {
        "arms": {arm: _share(*count, confidence_of(protocol)) for arm, count in counts.items()}
    }
    (x1, n1), (x0, n0) = counts[protocol.experimental.id], counts[protocol.control.id]
    if not (n1 and n0):
        return found | {"difference": None, "interval": None, "note": "an arm is empty"}
    interval = miettinen_nurminen(x1, n1, x0, n0, confidence_of(protocol))
    return found | {"difference": interval.estimate, "interval": [interval.lower, interval.upper]}


def _count(values: Mapping[str, bool], arms: Arms, arm: str) -> tuple[int, int]:
    inside = [name for name in values if arms.get(name) == arm]
    return sum(values[name] for name in inside), len(inside)


def _share(events: int, n: int, level: float) -> dict[str, Any]:
    if n == 0:
        return {"n": 0, "events": 0, "estimate": None, "interval": None}
    interval = clopper_pearson(events, n, level)
    return {
        "n": n,
        "events": events,
        "estimate": interval.estimate,
        "interval": [interval.lower, interval.upper],
    }


def _cmh(
    values: Mapping[str, bool], arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> float | None:
    tables = []
    for stratum in sorted(set(strata.values())):
        inside = {name: value for name, value in values.items() if strata.get(name) == stratum}
        (x1, n1), (x0, n0) = (
            _count(inside, arms, arm.id) for arm in (protocol.experimental, protocol.control)
        )
        if n1 and n0:
            tables.append((x1, n1, x0, n0))
    try:
        return cochran_mantel_haenszel(tables).p
    except ValueError:
        return None  # nothing to compare: all events, or none, in every stratum


def analyze_binary(
    endpoint: Endpoint,
    courses: Courses,
    populations: Mapping[str, Arms],
    strata: Mapping[str, str],
    protocol: Protocol,
) -> dict[str, Any]:
    """One binary endpoint: ITT, and the sensitivity analyses that the protocol names."""
    assert isinstance(endpoint.analysis, BinaryAnalysis)
    values = binary_values(endpoint, courses, protocol)
    reached = {name: bool(value.value) for name, value in values.items()}
    found = compare_binary(reached, populations["ITT"], strata, protocol)
    others = {
        name: (
            compare_binary(changed, arms, strata, protocol)
            | {"reached": {n: changed[n] for n in sorted(changed)}}
        )
        for name in endpoint.analysis.sensitivity
        if name not in ("boschloo", "fisher", "cmh")
        for changed, arms in [_sensitivity(name, endpoint, reached, courses, populations, protocol)]
    }
    declared = protocol.assessment
    how = "confirmed" if declared.confirmation else "unconfirmed"
    policy = (
        f"{declared.reader}, {how}, stable disease from day {declared.sd_min_days}; missing is"
        " failure"
    )
    return {
        "label": endpoint.label,
        "role": endpoint.role,
        "population": "ITT",
        "policy": policy,
        "primary_test": endpoint.analysis.primary_test,
        **found,
        "sensitivity": others,
        "subjects": {name: value.told() for name, value in values.items()},
    }


def _sensitivity(
    name: str,
    endpoint: Endpoint,
    reached: Mapping[str, bool],
    courses: Courses,
    populations: Mapping[str, Arms],
    protocol: Protocol,
) -> tuple[Mapping[str, bool], Arms]:
    """The values and the population of one sensitivity analysis."""
    itt = populations["ITT"]
    if name in ("per_protocol", "evaluable"):
        arms = populations[name.upper()]
        return {subject: reached[subject] for subject in arms}, arms
    if name in ("best_case", "worst_case"):
        favored = protocol.experimental.id if name == "best_case" else protocol.control.id
        missing = {
            n
            for n, c in courses.items()
            if is_missing(c, best_response(c, protocol, c.read), protocol)
        }
        return {
            n: (itt[n] == favored) if n in missing else value for n, value in reached.items()
        }, itt
    by_rule: dict[str, Callable[[Course], Value]] = {
        "derived_response": lambda c: counted_as_reached(
            endpoint, best_response(c, protocol, c.derived)
        ),
        "shorter_sd": lambda c: counted_as_reached(
            endpoint,
            best_response(c, protocol, c.read, protocol.assessment.sd_min_days_sensitivity),
        ),
        "late_control": lambda c: late_control(c, protocol, c.read),
    }
    return {n: bool(by_rule[name](course).value) for n, course in courses.items()}, itt
