"""How many reached the endpoint in each arm, and does that differ?

Effects are experimental minus control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from equipoise.analysis.arms import Arms, arms_of, confidence_of, levels_of
from equipoise.analysis.beside import (
    adjusted_of,
    interaction_of,
    missing_by_arm,
    stratified_of,
    tables_by_stratum,
    tipping_points,
)
from equipoise.analysis.results.endpoints import (
    BinaryEndpoint,
    Comparison,
    Contrast,
    Proportion,
    Reached,
    Sensitivity,
    TestName,
)
from equipoise.analysis.sensitivity import BESIDE, SENSITIVITY, Analyzed, tests_of
from equipoise.endpoints.values import Courses, binary_values
from equipoise.protocol.estimands import BinaryAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.statistics.proportions import (
    boschloo,
    clopper_pearson,
    cochran_mantel_haenszel,
    fisher,
    miettinen_nurminen,
)


def analyze_binary(
    endpoint: Endpoint,
    courses: Courses,
    populations: Mapping[str, Arms],
    strata: Mapping[str, str],
    protocol: Protocol,
) -> BinaryEndpoint:
    """One binary endpoint in its population: the sensitivity analyses that the protocol names, and
    the levels of the strata.
    """
    assert isinstance(endpoint.analysis, BinaryAnalysis)
    arms = populations[endpoint.estimand.population]
    inside = {name: course for name, course in courses.items() if name in arms}
    values = binary_values(endpoint, inside, protocol)
    reached = {name: bool(value.value) for name, value in values.items()}
    tests = tests_of(endpoint.analysis)
    asked = Analyzed(endpoint, protocol, courses, populations, arms, reached)
    others: dict[str, Sensitivity] = {
        name: _compared_too(*SENSITIVITY[name](asked), strata, protocol, tests)
        for name in endpoint.analysis.sensitivity
        if name not in BESIDE
    }
    return BinaryEndpoint(
        label=endpoint.label,
        role=endpoint.role,
        population=endpoint.estimand.population,
        policy=_policy_words(protocol),
        primary_test=endpoint.analysis.primary_test,
        comparison=compare_binary(reached, arms, strata, protocol, tests),
        sensitivity=others,
        subjects={
            name: Reached(value=reached[name], why=value.why, source=value.source)
            for name, value in values.items()
        },
        by_stratum=_by_stratum(reached, inside, protocol),
        interaction=interaction_of(asked),
        stratified=stratified_of(asked),
        adjusted=adjusted_of(asked),
        missing=missing_by_arm(asked),
        tipping=tipping_points(asked),
    )


def _policy_words(protocol: Protocol) -> str:
    declared = protocol.assessment
    how = "confirmed" if declared.confirmation else "unconfirmed"
    derived = declared.derived == "primary"
    who = f"derived from the lesions of the {declared.reader}" if derived else declared.reader
    return f"{who}, {how}, stable disease from day {declared.sd_min_days}; missing is failure"


# ------------------------------------------------------------------ comparisons


def compare_binary(
    values: Mapping[str, bool],
    arms: Arms,
    strata: Mapping[str, str],
    protocol: Protocol,
    declared: Sequence[TestName],
) -> Comparison:
    """Counts by arm, the difference with its interval, and the p-value of each declared test
    (two-sided).
    """
    contrast = contrast_binary(values, arms, protocol)
    tests: dict[TestName, float | None] = {}
    if contrast.difference is not None:
        (x_1, n_1), (x_0, n_0) = _counts(values, arms, protocol)
        run: Mapping[TestName, Callable[[], float | None]] = {
            "boschloo": lambda: boschloo(x_1, n_1, x_0, n_0),
            "fisher": lambda: fisher(x_1, n_1, x_0, n_0),
            "cmh": lambda: _cmh(values, arms, strata, protocol),
        }
        tests = {test: run[test]() for test in declared}
    return Comparison(
        arms=contrast.arms,
        difference=contrast.difference,
        interval=contrast.interval,
        note=contrast.note,
        tests=tests,
    )


def contrast_binary(values: Mapping[str, bool], arms: Arms, protocol: Protocol) -> Contrast:
    """Counts by arm and the difference with its Miettinen-Nurminen interval, without a test."""
    level = confidence_of(protocol)
    proportions = {
        arm.id: _proportion(*_count(values, arms, arm.id), level) for arm in protocol.arms
    }
    (x_1, n_1), (x_0, n_0) = _counts(values, arms, protocol)
    if not (n_1 and n_0):
        return Contrast(arms=proportions, difference=None, interval=None, note="an arm is empty")
    bounds = miettinen_nurminen(x_1, n_1, x_0, n_0, level)
    return Contrast(
        arms=proportions, difference=bounds.estimate, interval=(bounds.lower, bounds.upper)
    )


def _counts(
    values: Mapping[str, bool], arms: Arms, protocol: Protocol
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Events and subjects of the experimental arm, then of control."""
    experimental, control = protocol.experimental.id, protocol.control.id
    return _count(values, arms, experimental), _count(values, arms, control)


def _count(values: Mapping[str, bool], arms: Arms, arm: str) -> tuple[int, int]:
    inside = [name for name in values if arms.get(name) == arm]
    return sum(values[name] for name in inside), len(inside)


def _proportion(events: int, n: int, level: float) -> Proportion:
    if n == 0:
        return Proportion(n=0, events=0, estimate=None, interval=None)
    bounds = clopper_pearson(events, n, level)
    return Proportion(
        n=n, events=events, estimate=bounds.estimate, interval=(bounds.lower, bounds.upper)
    )


def _cmh(
    values: Mapping[str, bool], arms: Arms, strata: Mapping[str, str], protocol: Protocol
) -> float | None:
    try:
        return cochran_mantel_haenszel(tables_by_stratum(values, arms, strata, protocol)).p
    except ValueError:
        return None  # nothing to compare: all events, or none, in every stratum


def _by_stratum(
    reached: Mapping[str, bool], courses: Courses, protocol: Protocol
) -> dict[str, Contrast]:
    """The difference within each level of each stratum: the rows of the forest plot, descriptive
    only.
    """
    arms, levels = arms_of(courses), levels_of(courses)
    return {
        f"{stratum.label}: {level}": contrast_binary(
            {name: reached[name] for name, its in levels.items() if its[position] == level},
            arms,
            protocol,
        )
        for position, stratum in enumerate(protocol.randomization.strata)
        for level in stratum.levels
    }


# ------------------------------------------------------------------ sensitivity


def _compared_too(
    changed: Mapping[str, bool],
    arms: Arms,
    strata: Mapping[str, str],
    protocol: Protocol,
    tests: Sequence[TestName],
) -> Sensitivity:
    compared = compare_binary(changed, arms, strata, protocol, tests)
    return Sensitivity(comparison=compared, reached=dict(changed))
