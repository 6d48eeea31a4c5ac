"""What is known of one person after randomization? Records become the days that the endpoint rules
count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from equipoise.arrays import NOWHERE
from equipoise.assessments.recist.from_records import lesion_series
from equipoise.assessments.recist.policy import RecistPolicy, any_targets
from equipoise.assessments.recist.rules import VisitResults
from equipoise.assessments.recist.series import LesionSeries, assess_series
from equipoise.assessments.recist.sightings import LesionError
from equipoise.endpoints import event_dates
from equipoise.endpoints.choices import CourseChoices, choices_of
from equipoise.endpoints.response_rules import (
    CR_WAS_TRUE,
    PD,
    ResponsePolicy,
    disease_after_cr,
)
from equipoise.endpoints.time_to_event import FollowUp
from equipoise.protocol.model import Protocol
from equipoise.subject.records import LB, RS, TR, TU, Source
from equipoise.subject.state import Subject
from equipoise.terms.codes import ResponseTest
from equipoise.terms.response import Response


@dataclass(frozen=True, slots=True)
class Reading:
    """The responses of one reader in order of time, with the place each of them came from."""

    days: tuple[int, ...]
    responses: tuple[int, ...]
    pd_days: tuple[int, ...]
    sources: tuple[tuple[Source, ...], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """One randomized subject up to a cutoff; days count from randomization, day 0, and -1 is
    never.
    """

    subject: Subject
    start: date
    read: Reading
    derived: Reading
    derived_counts: bool
    lesions: LesionSeries | None
    assessed: VisitResults | None
    problems: tuple[str, ...]
    has_baseline: bool
    death: int
    new_therapy: int
    clinical_progression: int
    last_known_alive: int
    cutoff: int
    sources: dict[str, tuple[Source, ...]]
    imputed: dict[str, str]
    death_not_counted: str = ""

    @property
    def primary(self) -> Reading:
        """The reading that the endpoints rest on, as the protocol declares."""
        return self.derived if self.derived_counts else self.read

    @property
    def other(self) -> Reading:
        """The reading that sensitivity analyses take in its place."""
        return self.read if self.derived_counts else self.derived

    def follow_up(self, reading: Reading) -> FollowUp:
        """The input of the time-to-event rules, with one reader's responses."""
        return FollowUp(
            scan_days=reading.days,
            responses=reading.responses,
            pd_days=reading.pd_days,
            cutoff=self.cutoff,
            has_baseline=self.has_baseline,
            death=self.death,
            new_therapy=self.new_therapy,
            clinical_progression=self.clinical_progression,
            last_known_alive=self.last_known_alive,
        )


def progression_after_cr(reading: Reading, policy: ResponsePolicy) -> Reading:
    """The reading as progression counts it: what best response takes for progression after a true
    CR is PD here too.

    RECIST 1.1 Table 3 note a; the source stays that of the reading.
    """
    _, later = _seen_after_cr(reading)
    if policy.after_cr != CR_WAS_TRUE or later == NOWHERE:
        return reading
    responses = (*reading.responses[:later], PD, *reading.responses[later + 1 :])
    return replace(reading, responses=responses)


def _seen_after_cr(reading: Reading) -> tuple[int, int]:
    cr, later = disease_after_cr(np.array(reading.responses, np.int8), len(reading.responses))
    return int(cr), int(later)


def _cr_questioned(reading: Reading, policy: ResponsePolicy) -> tuple[str, ...]:
    """A partial response or stable disease after CR contradicts one of the two readings: a query,
    however it counts.
    """
    cr, later = _seen_after_cr(reading)
    if later == NOWHERE:
        return ()
    counts = "it counts as progression" if policy.after_cr == CR_WAS_TRUE else "it stands as read"
    response = Response(reading.responses[later]).cdisc
    return (
        (
            f"{response} on day {reading.days[later]} after CR on day {reading.days[cr]}: a query;"
            f" {counts}"
        ),
    )


def course_of(subject: Subject, protocol: Protocol, cutoff: date) -> Course:
    """Everything the endpoints need of one randomized subject; the rules of each endpoint apply the
    cutoff.
    """
    return course_by(subject, choices_of(protocol), cutoff)


def course_by(subject: Subject, choices: CourseChoices, cutoff: date) -> Course:
    """As `course_of`, for records of any origin; the subject's `randomized` is the start of all its
    days.
    """
    assert subject.randomized is not None
    start = subject.randomized.on
    randomized, whole, subject = subject.randomized, subject, subject.resolved
    late = "" if choices.late_death_counts else event_dates.death_after_withdrawal(whole)
    if late:
        subject = subject.without_death
    therapy = event_dates.new_therapy(subject, start, cutoff)
    clinical = event_dates.clinical_progression(subject, start, cutoff)
    death, alive = event_dates.death(subject, start), event_dates.last_known_alive(subject, start)
    lesions, assessed, problems = _assessed(subject, choices, start, therapy.day)
    read = _as_read(subject, choices.reader, start, cutoff)
    baseline = [tr for tr in subject.records(TR) if tr.date and tr.date.latest <= start]
    return Course(
        subject=whole,
        start=start,
        read=read,
        derived=_as_derived(lesions, assessed, start, cutoff),
        derived_counts=choices.derived_counts,
        lesions=lesions,
        assessed=assessed,
        problems=(
            *_unresolved(whole),
            *therapy.problems,
            *clinical.problems,
            *death.problems,
            *([late] if late else event_dates.unrecorded_death(subject, cutoff)),
            *_cr_questioned(read, choices.response),
            *problems,
        ),
        has_baseline=bool(baseline),
        death=death.day,
        new_therapy=therapy.day,
        clinical_progression=clinical.day,
        last_known_alive=alive.day,
        cutoff=(cutoff - start).days,
        sources={
            "randomization": (randomized.source,),
            "death": death.source,
            "new_therapy": therapy.source,
            "clinical_progression": clinical.source,
            "last_known_alive": alive.source,
        },
        imputed={
            "death": death.imputed,
            "new_therapy": therapy.imputed,
            "clinical_progression": clinical.imputed,
        },
        death_not_counted=late,
    )


def _unresolved(subject: Subject) -> tuple[str, ...]:
    """Entries that contradict each other count for nothing until somebody has answered."""
    told = " and ".join(f"entry {seq}" for seq in sorted(subject.unresolved))
    return (f"unresolved, and not counted: {told} contradict each other",) if told else ()


def _as_read(subject: Subject, reader: str | None, start: date, cutoff: date) -> Reading:
    rows = [
        rs
        for rs in subject.records(RS)
        if rs.test == ResponseTest.OVERALL and reader in (None, rs.evaluator)
    ]
    scans = [
        (rs.date.exact, rs)
        for rs in rows
        if rs.date and rs.date.exact and start < rs.date.exact <= cutoff
    ]
    scans.sort(key=lambda scan: scan[0])
    days = tuple((when - start).days for when, _ in scans)
    codes = tuple(int(Response.parse(rs.original)) for _, rs in scans)
    return Reading(days, codes, tuple(-1 for _ in days), tuple((rs.source,) for _, rs in scans))


def _assessed(
    subject: Subject, choices: CourseChoices, start: date, therapy: int
) -> tuple[LesionSeries | None, VisitResults | None, tuple[str, ...]]:
    """The response derived from the lesions; a table that RECIST does not allow is told, never
    mended.
    """
    notes: tuple[str, ...] = ()
    try:
        series = _series(subject, choices, choices.recist, start)
    except LesionError as error:
        notes = (str(error),)
        if not choices.targets_as_selected:
            return None, None, notes
        try:
            series = _series(subject, choices, any_targets(choices.recist), start)
        except LesionError as worse:
            return None, None, (str(worse),)
        notes = (f"{notes[0]} (assessed as selected)",)
    return series, assess_series(series, choices.recist, therapy), (*notes, *series.notes)


def _series(
    subject: Subject, choices: CourseChoices, recist: RecistPolicy, start: date
) -> LesionSeries:
    return lesion_series(
        subject.records(TU),
        subject.records(TR),
        start,
        recist,
        evaluator=choices.reader,
        markers=subject.records(LB) if choices.use_markers else None,
        one_visit_days=choices.one_visit_days,
    )


def _as_derived(
    lesions: LesionSeries | None, assessed: VisitResults | None, start: date, cutoff: date
) -> Reading:
    if lesions is None or assessed is None:
        return Reading((), (), (), ())
    last = (cutoff - start).days
    rows = [v for v in range(1, len(lesions.visits)) if 0 < int(lesions.day[v]) <= last]
    return Reading(
        tuple(int(lesions.day[v]) for v in rows),
        tuple(int(assessed.response[v]) for v in rows),
        tuple(int(assessed.pd_day[v]) for v in rows),
        tuple(tuple(dict.fromkeys(lesions.sources[v])) for v in rows),
    )
