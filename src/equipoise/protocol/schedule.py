"""When is what due? The visits that a protocol declares, and each occurrence on the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from equipoise.protocol.provenance import Sourced

Anchor = Literal["randomization", "first_dose", "last_dose", "progression"]


class Visit(Sourced):
    """When something is due: once, or again and again from an anchor."""

    id: str
    label: str
    anchor: Anchor
    day: int = Field(description="days from the anchor to the first occurrence")
    every_days: int | None = Field(None, gt=0)
    counted_from: Literal["anchor", "previous"] = Field(
        "anchor",
        description=(
            "later occurrences count from the anchor, whatever came before, or from the one before"
            " as it was done, so that a delay moves what follows"
        ),
    )
    before_days: int = Field(ge=0, description="how much earlier it may happen")
    after_days: int = Field(ge=0, description="how much later it may happen")
    until: Literal["progression", "end_of_treatment", "death", "once"] = "once"
    drug: str | None = Field(
        None, description="expected only of participants who were given this drug (EXTRT)"
    )
    unscheduled_fills: bool = Field(
        False, description="whether an unscheduled entry within the window stands for it"
    )
    forms: tuple[str, ...]

    @model_validator(mode="after")
    def _repeats_until(self) -> Visit:
        if (self.every_days is None) != (self.until == "once"):
            raise ValueError(f"visit {self.id!r}: every_days and until belong together")
        if self.every_days is None and self.counted_from == "previous":
            raise ValueError(f"visit {self.id!r}: it happens once, so there is none before it")
        return self

    def name(self, number: int) -> str:
        """What an occurrence is called when it is recorded: one that recurs has its number."""
        return self.id if self.every_days is None else f"{self.id} {number}"


class Number(NamedTuple):
    """A visit as it was recorded: the id in the schedule, and which occurrence it is."""

    visit: str
    number: int


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
    visit: Visit, start: date, until: date, done: Mapping[int, date] | None = None
) -> Iterator[Due]:
    """Every occurrence whose window opens by `until`, in order, from the day of the anchor.

    `done` gives the day of each occurrence that took place, by number: where a visit counts from
    the one before, that day moves the next target.
    """
    target, number = start + timedelta(visit.day), 1
    while target - timedelta(visit.before_days) <= until:
        opens, closes = target - timedelta(visit.before_days), target + timedelta(visit.after_days)
        yield Due(target, visit.id, number, opens, closes)
        if visit.every_days is None:
            return
        previous = (done or {}).get(number, target) if visit.counted_from == "previous" else target
        target, number = previous + timedelta(visit.every_days), number + 1
