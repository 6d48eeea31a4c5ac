"""Who belongs to which arm, and what did each contribute?"""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.endpoints import BinaryEndpoint, TimeAnalysis
from equipoise.analysis.results.trial import ArmOfTrial, Results

Arms = Mapping[str, ArmOfTrial]


def arm_of(results: Results) -> dict[str, str]:
    """The arm allocated to each randomized subject."""
    return {name: row.arm for name, row in results.baseline.items()}


def and_all(arms: Arms) -> list[tuple[str, str]]:
    """The arms with their labels, then all of them together under an empty id."""
    return [*((arm, about.label) for arm, about in arms.items()), ("", "All")]


def belongs(arm: str, to: str) -> bool:
    """Whether an arm is the one asked for, or all are asked for."""
    return to in ("", arm)


def reached_notes(endpoint: BinaryEndpoint, arm: str, results: Results) -> dict[str, str]:
    """The subjects of one arm, whether each reached the endpoint, and why."""
    arms = arm_of(results)
    return {
        name: f"{'yes' if reached.value else 'no'}: {reached.why}"
        for name, reached in endpoint.subjects.items()
        if arms.get(name) == arm
    }


def time_notes(rule_set: TimeAnalysis, arm: str, results: Results) -> dict[str, str]:
    """The subjects of one arm with their time and why it ends."""
    arms = arm_of(results)
    return {
        name: f"{time.value.days} days, {ending(time.value.event)}: {time.why}"
        for name, time in rule_set.subjects.items()
        if arms.get(name) == arm
    }


def ending(event: bool) -> str:
    """How a time ends."""
    return "event" if event else "censored"
