"""How does somebody's part end, or move to another site? Withdrawal, the end of treatment, the end
of study, death, transfer; and the cancelling of what never was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.asked import Asked, Context, about_subject, problems
from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.preconditions import without_reason
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.subject.conditions import SiteStatus
from equipoise.subject.records import SS
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import Subject, Trial

WithdrawalLevel = Literal["TREATMENT", "VISITS", "CONTACT", "DATA"]
"""What somebody withdraws from; each is asked apart, and treatment alone leaves follow-up."""


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
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _subject_withdrew(event: events.SubjectWithdrew, asked: Asked) -> Iterator[str]:
    subject = asked.subject
    for left in subject.withdrawals if subject else ():
        if left.what == event.level and left.source != asked.context.supersedes:
            yield f"withdrew from it on {left.on}, as entry {left.source} says; correct that entry"


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
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _treatment_ended(_event: events.TreatmentEnded, asked: Asked) -> Iterator[str]:
    ended = asked.subject.treatment_ended if asked.subject else None
    if ended and ended.source != asked.context.supersedes:
        yield f"treatment ended on {ended.on}, as entry {ended.source} says; correct that entry"


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
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _study_ended(event: events.StudyEnded, asked: Asked) -> Iterator[str]:
    subject = asked.subject
    if subject is None:
        return
    ended = subject.study_ended
    if ended and ended.source != asked.context.supersedes:
        yield f"the study ended on {ended.on}, as entry {ended.source} says; correct that entry"
    if event.cause == "LOST TO FOLLOW-UP":
        yield from _no_attempts(subject)


def _no_attempts(subject: Subject) -> Iterator[str]:
    """Attempts count when they came after the last contact."""
    contacts = [(ss.date.latest, ss.original) for ss in subject.records(SS) if ss.date]
    alive = max((day for day, status in contacts if status == "ALIVE"), default=date.min)
    if not any(status == "NOT REACHED" and day >= alive for day, status in contacts):
        yield (
            "lost to follow-up needs documented attempts: save a SURVIVAL_CONTACT (NOT REACHED)"
            " first"
        )


def record_death(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    died_on: str,
    cause: str,
    correction: Correction | None = None,
) -> Outcome:
    """The participant died; the day may be known only by month or year. It is accepted in every
    state: while results are locked it enters none of them.
    """
    event = events.DeathRecorded(died_on=died_on, cause=cause)
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _death_recorded(_event: events.DeathRecorded, asked: Asked) -> Iterator[str]:
    subject = asked.subject
    if subject and subject.died and subject.died_source != asked.context.supersedes:
        yield (
            f"death is recorded as of {subject.died} (entry {subject.died_source}); correct that"
            " entry"
        )


def transfer(
    trial: Trial, by: Attribution, subject_id: str, to_site: str, *, transferred_on: date
) -> Outcome:
    """The participant is seen at another site from now on, which reads all of the record; what was
    recorded keeps its site, and the stratum stays.
    """
    event = events.SubjectTransferred(to_site=to_site, transferred_on=transferred_on)
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _subject_transferred(event: events.SubjectTransferred, asked: Asked) -> Iterator[str]:
    site = asked.trial.sites.get(event.to_site)
    if site is None:
        yield f"there is no site {event.to_site!r}"
    elif site.status not in (SiteStatus.ACTIVE, SiteStatus.PAUSED):
        yield f"site {site.id} is {str(site.status).lower()}"
    if asked.subject and asked.subject.site == event.to_site:
        yield f"{asked.subject.id} belongs to site {event.to_site} already"


def cancel(trial: Trial, by: Attribution, subject_id: str, entry: int, *, reason: str) -> Outcome:
    """A physician signs that what an entry says never was: a death, a randomization or a form of
    somebody else. It stays visible, with the reason.
    """
    head = trial.head.hash if trial.head else ""
    event = events.EntryCancelled(cancelled=entry, head=head)
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


@problems.register
def _entry_cancelled(event: events.EntryCancelled, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "it never was")
    subject, seq = asked.subject, event.cancelled
    if subject is None:
        return
    if subject.locked:
        yield f"the data of {subject.id} are locked"
    if event.head != (asked.trial.head.hash if asked.trial.head else ""):
        yield "the signature is over another head than that of the ledger"
    allocated = {entry_number(subject.randomized.source)} if subject.randomized else set()
    if seq in subject.replaced:
        yield f"entry {seq} was replaced by entry {subject.replaced[seq]} before"
    elif seq not in {*subject.forms, *subject.decisions, *allocated}:
        yield f"entry {seq} is nothing of {subject.id} that can be cancelled"
