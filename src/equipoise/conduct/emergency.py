"""How is somebody randomized while the system cannot be reached? By envelopes from a list of the
site's own, opened one after the other, recorded afterwards and counted in the end (ICH E6(R3) 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any, Literal, NamedTuple

from equipoise.allocation.declared import allocation_of
from equipoise.allocation.method import draw_list
from equipoise.allocation.sealed_list import NoSuchPlace, SealedList, check_position, seal
from equipoise.allocation.strata import cells, levels
from equipoise.conduct.asked import Asked, Context, problems
from equipoise.conduct.attribution import ACTOR_CODE, Attribution
from equipoise.conduct.ports import SealedEnvelopes
from equipoise.conduct.preconditions import no_time, without_reason
from equipoise.conduct.randomization import allocations, closed_for, had_their_turn
from equipoise.conduct.record import Outcome, Refused, record
from equipoise.eligibility import evaluate_all
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.subject.committed_lists import EmergencyList
from equipoise.subject.state import PHYSICIANS, Subject, Trial
from equipoise.terms.time_zones import local_day
from equipoise.terms.verdict import Verdict

ENVELOPES = 8
"""For each stratum, unless another number is asked for: an outage is short."""


class Envelope(NamedTuple):
    """What somebody did with an envelope: its stratum and number, arm and code of the card, the
    actual time with its offset from UTC, by whom, and what a physician judged of the eligibility.
    """

    stratum: tuple[str, ...]
    number: int
    arm: str
    code: str
    opened_at: str
    opened_by: str
    eligibility: Literal["MET", "NOT MET", "NOT KNOWN"]
    judged_by: str


class Unaccounted(NamedTuple):
    """Envelopes of a stratum that are neither unopened nor recorded; with more unopened than there
    can be, fewer than none.
    """

    site: str
    stratum: tuple[str, ...]
    envelopes: int


def draw_emergency_list(
    protocol: Protocol, site: str, rng: Any, salt: str, *, envelopes: int = ENVELOPES
) -> SealedList:
    """A list of a site's own, for each stratum so many envelopes; never positions of the main list.
    Raises ValueError for fewer than one.
    """
    if envelopes < 1:
        raise ValueError(f"envelopes: found {envelopes}, expected 1 or more for each stratum")
    allocation = allocation_of(protocol)
    strata = cells(protocol.randomization.strata)
    drawn = draw_list(rng, allocation, strata, envelopes)
    sequences = {(site, *stratum): arms[:envelopes] for stratum, arms in drawn.items()}
    return seal(sequences, salt=salt, sizes=allocation.numbers)


def commit_emergency_list(
    trial: Trial, by: Attribution, site: str, sealed: SealedEnvelopes
) -> Outcome:
    """Publish the commitment of a site's emergency list before its envelopes are sent."""
    strata = len(cells(trial.protocol.randomization.strata)) if trial.versions else 1
    event = events.EmergencyListCommitted(
        for_site=site,
        commitment=sealed.commitment,
        leaves=sealed.leaves,
        envelopes=(sealed.leaves - 1) // strata,
    )
    return record(trial, by, event)


@problems.register
def _emergency_list_committed(event: events.EmergencyListCommitted, asked: Asked) -> Iterator[str]:
    trial = asked.trial
    if event.for_site not in trial.sites:
        yield f"there is no site {event.for_site!r}; open it first"
    if event.commitment in {*trial.emergency, *(held.commitment for held in trial.lists)}:
        yield "this list was committed before"
    version = trial.protocol.version
    if any((each.site, each.version) == (event.for_site, version) for each in _lists(trial)):
        yield f"{event.for_site} has an emergency list for version {version}"
    strata = len(cells(trial.protocol.randomization.strata))
    if event.envelopes < 1 or event.leaves != strata * event.envelopes + 1:
        yield (
            f"the list has {event.leaves} leaves; {strata} strata of {event.envelopes} envelopes"
            f" and the sizes of the blocks are {strata * event.envelopes + 1}"
        )


def _lists(trial: Trial) -> tuple[EmergencyList, ...]:
    return tuple(trial.emergency.values())


def randomize_offline(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    opened: Envelope,
    sealed: SealedEnvelopes,
    *,
    reason: str,
) -> Outcome:
    """Record that an envelope was opened, and why the system could not be used. It is a fact: what
    spoke against it is asked about, and the person stays in the arm (intention to treat).
    """
    try:
        place = (by.site or "", *opened.stratum)
        shown = sealed.proof(place, opened.number, opened.arm, opened.code)
        on = _day_of(trial, by, opened.opened_at)
    except (NoSuchPlace, ValueError) as wrong:
        return Refused((str(wrong),))
    event = events.RandomizedOffline(
        arm=opened.arm,
        stratum=opened.stratum,
        list_position=opened.number,
        salt=opened.code,
        randomized_on=on,
        opened_at=opened.opened_at,
        opened_by=opened.opened_by,
        eligibility=opened.eligibility,
        judged_by=opened.judged_by,
        commitment=sealed.commitment,
        leaf=shown.leaf,
        proof=shown.proof,
    )
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


@problems.register
def _randomized_offline(event: events.RandomizedOffline, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the system could not be used")
    yield from _no_moment(event, asked)
    for member in ("opened_by", "judged_by"):
        if not ACTOR_CODE.fullmatch(getattr(event, member)):
            yield f"{member}: found {getattr(event, member)!r}, expected the code of a person"
    if asked.subject is not None:
        yield from had_their_turn(asked.trial, asked.subject)
    held = asked.trial.emergency.get(event.commitment)
    if held is None or held.site != asked.by.site:
        yield f"this is no emergency list of {asked.by.site} that was committed"
    elif mismatch := check_position(held.commitment, held.leaves, event, held.site):
        yield mismatch.why
    elif event.list_position in _used(asked.trial, event):
        yield f"envelope {event.list_position} was opened for somebody else already"


def _no_moment(event: events.RandomizedOffline, asked: Asked) -> Iterator[str]:
    wrong = list(no_time("opened_at", event.opened_at, asked.by.at))
    yield from wrong
    if not wrong and event.randomized_on != _day_of(asked.trial, asked.by, event.opened_at):
        yield f"randomized_on: {event.randomized_on} is not the day of {event.opened_at} there"


def _day_of(trial: Trial, by: Attribution, opened_at: str) -> date:
    """The day at the site. Raises ValueError for what is no time."""
    site = trial.sites.get(by.site or "")
    return local_day(opened_at, site.time_zone) if site else date.fromisoformat(opened_at[:10])


def _used(trial: Trial, event: events.RandomizedOffline) -> set[int]:
    given = allocations(trial, event.commitment)
    return {each.list_position for each in given if each.stratum == event.stratum}


def doubts_about_envelope(
    trial: Trial, subject: Subject, event: events.RandomizedOffline
) -> Iterator[tuple[str, str]]:
    """What somebody should look at, as the trial and the subject stood before the entry: another
    envelope than the next, another stratum than the records say, a criterion that was not met.
    """
    used = _used(trial, event)
    expected = next(number for number in count(1) if number not in used)
    if event.list_position != expected:
        yield "list_position", f"envelope {expected} was next: where is it?"
    on = event.randomized_on
    protocol = trial.version_at(subject.site, on).protocol
    strata = levels(protocol.randomization.strata, subject, on)
    for place, level in enumerate(strata):
        found = event.stratum[place] if place < len(event.stratum) else ""
        if level.value != found:
            told = level.value or "not known"
            yield "stratum", f"{level.stratum}: {found} on the envelope, {told} by the records"
    if event.eligibility != "MET":
        yield "eligibility", f"eligibility was {event.eligibility.lower()}: a deviation?"
    open_ = [each for each in evaluate_all(protocol, subject, on) if each.verdict != Verdict.MET]
    if open_:
        unmet = "; ".join(f"{each.id} {each.verdict.value.replace('_', ' ')}" for each in open_)
        yield "eligibility", f"by the records of now: {unmet}. A deviation?"
    if not _is_physician(trial, subject.site, event.judged_by, on):
        yield "judged_by", f"{event.judged_by} held no delegation as a physician on {on}"
    against = [*_not_in_the_trial(subject, on), *closed_for(trial, protocol, strata, on)]
    yield from (("randomized_on", f"{each}: a deviation?") for each in against)


def _is_physician(trial: Trial, site: str, person: str, on: date) -> bool:
    held = trial.delegations.values()
    return any(each.holds(person, role, site, on) for each in held for role in PHYSICIANS)


def _not_in_the_trial(subject: Subject, on: date) -> Iterator[str]:
    if not any(consent.on <= on for consent in subject.consents):
        yield f"no consent by {on} is recorded"
    if subject.screening_failed:
        yield f"screening failed on {subject.screening_failed.on}"
    if subject.died and subject.died.latest < on:
        yield f"{on} is after the death of {subject.died}"


def count_envelopes(
    trial: Trial,
    by: Attribution,
    commitment: str,
    unopened: tuple[int, ...],
    *,
    reason: str = "",
) -> Outcome:
    """Record how many envelopes of a list are unopened, for each stratum in alphabetical order. A
    number that the ledger does not expect is recorded with its reason.
    """
    event = events.EnvelopesCounted(commitment=commitment, unopened=unopened)
    return record(trial, by, event, Context(reason=reason or None))


@problems.register
def _envelopes_counted(event: events.EnvelopesCounted, asked: Asked) -> Iterator[str]:
    held = asked.trial.emergency.get(event.commitment)
    if held is None:
        yield "no such emergency list was committed"
        return
    strata = _strata(asked.trial, held)
    if len(event.unopened) != len(strata) or not all(
        0 <= left <= held.each for left in event.unopened
    ):
        yield (
            f"unopened: found {', '.join(map(str, event.unopened))}, expected {len(strata)} counts"
            f" from 0 to {held.each}"
        )
        return
    if held.counted is not None:
        yield from without_reason(asked, "they are counted again")
    if any(_open_accounts(asked.trial, held._replace(counted=event.unopened))):
        yield from without_reason(asked, "some are neither unopened nor recorded")


def uncounted(trial: Trial) -> tuple[EmergencyList, ...]:
    """Emergency lists whose envelopes nobody has counted yet."""
    return tuple(held for held in _lists(trial) if held.counted is None)


def unaccounted(trial: Trial) -> tuple[Unaccounted, ...]:
    """Counted envelopes that do not agree with the ledger: lost, opened without a record, or opened
    after the count.
    """
    return tuple(each for held in _lists(trial) for each in _open_accounts(trial, held))


def _open_accounts(trial: Trial, held: EmergencyList) -> Iterator[Unaccounted]:
    if held.counted is None:
        return
    given = allocations(trial, held.commitment)
    for stratum, counted in zip(_strata(trial, held), held.counted, strict=True):
        opened = sum(each.stratum == stratum for each in given)
        if left := held.each - counted - opened:
            yield Unaccounted(held.site, stratum, left)


def _strata(trial: Trial, held: EmergencyList) -> tuple[tuple[str, ...], ...]:
    """In alphabetical order, as the list has them: a protocol from the ledger knows no other."""
    strata = trial.version(held.version).protocol.randomization.strata
    return tuple(sorted(cells(strata)))
