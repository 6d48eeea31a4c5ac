"""What was the best that each tumor did, by arm, by reading and with or without confirmation?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from equipoise.analysis.arms import Arms
from equipoise.analysis.binary import contrast_binary
from equipoise.analysis.results.responses import (
    CATEGORIES,
    Best,
    BestResponses,
    Concordance,
    ReadBy,
    ToResponse,
)
from equipoise.endpoints.course import Course, Reading
from equipoise.endpoints.values import Courses, best_response, day_of_response
from equipoise.protocol.model import Protocol
from equipoise.statistics.agreement import cohen_kappa
from equipoise.terms.response import Response


def best_responses(courses: Courses, arms: Arms, protocol: Protocol) -> tuple[BestResponses, ...]:
    """Each reading without and with confirmation; the one that the endpoints rest on first
    (RECIST 1.1 4.4.3, Table 3).
    """
    found = (
        _best_responses(courses, arms, protocol, reading, confirmed=confirmed)
        for reading in ("read", "derived")
        for confirmed in (False, True)
    )
    return tuple(sorted(found, key=lambda each: not each.counts))


def _best_responses(
    courses: Courses, arms: Arms, protocol: Protocol, reading: ReadBy, *, confirmed: bool
) -> BestResponses:
    declared = protocol.assessment
    subjects = {
        name: _best(course, protocol, _reading(course, reading), confirmed=confirmed)
        for name, course in courses.items()
    }
    return BestResponses(
        reading=reading,
        confirmed=confirmed,
        counts=(reading == "derived") == (declared.derived == "primary")
        and confirmed == (declared.confirmation is not None),
        subjects=subjects,
        categories={
            category: contrast_binary(
                {name: best.value == category for name, best in subjects.items()}, arms, protocol
            )
            for category in CATEGORIES
        },
    )


def _reading(course: Course, reading: ReadBy) -> Reading:
    return course.read if reading == "read" else course.derived


def _best(course: Course, protocol: Protocol, reading: Reading, *, confirmed: bool) -> Best:
    best = best_response(course, protocol, reading, confirmed=confirmed)
    if not reading.days:
        return Best(value="MISSING", why="no scan after baseline", source=best.source)
    return Best(value=best.value, why=best.why, source=best.source)


def times_to_response(courses: Courses, arms: Arms, protocol: Protocol) -> dict[str, ToResponse]:
    """Of those who responded, by arm: they are no randomized groups, so nothing is compared. As in
    the times of the endpoints the day of randomization is day 1.
    """
    days = {name: 1 + day_of_response(course, protocol) for name, course in courses.items()}
    return {
        arm.id: _to_response(
            {name: day for name, day in days.items() if day > 0 and arms[name] == arm.id}
        )
        for arm in protocol.arms
    }


def _to_response(days: dict[str, int]) -> ToResponse:
    every = list(days.values())
    return ToResponse(
        n=len(every),
        median=float(median(every)) if every else None,
        first=min(every, default=None),
        last=max(every, default=None),
        subjects=days,
    )


def concordance_of(courses: Courses) -> Concordance:
    """The two answers about each scan beside each other."""
    pairs = Counter(pair for course in courses.values() for pair in _pairs(course))
    seen = {one for pair in pairs for one in pair}
    order = [Response(code).cdisc for code in sorted(map(int, seen))]
    named = {(Response(a).cdisc, Response(b).cdisc): count for (a, b), count in pairs.items()}
    return Concordance(
        scans={a: {b: named.get((a, b), 0) for b in order} for a in order},
        n=pairs.total(),
        agree=sum(count for (a, b), count in pairs.items() if a == b),
        kappa=cohen_kappa([[named.get((a, b), 0) for b in order] for a in order]),
    )


def _pairs(course: Course) -> Iterator[tuple[int, int]]:
    derived = dict(zip(course.derived.days, course.derived.responses, strict=True))
    for day, code in zip(course.read.days, course.read.responses, strict=True):
        if day in derived:
            yield code, derived[day]
