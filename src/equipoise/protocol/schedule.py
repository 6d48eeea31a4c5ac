"""When is what due? Expected visits from the anchors of one participant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.protocol.model import Visit


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One expected visit: it may happen from `opens` to `closes`, both included."""

    target: date
    visit: str
    number: int
    opens: date
    closes: date


def due(
    schedule: Iterable[Visit], anchors: Mapping[str, date], until: Mapping[str, date], end: date
) -> list[Due]:
    """Expected visits up to `end`, in order of their target dates.

    `anchors` holds the dates known so far (randomization, first_dose, last_dose, progression); a
    visit without its anchor is not due yet. `until` holds the dates that end repetition
    (progression, end_of_treatment, death): a visit with its target after that date is not due.
    """
    return sorted(
        occurrence
        for visit in schedule
        if visit.anchor in anchors
        for occurrence in _occurrences(visit, anchors, until, end)
    )


def _occurrences(
    visit: Visit, anchors: Mapping[str, date], until: Mapping[str, date], end: date
) -> Iterable[Due]:
    start = anchors[visit.anchor]
    stops = min([end, *(until[event] for event in (visit.until, "death") if event in until)])
    number = 1
    while True:
        target = start + timedelta(visit.day + (number - 1) * (visit.every_days or 0))
        if target > stops:
            return
        opens, closes = target - timedelta(visit.before_days), target + timedelta(visit.after_days)
        yield Due(target, visit.id, number, opens, closes)
        if visit.every_days is None:
            return
        number += 1
