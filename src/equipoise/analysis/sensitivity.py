"""How would the result look if something were decided otherwise? Each sensitivity analysis by name.

One analysis is one function, which says whom it counts and who of them reached the endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.endpoints import TestName
from equipoise.endpoints.course import Course
from equipoise.endpoints.values import (
    Courses,
    Value,
    best_response,
    counted_as_reached,
    is_missing,
    late_control,
)
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Endpoint, Protocol


class Analyzed(NamedTuple):
    """A binary endpoint as it was analyzed, and everything that an analysis may decide
    otherwise. `arms` are those of its own population.
    """

    endpoint: Endpoint
    protocol: Protocol
    courses: Courses
    populations: Mapping[str, Arms]
    arms: Arms
    reached: Mapping[str, bool]


class Counted(NamedTuple):
    """Who reached the endpoint, and the arm of each subject who is counted."""

    reached: Mapping[str, bool]
    arms: Arms


Otherwise = Callable[[Analyzed], Counted]


POPULATION_RULES = {"per_protocol": "treated_as_planned", "evaluable": "baseline_and_one_scan"}
"""Sensitivity analysis -> the rule of the population that it takes."""


def population_with(protocol: Protocol, rule: str) -> str | None:
    """The id of the first population with a rule."""
    return next((each.id for each in protocol.populations if each.rule == rule), None)


def in_population(name: str) -> Otherwise:
    """The same values, in the population that the protocol declares for this analysis."""

    def count(asked: Analyzed) -> Counted:
        population = population_with(asked.protocol, POPULATION_RULES[name])
        assert population is not None, "refused when the protocol is checked"
        arms = {
            subject: arm
            for subject, arm in asked.populations[population].items()
            if subject in asked.reached
        }
        return Counted({subject: asked.reached[subject] for subject in arms}, arms)

    return count


def missing_counts_for(experimental: bool) -> Otherwise:
    """What is missing counts as reached in one arm, and as failed in the other."""

    def count(asked: Analyzed) -> Counted:
        arms, protocol = asked.arms, asked.protocol
        favored = (protocol.experimental if experimental else protocol.control).id
        missing = missing_of(asked)
        return Counted(
            {
                subject: arms[subject] == favored if subject in missing else reached
                for subject, reached in asked.reached.items()
            },
            arms,
        )

    return count


def missing_of(asked: Analyzed) -> set[str]:
    """Who has no response that tells, for want of data."""
    return {subject for subject in asked.arms if _is_missing(asked, asked.courses[subject])}


def _is_missing(asked: Analyzed, course: Course) -> bool:
    best = best_response(course, asked.protocol, course.primary)
    return is_missing(course, best, asked.protocol)


def by_rule(rule: Callable[[Analyzed, Course], Value]) -> Otherwise:
    """Every subject judged by another rule."""

    def count(asked: Analyzed) -> Counted:
        values = {subject: rule(asked, asked.courses[subject]) for subject in asked.arms}
        reached = {subject: bool(value.value) for subject, value in values.items()}
        return Counted(reached, asked.arms)

    return count


def _other_reading(asked: Analyzed, course: Course) -> Value:
    best = best_response(course, asked.protocol, course.other)
    return counted_as_reached(asked.endpoint, best)


def _shorter_sd(asked: Analyzed, course: Course) -> Value:
    days = asked.protocol.assessment.sd_min_days_sensitivity
    best = best_response(course, asked.protocol, course.primary, days)
    return counted_as_reached(asked.endpoint, best)


def _late_control(asked: Analyzed, course: Course) -> Value:
    return late_control(asked.endpoint, course, asked.protocol)


TESTS: tuple[TestName, ...] = ("boschloo", "fisher", "cmh")
"""Those that change the test and not the values: they stand beside the primary test."""
BESIDE = (*TESTS, "tipping_point")
"""Those that are no comparison of their own under one assumption."""
SENSITIVITY: Mapping[str, Otherwise] = {
    "best_case": missing_counts_for(experimental=True),
    "worst_case": missing_counts_for(experimental=False),
    "per_protocol": in_population("per_protocol"),
    "evaluable": in_population("evaluable"),
    "other_reading": by_rule(_other_reading),
    "shorter_sd": by_rule(_shorter_sd),
    "late_control": by_rule(_late_control),
}
"""Those that change the values or whom they are of, by the name that a protocol uses."""


def tests_of(analysis: BinaryAnalysis) -> tuple[TestName, ...]:
    """The tests that the protocol declares: the primary one, then those named as sensitivity."""
    named = [analysis.primary_test, *analysis.sensitivity]
    return tuple(dict.fromkeys(test for test in TESTS if test in named))
