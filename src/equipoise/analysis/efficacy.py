"""What does one endpoint show? Each subject's value with its reason, and the comparison of the
arms.

Effects are experimental minus, or over, control.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from equipoise.endpoints.best_response import (
    derive_best_response,
    first_progression,
    first_response,
)
from equipoise.endpoints.course import (
    Course,
    Reading,
    censoring_rules,
    progression_after_cr,
    response_policy,
)
from equipoise.endpoints.time_to_event import (
    TimeToEvent,
    derive_duration_of_response,
    derive_os,
    derive_pfs,
)
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.cox import fit_cox
from equipoise.statistics.proportions import (
    boschloo,
    clopper_pearson,
    cochran_mantel_haenszel,
    fisher,
    miettinen_nurminen,
)
from equipoise.statistics.survival import kaplan_meier, log_rank
from equipoise.subject.records import Source
from equipoise.terms.response import Response


@dataclass(frozen=True, slots=True)
class Value:
    """One subject's value of an endpoint, why, and the ledger positions it came from."""

    value: Any
    why: str
    source: tuple[Source, ...]

    def told(self) -> dict[str, Any]:
        """As it stands in the results."""
        return {
            "value": self.value,
            "why": self.why,
            "source": [_plain(one) for one in self.source],
        }


def _plain(source: Source) -> Any:
    return list(source) if isinstance(source, tuple) else source


Courses = Mapping[str, Course]
Arms = Mapping[str, str]


def confidence_of(protocol: Protocol) -> float:
    """The level of every interval: what the declared two-sided alpha leaves."""
    return float(1 - protocol.design.alpha)


# ------------------------------------------------------------------ response


def best_response(
    course: Course, protocol: Protocol, reading: Reading, sd_min_days: int | None = None
) -> Value:
    """The best response of one subject, by one reader."""
    policy = response_policy(protocol.assessment, sd_min_days)
    best = derive_best_response(
        reading.days,
        reading.responses,
        policy,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    source = reading.sources[best.index] if best.index >= 0 else course.sources["randomization"]
    day = f", day {reading.days[best.index]}" if best.index >= 0 else ""
    return Value(best.response.cdisc, best.why + day, source)


def is_missing(course: Course, best: Value, protocol: Protocol) -> bool:
    """Not evaluable for want of data, so best and worst case differ.

    Only death or new therapy by the cutoff, and before the window of the first scan closes,
    explains why no scan could show control; whoever died later had a scan to miss.
    """
    scan = protocol.visit(protocol.assessment.scan_visit)
    due = min(scan.day + scan.after_days, course.cutoff)
    explained = any(0 <= day <= due for day in (course.death, course.new_therapy))
    return bool(best.value == Response.NE.cdisc and not explained)


def late_control(course: Course, protocol: Protocol, reading: Reading) -> Value:
    """Was disease still controlled at the declared later day? (sensitivity analysis)"""
    policy = response_policy(protocol.assessment)
    end = first_progression(reading.days, reading.responses, policy, therapy_day=course.new_therapy)
    wanted = {int(Response.parse(text)) for text in protocol.primary.responses}
    for i, (day, code) in enumerate(zip(reading.days, reading.responses, strict=True)):
        ended = (0 <= end <= i) or (policy.therapy_ends_response and 0 <= course.new_therapy < day)
        if day >= protocol.assessment.late_control_days and code in wanted and not ended:
            return Value(True, f"{Response(code).cdisc} on day {day}", reading.sources[i])
    return Value(False, "not shown to last", course.sources["randomization"])


def binary_values(endpoint: Endpoint, courses: Courses, protocol: Protocol) -> dict[str, Value]:
    """Reached or not, for each randomized subject, as the primary reader saw it."""
    best = {name: best_response(course, protocol, course.read) for name, course in courses.items()}
    return {name: _reached(endpoint, value) for name, value in best.items()}


def _reached(endpoint: Endpoint, best: Value) -> Value:
    return Value(
        best.value in endpoint.responses, f"best response {best.value}: {best.why}", best.source
    )


# ------------------------------------------------------------------ comparison of proportions


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
        "derived_response": lambda c: _reached(endpoint, best_response(c, protocol, c.derived)),
        "shorter_sd": lambda c: _reached(
            endpoint,
            best_response(c, protocol, c.read, protocol.assessment.sd_min_days_sensitivity),
        ),
        "late_control": lambda c: late_control(c, protocol, c.read),
    }
    return {n: bool(by_rule[name](course).value) for n, course in courses.items()}, itt


# ------------------------------------------------------------------ time to event


def time_values(
    endpoint: Endpoint, rules: str, courses: Courses, protocol: Protocol
) -> dict[str, Value]:
    """Days and event, for each subject who has them, under one rule set."""
    found = {}
    for name, course in courses.items():
        time = _time(rules, course, protocol)
        if time is not None:
            found[name] = Value(
                {"days": time.days, "event": time.event}, time.why, _time_source(course, time)
            )
    return found


def _time(rules: str, course: Course, protocol: Protocol) -> TimeToEvent | None:
    known = course.follow_up(
        progression_after_cr(course.read, response_policy(protocol.assessment))
    )
    if rules == "OS":
        return derive_os(known)
    if rules == "DOR":
        return _duration(course, protocol)
    return derive_pfs(known, censoring_rules(protocol, protocol.censoring[rules]))


def _duration(course: Course, protocol: Protocol) -> TimeToEvent | None:
    reading, policy = course.read, response_policy(protocol.assessment)
    first = first_response(
        reading.days,
        reading.responses,
        policy,
        confirm=protocol.assessment.confirmation is not None,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    rules = censoring_rules(protocol, protocol.censoring["FDA"])
    known = course.follow_up(progression_after_cr(reading, policy))
    return derive_duration_of_response(known, reading.days[first] if first >= 0 else -1, rules)


def _time_source(course: Course, time: TimeToEvent) -> tuple[Source, ...]:
    if time.source_kind == "scan":
        return course.read.sources[time.source_index]
    return course.sources.get(time.source_kind) or course.sources["randomization"]


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
