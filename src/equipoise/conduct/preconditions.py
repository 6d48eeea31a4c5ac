"""What is in the way of a command? Conditions that many commands share, each told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from equipoise.conduct.asked import Asked, Context
from equipoise.ledger import events
from equipoise.subject.state import Subject
from equipoise.terms.time_zones import moment


def unfit_correction(subject: Subject, event: events.Event, context: Context) -> Iterator[str]:
    """A correction needs a reason, and an entry of the same kind that still holds: who corrects
    what somebody else has corrected meanwhile is shown both.
    """
    supersedes = context.supersedes or 0
    if not (context.reason or "").strip():
        yield "a correction needs a reason"
    if supersedes in subject.replaced:
        yield (
            f"entry {supersedes} was replaced by entry {subject.replaced[supersedes]} meanwhile:"
            " read that one, and correct it if it is wrong"
        )
        return
    if isinstance(event, events.FormSaved):
        saved = subject.forms.get(supersedes)
        held, wanted = saved.form if saved else "", event.form
    else:
        held, wanted = subject.decisions.get(supersedes, ""), type(event).__name__
    if not held:
        yield f"entry {supersedes} is no current {wanted} of this participant"
    elif held != wanted:
        yield f"entry {supersedes} is a {held}, not a {wanted}"


def without_reason(asked: Asked, what: str) -> Iterator[str]:
    """Some things are never done without saying why."""
    if not (asked.context.reason or "").strip():
        yield f"reason: nothing found, expected why {what}"


def no_time(member: str, text: str, now: str) -> Iterator[str]:
    """A time as a person states it, with its offset from UTC, and not later than now."""
    try:
        told = datetime.fromisoformat(text)
        if told.tzinfo is None:
            raise ValueError
    except ValueError:
        yield (
            f"{member}: found {text!r}, expected a time with its offset from UTC, like"
            " 2026-03-01T16:30+08:00"
        )
        return
    if told > moment(now):
        yield f"{member}: {text} lies in the future"


def no_such_entries(asked: Asked, about: tuple[int, ...]) -> Iterator[str]:
    """Entries that are not there yet."""
    yield from (f"there is no entry {seq}" for seq in about if not 1 <= seq <= asked.last_seq)
