"""Which randomization lists were fixed in advance?"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.ledger import events


class CommittedList(NamedTuple):
    """A randomization list: its commitment, of how many leaves, under which version, and the entry;
    None opened it yet.
    """

    commitment: str
    leaves: int
    version: str
    source: int
    opening: events.AllocationOpened | None = None


class EmergencyList(NamedTuple):
    """A list of a site's own, in envelopes: so many for `each` stratum; `counted` is how many of
    each were unopened when somebody counted them.
    """

    site: str
    commitment: str
    leaves: int
    each: int
    version: str
    source: int
    counted: tuple[int, ...] | None = None
    opening: events.AllocationOpened | None = None
