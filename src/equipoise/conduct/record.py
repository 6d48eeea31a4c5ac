"""May this be recorded? The one way from a decided event to an entry of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.preconditions import unfit_correction
from equipoise.conduct.roles import MAY, SITE, may
from equipoise.eligibility.finding import Finding
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry, Header
from equipoise.ledger.events import Event, ProtocolAdopted
from equipoise.subject.state import Subject, Trial

AFTER_LOCK = frozenset({"AllocationOpened", "EntryRedacted", "Signed"})
"""Events that change no data, and so may come after the lock."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not carried out, with everything in its way."""

    reasons: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The same command (same key) was carried out before, as entry `seq`."""

    seq: int


Outcome = Entry | Refused | AlreadyDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an event is recorded under: the subject (none: the trial), the protocol version (none:
    the latest), and the entry that it corrects.
    """

    subject: str | None = None
    version: str | None = None
    reason: str | None = None
    supersedes: int | None = None


WHOLE_TRIAL = Context()


def about_subject(
    trial: Trial, subject_id: str, on: date, correction: Correction | None = None
) -> Context:
    """The context of something about one subject, under the protocol version of the day."""
    return Context(
        subject=subject_id,
        version=version_for(trial, subject_id, on) if trial.versions else None,
        reason=correction.reason if correction else None,
        supersedes=correction.supersedes if correction else None,
    )


def version_for(trial: Trial, subject_id: str, on: date) -> str:
    """The protocol version under which an entry for this subject is made."""
    subject = trial.subjects.get(subject_id)
    return trial.version_at(subject.site if subject else "", on).protocol.version


def record(
    trial: Trial,
    by: Attribution,
    event: Event,
    problems: Sequence[str],
    context: Context = WHOLE_TRIAL,
) -> Outcome:
    """The entry that records the event, or what is in the way. Nothing else decides whether an
    event is recorded.
    """
    subject = trial.subjects.get(context.subject) if context.subject else None
    keys = subject.keys if subject else trial.keys
    if by.key in keys:
        return AlreadyDone(keys[by.key])
    obstacles = [*_not_open_to(by, event), *problems]
    if subject and context.supersedes is not None:
        obstacles += unfit_correction(subject, event, context.supersedes, context.reason)
    obstacles += [*_foreign_site(by, subject), *_out_of_order(trial, by, event)]
    if obstacles:
        return Refused(tuple(obstacles))
    return chain.append(trial.head, event, _header(trial, by, context), by.salt)


def _header(trial: Trial, by: Attribution, context: Context) -> Header:
    return Header(
        at=by.at,
        actor=by.actor,
        role=by.role,
        site=by.site,
        subject=context.subject,
        protocol=context.version or trial.protocol.version,
        key=by.key,
        reason=context.reason,
        supersedes=context.supersedes,
    )


def _not_open_to(by: Attribution, event: Event) -> Iterator[str]:
    kind = type(event).__name__
    if not may(by.role, kind):
        allowed = ", ".join(sorted(MAY[kind]))
        yield f"{kind} is not open to the role {by.role!r}; it is to {allowed}"


def _foreign_site(by: Attribution, subject: Subject | None) -> Iterator[str]:
    if subject and by.role in SITE and by.site != subject.site:
        yield f"{subject.id} belongs to site {subject.site}, not to {by.site}"


def _out_of_order(trial: Trial, by: Attribution, event: Event) -> Iterator[str]:
    if not trial.versions and not isinstance(event, ProtocolAdopted):
        yield "the ledger holds no protocol yet: adopt one first"
    if trial.head is not None and by.at < trial.head.at:
        yield f"the clock runs back: {by.at} is before the last entry, {trial.head.at}"
    if trial.locked and type(event).__name__ not in AFTER_LOCK:
        yield "the trial is locked"
