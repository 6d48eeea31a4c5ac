"""What have the scans of one participant shown so far? Each visit with its lengths, its sum, and
the response with its clause, from the functions that analyze the trial.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from equipoise.assessments.recist.clauses import CLAUSES
from equipoise.assessments.recist.series import LesionSeries
from equipoise.endpoints.course import Course, course_of
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Subject
from equipoise.terms.response import Response

_UM = Decimal(1000)
_CENT = Decimal("0.1")


class Scan(NamedTuple):
    """One visit: the targets' lengths in the order of `Scans.targets` (mm, or a word), their sum
    and how it changed (mm and percent; None where it cannot be told), the response as derived with
    the clause that decided, as the reader gave it, and the entries behind.
    """

    visit: str
    on: date
    lengths: tuple[str, ...]
    sum: Decimal | None
    from_baseline: Decimal | None
    from_nadir: Decimal | None
    derived: str
    clause: str
    sentence: str
    read: str
    sources: tuple[object, ...]


class Scans(NamedTuple):
    """The targets, the visits in order of time, and what somebody has to look at."""

    targets: tuple[str, ...]
    visits: tuple[Scan, ...]
    problems: tuple[str, ...]


def scans_of(protocol: Protocol, subject: Subject, today: date) -> Scans:
    """The scans of a randomized participant up to a day; nothing of somebody who is not."""
    if subject.randomized is None or subject.randomized.on > today:
        return Scans((), (), ())
    course = course_of(subject, protocol, today)
    if course.lesions is None or course.assessed is None:
        return Scans((), (), course.problems)
    visits = tuple(_scan(course, course.lesions, at) for at in range(len(course.lesions.visits)))
    return Scans(course.lesions.lesions, visits, course.problems)


def _scan(course: Course, lesions: LesionSeries, at: int) -> Scan:
    assessed = course.assessed
    assert assessed is not None
    clause = CLAUSES[int(assessed.clause[at])]
    total, baseline = int(assessed.sum[at]), int(assessed.sum[0])
    return Scan(
        visit=lesions.visits[at],
        on=lesions.dates[at],
        lengths=tuple(_length(int(each)) for each in lesions.length[at]),
        sum=Decimal(total) / _UM if total >= 0 else None,
        from_baseline=_change(total, baseline) if at else None,
        from_nadir=_change(total, int(assessed.nadir_before[at])) if at else None,
        derived=Response(int(assessed.response[at])).cdisc if at else "",
        clause=clause.reference,
        sentence=clause.sentence,
        read=_read(course, int(lesions.day[at])),
        sources=tuple(dict.fromkeys(lesions.sources[at])),
    )


def _length(micrometers: int) -> str:
    words = {0: "gone", -1: "not evaluated", -2: "too small"}
    return words.get(micrometers) or f"{Decimal(micrometers) / _UM:f}"


def _change(total: int, before: int) -> Decimal | None:
    """In percent, to one decimal, half up in size."""
    if total < 0 or before <= 0:
        return None
    return (Decimal(100 * (total - before)) / before).quantize(_CENT)


def _read(course: Course, day: int) -> str:
    """What the reader whose word counts said about this day."""
    read = course.read
    found = [r for d, r in zip(read.days, read.responses, strict=True) if d == day]
    return Response(found[-1]).cdisc if found else ""
