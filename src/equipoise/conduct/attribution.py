"""What every command has in common: who acts and when, the entry that follows the head, or a
refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from equipoise.conduct.roles import MAY, SITE, may
from equipoise.eligibility.finding import Finding
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import Event
from equipoise.subject.state import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who acts, in which role, where and when (UTC); `key` makes a repeated command harmless;
    `salt` is random.
    """

    at: str
    actor: str
    role: str
    site: str | None
    key: str
    salt: str

    @property
    def day(self) -> date:
        """The day of recording, in UTC."""
        return date.fromisoformat(self.at[:10])

    @property
    def today(self) -> date:
        """The latest calendar day that can have begun at any site: clinical dates are local, `at`
        is UTC.
        """
        return self.day + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not carried out, with everything in its way."""

    reasons: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def __str__(self) -> str:
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The same command (same key) was carried out before, as entry `seq`."""

    seq: int


Outcome = Entry | Refused | AlreadyDone


def outcome(
    trial: Trial,
    stamp: Stamp,
    event: Event,
    problems: list[str],
    *,
    subject: str | None = None,
    version: str = "",
    reason: str | None = None,
    supersedes: int | None = None,
    findings: tuple[Finding, ...] = (),
) -> Outcome:
    """The entry that records the event, or what is in the way. Nothing else decides whether an
    event is recorded.
    """
    held = trial.subjects.get(subject) if subject else None
    known = held.keys if held else trial.keys
    if stamp.key in known:
        return AlreadyDone(known[stamp.key])
    kind = type(event).__name__
    found = list(problems)
    if not may(stamp.role, kind):
        found.insert(
            0,
            f"{kind} is not open to the role {stamp.role!r}; it is to"
            f" {', '.join(sorted(MAY[kind]))}",
        )
    if held and stamp.role in SITE and stamp.site != held.site:
        found.append(f"{held.id} belongs to site {held.site}, not to {stamp.site}")
    if trial.head is not None and stamp.at < trial.head.at:
        found.append(f"the clock runs back: {stamp.at} is before the last entry, {trial.head.at}")
    if trial.locked and kind not in ("AllocationOpened", "Signed"):
        found.append("the trial is locked")
    if found:
        return Refused(tuple(found), findings)
    details: dict[str, Any] = {"subject": subject, "reason": reason, "supersedes": supersedes}
    return chain.append(
        trial.head,
        event,
        at=stamp.at,
        actor=stamp.actor,
        role=stamp.role,
        site=stamp.site,
        protocol=version or trial.protocol.version,
        key=stamp.key,
        salt=stamp.salt,
        **details,
    )


def version_for(trial: Trial, subject_id: str, on: date) -> str:
    """The protocol version under which an entry for this subject is made."""
    subject = trial.subjects.get(subject_id)
    return trial.version_at(subject.site if subject else "", on).protocol.version
