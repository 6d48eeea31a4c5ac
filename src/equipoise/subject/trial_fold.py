"""What happened to the trial as a whole? Its versions, lists, sites, people, freezes and locks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import Event
from equipoise.protocol.payload import from_payload
from equipoise.subject.changed import replace
from equipoise.subject.committed_lists import CommittedList, EmergencyList
from equipoise.subject.conditions import (
    Confirmed,
    Delegation,
    Freeze,
    Site,
    SiteStatus,
    TrialStatus,
)
from equipoise.subject.likeness import with_place
from equipoise.subject.records import DM
from equipoise.subject.state import (
    LockRequest,
    Redaction,
    Subject,
    Trial,
    Version,
)

TRIAL = "TRIAL"
"""The scope of a lock that is not of one participant."""


def step_trial(trial: Trial, entry: Entry, event: Event) -> Trial:
    """The trial after an entry that is about no single participant."""
    match event:
        case events.ProtocolAdopted() | events.ProtocolAmended() | events.AssumptionsConfirmed():
            return _version(trial, entry, event)
        case events.AllocationCommitted() | events.AllocationOpened() | events.AllocationClosed():
            return _allocation(trial, entry, event)
        case events.TrialStatusChanged():
            return replace(trial, status=TrialStatus(event.status))
        case events.SiteOpened() | events.SiteStatusChanged():
            return replace(trial, sites={**trial.sites, **_site(trial, event)})
        case events.StaffTrained() | events.RoleDelegated() | events.DelegationEnded():
            return _staff(trial, entry, event)
        case events.KeyPublished():
            return replace(trial, public_keys=(*trial.public_keys, event.public_key))
        case events.EntryRedacted():
            return replace(trial, redactions=(*trial.redactions, _redaction(entry, event)))
        case _:
            return step_closing(trial, entry, event)


def step_about(trial: Trial, entry: Entry, event: Event, before: Subject) -> Trial:
    """What an entry about one participant changes in the trial; `before` is she before it."""
    match event:
        case events.SubjectScreened(previous_subject=str() as previous):
            return replace(trial, followed_by={**trial.followed_by, previous: before.id})
        case events.FormSaved() if _tells_birth(trial, before):
            return replace(trial, people=with_place(trial, before.id))
        case events.SubjectRandomized():
            used = {**trial.allocated, event.stratum: trial.allocated.get(event.stratum, 0) + 1}
            return replace(trial, allocated=used, sites=_counted(trial, before.site, 1))
        case events.RandomizedOffline():
            return replace(trial, sites=_counted(trial, before.site, 1))
        case events.EntryCancelled() if before.randomized and (
            before.randomized.source == event.cancelled
        ):
            return replace(trial, sites=_counted(trial, before.site, -1))
        case events.EntryRedacted():
            return replace(trial, redactions=(*trial.redactions, _redaction(entry, event)))
        case _:
            return step_closing(trial, entry, event)


def _tells_birth(trial: Trial, before: Subject) -> bool:
    return trial.subjects[before.id].records(DM) is not before.records(DM)


def _counted(trial: Trial, site: str, more: int) -> Mapping[str, Site]:
    if site not in trial.sites:
        return trial.sites
    held = trial.sites[site]
    return {**trial.sites, site: replace(held, randomized=held.randomized + more)}


def _version(
    trial: Trial,
    entry: Entry,
    event: events.ProtocolAdopted | events.ProtocolAmended | events.AssumptionsConfirmed,
) -> Trial:
    if isinstance(event, events.AssumptionsConfirmed):
        return replace(trial, confirmed=(*trial.confirmed, *_confirmed(trial, entry, event)))
    protocol = from_payload(event.protocol)
    if isinstance(event, events.ProtocolAmended):
        amended = Version(protocol, event.hash, event.sites, event.effective_on, event.reconsent)
        return replace(trial, versions=(*trial.versions, amended))
    first = Version(protocol, event.hash, (), date.fromisoformat(entry.at[:10]), False)
    return replace(trial, versions=(first,), simulated=event.simulated, founder=entry.actor)


def _confirmed(
    trial: Trial, entry: Entry, event: events.AssumptionsConfirmed
) -> Iterator[Confirmed]:
    declared = trial.version(event.version).protocol.assumptions
    for name in event.assumptions:
        yield Confirmed(name, declared[name], entry.actor, entry.role, entry.seq)


def _allocation(
    trial: Trial,
    entry: Entry,
    event: events.AllocationCommitted | events.AllocationOpened | events.AllocationClosed,
) -> Trial:
    match event:
        case events.AllocationCommitted():
            held = CommittedList(event.commitment, event.leaves, entry.protocol, entry.seq)
            return replace(trial, lists=(*trial.lists, held), allocated={})
        case events.AllocationOpened() if event.commitment in trial.emergency:
            opened = trial.emergency[event.commitment]._replace(opening=event)
            return replace(trial, emergency={**trial.emergency, event.commitment: opened})
        case events.AllocationOpened():
            lists = tuple(
                each._replace(opening=event) if each.commitment == event.commitment else each
                for each in trial.lists
            )
            return replace(trial, lists=lists)
        case events.AllocationClosed():
            what = event.arm if event.arm is not None else event.stratum or ()
            return replace(trial, closed={**trial.closed, what: event.closed_from})


def _envelopes(
    trial: Trial, entry: Entry, event: events.EmergencyListCommitted | events.EnvelopesCounted
) -> Trial:
    if isinstance(event, events.EnvelopesCounted):
        held = trial.emergency[event.commitment]._replace(counted=event.unopened)
    else:
        held = EmergencyList(
            event.for_site,
            event.commitment,
            event.leaves,
            event.envelopes,
            entry.protocol,
            entry.seq,
        )
    return replace(trial, emergency={**trial.emergency, event.commitment: held})


def _site(trial: Trial, event: events.SiteOpened | events.SiteStatusChanged) -> dict[str, Site]:
    if isinstance(event, events.SiteStatusChanged):
        held = trial.sites[event.changed_site]
        changed = replace(held, status=SiteStatus(event.status), since=event.since)
        return {held.id: changed}
    name = event.opened_site
    opened = Site(name, event.country, event.time_zone, SiteStatus.OPENED, date.min, event.cap)
    return {name: opened}


def _staff(
    trial: Trial,
    entry: Entry,
    event: events.StaffTrained | events.RoleDelegated | events.DelegationEnded,
) -> Trial:
    match event:
        case events.StaffTrained():
            return replace(trial, trained=trial.trained | {event.person})
        case events.RoleDelegated():
            given = Delegation(
                event.person, event.delegated_role, event.at_site, event.starts_on, event.ends_on
            )
            return replace(trial, delegations={**trial.delegations, entry.seq: given})
        case events.DelegationEnded():
            held = trial.delegations[event.delegation]
            ended = replace(held, ends_on=event.ended_on)
            return replace(trial, delegations={**trial.delegations, event.delegation: ended})


def _redaction(entry: Entry, event: events.EntryRedacted) -> Redaction:
    return Redaction(
        event.redacted,
        event.fields,
        entry.actor,
        event.decided_by,
        f"{event.ground}, {event.legal_basis}",
        entry.reason or "",
        entry.at,
        entry.seq,
    )


def step_closing(trial: Trial, entry: Entry, event: Event) -> Trial:
    """Envelopes, freezes, and locks with the requests for them."""
    match event:
        case events.EmergencyListCommitted() | events.EnvelopesCounted():
            return _envelopes(trial, entry, event)
        case events.Frozen():
            freeze = Freeze(event.forms, event.subjects, event.cutoff)
            return replace(trial, freezes={**trial.freezes, entry.seq: freeze})
        case events.Unfrozen():
            left = {seq: held for seq, held in trial.freezes.items() if seq != event.frozen}
            return replace(trial, freezes=left)
        case events.LockRequested():
            asked = LockRequest(event.scope, entry.actor, entry.seq, opens=False)
            return replace(trial, requests={**trial.requests, entry.seq: asked})
        case events.UnlockRequested():
            asked = LockRequest(event.scope, entry.actor, entry.seq, True, event.results_seen)
            return replace(trial, requests={**trial.requests, entry.seq: asked})
        case events.Locked() | events.Unlocked():
            return _turned(trial, event)
        case _:
            return trial


def _turned(trial: Trial, event: events.Locked | events.Unlocked) -> Trial:
    asked = trial.requests.get(event.requested)
    left = {seq: held for seq, held in trial.requests.items() if seq != event.requested}
    trial = replace(trial, requests=left)
    if isinstance(event, events.Unlocked) and asked:
        trial = replace(trial, unlocks=(*trial.unlocks, asked))
    if event.scope != TRIAL:
        return trial
    locks = isinstance(event, events.Locked)
    return replace(trial, status=TrialStatus.LOCKED if locks else TrialStatus.UNLOCKED)
