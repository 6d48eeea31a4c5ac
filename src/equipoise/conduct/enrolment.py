"""What may people do? Each command records one event, or is refused with everything that is in the
way.

Commands are pure: they read the trial as it stands and return the entry to append.
`session.Session` carries them out.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

from equipoise.conduct.attribution import Outcome, Stamp, outcome
from equipoise.conduct.preconditions import (
    for_subject,
    no_consent,
    not_in_future,
    not_open,
    not_randomized,
)
from equipoise.ledger import events
from equipoise.ledger.entry import canonical
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import to_payload
from equipoise.subject.records import EX, LB, QS, RS, SS, TR, VS
from equipoise.subject.state import SUBJECT_CODE, Subject, Trial
from equipoise.terms.dates import PartialDate, parse_date

# ------------------------------------------------------------------ the trial


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of the canonical bytes of the protocol as the ledger carries it."""
    return hashlib.sha256(canonical(to_payload(protocol))).hexdigest()


def adopt_protocol(trial: Trial, stamp: Stamp, protocol: Protocol, *, simulated: bool) -> Outcome:
    """Begin the trial under a protocol."""
    event = events.ProtocolAdopted(
        protocol=to_payload(protocol),
        version=protocol.version,
        hash=protocol_hash(protocol),
        simulated=simulated,
    )
    found = ["the ledger already holds a protocol; amend it"] if trial.versions else []
    return outcome(trial, stamp, event, found, version=protocol.version)


def amend_protocol(
    trial: Trial,
    stamp: Stamp,
    protocol: Protocol,
    *,
    sites: tuple[str, ...],
    effective_on: date,
    reconsent: bool,
) -> Outcome:
    """A new version for some sites (none named: all) from a day on, with or without a new
    consent.
    """
    event = events.ProtocolAmended(
        protocol=to_payload(protocol),
        version=protocol.version,
        hash=protocol_hash(protocol),
        sites=sites,
        effective_on=effective_on,
        reconsent=reconsent,
    )
    found = []
    if protocol.version in {v.protocol.version for v in trial.versions}:
        found.append(f"version {protocol.version} exists; an amendment needs a new version")
    if trial.versions and protocol.id != trial.protocol.id:
        found.append(f"found the protocol of {protocol.id}, expected {trial.protocol.id}")
    return outcome(trial, stamp, event, found, version=protocol.version)


# ------------------------------------------------------------------ before randomization


def screen(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    screened_on: date,
    previous_subject: str | None = None,
) -> Outcome:
    """Give a person a code; a person screened before is linked to the earlier code."""
    event = events.SubjectScreened(screened_on=screened_on, previous_subject=previous_subject)
    found = not_in_future(stamp, screened_on, "screened_on")
    if not SUBJECT_CODE.fullmatch(subject_id):
        found.append(
            f"found {subject_id!r}, expected a code of 2 to 20 capital letters, digits and hyphens;"
            " no name"
        )
    if subject_id in trial.subjects:
        found.append(f"the code {subject_id} is in use")
    if not stamp.site:
        found.append("a participant belongs to a site")
    if previous_subject is not None:
        found += _not_rescreenable(trial, previous_subject)
    version = (
        trial.version_at(stamp.site or "", screened_on).protocol.version if trial.versions else ""
    )
    return outcome(trial, stamp, event, found, subject=subject_id, version=version)


def _not_rescreenable(trial: Trial, previous: str) -> list[str]:
    earlier = trial.subjects.get(previous)
    if earlier is None:
        return [f"re-screening of {previous}: there is no such subject"]
    if earlier.randomized:
        return [f"re-screening of {previous}: already randomized; nobody is randomized twice"]
    if earlier.screening_failed is None:
        return [
            f"re-screening of {previous}: that screening has not ended; record its failure first"
        ]
    if any(other.previous == previous for other in trial.subjects.values()):
        return [f"re-screening of {previous}: this has been done; link to the latest code"]
    return []


def record_consent(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    consented_on: date,
    version: str,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """Informed consent to a protocol version, the first time or again after an amendment."""
    subject = trial.subjects.get(subject_id)
    kind: Literal["INITIAL", "RECONSENT"] = (
        "RECONSENT" if subject and subject.consents else "INITIAL"
    )
    event = events.ConsentRecorded(consented_on=consented_on, version=version, kind=kind)
    found = not_open(trial, subject_id) + not_in_future(stamp, consented_on, "consented_on")
    if version not in {v.protocol.version for v in trial.versions}:
        found.append(f"there is no protocol version {version!r}")
    return for_subject(trial, stamp, subject_id, event, found, consented_on, reason, supersedes)


def attest(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    criterion: str,
    *,
    answer: bool,
    attested_on: date,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """An investigator's judgement about a criterion that asks for one."""
    event = events.CriterionAttested(criterion=criterion, answer=answer, attested_on=attested_on)
    asked = [c.id for c in trial.protocol.criteria if c.rule.asks_a_person()]
    found = not_open(trial, subject_id) + no_consent(trial, subject_id)
    found += not_in_future(stamp, attested_on, "attested_on")
    if criterion not in asked:
        found.append(
            f"criterion {criterion!r} asks for no judgement; those that do are {', '.join(asked)}"
        )
    held = trial.subjects[subject_id].attestations if subject_id in trial.subjects else ()
    if any(one.source == supersedes and one.criterion != criterion for one in held):
        found.append(f"entry {supersedes} attests another criterion than {criterion}")
    return for_subject(trial, stamp, subject_id, event, found, attested_on, reason, supersedes)


def intend_chemotherapy(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    regimen: str,
    *,
    decided_on: date,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """The regimen that the MDT will give whatever the arm, before anybody knows the arm."""
    event = events.ChemotherapyIntended(regimen=regimen, decided_on=decided_on)
    found = (
        not_open(trial, subject_id)
        + no_consent(trial, subject_id)
        + not_in_future(stamp, decided_on, "decided_on")
    )
    offered = [r.id for r in trial.protocol.regimens]
    if regimen not in offered:
        found.append(f"found the regimen {regimen!r}, expected one of {', '.join(offered)}")
    subject = trial.subjects.get(subject_id)
    if subject and subject.randomized:
        found.append("the arm is known: an intention cannot be recorded any more")
    return for_subject(trial, stamp, subject_id, event, found, decided_on, reason, supersedes)


def fail_screening(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    failed_on: date,
    criteria: tuple[str, ...],
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """The person will not enter. Criteria that block are named; none means the person declined."""
    event = events.ScreeningFailed(failed_on=failed_on, criteria=criteria)
    found = not_open(trial, subject_id) + not_in_future(stamp, failed_on, "failed_on")
    known = {c.id for c in trial.protocol.criteria}
    found += [f"there is no criterion {one!r}" for one in criteria if one not in known]
    if trial.subjects.get(subject_id, Subject(id="")).randomized:
        found.append(
            "already randomized: an ineligible participant stays in the intention-to-treat"
            " population"
        )
    return for_subject(trial, stamp, subject_id, event, found, failed_on, reason, supersedes)


# ------------------------------------------------------------------ endings


def withdraw(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    level: Literal["TREATMENT", "VISITS", "CONTACT", "DATA"],
    *,
    withdrew_on: date,
    cause: str,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """The participant withdraws from treatment, visits, all contact, or further use of data."""
    event = events.SubjectWithdrew(level=level, withdrew_on=withdrew_on, cause=cause)
    found = not_open(trial, subject_id) + not_in_future(stamp, withdrew_on, "withdrew_on")
    return for_subject(trial, stamp, subject_id, event, found, withdrew_on, reason, supersedes)


def end_treatment(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    ended_on: date,
    cause: str,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """Study treatment stopped for good."""
    event = events.TreatmentEnded(ended_on=ended_on, cause=cause)
    found = not_open(trial, subject_id) + not_randomized(trial, subject_id, ended_on)
    found += not_in_future(stamp, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    if subject and subject.treatment_ended and subject.treatment_ended.source != supersedes:
        found.append(
            f"treatment ended on {subject.treatment_ended.on}, as entry"
            f" {subject.treatment_ended.source} says"
        )
    return for_subject(trial, stamp, subject_id, event, found, ended_on, reason, supersedes)


def end_study(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    ended_on: date,
    cause: str,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """The participant's time in the study ended. Lost to follow-up needs documented attempts."""
    event = events.StudyEnded(ended_on=ended_on, cause=cause)
    found = not_open(trial, subject_id) + not_in_future(stamp, ended_on, "ended_on")
    subject = trial.subjects.get(subject_id)
    if subject and cause == "LOST TO FOLLOW-UP":
        found += _no_attempts(subject)
    return for_subject(trial, stamp, subject_id, event, found, ended_on, reason, supersedes)


def _no_attempts(subject: Subject) -> list[str]:
    """Attempts count when they came after the last contact."""
    contacts = [ss for ss in subject.records(SS) if ss.date]
    alive = max(
        (ss.date.latest for ss in contacts if ss.date and ss.original == "ALIVE"), default=date.min
    )
    tried = [
        ss
        for ss in contacts
        if ss.date and ss.original == "NOT REACHED" and ss.date.latest >= alive
    ]
    if tried:
        return []
    return [
        "lost to follow-up needs documented attempts: save a SURVIVAL_CONTACT (NOT REACHED) first"
    ]


def record_death(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    *,
    died_on: str,
    cause: str,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """The participant died; the day may be known only by month or year."""
    event = events.DeathRecorded(died_on=died_on, cause=cause)
    died = parse_date(died_on)
    found = not_open(trial, subject_id) + not_in_future(stamp, died.earliest, "died_on")
    subject = trial.subjects.get(subject_id)
    if subject and subject.died and subject.died_source != supersedes:
        found.append(
            f"death is recorded as of {subject.died} (entry {subject.died_source}); correct that"
            " entry"
        )
    if subject and subject.randomized and died.latest < subject.randomized.on:
        found.append(f"died_on: {died_on} is before randomization ({subject.randomized.on})")
    if subject:
        found += _seen_later(subject, died.latest)
    return for_subject(trial, stamp, subject_id, event, found, died.earliest, reason, supersedes)


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
