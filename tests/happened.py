"""Events as tests tell them: what a list or a request answers is filled in."""

from __future__ import annotations

from datetime import date

from equipoise.allocation.sealed_list import SealedList
from equipoise.conduct.emergency import Envelope
from equipoise.ledger.events import EntryRedacted, Frozen, Locked, SubjectRandomized

ON = date(2026, 3, 1)


def randomized(
    arm: str, stratum: tuple[str, ...], list_position: int, randomized_on: date
) -> SubjectRandomized:
    """An allocation without the proof of its position."""
    return SubjectRandomized(
        arm=arm,
        stratum=stratum,
        list_position=list_position,
        randomized_on=randomized_on,
        commitment="cc" * 32,
        salt="5a" * 16,
        leaf=0,
        proof=(),
    )


def envelope(drawn: SealedList, number: int, opened_at: str) -> Envelope:
    """What a site states of an envelope of irinotecan after 4 months or more."""
    stratum = "irinotecan", "4 months or more"
    (site,) = {place[0] for place in drawn.strata}
    card = drawn.position((site, *stratum), number)
    return Envelope(
        stratum,
        number,
        card.arm,
        card.salt,
        opened_at,
        "investigator-01",
        "MET",
        "investigator-01",
    )


def redacted(entry: int, *fields: str) -> EntryRedacted:
    """The log of a redaction."""
    return EntryRedacted(
        redacted=entry,
        fields=fields,
        ground="IDENTIFIER",
        legal_basis="GDPR 17",
        decided_by="sponsor-01",
        signers=(),
    )


def locked(scope: str = "TRIAL") -> Locked:
    """A lock that somebody asked for in entry 1."""
    return Locked(scope=scope, requested=1)


def frozen(*subjects: str) -> Frozen:
    """A freeze of all forms of somebody up to a day."""
    return Frozen(forms=(), subjects=subjects, cutoff=ON)
