"""Under which protocol does the trial run? Adopting the first version, and amending it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import equipoise.allocation.refusals as allocation
import equipoise.conduct.refusals as conduct
import equipoise.subject.refusals as subject
from equipoise.allocation.strata import cells
from equipoise.conduct.asked import Asked, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import Outcome, record
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import from_payload, protocol_hash, to_payload
from equipoise.subject.state import Trial


def adopt_protocol(
    trial: Trial, by: Attribution, protocol: Protocol, *, simulated: bool
) -> Outcome:
    """Begin the trial under a protocol. Who adopts it acts for the sponsor, and delegates."""
    event = events.ProtocolAdopted(
        protocol=to_payload(protocol),
        version=protocol.version,
        hash=protocol_hash(protocol),
        simulated=simulated,
    )
    return record(trial, by, event)


@problems.register
def _protocol_adopted(event: events.ProtocolAdopted, asked: Asked) -> Iterator[str]:
    if asked.trial.versions:
        yield "the ledger already holds a protocol; amend it"
    protocol = _read(event)
    yield from [protocol] if isinstance(protocol, str) else _refused(event, protocol)


def amend_protocol(
    trial: Trial,
    by: Attribution,
    protocol: Protocol,
    *,
    sites: tuple[str, ...],
    effective_on: date,
    reconsent: bool,
) -> Outcome:
    """A new version for some sites (none named: all) from a day on, with or without a new
    consent (ICH E6(R3) 3.15).
    """
    event = events.ProtocolAmended(
        protocol=to_payload(protocol),
        version=protocol.version,
        hash=protocol_hash(protocol),
        sites=sites,
        effective_on=effective_on,
        reconsent=reconsent,
    )
    return record(trial, by, event)


@problems.register
def _protocol_amended(event: events.ProtocolAmended, asked: Asked) -> Iterator[str]:
    trial, protocol = asked.trial, _read(event)
    if isinstance(protocol, str):
        yield protocol
        return
    yield from _refused(event, protocol)
    if protocol.version in {version.protocol.version for version in trial.versions}:
        yield f"version {protocol.version} exists; an amendment needs a new version"
    if protocol.id != trial.protocol.id:
        yield f"found the protocol of {protocol.id}, expected {trial.protocol.id}"
    began = trial.versions[0].effective_on
    if event.effective_on < began:
        yield f"effective_on: {event.effective_on} is before the trial began ({began})"
    yield from (f"there is no site {site!r}" for site in event.sites if site not in trial.sites)
    yield from _dropped(trial, protocol)


def _dropped(trial: Trial, protocol: Protocol) -> Iterator[str]:
    """Arms, strata, forms and visits that hold people cannot vanish; they may close."""
    arms = {arm.id for arm in protocol.arms}
    strata = set(cells(protocol.randomization.strata))
    forms = {form.id for form in protocol.forms}
    criteria = {criterion.id for criterion in protocol.criteria}
    lost: dict[str, list[str]] = {}
    for person in trial.subjects.values():
        given = person.randomized
        if given and given.arm not in arms:
            lost.setdefault(f"arm {given.arm}", []).append(person.id)
        if given and given.stratum not in strata:
            lost.setdefault(f"stratum ({', '.join(given.stratum)})", []).append(person.id)
        for form in {held.form for held in person.forms.values()} - forms:
            lost.setdefault(f"form {form}", []).append(person.id)
        for name in {said.criterion for said in person.attestations} - criteria:
            lost.setdefault(f"criterion {name}", []).append(person.id)
    for what, people in sorted(lost.items()):
        more = f" and {len(people) - 5} more" if len(people) > 5 else ""
        yield f"{what} is not in the new version and holds {', '.join(people[:5])}{more}: close it"


def _read(event: events.ProtocolAdopted | events.ProtocolAmended) -> Protocol | str:
    """The protocol that an event carries, or why it is none."""
    try:
        return from_payload(event.protocol)
    except ValueError as broken:
        return str(broken)


def _refused(
    event: events.ProtocolAdopted | events.ProtocolAmended, protocol: Protocol
) -> Iterator[str]:
    """What no command could record or allocate; what cannot be analyzed or planned is for
    `planning.check` to say. The hash is that of the protocol.
    """
    if (event.version, event.hash) != (protocol.version, protocol_hash(protocol)):
        yield f"the hash or the version is not that of protocol {protocol.id}"
    for room in (subject, allocation, conduct):
        yield from map(str, room.refusals(protocol))
