"""Under which protocol does the trial run? Adopting the first version, and amending it."""

from __future__ import annotations

from datetime import date

import equipoise.allocation.refusals as allocation
import equipoise.conduct.refusals as conduct
import equipoise.subject.refusals as subject
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import Context, Outcome, record
from equipoise.ledger import events
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import protocol_hash, to_payload
from equipoise.subject.state import Trial


def adopt_protocol(
    trial: Trial, by: Attribution, protocol: Protocol, *, simulated: bool
) -> Outcome:
    """Begin the trial under a protocol."""
    event = events.ProtocolAdopted(
        protocol=to_payload(protocol),
        version=protocol.version,
        hash=protocol_hash(protocol),
        simulated=simulated,
    )
    problems = ["the ledger already holds a protocol; amend it"] if trial.versions else []
    problems += _refused(protocol)
    return record(trial, by, event, problems, Context(version=protocol.version))


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
    problems = _refused(protocol)
    if protocol.version in {version.protocol.version for version in trial.versions}:
        problems.append(f"version {protocol.version} exists; an amendment needs a new version")
    if trial.versions and protocol.id != trial.protocol.id:
        problems.append(f"found the protocol of {protocol.id}, expected {trial.protocol.id}")
    return record(trial, by, event, problems, Context(version=protocol.version))


def _refused(protocol: Protocol) -> list[str]:
    """What no command could record or allocate; what cannot be analyzed or planned is for
    `planning.check` to say.
    """
    return [
        str(refusal)
        for room in (subject, allocation, conduct)
        for refusal in room.refusals(protocol)
    ]
