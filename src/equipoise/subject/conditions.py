"""In which state are the trial, its sites and its people?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.protocol.provenance import Assumption


class TrialStatus(StrEnum):
    """The states of a trial (ICH E6(R3) 3.17)."""

    SET_UP = "SET-UP"
    RECRUITING = "RECRUITING"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED TO ACCRUAL"
    LOCKED = "LOCKED"
    UNLOCKED = "UNLOCKED"
    ARCHIVED = "ARCHIVED"


class SiteStatus(StrEnum):
    """The states of a site: taken in, at work since its green light, paused, closed."""

    OPENED = "OPENED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


class SubjectStatus(StrEnum):
    """The states of a participant, the last that holds."""

    SCREENED = "SCREENED"
    CONSENTED = "CONSENTED"
    SCREEN_FAILURE = "SCREEN FAILURE"
    RANDOMIZED = "RANDOMIZED"
    OFF_STUDY = "OFF STUDY"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Site:
    """A site: where it is, the time zone of its calendar, since when it is in its state, and how
    many it randomized of how many it may (None: any number).
    """

    id: str
    country: str
    time_zone: str
    status: SiteStatus
    since: date
    cap: int | None = None
    randomized: int = 0


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who may act in which role, where (None: for the whole trial), from when to when."""

    person: str
    role: str
    site: str | None
    starts_on: date
    ends_on: date | None

    def holds(self, person: str, role: str, site: str | None, on: date) -> bool:
        """Does it cover this?"""
        same = (self.person, self.role) == (person, role) and self.site in (None, site)
        return same and self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An assumption as it read when somebody confirmed it, who that was, and the entry."""

    name: str
    assumption: Assumption
    by: str
    role: str
    source: int

    def covers(self, name: str, assumption: Assumption) -> bool:
        """Does it still hold of what a version says under this name?"""
        return self.name == name and self.assumption == assumption


@dataclass(frozen=True, slots=True)
class Freeze:
    """Forms and participants that are restricted (none named: each), with what is dated up to the
    cutoff.
    """

    forms: tuple[str, ...]
    subjects: tuple[str, ...]
    cutoff: date

    def covers(self, subject: str, form: str, on: date | None) -> bool:
        """Is an entry about this day restricted? Of one without a day it is."""
        named = (not self.subjects or subject in self.subjects) and (
            not self.forms or form in self.forms
        )
        return named and (on is None or on <= self.cutoff)
