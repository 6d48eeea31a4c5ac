"""What is in the way of a command? Conditions that many commands share, each told in a sentence."""

from __future__ import annotations

from datetime import date

from equipoise.conduct.stamp import Outcome, Stamp, outcome, version_for
from equipoise.ledger import events
from equipoise.subject.history import Trial


def for_subject(
    trial: Trial, stamp: Stamp, subject_id: str, event: events.Event, found: list[str], on: date,
    reason: str | None = None, supersedes: int | None = None,
) -> Outcome:  # fmt: skip
    version = version_for(trial, subject_id, on) if trial.versions else ""
    return outcome(
        trial, stamp, event, found, subject=subject_id, version=version, reason=reason, supersedes=supersedes
    )


def not_open(trial: Trial, subject_id: str) -> list[str]:
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return [f"there is no subject {subject_id}; screen first"]
    if subject.locked or subject.frozen or trial.frozen:
        what = "locked" if subject.locked else "frozen"
        return [f"the data of {subject_id} are {what}"]
    if any(w.what == "DATA" for w in subject.withdrawals):
        return [f"{subject_id} withdrew from further use of data"]
    return []


def no_consent(trial: Trial, subject_id: str) -> list[str]:
    subject = trial.subjects.get(subject_id)
    needed = trial.protocol.conduct.consent_before_entry if trial.versions else True
    return (
        ["no consent is recorded: entry before consent is refused"]
        if needed and subject and not subject.consents
        else []
    )


def not_in_future(stamp: Stamp, on: date, name: str) -> list[str]:
    return [f"{name}: {on} lies in the future (recorded at {stamp.at})"] if on > stamp.today else []


def not_randomized(trial: Trial, subject_id: str, on: date) -> list[str]:
    subject = trial.subjects.get(subject_id)
    if subject is None or subject.randomized is None:
        return [f"{subject_id} is not randomized"]
    return [f"{on} is before randomization ({subject.randomized.on})"] if on < subject.randomized.on else []
