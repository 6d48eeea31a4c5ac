"""In which stratum is this person, and which arm is next there? Strata are declared record
expressions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from equipoise.protocol.randomization import IntervalStratum, Stratum, ValueStratum
from equipoise.subject.records import DOMAINS, Source, variables
from equipoise.subject.state import Subject
from equipoise.terms.dates import DAYS_PER_MONTH, PartialDate


@dataclass(frozen=True, slots=True)
class Level:
    """The level of one stratum, or why it is unknown; nothing is ever taken by default."""

    stratum: str
    value: str | None
    detail: str
    evidence: tuple[Source, ...] = ()


def levels(strata: Sequence[Stratum], subject: Subject, index: date) -> tuple[Level, ...]:
    """The level of each stratum on the index date."""
    return tuple(
        _by_value(stratum, subject)
        if isinstance(stratum, ValueStratum)
        else _by_interval(stratum, subject, index)
        for stratum in strata
    )


def cells(strata: Sequence[Stratum]) -> tuple[tuple[str, ...], ...]:
    """All combinations of levels, in the order in which the protocol names them."""
    return tuple(product(*(tuple(stratum.levels) for stratum in strata)))


def _matching(stratum: Stratum, subject: Subject) -> list[Any]:
    attributes = variables(stratum.domain)
    rows = subject.records(DOMAINS[stratum.domain])
    return [
        row
        for row in rows
        if all(getattr(row, attributes[v][0]) == value for v, value in stratum.where.items())
    ]


def _by_value(stratum: ValueStratum, subject: Subject) -> Level:
    rows = _matching(stratum, subject)
    if not rows:
        return Level(stratum.id, None, f"{stratum.label}: nothing recorded")
    value = getattr(rows[-1], variables(stratum.domain)[stratum.variable][0])
    name = next((level for level, values in stratum.levels.items() if value in values), None)
    return Level(stratum.id, name, f"{stratum.label}: {value}", (rows[-1].source,))


def _by_interval(stratum: IntervalStratum, subject: Subject, index: date) -> Level:
    """Since the latest of the dates, which may be any of those that a partial one can hide."""
    attribute = variables(stratum.domain)[stratum.variable][0]
    rows = [(getattr(row, attribute), row.source) for row in _matching(stratum, subject)]
    if not rows or any(when is None for when, _ in rows):
        return Level(
            stratum.id,
            None,
            f"{stratum.label}: {'a date is missing' if rows else 'nothing recorded'}",
        )
    last = PartialDate(max(when.earliest for when, _ in rows), max(when.latest for when, _ in rows))
    sources = tuple(dict.fromkeys(source for when, source in rows if when.latest >= last.earliest))
    since = f"{last}" if last.exact else f"{last.earliest} to {last.latest}"
    return Level(
        stratum.id,
        _level_of(stratum.levels, last, index),
        f"{stratum.label}: since {since}",
        sources,
    )


def _level_of(declared: Mapping[str, Any], last: PartialDate, index: date) -> str | None:
    """The level in which every completion of the date falls, or None. A month is 365.25/12 days
    (A-STRATA).
    """
    months = [
        Decimal((index - day).days) / Decimal(str(DAYS_PER_MONTH))
        for day in (last.earliest, last.latest)
    ]
    for name, level in declared.items():
        low, high = level.at_least or Decimal(0), level.below
        if all(low <= m and (high is None or m < high) for m in months):
            return name
    return None
