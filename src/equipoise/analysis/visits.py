"""Which visits were expected by the cutoff, and what became of them? Counted by visit and arm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.analysis.arms import Arms
from equipoise.analysis.results.visits import OverdueVisit, VisitRow, Visits, VisitsOfArm
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Subject, Trial
from equipoise.subject.visits import Status, VisitStatus, visits_of

VisitAccount = VisitStatus
"""What became of one visit of one subject."""
VisitsBySubject = Mapping[str, tuple[VisitAccount, ...]]

COUNTED = {
    "done": Status.DONE,
    "outside": Status.OUTSIDE,
    "partly": Status.PARTLY,
    "due": Status.DUE,
    "overdue": Status.OVERDUE,
    "missed": Status.MISSED,
}
"""Field of the results -> what became of an expected visit."""
REMARKABLE = (Status.OUTSIDE, Status.PARTLY, Status.OVERDUE, Status.MISSED)
"""Not done as declared, or not in time."""


def visits_by_subject(trial: Trial, subjects: Iterable[Subject], cutoff: date) -> VisitsBySubject:
    """The visits of everybody randomized, by subject id."""
    return {subject.id: visits_of(trial, subject, cutoff) for subject in subjects}


def count_visits(visits: VisitsBySubject, arms: Arms, protocol: Protocol, cutoff: date) -> Visits:
    """Expected visits by visit and arm, in the order of the schedule; who is overdue, longest
    first.
    """
    counted = {
        visit.id: VisitRow(
            label=visit.label,
            arms={arm.id: _of_arm(visits, arms, visit.id, arm.id) for arm in protocol.arms},
        )
        for visit in protocol.schedule
    }
    overdue = [
        OverdueVisit(
            subject=name,
            visit=status.recorded,
            closed=status.due.closes.isoformat(),
            days=(cutoff - status.due.closes).days,
        )
        for name, statuses in visits.items()
        for status in statuses
        if status.status is Status.OVERDUE and status.due
    ]
    return Visits(
        schedule=counted,
        overdue=tuple(sorted(overdue, key=lambda late: (-late.days, late.subject, late.visit))),
    )


def _of_arm(visits: VisitsBySubject, arms: Arms, visit: str, arm: str) -> VisitsOfArm:
    inside = {
        name: [status for status in statuses if status.visit == visit]
        for name, statuses in visits.items()
        if arms[name] == arm
    }
    return VisitsOfArm(**{field: _with(inside, wanted) for field, wanted in COUNTED.items()})


def _with(
    inside: Mapping[str, Iterable[VisitStatus]], wanted: Status
) -> dict[str, tuple[str, ...]]:
    told = {
        name: tuple(status.recorded for status in statuses if status.status is wanted)
        for name, statuses in inside.items()
    }
    return {name: recorded for name, recorded in told.items() if recorded}


def missed_scans(visits: Iterable[VisitAccount], protocol: Protocol) -> tuple[VisitAccount, ...]:
    """The scans of one subject that did not take place although their window closed."""
    return tuple(
        visit
        for visit in visits
        if visit.visit == protocol.assessment.scan_visit
        and visit.status in (Status.MISSED, Status.OVERDUE)
    )
