"""Which protocol deviations are important, and who leaves the per-protocol set for them? Classified
before anybody sees results by arm (ICH E9 5.2.2; ICH E3 10.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from equipoise.conduct.asked import Asked, Context, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.preconditions import without_reason
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.subject.deviations import DeviationRow, recorded_deviations
from equipoise.subject.records import DV
from equipoise.subject.state import Subject, Trial
from equipoise.subject.trial_fold import TRIAL

Importance = Literal["IMPORTANT", "NOT IMPORTANT"]


class Classification(NamedTuple):
    """Whether a deviation is important, and whether it excludes from the per-protocol set."""

    importance: Importance
    excludes: bool = False


def classify_deviation(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    place: DeviationRow,
    said: Classification,
    *,
    reason: str = "",
) -> Outcome:
    """Classify a deviation; who classifies one again says why."""
    event = events.DeviationClassified(
        about=place.entry, row=place.row, importance=said.importance, excludes=said.excludes
    )
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


@problems.register
def _deviation_classified(event: events.DeviationClassified, asked: Asked) -> Iterator[str]:
    subject = asked.subject
    if subject is None:
        return
    if subject.row(event.about, DV.__name__, event.row) is None:
        yield f"entry {event.about} has no deviation {event.row} of {subject.id} that holds"
    if event.excludes and event.importance == "NOT IMPORTANT":
        yield "what excludes somebody is important"
    if (event.about, event.row) in subject.classified:
        yield from without_reason(asked, "it is classified again")


def unclassified(subject: Subject) -> Iterator[tuple[DeviationRow, DV]]:
    """The deviations of a participant that hold and that nobody has classified."""
    for place, deviation in recorded_deviations(subject):
        if place not in subject.classified:
            yield place, deviation


def in_the_way_of_results(trial: Trial, scope: str) -> Iterator[str]:
    """Deviations that nobody has classified are in the way of a lock, and of opening the list."""
    held = trial.subjects.values() if scope == TRIAL else [trial.subjects.get(scope)]
    open_ = [
        f"{subject.id} entry {place.entry} row {place.row}"
        for subject in held
        if subject is not None
        for place, _ in unclassified(subject)
    ]
    if open_:
        yield f"deviations that nobody has classified: {', '.join(open_)}"
