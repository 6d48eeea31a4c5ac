"""What is in the way of a command? Conditions that many commands share, each told in a sentence."""

from __future__ import annotations

from datetime import date

from equipoise.conduct.attribution import Outcome, Stamp, outcome, version_for
from equipoise.ledger import events
from equipoise.subject.state import Trial


def for_subject(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    event: events.Event,
    found: list[str],
    on: date,
    reason: str | None = None,
    supersedes: int | None = None,
) -> Outcome:
    """The outcome for one participant, under the protocol version of the day. A correction must
    fit.
    """
    version = version_for(trial, subject_id, on) if trial.versions else ""
    found = found + not_correctable(trial, subject_id, event, reason, supersedes)
    return outcome(
        trial,
        stamp,
        event,
        found,
        subject=subject_id,
        version=version,
        reason=reason,
        supersedes=supersedes,
    )


def not_correctable(
    trial: Trial, subject_id: str, event: events.Event, reason: str | None, supersedes: int | None
) -> list[str]:
    """A correction needs a reason, and an entry of the same kind that still holds."""
    subject = trial.subjects.get(subject_id)
    if supersedes is None or subject is None:
        return []
    found = [] if reason else ["a correction needs a reason"]
    if isinstance(event, events.FormSaved):
        held, wanted = subject.forms.get(supersedes, ("", ""))[0], event.form
    else:
        held, wanted = subject.decisions.get(supersedes, ""), type(event).__name__
    if not held:
        found.append(f"entry {supersedes} is no current {wanted} of this participant")
    elif held != wanted:
        found.append(f"entry {supersedes} is a {held}, not a {wanted}")
    return found


def not_open(trial: Trial, subject_id: str) -> list[str]:
    """No such participant, or data that are closed to entry."""
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
    """Entry before consent is refused (ICH E6(R3) 2.8)."""
    subject = trial.subjects.get(subject_id)
    needed = trial.protocol.conduct.consent_before_entry if trial.versions else True
    if needed and subject and not subject.consents:
        return ["no consent is recorded: entry before consent is refused"]
    return []


def not_in_future(stamp: Stamp, on: date, name: str) -> list[str]:
    """A day that has not begun at any site."""
    return [f"{name}: {on} lies in the future (recorded at {stamp.at})"] if on > stamp.today else []


def not_randomized(trial: Trial, subject_id: str, on: date) -> list[str]:
    """Something that presupposes an arm."""
    subject = trial.subjects.get(subject_id)
    if subject is None or subject.randomized is None:
        return [f"{subject_id} is not randomized"]
    return (
        [f"{on} is before randomization ({subject.randomized.on})"]
        if on < subject.randomized.on
        else []
    )
