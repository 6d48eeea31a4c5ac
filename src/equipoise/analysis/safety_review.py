"""Is the review of safety due, since when, and on which first doses does that rest?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from equipoise.analysis.results.safety_review import FirstDose, SafetyReview
from equipoise.subject.records import EX, Source
from equipoise.subject.state import Subject


def safety_review(subjects: Iterable[Subject], after: int | None, cutoff: date) -> SafetyReview:
    """Due from the day on which the declared number of participants has had a first dose."""
    doses = sorted(filter(None, (_first_dose(subject, cutoff) for subject in subjects)))
    counted = [
        FirstDose(subject=name, on=on.isoformat(), source=sources)
        for on, name, sources in doses[: after or 0]
    ]
    is_due = after is not None and len(counted) == after
    return SafetyReview(
        after=after, treated=tuple(counted), due_since=counted[-1].on if is_due else None
    )


def _first_dose(subject: Subject, cutoff: date) -> tuple[date, str, tuple[Source, ...]] | None:
    """The earliest day on which anything was given, by the cutoff; a partial date is taken at its
    first day, so that a review is never late for it.
    """
    given = [
        (ex.start.earliest, ex.source)
        for ex in subject.records(EX)
        if ex.dose and ex.start and ex.start.earliest <= cutoff
    ]
    if not given:
        return None
    first = min(day for day, _ in given)
    sources = dict.fromkeys(source for day, source in given if day == first)
    return first, subject.id, tuple(sources)
