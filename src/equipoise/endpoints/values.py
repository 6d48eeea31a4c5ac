"""What is the value of an endpoint for one person, why, and from which records?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.arrays import NEVER
from equipoise.endpoints.best_response import (
    derive_best_response,
    derive_confirmed_best_response,
    first_response,
    scans_before_progression,
)
from equipoise.endpoints.catalogue import endpoint_of, rules_of
from equipoise.endpoints.choices import counted_responses, response_policy
from equipoise.endpoints.course import Course, Reading, progression_after_cr
from equipoise.endpoints.response_rules import counts_as
from equipoise.endpoints.time_to_event import TimeToEvent
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.subject.records import Source
from equipoise.terms.response import Response


@dataclass(frozen=True, slots=True)
class Value:
    """One subject's value of an endpoint, why, and the ledger positions it came from."""

    value: Any
    why: str
    source: tuple[Source, ...]


Courses = Mapping[str, Course]


def best_response(
    course: Course,
    protocol: Protocol,
    reading: Reading,
    sd_min_days: int | None = None,
    *,
    confirmed: bool | None = None,
) -> Value:
    """The best response of one subject, by one reader; CR and PR are confirmed where the protocol
    asks for it, or as the caller says (RECIST 1.1 4.4.3, Table 3).
    """
    policy = response_policy(protocol.assessment, sd_min_days)
    if confirmed is None:
        confirmed = protocol.assessment.confirmation is not None
    derive = derive_confirmed_best_response if confirmed else derive_best_response
    best = derive(
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
    due = min(protocol.scans.first + protocol.scans.after, course.cutoff)
    explained = any(0 <= day <= due for day in (course.death, course.new_therapy))
    return bool(best.value == Response.NE.cdisc and not explained)


def late_control(endpoint: Endpoint, course: Course, protocol: Protocol) -> Value:
    """Was the endpoint reached, and one of its responses still there at the declared later day?
    (sensitivity analysis) Scans count up to progression, as for the best response.
    """
    reading, counted = course.primary, counted_responses(endpoint)
    best = counted_as_reached(endpoint, best_response(course, protocol, reading))
    if best.value:
        end = scans_before_progression(
            reading.days,
            reading.responses,
            response_policy(protocol.assessment),
            pd_day=reading.pd_days,
            therapy_day=course.new_therapy,
        )
        for i, (day, code) in enumerate(zip(reading.days[:end], reading.responses, strict=False)):
            if day >= protocol.assessment.late_control_days and counts_as(code, counted):
                return Value(True, f"{Response(code).cdisc} on day {day}", reading.sources[i])
    return Value(False, "not shown to last", course.sources["randomization"])


def binary_values(endpoint: Endpoint, courses: Courses, protocol: Protocol) -> dict[str, Value]:
    """Reached or not, for each randomized subject, by the reading that counts."""
    best = {
        name: best_response(course, protocol, course.primary) for name, course in courses.items()
    }
    return {name: counted_as_reached(endpoint, value) for name, value in best.items()}


def counted_as_reached(endpoint: Endpoint, best: Value) -> Value:
    """Whether the best response is one of those that the endpoint counts."""
    achieved = counts_as(int(Response.parse(best.value)), counted_responses(endpoint))
    return Value(achieved, f"best response {best.value}: {best.why}", best.source)


def time_values(analysis: str, courses: Courses, protocol: Protocol) -> dict[str, Value]:
    """Days and event, for each subject who has them, in one analysis of the protocol (see
    `catalogue`).
    """
    values = {}
    for name, course in courses.items():
        time = _time(analysis, course, protocol)
        if time is not None:
            values[name] = Value(
                {"days": time.days, "event": time.event},
                _time_why(course, time),
                _time_source(course, time),
            )
    return values


def _time(analysis: str, course: Course, protocol: Protocol) -> TimeToEvent | None:
    policy = response_policy(protocol.assessment)
    rules = rules_of(analysis, protocol)
    known = course.follow_up(progression_after_cr(course.primary, policy))
    return endpoint_of(analysis, protocol).derive(known, day_of_response(course, protocol), rules)


def day_of_response(course: Course, protocol: Protocol) -> int:
    """The day of the first response by the reading that counts, or NEVER."""
    reading = course.primary
    first = first_response(
        reading.days,
        reading.responses,
        response_policy(protocol.assessment),
        confirm=protocol.assessment.confirmation is not None,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    return reading.days[first] if first >= 0 else NEVER


def _time_why(course: Course, time: TimeToEvent) -> str:
    """Why, and by which rule a date that is known in part was taken for a day."""
    imputed = course.imputed.get(time.decided_by, "")
    return f"{time.why}; {imputed}" if imputed else time.why


def _time_source(course: Course, time: TimeToEvent) -> tuple[Source, ...]:
    if time.source_kind == "scan":
        return course.primary.sources[time.source_index]
    return course.sources.get(time.source_kind) or course.sources["randomization"]
