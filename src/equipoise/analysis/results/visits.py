"""Which visits were expected of those randomized, and what became of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from equipoise.analysis.results.layout import Count, Day, keywords

Occurrences = Annotated[
    Mapping[str, tuple[str, ...]],
    keywords(description="subject to the visits, as they are recorded"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsOfArm:
    """One visit of the schedule in one arm: each expected occurrence in one of these."""

    done: Annotated[Occurrences, keywords(description="whole, and within the window")]
    outside: Annotated[Occurrences, keywords(description="whole, and not within the window")]
    partly: Annotated[Occurrences, keywords(description="without some form of the visit")]
    due: Annotated[Occurrences, keywords(description="the window is open, nothing is there")]
    overdue: Annotated[Occurrences, keywords(description="the window has closed; may be made up")]
    missed: Annotated[Occurrences, keywords(description="the window has closed for good")]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One visit of the schedule, by arm."""

    label: str
    arms: Mapping[str, VisitsOfArm]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueVisit:
    """A visit that somebody has to ask about: its window closed so many days before the cutoff."""

    subject: str
    visit: str
    closed: Day
    days: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """The visits expected by the cutoff, by the schedule; and those overdue then."""

    schedule: Annotated[Mapping[str, VisitRow], keywords(description="visit to its rows")]
    overdue: tuple[OverdueVisit, ...]
