"""What is in the way of a command? Conditions that many commands share, each told in a sentence."""

from __future__ import annotations

from datetime import date

from equipoise.conduct.attribution import Attribution
from equipoise.ledger import events
from equipoise.subject.state import Subject, Trial


def unfit_correction(
    subject: Subject, event: events.Event, supersedes: int, reason: str | None
) -> list[str]:
    """A correction needs a reason, and an entry of the same kind that still holds."""
    problems = [] if reason else ["a correction needs a reason"]
    if isinstance(event, events.FormSaved):
        saved = subject.forms.get(supersedes)
        held, wanted = saved.form if saved else "", event.form
    else:
        held, wanted = subject.decisions.get(supersedes, ""), type(event).__name__
    if not held:
        problems.append(f"entry {supersedes} is no current {wanted} of this participant")
    elif held != wanted:
        problems.append(f"entry {supersedes} is a {held}, not a {wanted}")
    return problems


def closed_to_entry(trial: Trial, subject_id: str) -> list[str]:
    """No such participant, or data that are frozen, locked or withdrawn."""
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return [f"there is no subject {subject_id}; screen first"]
    if subject.locked or subject.frozen or trial.frozen:
        what = "locked" if subject.locked else "frozen"
        return [f"the data of {subject_id} are {what}"]
    if any(withdrawal.what == "DATA" for withdrawal in subject.withdrawals):
        return [f"{subject_id} withdrew from further use of data"]
    return []


def without_consent(trial: Trial, subject_id: str) -> list[str]:
    """Entry before consent is refused (ICH E6(R3) 2.8)."""
    subject = trial.subjects.get(subject_id)
    needed = trial.protocol.conduct.consent_before_entry if trial.versions else True
    if needed and subject and not subject.consents:
        return ["no consent is recorded: entry before consent is refused"]
    return []


def in_future(by: Attribution, on: date, name: str) -> list[str]:
    """A day that has not begun at any site."""
    return [f"{name}: {on} lies in the future (recorded at {by.at})"] if on > by.today else []


def before_randomization(trial: Trial, subject_id: str, on: date) -> list[str]:
    """Something that presupposes an arm."""
    subject = trial.subjects.get(subject_id)
    if subject is None or subject.randomized is None:
        return [f"{subject_id} is not randomized"]
    start = subject.randomized.on
    return [f"{on} is before randomization ({start})"] if on < start else []
