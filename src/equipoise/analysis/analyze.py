"""What does the trial show? The main path: protocol, ledger and cutoff become results.

People, importers and virtual subjects all end here, so a power figure is a statement about this
code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.analysis import description
from equipoise.analysis.arms import confidence_of
from equipoise.analysis.binary import analyze_binary, describe_binary
from equipoise.analysis.known import Known, check_known
from equipoise.analysis.safety import analyze_safety
from equipoise.analysis.time_to_event import analyze_time_to_event
from equipoise.endpoints.course import Course, course_of
from equipoise.endpoints.populations import members
from equipoise.endpoints.values import Courses
from equipoise.protocol.estimands import BinaryAnalysis, TimeToEventAnalysis
from equipoise.protocol.model import Endpoint, Protocol
from equipoise.subject.state import Trial


@dataclass(frozen=True, slots=True)
class Analysis:
    """Results, and the courses of the subjects they rest on."""

    trial: Trial
    cutoff: date
    as_of: str
    courses: Courses
    results: dict[str, Any]


def analyze(known: Known) -> Analysis:
    """Results of a trial as it was known, with nothing clinical after the cutoff.

    Raises CannotAnalyze when the ledger holds no protocol, or when no finding says that it holds.
    """
    check_known(known)
    trial, cutoff = known.trial, known.cutoff
    assert trial.head is not None
    as_of = known.as_of.isoformat() if known.as_of else trial.head.at
    courses = courses_of(trial, cutoff)
    populations = populations_of(trial, courses, cutoff)
    results = {
        "protocol": {
            "id": trial.protocol.id,
            "version": trial.protocol.version,
            "hash": trial.versions[-1].hash,
        },
        "title": trial.protocol.registration.title,
        "ledger": {"entries": trial.head.seq, "head": trial.head.hash},
        "simulated": trial.simulated,
        "redacted": sorted(seq for subject in trial.subjects.values() for seq in subject.redacted),
        "cutoff": cutoff.isoformat(),
        "as_of": as_of,
        "confidence": confidence_of(trial.protocol),
        "arms": {arm.id: {"label": arm.label, "role": arm.role} for arm in trial.protocol.arms},
        "flow": description.flow(trial, cutoff),
        **_describe(trial, courses),
        "endpoints": {
            endpoint.id: analyze_endpoint(trial.protocol, endpoint, courses, populations, cutoff)
            for endpoint in trial.protocol.endpoints
        },
    }
    return Analysis(trial, cutoff, as_of, courses, results)


def courses_of(trial: Trial, cutoff: date) -> dict[str, Course]:
    """The course of everybody randomized by the cutoff, by subject id."""
    randomized = {
        name: s
        for name, s in sorted(trial.subjects.items())
        if s.randomized and s.randomized.on <= cutoff
    }
    return {
        name: course_of(subject, trial.protocol, cutoff) for name, subject in randomized.items()
    }


def populations_of(trial: Trial, courses: Courses, cutoff: date) -> dict[str, Mapping[str, str]]:
    """Population -> subject id -> arm."""
    subjects = [course.subject for course in courses.values()]
    return {p.id: members(p, trial, subjects, cutoff) for p in trial.protocol.populations}


def _arms(courses: Courses) -> dict[str, str]:
    return {name: c.subject.randomized.arm for name, c in courses.items() if c.subject.randomized}


def strata_of(courses: Courses) -> dict[str, str]:
    """The stratum as randomized, which is what the analysis is stratified by."""
    return {
        name: " / ".join(c.subject.randomized.stratum)
        for name, c in courses.items()
        if c.subject.randomized
    }


def _describe(trial: Trial, courses: Courses) -> dict[str, Any]:
    arms = _arms(courses)
    subjects = [course.subject for course in courses.values()]
    return {
        "baseline": description.baseline(courses, arms, trial.protocol),
        "eligibility": description.eligibility_report(trial, subjects),
        "strata": description.strata_report(trial, subjects),
        "tumor_change": description.tumor_change(courses, arms),
        "time_lines": description.time_lines(courses, arms),
        "disagreements": description.disagreements(courses),
        "problems": {
            name: "; ".join(course.problems) for name, course in courses.items() if course.problems
        },
    }


def analyze_endpoint(
    protocol: Protocol,
    endpoint: Endpoint,
    courses: Courses,
    populations: Mapping[str, Mapping[str, str]],
    cutoff: date,
) -> dict[str, Any]:
    """One endpoint by its declared analysis."""
    if isinstance(endpoint.analysis, BinaryAnalysis):
        found = analyze_binary(endpoint, courses, populations, strata_of(courses), protocol)
        return found | {"by_stratum": _by_stratum(found, courses, protocol)}
    if isinstance(endpoint.analysis, TimeToEventAnalysis):
        return analyze_time_to_event(
            endpoint, courses, populations["ITT"], strata_of(courses), protocol
        )
    subjects = {name: course.subject for name, course in courses.items()}
    return analyze_safety(endpoint, subjects, populations["SAFETY"], protocol, cutoff)


def _by_stratum(found: dict[str, Any], courses: Courses, protocol: Protocol) -> dict[str, Any]:
    """The difference within each level of each stratum: the rows of the forest plot, descriptive
    only.
    """
    rows = {}
    strata = {
        name: c.subject.randomized.stratum for name, c in courses.items() if c.subject.randomized
    }
    for position, stratum in enumerate(protocol.randomization.strata):
        for level in stratum.levels:
            inside = [name for name, levels in strata.items() if levels[position] == level]
            values = {name: bool(found["subjects"][name]["value"]) for name in inside}
            rows[f"{stratum.label}: {level}"] = describe_binary(values, _arms(courses), protocol)
    return rows
