"""How does a person come in? Screening, consent, judgements, the intended chemotherapy, or the
failure of screening.

Commands are pure: they read the trial as it stands and return the entry to append, or everything
that is in the way. `carry_out.Session` carries them out.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.preconditions import closed_to_entry, in_future, without_consent
from equipoise.conduct.record import Context, Outcome, about_subject, record
from equipoise.ledger import events
from equipoise.subject.state import SUBJECT_CODE, Subject, Trial


class Judgement(NamedTuple):
    """An investigator's answer to a criterion that asks for one."""

    criterion: str
    answer: bool
    on: date


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
    problems = in_future(by, screened_on, "screened_on")
    if not SUBJECT_CODE.fullmatch(subject_id):
        problems.append(
            f"found {subject_id!r}, expected a code of 2 to 20 capital letters, digits and hyphens;"
            " no name"
        )
    if subject_id in trial.subjects:
        problems.append(f"the code {subject_id} is in use")
    if not by.site:
        problems.append("a participant belongs to a site")
    if previous_subject is not None:
        problems += _not_rescreenable(trial, previous_subject)
    at_site = trial.version_at(by.site or "", screened_on) if trial.versions else None
    version = at_site.protocol.version if at_site else None
    return record(trial, by, event, problems, Context(subject=subject_id, version=version))


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
    by: Attribution,
    subject_id: str,
    *,
    consented_on: date,
    version: str,
    correction: Correction | None = None,
) -> Outcome:
    """Informed consent to a protocol version, the first time or again after an amendment."""
    subject = trial.subjects.get(subject_id)
    kind: Literal["INITIAL", "RECONSENT"] = (
        "RECONSENT" if subject and subject.consents else "INITIAL"
    )
    event = events.ConsentRecorded(consented_on=consented_on, version=version, kind=kind)
    problems = closed_to_entry(trial, subject_id) + in_future(by, consented_on, "consented_on")
    if version not in {held.protocol.version for held in trial.versions}:
        problems.append(f"there is no protocol version {version!r}")
    context = about_subject(trial, subject_id, consented_on, correction)
    return record(trial, by, event, problems, context)


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
    asked = [declared.id for declared in trial.protocol.criteria if declared.rule.asks_a_person()]
    problems = closed_to_entry(trial, subject_id) + without_consent(trial, subject_id)
    problems += in_future(by, on, "attested_on")
    if criterion not in asked:
        problems.append(
            f"criterion {criterion!r} asks for no judgement; those that do are {', '.join(asked)}"
        )
    if correction:
        problems += _of_another_criterion(trial, subject_id, criterion, correction.supersedes)
    return record(trial, by, event, problems, about_subject(trial, subject_id, on, correction))


def _of_another_criterion(
    trial: Trial, subject_id: str, criterion: str, supersedes: int
) -> list[str]:
    held = trial.subjects[subject_id].attestations if subject_id in trial.subjects else ()
    if any(said.source == supersedes and said.criterion != criterion for said in held):
        return [f"entry {supersedes} attests another criterion than {criterion}"]
    return []


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
    problems = (
        closed_to_entry(trial, subject_id)
        + without_consent(trial, subject_id)
        + in_future(by, decided_on, "decided_on")
    )
    offered = [declared.id for declared in trial.protocol.regimens]
    if regimen not in offered:
        problems.append(f"found the regimen {regimen!r}, expected one of {', '.join(offered)}")
    subject = trial.subjects.get(subject_id)
    if subject and subject.randomized:
        problems.append("the arm is known: an intention cannot be recorded any more")
    context = about_subject(trial, subject_id, decided_on, correction)
    return record(trial, by, event, problems, context)


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
    problems = closed_to_entry(trial, subject_id) + in_future(by, failed_on, "failed_on")
    declared = {criterion.id for criterion in trial.protocol.criteria}
    problems += [f"there is no criterion {name!r}" for name in criteria if name not in declared]
    if trial.subjects.get(subject_id, Subject(id="")).randomized:
        problems.append(
            "already randomized: an ineligible participant stays in the intention-to-treat"
            " population"
        )
    context = about_subject(trial, subject_id, failed_on, correction)
    return record(trial, by, event, problems, context)
