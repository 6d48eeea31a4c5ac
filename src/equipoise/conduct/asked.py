"""What is asked of the trial: who asks, about whom, as a correction of what?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from typing import NamedTuple

from equipoise.conduct.attribution import Attribution, Correction
from equipoise.ledger.events import Event
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Subject, Trial
from equipoise.terms.time_zones import latest_day, local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an event is recorded under: the subject (none: the trial), the protocol version (which
    `record` finds out), the reason, and the entry that it corrects.
    """

    subject: str | None = None
    version: str | None = None
    reason: str | None = None
    supersedes: int | None = None


WHOLE_TRIAL = Context()


class Asked(NamedTuple):
    """The trial as it stands, who asks, and the context."""

    trial: Trial
    by: Attribution
    context: Context

    @property
    def subject(self) -> Subject | None:
        """Whom it is about, if she is there."""
        return self.trial.subjects.get(self.context.subject or "")

    @property
    def protocol(self) -> Protocol:
        """The version under which it is recorded. Raises `NoProtocol`."""
        version = self.context.version
        return self.trial.version(version).protocol if version else self.trial.protocol

    @property
    def today(self) -> date:
        """The day at the site of whom it is about, or of who asks; without one, the latest that has
        begun anywhere.
        """
        subject = self.subject
        site = self.trial.sites.get((subject.site if subject else self.by.site) or "")
        return local_day(self.by.at, site.time_zone) if site else latest_day(self.by.at)

    @property
    def last_seq(self) -> int:
        """The number of the last entry."""
        return self.trial.head.seq if self.trial.head else 0


def about_subject(subject_id: str, correction: Correction | None = None) -> Context:
    """The context of something about one subject."""
    return Context(
        subject=subject_id,
        reason=correction.reason if correction else None,
        supersedes=correction.supersedes if correction else None,
    )


@singledispatch
def problems(event: Event, _asked: Asked) -> Iterator[str]:
    """What is in the way of this event alone, beside its guard; each event has its rules in the
    room of its commands. Raises TypeError for an event that nobody has rules for.
    """
    raise TypeError(f"{type(event).__name__} has no rules")
