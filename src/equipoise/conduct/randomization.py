"""Which arm, and may it be given now? The list, its commitment and opening, and the randomization
of one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, check_opening, seal
from equipoise.allocation.strata import Level, cells, levels
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.preconditions import closed_to_entry
from equipoise.conduct.record import Context, Outcome, Refused, about_subject, record
from equipoise.eligibility import evaluate_all, overall
from equipoise.eligibility.finding import Finding
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.subject.records import DS
from equipoise.subject.state import Subject, Trial
from equipoise.terms.verdict import Verdict


def draw_allocation(protocol: Protocol, rng: Any, salt: str) -> SealedList:
    """The whole randomization list, each stratum as long as the trial, to be sealed before first
    use.
    """
    allocation = allocation_of(protocol)
    length = protocol.design.participants + allocation.longest
    strata = cells(protocol.randomization.strata)
    sequences = draw_list(rng, allocation, strata, length)
    return seal(sequences, salt=salt)


def commit_allocation(trial: Trial, by: Attribution, sealed: SealedAllocation) -> Outcome:
    """Publish the fingerprint of the list before the first randomization."""
    event = events.AllocationCommitted(
        commitment=sealed.commitment,
        algorithm=trial.protocol.randomization.method if trial.versions else "",
    )
    problems = ["a list is already committed"] if trial.commitment else []
    if trial.allocated:
        problems.append("somebody was randomized before the list was committed")
    return record(trial, by, event, problems)


def open_allocation(trial: Trial, by: Attribution, sealed: SealedAllocation) -> Outcome:
    """Show the list after closure, so that anyone can check that the sequence was fixed in
    advance.
    """
    event = sealed.open()
    problems = []
    if not trial.locked:
        problems.append("the trial is not locked: an open list would show the arms to come")
    if trial.commitment is None:
        problems.append("no list was committed")
    elif mismatch := check_opening(trial.commitment, event, _allocations(trial)):
        problems.append(mismatch.why)
    return record(trial, by, event, problems)


def _allocations(trial: Trial) -> list[events.SubjectRandomized]:
    """What was allocated, in the order of the ledger."""
    randomized = sorted(
        (s.randomized for s in trial.subjects.values() if s.randomized), key=lambda r: r.source
    )
    return [
        events.SubjectRandomized(
            arm=given.arm,
            stratum=given.stratum,
            list_position=given.list_position,
            randomized_on=given.on,
        )
        for given in randomized
    ]


def randomize(
    trial: Trial, by: Attribution, subject_id: str, *, randomized_on: date, sealed: SealedAllocation
) -> Outcome:
    """Allocate an arm. No waivers: every criterion must be met on the day, and every stratum
    known.
    """
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return Refused((f"there is no subject {subject_id}",))
    protocol = trial.version_at(subject.site, randomized_on).protocol
    findings = evaluate_all(protocol, subject, randomized_on)
    strata = levels(protocol.randomization.strata, subject, randomized_on)
    problems = [
        *closed_to_entry(trial, subject_id),
        *_not_today(by, randomized_on),
        *_list_problems(trial, sealed),
        *_not_ready(trial, subject, protocol, randomized_on),
        *_not_met(findings),
        *_unknown_strata(strata),
    ]
    if problems or overall(findings) is not Verdict.MET:
        decided = record(
            trial, by, _no_allocation(randomized_on), problems, Context(subject=subject_id)
        )
        return replace(decided, findings=findings) if isinstance(decided, Refused) else decided
    stratum = tuple(level.value or "" for level in strata)
    position = trial.allocated.get(stratum, 0) + 1
    try:
        arm = sealed.arm(stratum, position)
    except NoSuchPlace as exhausted:
        return Refused((str(exhausted),), findings)
    event = events.SubjectRandomized(
        arm=arm, stratum=stratum, list_position=position, randomized_on=randomized_on
    )
    return record(trial, by, event, [], about_subject(trial, subject_id, randomized_on))


def _not_met(findings: Sequence[Finding]) -> list[str]:
    return [
        f"{finding.id} {finding.verdict.value.replace('_', ' ')}: {finding.detail}"
        for finding in findings
        if finding.verdict is not Verdict.MET
    ]


def _unknown_strata(strata: Sequence[Level]) -> list[str]:
    return [
        f"stratum {level.stratum} unknown ({level.detail})"
        for level in strata
        if level.value is None
    ]


def _no_allocation(on: date) -> events.SubjectRandomized:
    """What a refusal is about; it is never recorded."""
    return events.SubjectRandomized(arm="", stratum=(), list_position=0, randomized_on=on)


def _not_today(by: Attribution, on: date) -> list[str]:
    """Eligibility is asked on the day of randomization; another date would be a waiver. Local days
    differ from UTC.
    """
    if abs((on - by.day).days) <= 1:
        return []
    return [
        (
            f"randomized_on: {on} is not the day of recording ({by.at}); randomization is neither"
            " back- nor post-dated"
        )
    ]


def _list_problems(trial: Trial, sealed: SealedAllocation) -> list[str]:
    if trial.commitment is None:
        return ["no randomization list was committed"]
    if sealed.commitment != trial.commitment:
        return ["this is not the randomization list that was committed"]
    return []


def _gone(trial: Trial, subject: Subject) -> list[str]:
    """Why this code cannot be randomized any more."""
    problems = []
    if subject.randomized:
        problems.append(
            f"already randomized on {subject.randomized.on}; nobody is randomized twice"
        )
    if subject.screening_failed:
        problems.append(
            f"screening failed on {subject.screening_failed.on}; screen again under a new code"
        )
    problems += [
        f"screened again as {other.id}"
        for other in trial.subjects.values()
        if other.previous == subject.id
    ]
    if subject.died:
        problems.append(f"died on {subject.died}")
    if subject.study_ended:
        problems.append(f"left the study on {subject.study_ended.on}")
    return problems


def _not_ready(trial: Trial, subject: Subject, protocol: Protocol, on: date) -> list[str]:
    problems = _gone(trial, subject)
    intended = [ds for ds in subject.records(DS) if ds.decoded == "INTENDED CHEMOTHERAPY"]
    if protocol.randomization.requires_intended_chemotherapy:
        if not intended:
            problems.append(
                "the intended chemotherapy is not recorded; the MDT decides before the arm is known"
            )
        elif intended[-1].source not in subject.signed:
            problems.append(
                f"the intended chemotherapy (entry {intended[-1].source}) is not signed by an"
                " investigator"
            )
    return problems + _consent_outdated(trial, subject, on)


def _consent_outdated(trial: Trial, subject: Subject, on: date) -> list[str]:
    """An amendment that asks for it needs consent to it, or to a later version, by the day of
    randomization.
    """
    names = [v.protocol.version for v in trial.versions]
    asked = [
        i
        for i, v in enumerate(trial.versions)
        if v.reconsent and v.effective_on <= on and subject.site in (v.sites or (subject.site,))
    ]
    given = [
        names.index(version)
        for when, version, _ in subject.consents
        if when <= on and version in names
    ]
    if asked and max(given, default=-1) < asked[-1]:
        return [f"version {names[asked[-1]]} asks for a new consent"]
    return []
