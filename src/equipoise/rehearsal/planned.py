"""What is put down about one participant, and when will it be recorded?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Concatenate, NamedTuple

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Details
from equipoise.conduct.record import Outcome
from equipoise.rehearsal.filled import Filled
from equipoise.rehearsal.screening_forms import Desk
from equipoise.subject.state import Trial

Decision = Callable[[Trial, Attribution, str], Outcome]
"""A command with everything but the subject."""


class StudyEnd(NamedTuple):
    """The day and the cause of the end of somebody's study."""

    on: date
    cause: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Something about one participant: the day it is about, the day it is recorded, and a form, a
    decision or the end of the study.
    """

    day: date
    entered: date
    form: Filled | None = None
    decision: Decision | None = None
    study_end: StudyEnd | None = None
    role: str = "coordinator"
    """Who decides."""


def entered(desk: Desk, day: date, form: Filled) -> Planned:
    """Sites enter a form within days."""
    return Planned(day, day + timedelta(days=int(desk.rng.integers(0, 4))), form)


def decided(
    day: date,
    command: Callable[Concatenate[Trial, Attribution, str, Details], Outcome],
    *args: Details.args,
    **details: Details.kwargs,
) -> Planned:
    """A decision is recorded on the day it is about."""

    @wraps(command)
    def decide(trial: Trial, by: Attribution, subject_id: str) -> Outcome:
        return command(trial, by, subject_id, *args, **details)

    return Planned(day, day, decision=decide)
