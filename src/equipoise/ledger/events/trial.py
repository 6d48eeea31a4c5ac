"""What can happen to the trial as a whole: its protocol, list, sites, people, freezes and locks?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from equipoise.ledger.events.happened import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAdopted(Happened):
    """The trial began under this protocol, carried whole; always entry 1. SDTM: TS, TA, TE, TV,
    TI.
    """

    protocol: dict[str, Any]
    version: str
    hash: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAmended(Happened):
    """From a day on, these sites work under a new version of the protocol. ICH E6(R3) 3.15; SDTM:
    TS, TI.
    """

    protocol: dict[str, Any]
    version: str
    hash: str
    sites: tuple[str, ...]
    effective_on: date
    reconsent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsConfirmed(Happened):
    """Somebody compared assumptions of a protocol version, by their ids, with their sources, and
    confirmed them: before that the protocol serves no real people. ICH E6(R3) 3.1, 3.16.
    """

    assumptions: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStatusChanged(Happened):
    """The trial began to recruit, paused, closed to accrual or was archived. ICH E6(R3) 3.17."""

    status: Literal["RECRUITING", "PAUSED", "CLOSED TO ACCRUAL", "ARCHIVED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOpened(Happened):
    """A site was taken into the trial; it works once it has its green light. `time_zone` is that of
    its calendar (IANA), `cap` the most it may randomize. ICH E6(R3) 3.9.
    """

    opened_site: str
    country: str
    time_zone: str
    cap: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatusChanged(Happened):
    """A site has its green light (ethics and contract), pauses or is closed. ICH E6(R3) 3.9."""

    changed_site: str
    status: Literal["ACTIVE", "PAUSED", "CLOSED"]
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTrained(Happened):
    """A person, by code, was trained. ICH E6(R3) 2.3."""

    person: str
    training: str
    trained_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDelegated(Happened):
    """A person may act in a role, at a site or for the whole trial, from a day to a day. ICH E6(R3)
    2.3; 21 CFR 11.10(d).
    """

    person: str
    delegated_role: str
    at_site: str | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnded(Happened):
    """A delegation, by its entry, ended on a day. ICH E6(R3) 2.3."""

    delegation: int
    ended_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen(Happened):
    """Some forms of some participants, with what is dated up to a day, were restricted while they
    are reviewed; no form or no participant named means each of them. ICH E6(R3) 4.2.
    """

    forms: tuple[str, ...]
    subjects: tuple[str, ...]
    cutoff: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfrozen(Happened):
    """A freeze, by its entry, was lifted. ICH E6(R3) 4.2."""

    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRequested(Happened):
    """One person asked for the lock of the trial or of a participant; another carries it out. ICH
    E6(R3) 4.2.
    """

    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked(Happened):
    """Entry was closed for a scope before the final analysis, as another person had asked. ICH
    E6(R3) 4.2.
    """

    scope: str
    requested: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockRequested(Happened):
    """One person asked to open a lock, and said whether results by arm had been seen. ICH E6(R3)
    4.2; ICH E9 5.2.
    """

    scope: str
    results_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked(Happened):
    """A lock was opened, as another person had asked. ICH E6(R3) 4.2."""

    scope: str
    requested: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrected(Happened):
    """The clock had been wrong since an entry; this entry has the right time, and those between
    count as of then. 21 CFR 11.10(e).
    """

    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPublished(Happened):
    """The public key by which heads of this ledger are signed (Ed25519, hexadecimal). 21 CFR
    11.10(c).
    """

    public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRedacted(Happened):
    """Fields of an earlier entry were taken out, for the reason given; their digests remain. ICH
    E6(R3) 4.2; GDPR 17.

    `fields` are their paths, `decided_by` another person than the one who carries it out, and
    `signers` those who had signed the entry and are told.
    """

    redacted: int
    fields: tuple[str, ...]
    ground: Literal["IDENTIFIER", "ENTERED UNLAWFULLY", "ERASURE"]
    legal_basis: str
    decided_by: str
    signers: tuple[str, ...]

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """Who signed is told by the ledger."""
        return ("signers",)
