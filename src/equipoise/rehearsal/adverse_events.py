"""What do the drugs do to a virtual participant, and what does the site enter about it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from equipoise.rehearsal.screening_forms import Desk
from equipoise.subject.records import AE
from equipoise.terms.dates import exact

SEVERE, STOPS = 3, 4
TESTED, OTHER = "CETUXIMAB", "CHEMOTHERAPY"
"""What an event is related to, as the form of adverse events says: the drug under test, the rest.
"""
_ENDS_TESTED = ("INFUSION REACTION", "INTERSTITIAL LUNG DISEASE")
_RECOVERS = ("Neutrophil count decreased", "Anemia", "Hypomagnesemia")


@dataclass(frozen=True, slots=True)
class Event:
    """An adverse event to come: in which cycle it starts, how bad it gets and how long it lasts."""

    kind: Mapping[str, Any]
    related: str
    cycle: int
    grade: int
    after: int
    days: int

    @property
    def ends_tested(self) -> bool:
        """Protocol, treatment rules: reactions of grade 3 or 4 and lung disease of any grade."""
        category = self.kind["category"]
        return category in _ENDS_TESTED and (self.grade >= SEVERE or category == _ENDS_TESTED[1])

    @property
    def ends_treatment(self) -> bool:
        """Grade 4 of what the drugs do, except blood counts, which recover."""
        counts = self.kind["decoded"] in _RECOVERS
        return self.grade >= STOPS and not counts and self.related != "NOT RELATED"

    @property
    def delays(self) -> bool:
        """Severe reactions postpone the next cycle."""
        return self.grade >= SEVERE and not self.ends_treatment

    @property
    def is_rash(self) -> bool:
        """Protocol, treatment rules: a severe one delays the drug under test, and may reduce it."""
        return bool(self.kind["category"] == "SKIN REACTION")


def draw_events(desk: Desk, experimental: bool) -> list[Event]:
    """All adverse events she would have if treated long enough; a severe rash may come back."""
    rng, events = desk.rng, []
    for kind in desk.parameters.tables["adverse_events"]:
        has = rng.random() < kind["experimental" if experimental else "control"]
        grade = 1 + int(rng.choice(4, p=kind["grades"]))
        cycle = int(rng.geometric(1 / kind["cycle"]))
        after, days = int(rng.integers(0, 9)), 1 + int(rng.exponential(kind["days"]))
        if has:
            at_infusion = kind["category"] == "INFUSION REACTION"
            by_drug = kind["related"] != "NOT RELATED" and not experimental
            related = OTHER if by_drug else kind["related"]
            event = Event(kind, related, cycle, grade, 0 if at_infusion else after, days)
            events += [event, *_again(desk, event)]
    return events


def _again(desk: Desk, event: Event) -> Iterator[Event]:
    while event.is_rash and event.grade >= SEVERE and desk.chance("rash_again"):
        event = replace(event, cycle=event.cycle + int(desk.rng.integers(1, 4)))
        yield event


def reported(event: Event, cycle: date, seen: date, last: bool) -> AE:
    """The event as it is told on the day `seen`."""
    start = cycle + timedelta(days=event.after)
    end = start + timedelta(days=event.days)
    over = end <= seen
    action = (
        "STOPPED" if event.ends_treatment else "DELAYED" if event.delays and not last else "NONE"
    )
    return AE(
        term=event.kind["term"],
        decoded=event.kind["decoded"],
        category=event.kind["category"],
        grade=str(event.grade),
        serious="Y" if event.grade >= STOPS else "N",
        related=event.related,
        action=action,
        outcome="RECOVERED" if over else "NOT RECOVERED",
        start=exact(start),
        end=exact(end) if over else None,
    )
