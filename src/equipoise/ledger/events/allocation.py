"""What can happen to a randomization list, and to who is allocated by it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from equipoise.ledger.events.happened import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationCommitted(Happened):
    """A randomization list was fixed before anybody was allocated by it: `commitment` is the root
    over its salted positions, of which there are `leaves`. What was left of an earlier list,
    `voided` positions, is void. ICH E9 2.3.2.
    """

    commitment: str
    leaves: int
    algorithm: str
    voided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationOpened(Happened):
    """A list was shown after closure with the sizes of its blocks, so that anyone can compare it
    with its commitment. ICH E9 2.3.2.
    """

    commitment: str
    seed: str
    list: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationClosed(Happened):
    """Nobody is allocated to an arm, or in a stratum, from a day on; both stay in the trial. ICH
    E6(R3) 3.15.
    """

    arm: str | None
    stratum: tuple[str, ...] | None
    closed_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRandomized(Happened):
    """The subject was allocated to an arm; from here on intention-to-treat applies. `salt` and
    `proof` show that the position holds this arm on the committed list. SDTM: DS, DM.ARMCD.
    """

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    randomized_on: date
    commitment: str
    salt: str
    leaf: int
    proof: tuple[str, ...]

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """What the list answers."""
        return "arm", "stratum", "list_position", "commitment", "salt", "leaf", "proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyListCommitted(Happened):
    """A list of a site's own was fixed, for the time when the system cannot be reached: for each
    stratum so many numbered `envelopes`. ICH E9 2.3.2.
    """

    for_site: str
    commitment: str
    leaves: int
    envelopes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomizedOffline(Happened):
    """The system could not be reached, and the site opened an envelope: number and `stratum` as
    they stand on it, `opened_at` the actual time with its offset from UTC, and what was known of
    the eligibility then, judged by a physician. `salt` is the code on the card; it shows with
    `proof` that the envelope held this arm. SDTM: DS, DM.ARMCD; ICH E6(R3) 4.1.
    """

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    salt: str
    randomized_on: date
    opened_at: str
    opened_by: str
    eligibility: Literal["MET", "NOT MET", "NOT KNOWN"]
    judged_by: str
    commitment: str
    leaf: int
    proof: tuple[str, ...]

    @classmethod
    def computed(cls) -> tuple[str, ...]:
        """What the list answers."""
        return "commitment", "leaf", "proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopesCounted(Happened):
    """Somebody counted the unopened envelopes of an emergency list, for each stratum in
    alphabetical order; before it is opened, and when a site closes. ICH E6(R3) 4.1.
    """

    commitment: str
    unopened: tuple[int, ...]
