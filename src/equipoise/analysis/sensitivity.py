"""How would the result look if something were decided otherwise? Each sensitivity analysis by name.

One analysis is one function, which says whom it counts and who of them reached the endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from equipoise.analysis.arms import Arms
from equipoise.endpoints.course import Course
from equipoise.endpoints.values import (
    Courses,
    Value,
    best_response,
    counted_as_reached,
    is_missing,
    late_control,
)
from equipoise.protocol.model import Endpoint, Protocol


class Analyzed(NamedTuple):
    """A binary endpoint as it was analyzed, and everything that an analysis may decide
    otherwise.
    """

    endpoint: Endpoint
    protocol: Protocol
    courses: Courses
    populations: Mapping[str, Arms]
    reached: Mapping[str, bool]


class Counted(NamedTuple):
    """Who reached the endpoint, and the arm of each subject who is counted."""

    reached: Mapping[str, bool]
    arms: Arms


Otherwise = Callable[[Analyzed], Counted]


def in_population(name: str) -> Otherwise:
    """The same values, in another population of the protocol."""

    def count(asked: Analyzed) -> Counted:
        arms = asked.populations[name]
        return Counted({subject: asked.reached[subject] for subject in arms}, arms)

    return count


def missing_counts_for(experimental: bool) -> Otherwise:
    """What is missing counts as reached in one arm, and as failed in the other."""

    def count(asked: Analyzed) -> Counted:
        arms, protocol = asked.populations["ITT"], asked.protocol
        favored = (protocol.experimental if experimental else protocol.control).id
        missing = _missing(asked)
        return Counted(
            {
                subject: arms[subject] == favored if subject in missing else reached
                for subject, reached in asked.reached.items()
            },
            arms,
        )

    return count


def _missing(asked: Analyzed) -> set[str]:
    return {
        subject
        for subject, course in asked.courses.items()
        if is_missing(course, best_response(course, asked.protocol, course.read), asked.protocol)
    }


def by_rule(rule: Callable[[Analyzed, Course], Value]) -> Otherwise:
    """Every subject judged by another rule."""

    def count(asked: Analyzed) -> Counted:
        values = {subject: rule(asked, course) for subject, course in asked.courses.items()}
        reached = {subject: bool(value.value) for subject, value in values.items()}
        return Counted(reached, asked.populations["ITT"])

    return count


def _derived_response(asked: Analyzed, course: Course) -> Value:
    best = best_response(course, asked.protocol, course.derived)
    return counted_as_reached(asked.endpoint, best)


def _shorter_sd(asked: Analyzed, course: Course) -> Value:
    days = asked.protocol.assessment.sd_min_days_sensitivity
    best = best_response(course, asked.protocol, course.read, days)
    return counted_as_reached(asked.endpoint, best)


def _late_control(asked: Analyzed, course: Course) -> Value:
    return late_control(course, asked.protocol, course.read)


TESTS = ("boschloo", "fisher", "cmh")
"""Those that change the test and not the values: they stand beside the primary test."""
SENSITIVITY: Mapping[str, Otherwise] = {
    "best_case": missing_counts_for(experimental=True),
    "worst_case": missing_counts_for(experimental=False),
    "per_protocol": in_population("PER_PROTOCOL"),
    "evaluable": in_population("EVALUABLE"),
    "derived_response": by_rule(_derived_response),
    "shorter_sd": by_rule(_shorter_sd),
    "late_control": by_rule(_late_control),
}
"""Those that change the values or whom they are of, by the name that a protocol uses."""
