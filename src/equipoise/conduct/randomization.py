"""Which arm, and may it be given now? The list, its commitment and opening, and the randomization
of one person.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from equipoise.allocation.blocks import draw_list
from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, check_opening, seal
from equipoise.allocation.strata import cells, levels
from equipoise.conduct.attribution import Outcome, Refused, Stamp, outcome
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.preconditions import for_subject, not_open
from equipoise.eligibility import evaluate_all, overall
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.subject.records import DS
from equipoise.subject.state import Subject, Trial
from equipoise.terms.verdict import Verdict


def draw_allocation(protocol: Protocol, rng: Any, salt: str) -> SealedList:
    """The whole randomization list, each stratum as long as the trial, to be sealed before first
    use.
    """
    design = protocol.randomization
    arms = tuple(arm.id for arm in protocol.arms)
    ratio = tuple(arm.ratio for arm in protocol.arms)
    strata = cells(design.strata)
    length = protocol.design.participants + max(design.block_sizes)
    sequences = draw_list(
        rng, arms=arms, ratio=ratio, block_sizes=design.block_sizes, strata=strata, length=length
    )
    return seal(sequences, salt=salt)


def commit_allocation(trial: Trial, stamp: Stamp, sealed: SealedAllocation) -> Outcome:
    """Publish the fingerprint of the list before the first randomization."""
    event = events.AllocationCommitted(
        commitment=sealed.commitment,
        algorithm=trial.protocol.randomization.method if trial.versions else "",
    )
    found = ["a list is already committed"] if trial.commitment else []
    if trial.allocated:
        found.append("somebody was randomized before the list was committed")
    return outcome(trial, stamp, event, found)


def open_allocation(trial: Trial, stamp: Stamp, sealed: SealedAllocation) -> Outcome:
    """Show the list after closure, so that anyone can check that the sequence was fixed in
    advance.
    """
    event = sealed.open()
    found = (
        []
        if trial.locked
        else ["the trial is not locked: an open list would show the arms to come"]
    )
    if trial.commitment is None:
        found.append("no list was committed")
    elif mismatch := check_opening(trial.commitment, event, _allocations(trial)):
        found.append(str(mismatch))
    return outcome(trial, stamp, event, found)


def _allocations(trial: Trial) -> list[events.SubjectRandomized]:
    """What was allocated, in the order of the ledger."""
    randomized = sorted(
        (s.randomized for s in trial.subjects.values() if s.randomized), key=lambda r: r.source
    )
    return [
        events.SubjectRandomized(
            arm=one.arm, stratum=one.stratum, list_position=one.list_position, randomized_on=one.on
        )
        for one in randomized
    ]


def randomize(
    trial: Trial, stamp: Stamp, subject_id: str, *, randomized_on: date, sealed: SealedAllocation
) -> Outcome:
    """Allocate an arm. No waivers: every criterion must be met on the day, and every stratum
    known.
    """
    subject = trial.subjects.get(subject_id)
    if subject is None:
        return Refused((f"there is no subject {subject_id}",))
    version = trial.version_at(subject.site, randomized_on)
    findings = evaluate_all(version.protocol, subject, randomized_on)
    strata = levels(version.protocol.randomization.strata, subject, randomized_on)
    found = not_open(trial, subject_id) + _not_today(stamp, randomized_on)
    found += _list_problems(trial, sealed) + _not_ready(
        trial, subject, version.protocol, randomized_on
    )
    found += [
        f"{f.id} {f.verdict.value.replace('_', ' ')}: {f.detail}"
        for f in findings
        if f.verdict is not Verdict.MET
    ]
    found += [
        f"stratum {level.stratum} unknown ({level.detail})"
        for level in strata
        if level.value is None
    ]
    if found or overall(findings) is not Verdict.MET:
        return outcome(
            trial,
            stamp,
            _no_allocation(randomized_on),
            found,
            subject=subject_id,
            findings=findings,
        )
    stratum = tuple(level.value or "" for level in strata)
    position = trial.allocated.get(stratum, 0) + 1
    try:
        arm = sealed.arm(stratum, position)
    except NoSuchPlace as exhausted:
        return Refused((str(exhausted),), findings)
    event = events.SubjectRandomized(
        arm=arm, stratum=stratum, list_position=position, randomized_on=randomized_on
    )
    return for_subject(trial, stamp, subject_id, event, [], randomized_on)


def _no_allocation(on: date) -> events.SubjectRandomized:
    """What a refusal is about; it is never recorded."""
    return events.SubjectRandomized(arm="", stratum=(), list_position=0, randomized_on=on)


def _not_today(stamp: Stamp, on: date) -> list[str]:
    """Eligibility is asked on the day of randomization; another date would be a waiver. Local days
    differ from UTC.
    """
    if abs((on - stamp.day).days) <= 1:
        return []
    return [
        f"randomized_on: {on} is not the day of recording ({stamp.at}); randomization is neither"
        " back- nor post-dated"
    ]


def _list_problems(trial: Trial, sealed: SealedAllocation) -> list[str]:
    if trial.commitment is None:
        return ["no randomization list was committed"]
    if sealed.commitment != trial.commitment:
        return ["this is not the randomization list that was committed"]
    return []


def _gone(trial: Trial, subject: Subject) -> list[str]:
    """Why this code cannot be randomized any more."""
    found = []
    if subject.randomized:
        found.append(f"already randomized on {subject.randomized.on}; nobody is randomized twice")
    if subject.screening_failed:
        found.append(
            f"screening failed on {subject.screening_failed.on}; screen again under a new code"
        )
    found += [
        f"screened again as {one.id}"
        for one in trial.subjects.values()
        if one.previous == subject.id
    ]
    if subject.died:
        found.append(f"died on {subject.died}")
    if subject.study_ended:
        found.append(f"left the study on {subject.study_ended.on}")
    return found


def _not_ready(trial: Trial, subject: Subject, protocol: Protocol, on: date) -> list[str]:
    found = _gone(trial, subject)
    intended = [ds for ds in subject.records(DS) if ds.decoded == "INTENDED CHEMOTHERAPY"]
    if protocol.randomization.requires_intended_chemotherapy:
        if not intended:
            found.append(
                "the intended chemotherapy is not recorded; the MDT decides before the arm is known"
            )
        elif intended[-1].source not in subject.signed:
            found.append(
                f"the intended chemotherapy (entry {intended[-1].source}) is not signed by an"
                " investigator"
            )
    return found + _consent_outdated(trial, subject, on)


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
