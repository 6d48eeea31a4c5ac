"""How does a person come in? Screening, consent, judgements, the intended chemotherapy, or the
failure of screening.

Commands are pure: they read the trial as it stands and return the entry to append, or everything
that is in the way. `carry_out.Session` carries them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.asked import Asked, Context, about_subject, problems
from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.confirmation import not_for_people
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.subject.state import SUBJECT_CODE, Trial


class Judgement(NamedTuple):
    """An investigator's answer to a criterion that asks for one."""

    criterion: str
    answer: bool
    on: date


class Consent(NamedTuple):
    """The day of an informed consent and the protocol version, who gave it, whether it was
    witnessed, and what was agreed to beside.
    """

    on: date
    version: str
    given_by: Literal["PARTICIPANT", "REPRESENTATIVE"] = "PARTICIPANT"
    witnessed: bool = False
    sub_consents: tuple[str, ...] = ()


def screen(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    screened_on: date,
    previous_subject: str | None = None,
) -> Outcome:
    """Give a person a code; a person screened before is linked to the earlier code."""
    event = events.SubjectScreened(screened_on=screened_on, previous_subject=previous_subject)
    return record(trial, by, event, Context(subject=subject_id))


@problems.register
def _subject_screened(event: events.SubjectScreened, asked: Asked) -> Iterator[str]:
    name = asked.context.subject or ""
    if not SUBJECT_CODE.fullmatch(name):
        yield (
            f"found {name!r}, expected a code of 2 to 20 capital letters, digits and hyphens;"
            " no name"
        )
    if name in asked.trial.subjects:
        yield f"the code {name} is in use"
    yield from not_for_people(asked)
    if event.previous_subject is not None:
        yield from _not_rescreenable(asked.trial, event.previous_subject)


def _not_rescreenable(trial: Trial, previous: str) -> Iterator[str]:
    """A new screening has a new consent and new windows; the person stays one."""
    told = f"re-screening of {previous}"
    earlier = trial.subjects.get(previous)
    if earlier is None:
        yield f"{told}: there is no such subject"
    elif earlier.randomized:
        yield f"{told}: already randomized; nobody is randomized twice"
    elif earlier.died:
        yield (
            f"{told}: died on {earlier.died} (entry {earlier.died_source}); if that is wrong,"
            " cancel it first"
        )
    elif earlier.screening_failed is None:
        yield f"{told}: that screening has not ended; record its failure first"
    elif previous in trial.followed_by:
        yield f"{told}: this has been done; link to {trial.followed_by[previous]}"


def record_consent(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    consent: Consent,
    *,
    correction: Correction | None = None,
) -> Outcome:
    """Informed consent to a protocol version: the first time, after an amendment, or after a
    withdrawal, which it takes back.
    """
    subject = trial.subjects.get(subject_id)
    again = subject is not None and any(
        held.source != (correction.supersedes if correction else 0) for held in subject.consents
    )
    event = events.ConsentRecorded(
        consented_on=consent.on,
        version=consent.version,
        kind="RECONSENT" if again else "INITIAL",
        given_by=consent.given_by,
        witnessed=consent.witnessed,
        sub_consents=consent.sub_consents,
    )
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _consent_recorded(event: events.ConsentRecorded, asked: Asked) -> Iterator[str]:
    if event.version not in {held.protocol.version for held in asked.trial.versions}:
        yield f"there is no protocol version {event.version!r}"
    subject = asked.subject
    if subject and subject.locked:
        yield f"the data of {subject.id} are locked"


def attest(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    judgement: Judgement,
    *,
    correction: Correction | None = None,
) -> Outcome:
    """An investigator's judgement about a criterion that asks for one."""
    criterion, answer, on = judgement
    event = events.CriterionAttested(criterion=criterion, answer=answer, attested_on=on)
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _criterion_attested(event: events.CriterionAttested, asked: Asked) -> Iterator[str]:
    criteria = asked.protocol.criteria
    judged = [declared.id for declared in criteria if declared.rule.asks_a_person()]
    if event.criterion not in judged:
        yield (
            f"criterion {event.criterion!r} asks for no judgement; those that do are"
            f" {', '.join(judged)}"
        )
    held = asked.subject.attestations if asked.subject else ()
    corrected = asked.context.supersedes
    if any(said.source == corrected and said.criterion != event.criterion for said in held):
        yield f"entry {corrected} attests another criterion than {event.criterion}"


def intend_chemotherapy(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    regimen: str,
    *,
    decided_on: date,
    correction: Correction | None = None,
) -> Outcome:
    """The regimen that the MDT will give whatever the arm, before anybody knows the arm."""
    event = events.ChemotherapyIntended(regimen=regimen, decided_on=decided_on)
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _chemotherapy_intended(event: events.ChemotherapyIntended, asked: Asked) -> Iterator[str]:
    offered = [declared.id for declared in asked.protocol.regimens]
    if event.regimen not in offered:
        yield f"found the regimen {event.regimen!r}, expected one of {', '.join(offered)}"


def fail_screening(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    *,
    failed_on: date,
    criteria: tuple[str, ...],
    correction: Correction | None = None,
) -> Outcome:
    """The person will not enter. Criteria that block are named; none means the person declined."""
    event = events.ScreeningFailed(failed_on=failed_on, criteria=criteria)
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _screening_failed(event: events.ScreeningFailed, asked: Asked) -> Iterator[str]:
    declared = {criterion.id for criterion in asked.protocol.criteria}
    yield from (
        f"there is no criterion {name!r}" for name in event.criteria if name not in declared
    )
    subject = asked.subject
    if subject is None:
        return
    if subject.randomized:
        yield (
            "already randomized: an ineligible participant stays in the intention-to-treat"
            " population"
        )
    failed = subject.screening_failed
    if failed and failed.source != asked.context.supersedes:
        yield f"screening failed on {failed.on}, as entry {failed.source} says; correct that entry"
