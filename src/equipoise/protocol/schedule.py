"""When is what due? The visits that a protocol declares, and each occurrence on the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from equipoise.protocol.provenance import Sourced

Anchor = Literal["randomization", "first_dose", "last_dose", "progression"]
CYCLE: Literal["cycle"] = "cycle"
"""As many days as a cycle of the regimen that was intended for the participant."""
_CENTURY = 36525  # days: longer is a slip, and no calendar


class Rhythm(NamedTuple):
    """A visit in days: from the anchor to the first, from one to the next (None: there is but
    one), and how much earlier or later it may happen.
    """

    first: int
    every: int | None
    before: int
    after: int


class Visit(Sourced):
    """When something is due: once, or again and again from an anchor."""

    id: str = Field(description="by which entries name it, with its number if it recurs")
    label: str = Field(description="what people read")
    anchor: Anchor = Field(description="the day that it counts from")
    day: Annotated[int, Field(ge=-_CENTURY, le=_CENTURY)] | Literal["cycle"] = Field(
        description="days from the anchor to the first occurrence; or `cycle`: one of the regimen"
    )
    every_days: Annotated[int, Field(gt=0, le=_CENTURY)] | Literal["cycle"] | None = Field(
        None, description="days from one to the next; or `cycle`"
    )
    counted_from: Literal["anchor", "previous"] = Field(
        "anchor",
        description=(
            "later occurrences count from the anchor, whatever came before, or from the one before"
            " as it was done, so that a delay moves what follows"
        ),
    )
    before_days: int = Field(ge=0, le=_CENTURY, description="how much earlier it may happen")
    after_days: int = Field(ge=0, le=_CENTURY, description="how much later it may happen")
    until: Literal["progression", "end_of_treatment", "death", "once"] = Field(
        "once", description="what ends its recurrence"
    )
    drug: str | None = Field(
        None, description="expected only of participants who were given this drug (EXTRT)"
    )
    unscheduled_fills: bool = Field(
        False, description="whether an unscheduled entry within the window stands for it"
    )
    forms: tuple[str, ...] = Field(description="what is asked then")

    @model_validator(mode="after")
    def _repeats_until(self) -> Visit:
        if (self.every_days is None) != (self.until == "once"):
            raise ValueError(f"visit {self.id!r}: every_days and until belong together")
        if self.every_days is None and self.counted_from == "previous":
            raise ValueError(f"visit {self.id!r}: it happens once, so there is none before it")
        return self

    @property
    def by_cycle(self) -> bool:
        """Whether the regimen decides when it is due."""
        return CYCLE in (self.day, self.every_days)

    def rhythm(self, cycle_days: int | None = None) -> Rhythm | None:
        """The visit in days, for cycles of this length; None when it goes by a cycle whose length
        is not known.
        """
        day, every = (cycle_days if days == CYCLE else days for days in (self.day, self.every_days))
        if day is None or (every is None and self.every_days is not None):
            return None
        return Rhythm(
            int(day), None if every is None else int(every), self.before_days, self.after_days
        )

    def name(self, number: int) -> str:
        """What an occurrence is called when it is recorded: one that recurs has its number."""
        return self.id if self.every_days is None else f"{self.id} {number}"


class Number(NamedTuple):
    """A visit as it was recorded: the id in the schedule, and which occurrence it is."""

    visit: str
    number: int


@lru_cache(maxsize=4096)
def numbered(recorded: str) -> Number:
    """`SCAN 2` as visit and number; a visit without a number is its first occurrence."""
    visit, _, number = recorded.partition(" ")
    return Number(visit, int(number) if number.isdigit() else 1)


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One expected occurrence: it may happen from `opens` to `closes`, both included."""

    target: date
    visit: str
    number: int
    opens: date
    closes: date


def occurrences(
    visit: Visit,
    start: date,
    until: date,
    *,
    cycle_days: int | None = None,
    done: Mapping[int, date] | None = None,
    at_least: int = 0,
) -> Iterator[Due]:
    """Every occurrence whose window opens by `until`, and so many at least that a century holds, in
    order, from the day of the anchor; none of a visit that goes by cycles of unknown length.

    `done` gives the day of each occurrence that took place, by number: where a visit counts from
    the one before, that day moves the next target.
    """
    if (rhythm := visit.rhythm(cycle_days)) is None:
        return
    before, after = timedelta(rhythm.before), timedelta(rhythm.after)
    target, number = start + timedelta(rhythm.first), 1
    last = start + timedelta(_CENTURY)
    while target - before <= until or (number <= at_least and target <= last):
        yield Due(target, visit.id, number, target - before, target + after)
        if rhythm.every is None:
            return
        previous = (done or {}).get(number, target) if visit.counted_from == "previous" else target
        target, number = previous + timedelta(rhythm.every), number + 1
