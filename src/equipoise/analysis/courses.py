"""What happened to each tumor and each person? Best change, time line, and where readers differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.participants import (
    DisagreementRow,
    TimeLine,
    TumorChange,
    TumorCourse,
)
from equipoise.endpoints.course import Course
from equipoise.terms.response import Response


def tumor_changes(courses: Mapping[str, Course], arms: Arms) -> dict[str, TumorChange]:
    """The best change of the sum of diameters from baseline, in percent: the bars of the
    waterfall.
    """
    changes = {name: _tumor_change(course, arms[name]) for name, course in courses.items()}
    return {name: change for name, change in changes.items() if change}


def _tumor_change(course: Course, arm: str) -> TumorChange | None:
    lesions, assessed = course.lesions, course.assessed
    if lesions is None or assessed is None or assessed.sum[0] <= 0:
        return None
    base = int(assessed.sum[0])
    measured = [
        (int(total), visit)
        for visit, total in enumerate(assessed.sum)
        if visit and total >= 0 and 0 < lesions.day[visit] <= course.cutoff
    ]
    if not measured:
        return None
    least, visit = min(measured)
    return TumorChange(
        arm=arm,
        value=100 * (least - base) / base,
        why=f"sum {least / 1000} mm on day {lesions.day[visit]}, baseline {base / 1000} mm",
        source=tuple(dict.fromkeys(lesions.sources[visit])),
    )


def tumor_courses(courses: Mapping[str, Course], arms: Arms) -> dict[str, TumorCourse]:
    """The sums of diameters over time, against baseline: the lines of the spider plot."""
    found = {name: TumorCourse(arm=arms[name], scans=_sums(c)) for name, c in courses.items()}
    return {name: course for name, course in found.items() if course.scans}


def _sums(course: Course) -> tuple[tuple[int, float], ...]:
    lesions, assessed = course.lesions, course.assessed
    if lesions is None or assessed is None or assessed.sum[0] <= 0:
        return ()
    base = int(assessed.sum[0])
    return tuple(
        (int(lesions.day[visit]), 100 * (int(total) - base) / base)
        for visit, total in enumerate(assessed.sum)
        if visit and total >= 0 and 0 < lesions.day[visit] <= course.cutoff
    )


def time_lines(courses: Mapping[str, Course], arms: Arms) -> dict[str, TimeLine]:
    """What happened when, in days from randomization: the lanes of the swimmer plot."""
    return {name: _time_line(course, arms[name]) for name, course in courses.items()}


def _time_line(course: Course, arm: str) -> TimeLine:
    ended, read = course.subject.treatment_ended, course.read
    return TimeLine(
        arm=arm,
        scans=tuple(
            (day, Response(code).cdisc) for day, code in zip(read.days, read.responses, strict=True)
        ),
        treatment_end=_by_cutoff((ended.on - course.start).days if ended else -1, course),
        new_therapy=_by_cutoff(course.new_therapy, course),
        death=_by_cutoff(course.death, course),
        last=_last(course, ended.on if ended else None),
    )


def _last(course: Course, ended: date | None) -> int:
    """The last day of which anything is known: nothing that is told happens after it."""
    told = [course.death, course.last_known_alive, course.new_therapy, *course.read.days]
    if course.death < 0 and ended:
        told.append((ended - course.start).days)
    return min(max(told), course.cutoff)


def _by_cutoff(day: int, course: Course) -> int | None:
    """None for what did not happen by then; what is recorded as later than death ended with it."""
    if course.death >= 0:
        day = min(day, course.death)
    return day if 0 <= day <= course.cutoff else None


def disagreements(courses: Mapping[str, Course]) -> tuple[DisagreementRow, ...]:
    """Where the reader's response differs from the one that the lesions give: a query for each."""
    return tuple(row for name, course in courses.items() for row in _disagreements(name, course))


def _disagreements(name: str, course: Course) -> Iterator[DisagreementRow]:
    read = course.read
    derived = dict(zip(course.derived.days, course.derived.responses, strict=True))
    for day, code, source in zip(read.days, read.responses, read.sources, strict=True):
        other = derived.get(day)
        if other is not None and other != code:
            yield DisagreementRow(
                subject=name,
                day=day,
                read=Response(code).cdisc,
                derived=Response(other).cdisc,
                source=source,
            )
