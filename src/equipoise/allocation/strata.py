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
from equipoise.subject.records.variables import READ
from equipoise.subject.state import Subject
from equipoise.terms.dates import DAYS_PER_MONTH, PartialDate
from equipoise.terms.drugs import is_drug, is_of_class
from equipoise.terms.verdict import Verdict, all_of


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


def _matching(stratum: Stratum, subject: Subject) -> list[tuple[Any, Verdict]]:
    """The records that are what the stratum asks about, and those that may be."""
    rows = subject.records(DOMAINS[stratum.domain])
    answers = [(row, _is_asked_about(stratum, row)) for row in rows]
    return [(row, answer) for row, answer in answers if answer is not Verdict.NOT_MET]


def _is_asked_about(stratum: Stratum, row: Any) -> Verdict:
    attributes = variables(stratum.domain)
    return all_of(
        _is(row, variable, value, getattr(row, attributes[variable][0]), attributes[variable][1])
        for variable, value in stratum.where.items()
    )


def _is(row: Any, variable: str, wanted: str, found: str, kind: str) -> Verdict:
    """A drug and its class are known by the drug table, as the criteria know them; other values as
    code lists are compared.
    """
    if variable == "CMCLAS":
        return is_of_class(row.treatment, row.drug_class, wanted)
    if variable in ("CMTRT", "EXTRT"):
        return is_drug(row.treatment, getattr(row, "drug_class", ""), wanted)
    return Verdict.MET if READ[kind](wanted) == found else Verdict.NOT_MET


def _by_value(stratum: ValueStratum, subject: Subject) -> Level:
    answers = _matching(stratum, subject)
    rows = [row for row, _ in answers]
    if not rows:
        return Level(stratum.id, None, f"{stratum.label}: nothing recorded")
    if unclear := _unclear(stratum, answers):
        return unclear
    value = getattr(rows[-1], variables(stratum.domain)[stratum.variable][0])
    name = next((level for level, values in stratum.levels.items() if value in values), None)
    return Level(stratum.id, name, f"{stratum.label}: {value}", (rows[-1].source,))


def _by_interval(stratum: IntervalStratum, subject: Subject, index: date) -> Level:
    """Since the latest of the dates, which may be any of those that a partial one can hide."""
    attribute = variables(stratum.domain)[stratum.variable][0]
    answers = _matching(stratum, subject)
    if unclear := _unclear(stratum, answers):
        return unclear
    rows = [(getattr(row, attribute), row.source) for row, _ in answers]
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


def _unclear(stratum: Stratum, answers: list[tuple[Any, Verdict]]) -> Level | None:
    """No level while a record may be what is asked about and may not."""
    doubts = [row for row, answer in answers if answer is Verdict.UNKNOWN]
    if not doubts:
        return None
    named = getattr(doubts[0], "treatment", "") or "a record"
    detail = f"{stratum.label}: {named} may be what is asked about, or not"
    return Level(stratum.id, None, detail, tuple(dict.fromkeys(row.source for row in doubts)))


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
