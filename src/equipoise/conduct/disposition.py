"""How does somebody's part end? Withdrawal, the end of treatment, the end of study, death."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.preconditions import before_randomization, closed_to_entry, in_future
from equipoise.conduct.record import Outcome, about_subject, record
from equipoise.ledger import events
from equipoise.subject.records import EX, LB, QS, RS, SS, TR, VS
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import PartialDate, parse_date

WithdrawalLevel = Literal["TREATMENT", "VISITS", "CONTACT", "DATA"]
"""What somebody withdraws from."""


class Withdrawal(NamedTuple):
    """From what a participant withdraws, when, and why (ICH E6(R3) 2.9)."""

    level: WithdrawalLevel
    on: date
    cause: str


def withdraw(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    withdrawal: Withdrawal,
    *,
    correction: Correction | None = None,
) -> Outcome:
    """The participant withdraws from treatment, visits, all contact, or further use of data."""
    level, on, cause = withdrawal
    event = events.SubjectWithdrew(level=level, withdrew_on=on, cause=cause)
    problems = closed_to_entry(trial, subject_id) + in_future(by, on, "withdrew_on")
    return record(trial, by, event, problems, about_subject(trial, subject_id, on, correction))


def end_treatment(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    ended_on: date,
    cause: str,
    correction: Correction | None = None,
) -> Outcome:
    """Study treatment stopped for good."""
    event = events.TreatmentEnded(ended_on=ended_on, cause=cause)
    problems = closed_to_entry(trial, subject_id)
    problems += before_randomization(trial, subject_id, ended_on)
    problems += in_future(by, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    ended = subject.treatment_ended if subject else None
    corrected = correction.supersedes if correction else None
    if ended and ended.source != corrected:
        problems.append(f"treatment ended on {ended.on}, as entry {ended.source} says")
    context = about_subject(trial, subject_id, ended_on, correction)
    return record(trial, by, event, problems, context)


def end_study(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    ended_on: date,
    cause: str,
    correction: Correction | None = None,
) -> Outcome:
    """The participant's time in the study ended. Lost to follow-up needs documented attempts."""
    event = events.StudyEnded(ended_on=ended_on, cause=cause)
    problems = closed_to_entry(trial, subject_id) + in_future(by, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    if subject and cause == "LOST TO FOLLOW-UP":
        problems += _no_attempts(subject)
    context = about_subject(trial, subject_id, ended_on, correction)
    return record(trial, by, event, problems, context)


def _no_attempts(subject: Subject) -> list[str]:
    """Attempts count when they came after the last contact."""
    contacts = [(ss.date.latest, ss.original) for ss in subject.records(SS) if ss.date]
    alive = max((day for day, status in contacts if status == "ALIVE"), default=date.min)
    if any(status == "NOT REACHED" and day >= alive for day, status in contacts):
        return []
    return [
        "lost to follow-up needs documented attempts: save a SURVIVAL_CONTACT (NOT REACHED) first"
    ]


def record_death(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    died_on: str,
    cause: str,
    correction: Correction | None = None,
) -> Outcome:
    """The participant died; the day may be known only by month or year."""
    event = events.DeathRecorded(died_on=died_on, cause=cause)
    died = parse_date(died_on)
    problems = closed_to_entry(trial, subject_id) + in_future(by, died.earliest, "died_on")
    if subject := trial.subjects.get(subject_id):
        corrected = correction.supersedes if correction else None
        problems += _contradicted(subject, died, corrected)
    context = about_subject(trial, subject_id, died.earliest, correction)
    return record(trial, by, event, problems, context)


def _contradicted(subject: Subject, died: PartialDate, corrected: int | None) -> list[str]:
    """What the records say that cannot stand beside this death."""
    problems = []
    if subject.died and subject.died_source != corrected:
        problems.append(
            f"death is recorded as of {subject.died} (entry {subject.died_source}); correct that"
            " entry"
        )
    if subject.randomized and died.latest < subject.randomized.on:
        problems.append(f"died_on: {died} is before randomization ({subject.randomized.on})")
    return problems + _seen_later(subject, died.latest)


def _seen_later(subject: Subject, died: date) -> list[str]:
    """Data of a living person from after the death: one of the two is wrong."""
    seen: list[tuple[PartialDate | None, object]] = [
        (ex.start, ex.source) for ex in subject.records(EX) if ex.dose
    ]
    dated: tuple[LB | QS | VS | TR | RS, ...] = (
        *subject.records(LB),
        *subject.records(QS),
        *subject.records(VS),
        *subject.records(TR),
        *subject.records(RS),
    )
    seen += [(row.date, row.source) for row in dated if getattr(row, "status", "") != "NOT DONE"]
    seen += [(ss.date, ss.source) for ss in subject.records(SS) if ss.original == "ALIVE"]
    later = sorted(
        {f"entry {source} ({when})" for when, source in seen if when and when.earliest > died}
    )
    return [f"data of a later day are recorded: {', '.join(later[:5])}"] if later else []
