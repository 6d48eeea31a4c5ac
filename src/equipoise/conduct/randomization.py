"""Which arm, and may it be given now? The list, its commitment and opening, and the randomization
of one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import (
    NoSuchPlace,
    SealedList,
    check_envelopes,
    check_opening,
    check_position,
    seal,
)
from equipoise.allocation.strata import Level, cells, levels
from equipoise.conduct.asked import Asked, about_subject, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.data_management import ELIGIBILITY, TREATMENT
from equipoise.conduct.deviations import in_the_way_of_results
from equipoise.conduct.ports import SealedAllocation
from equipoise.conduct.record import Outcome, Refused, asked_as, record, refusal
from equipoise.eligibility import evaluate_all
from equipoise.eligibility.finding import Finding
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.subject.records import DS
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import Randomized, Subject, Trial
from equipoise.subject.trial_fold import TRIAL
from equipoise.terms.verdict import Verdict


def draw_allocation(protocol: Protocol, rng: Any, salt: str) -> SealedList:
    """The whole randomization list, each stratum twice as long as the trial, to be sealed before
    first use. Its length is public, and tells nothing of the blocks: the last one is cut off.
    """
    allocation = allocation_of(protocol)
    length = 2 * protocol.design.participants
    strata = cells(protocol.randomization.strata)
    drawn = draw_list(rng, allocation, strata, length)
    sequences = {stratum: arms[:length] for stratum, arms in drawn.items()}
    return seal(sequences, salt=salt, sizes=allocation.numbers)


def commit_allocation(trial: Trial, by: Attribution, sealed: SealedAllocation) -> Outcome:
    """Publish the commitment of the list before the first randomization by it. For a new version of
    the protocol a new list is committed; what is left of the earlier one is void.
    """
    event = events.AllocationCommitted(
        commitment=sealed.commitment,
        leaves=sealed.leaves,
        algorithm=trial.protocol.randomization.method if trial.versions else "",
        voided=_left(trial),
    )
    return record(trial, by, event)


def _left(trial: Trial) -> int:
    """The positions of the list in force that nobody has; one leaf is the sizes of the blocks."""
    if not trial.lists:
        return 0
    return trial.lists[-1].leaves - 1 - sum(trial.allocated.values())


@problems.register
def _allocation_committed(event: events.AllocationCommitted, asked: Asked) -> Iterator[str]:
    trial = asked.trial
    if trial.lists and trial.lists[-1].version == trial.protocol.version:
        yield f"a list is already committed for version {trial.protocol.version}"
    if event.commitment in {held.commitment for held in trial.lists}:
        yield "this list was committed before; a new version needs a new list"
    if event.voided != _left(trial):
        yield f"voided: found {event.voided}, expected {_left(trial)}, the positions nobody has"
    if event.algorithm != trial.protocol.randomization.method:
        yield f"algorithm: found {event.algorithm!r}, the protocol declares another"


def open_allocation(trial: Trial, by: Attribution, sealed: SealedAllocation) -> Outcome:
    """Show the list after closure, so that anyone can check that the sequence was fixed in
    advance.
    """
    return record(trial, by, sealed.open())


@problems.register
def _allocation_opened(event: events.AllocationOpened, asked: Asked) -> Iterator[str]:
    trial = asked.trial
    given = allocations(trial, event.commitment)
    if held := trial.emergency.get(event.commitment):
        if held.counted is None:
            yield f"the unopened envelopes of {held.site} are not counted: count them first"
        mismatch = check_envelopes(held.commitment, event, given, held.site)
    elif event.commitment in {each.commitment for each in trial.lists}:
        mismatch = check_opening(event.commitment, event, given)
    else:
        yield "no such list was committed"
        return
    if mismatch:
        yield mismatch.why
    yield from in_the_way_of_results(trial, TRIAL)


def allocations(trial: Trial, commitment: str) -> list[Randomized]:
    """What was allocated by a list, in the order of the ledger; a cancelled randomization keeps its
    position.
    """
    given = [
        each
        for subject in trial.subjects.values()
        for each in (*subject.cancelled_randomizations, subject.randomized)
        if each is not None and each.commitment == commitment
    ]
    return sorted(given, key=lambda each: entry_number(each.source))


def close_allocation(
    trial: Trial,
    by: Attribution,
    *,
    closed_from: date,
    arm: str | None = None,
    stratum: tuple[str, ...] | None = None,
) -> Outcome:
    """Nobody is allocated to an arm, or in a stratum, from a day on."""
    event = events.AllocationClosed(arm=arm, stratum=stratum, closed_from=closed_from)
    return record(trial, by, event)


@problems.register
def _allocation_closed(event: events.AllocationClosed, asked: Asked) -> Iterator[str]:
    arms = [arm.id for arm in asked.trial.protocol.arms]
    strata = cells(asked.trial.protocol.randomization.strata)
    if (event.arm is None) == (event.stratum is None):
        yield "found both or neither, expected an arm or a stratum"
    elif event.arm is not None and event.arm not in arms:
        yield f"arm: found {event.arm!r}, expected one of {', '.join(arms)}"
    elif event.stratum is not None and event.stratum not in strata:
        yield f"there is no stratum ({', '.join(event.stratum)})"


def randomize(
    trial: Trial, by: Attribution, subject_id: str, *, randomized_on: date, sealed: SealedAllocation
) -> Outcome:
    """Allocate an arm. No waivers: every criterion must be met on the day, and every stratum
    known. The list is asked for one position, and only if nothing is in the way.
    """
    wish = _randomized(randomized_on)
    asked = asked_as(trial, by, wish, about_subject(subject_id))
    if (refused := refusal(wish, asked, _not_now)) is not None:
        return _with_findings(refused, asked, randomized_on)
    if sealed.commitment != trial.commitment:
        return Refused(("this is not the randomization list that was committed",))
    assert asked.subject is not None
    protocol = _protocol(asked, asked.subject, randomized_on)
    strata = levels(protocol.randomization.strata, asked.subject, randomized_on)
    stratum = tuple(level.value or "" for level in strata)
    number = trial.allocated.get(stratum, 0) + 1
    try:
        arm, salt, leaf, proof = sealed.position(stratum, number)
    except NoSuchPlace as exhausted:
        return _with_findings(Refused((str(exhausted),)), asked, randomized_on)
    event = replace(
        wish,
        arm=arm,
        stratum=stratum,
        list_position=number,
        commitment=sealed.commitment,
        salt=salt,
        leaf=leaf,
        proof=proof,
    )
    return record(trial, by, event, about_subject(subject_id))


def _randomized(on: date) -> events.SubjectRandomized:
    """What is asked; the list answers the rest."""
    return events.SubjectRandomized(
        arm="",
        stratum=(),
        list_position=0,
        randomized_on=on,
        commitment="",
        salt="",
        leaf=0,
        proof=(),
    )


def _with_findings(refused: Outcome, asked: Asked, on: date) -> Outcome:
    subject = asked.subject
    if subject is None or not isinstance(refused, Refused):
        return refused
    return replace(refused, findings=_findings(asked, subject, on))


def _protocol(asked: Asked, subject: Subject, on: date) -> Protocol:
    return asked.trial.version_at(subject.site, on).protocol


def _findings(asked: Asked, subject: Subject, on: date) -> tuple[Finding, ...]:
    return evaluate_all(_protocol(asked, subject, on), subject, on)


@problems.register
def _subject_randomized(event: events.SubjectRandomized, asked: Asked) -> Iterator[str]:
    yield from _not_now(event, asked)
    trial, subject = asked.trial, asked.subject
    if subject is None or not trial.lists:
        return
    protocol = _protocol(asked, subject, event.randomized_on)
    strata = levels(protocol.randomization.strata, subject, event.randomized_on)
    if event.stratum != tuple(level.value for level in strata):
        yield f"stratum: found {', '.join(event.stratum)}, which is not that of {subject.id}"
    expected = trial.allocated.get(event.stratum, 0) + 1
    if event.list_position != expected:
        yield f"took position {event.list_position}, but {expected} was next"
    held = trial.lists[-1]
    if mismatch := check_position(held.commitment, held.leaves, event):
        yield mismatch.why


def _not_now(event: events.Event, asked: Asked) -> Iterator[str]:
    """Why this person cannot be randomized today, whatever the list holds."""
    assert isinstance(event, events.SubjectRandomized)
    subject, on = asked.subject, event.randomized_on
    if subject is None:
        return
    protocol = _protocol(asked, subject, on)
    findings = evaluate_all(protocol, subject, on)
    strata = levels(protocol.randomization.strata, subject, on)
    yield from _not_today(asked, on)
    yield from _no_list(asked.trial, protocol)
    yield from closed_for(asked.trial, protocol, strata, on)
    yield from _full(asked)
    yield from _gone(asked.trial, subject)
    yield from _not_ready(subject, protocol)
    yield from _consent_outdated(asked.trial, subject, on)
    yield from _not_met(findings)
    yield from _unknown_strata(strata)
    yield from _not_signed(subject, findings)


def _not_met(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.verdict is not Verdict.MET:
            yield f"{finding.id} {finding.verdict.value.replace('_', ' ')}: {finding.detail}"


def _unknown_strata(strata: Sequence[Level]) -> Iterator[str]:
    for level in strata:
        if level.value is None:
            yield f"stratum {level.stratum} unknown ({level.detail})"


def _not_signed(subject: Subject, findings: Sequence[Finding]) -> Iterator[str]:
    """A delegated physician signs eligibility; whoever is delegated may then press (ICH E6(R3)
    2.2).
    """
    signed = max(subject.signed_as(ELIGIBILITY).values(), default=0)
    evidence = (seq for each in findings for seq in each.evidence if isinstance(seq, int))
    last = max(evidence, default=0)
    if not signed:
        yield "eligibility is not signed by an investigator"
    elif last > signed:
        yield f"entry {last} came after eligibility was signed (entry {signed}): sign it again"


def _not_today(asked: Asked, on: date) -> Iterator[str]:
    """Eligibility is asked on the day of randomization at the site; another date would be a
    waiver.
    """
    if on != asked.today:
        yield (
            f"randomized_on: {on} is not the day at the site, {asked.today}; randomization is"
            " neither back- nor post-dated"
        )


def _no_list(trial: Trial, protocol: Protocol) -> Iterator[str]:
    """There is a list, for these arms and strata."""
    if not trial.lists:
        yield "no randomization list was committed"
        return
    listed = trial.version(trial.lists[-1].version).protocol
    if allocated_by(listed) != allocated_by(protocol):
        yield (
            f"the list was committed for version {listed.version}; version {protocol.version} has"
            " other arms or strata: commit a list for it"
        )


def allocated_by(protocol: Protocol) -> tuple[object, ...]:
    """What a list depends on: arms with their ratio, and strata; a ledger keeps their levels in
    alphabetical order, a file in its own, and both are the same.
    """
    arms = frozenset((arm.id, arm.ratio) for arm in protocol.arms)
    return arms, frozenset(cells(protocol.randomization.strata))


def closed_for(
    trial: Trial, protocol: Protocol, strata: Sequence[Level], on: date
) -> Iterator[str]:
    """A list with a closed arm cannot be followed: which arm is next must stay unknown."""
    for arm in protocol.arms:
        if (since := trial.closed.get(arm.id)) and since <= on:
            yield f"arm {arm.id} is closed from {since}: amend the protocol and commit a new list"
    stratum = tuple(level.value or "" for level in strata)
    if (since := trial.closed.get(stratum)) and since <= on:
        yield f"stratum ({', '.join(stratum)}) is closed from {since}"


def _full(asked: Asked) -> Iterator[str]:
    site = asked.trial.sites.get(asked.subject.site if asked.subject else "")
    if site and site.cap is not None and site.randomized >= site.cap:
        yield f"site {site.id} has randomized {site.randomized} of the {site.cap} that it may"


def had_their_turn(trial: Trial, subject: Subject) -> Iterator[str]:
    """Why nothing, not even an envelope that was opened, gives this code an arm."""
    if subject.randomized:
        yield f"already randomized on {subject.randomized.on}; nobody is randomized twice"
    if subject.cancelled_randomizations:
        yield "a randomization of this code was cancelled; screen the person under a new code"
    if subject.id in trial.followed_by:
        yield f"screened again as {trial.followed_by[subject.id]}"


def _gone(trial: Trial, subject: Subject) -> Iterator[str]:
    """Why this code cannot be randomized any more."""
    yield from had_their_turn(trial, subject)
    if subject.screening_failed:
        yield (f"screening failed on {subject.screening_failed.on}; screen again under a new code")
    if subject.died:
        yield f"died on {subject.died}"
    if subject.study_ended:
        yield f"left the study on {subject.study_ended.on}"
    if subject.unresolved:
        told = ", ".join(map(str, sorted(subject.unresolved)))
        yield f"entries {told} contradict each other: answer the query first"


def _not_ready(subject: Subject, protocol: Protocol) -> Iterator[str]:
    if not protocol.randomization.requires_intended_chemotherapy:
        return
    intended = [ds for ds in subject.records(DS) if ds.decoded == "INTENDED CHEMOTHERAPY"]
    if not intended:
        yield "the intended chemotherapy is not recorded; the MDT decides before the arm is known"
    elif intended[-1].source not in subject.signed_as(TREATMENT):
        yield (
            f"the intended chemotherapy (entry {intended[-1].source}) is not signed by an"
            " investigator"
        )


def _consent_outdated(trial: Trial, subject: Subject, on: date) -> Iterator[str]:
    """An amendment that asks for it needs consent to it, or to a later version, by the day of
    randomization.
    """
    asked = [
        place
        for place, version in enumerate(trial.versions)
        if version.reconsent
        and version.effective_on <= on
        and subject.site in (version.sites or (subject.site,))
    ]
    if asked and trial.consented_to(subject, on) < asked[-1]:
        yield f"version {trial.versions[asked[-1]].protocol.version} asks for a new consent"
