"""Can this row be used? Rows of SDTM become records one by one, or a line in the listing of
problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from equipoise.endpoints.event_dates import SUBSEQUENT
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.datasets import Dataset, Row
from equipoise.exchange.cdisc.problems import NOT_USED, Problem, Problems
from equipoise.subject.records import (
    AE,
    CM,
    DS,
    EX,
    PR,
    RS,
    SS,
    TR,
    TU,
    Record,
    Source,
    variables,
)
from equipoise.terms.dates import PartialDate, parse_date

USED: dict[str, type[Record]] = {cls.__name__: cls for cls in (TU, TR, RS, EX, DS, CM, PR, AE, SS)}
"""The domains that records are made of; DM makes the subjects."""
LARGEST_SEQUENCE = 2**53 - 1
"""What a number of SAS holds without loss."""
LARGEST_EXPONENT = 30
BEGIN, END = ("DTC", "STDTC"), "ENDTC"


class Unusable(ValueError):
    """Why a row cannot be used: variable, what was found and what is expected."""

    def __init__(self, variable: str, found: str, reason: str) -> None:
        super().__init__(reason)
        self.variable, self.found = variable, found


@dataclass(frozen=True, slots=True)
class RowPlace:
    """One row of one file, for messages."""

    file: str
    row: int
    domain: str
    subject: str

    def problem(self, kind: str, variable: str, found: str, reason: str) -> Problem:
        """A line of the listing about this row."""
        return Problem(
            kind=kind,
            file=self.file,
            row=self.row,
            domain=self.domain,
            subject=self.subject,
            variable=variable,
            found=found,
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class UsableRow:
    """A record, its subject and its place."""

    subject: str
    record: Any
    place: RowPlace
    row: Row


def read_rows(
    datasets: Iterable[Dataset], domain: str, subjects: Iterable[str], problems: Problems
) -> Iterator[UsableRow]:
    """The records of one domain, from all files that hold it; what cannot be read is listed and
    left out.
    """
    known, first = set(subjects), dict[tuple[str, int], RowPlace]()
    for dataset in (one for one in datasets if one.domain == domain):
        for number, row in enumerate(dataset.rows, 1):
            place = RowPlace(dataset.file, number, domain, row.get("USUBJID", ""))
            try:
                sequence = _sequence(row, place, known)
                before = first.setdefault((place.subject, sequence), place)
                if before is not place:
                    other = f"{before.file} row {before.row}"
                    raise Unusable(
                        f"{domain}SEQ",
                        str(sequence),
                        f"stands twice for the subject; {other} is used",
                    )
                yield UsableRow(place.subject, _record(row, place, sequence), place, row)
            except Unusable as error:
                problems.add(place.problem(NOT_USED, error.variable, error.found, str(error)))


def _sequence(row: Row, place: RowPlace, known: set[str]) -> int:
    if not place.subject:
        raise Unusable("USUBJID", "", "empty, expected the code of a subject")
    if place.subject not in known:
        raise Unusable("USUBJID", place.subject, "not in DM")
    name = f"{place.domain}SEQ"
    number = number_of(row.get(name, ""))
    if number is None or number != int(number) or not 1 <= number <= LARGEST_SEQUENCE:
        raise Unusable(
            name, row.get(name, ""), f"expected a whole number from 1 to {LARGEST_SEQUENCE}"
        )
    return int(number)


def number_of(text: str) -> Decimal | None:
    """The finite number that a text states in digits 0 to 9, or None. One with an endless exponent
    is none: nothing is measured so, and it cannot be computed with.
    """
    if not text.isascii() or "_" in text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= LARGEST_EXPONENT else None


def _record(row: Row, place: RowPlace, sequence: int) -> Record:
    source: Source = (place.file, place.domain, sequence)
    values: dict[str, Any] = {}
    for variable, (attribute, kind) in variables(place.domain).items():
        text = row.get(variable, "")
        if text and kind == "date":
            values[attribute] = date_of(variable, text)
        elif text and kind == "number":
            values[attribute] = _number(variable, text)
        elif text:
            values[attribute] = text
    record: Any = USED[place.domain](source=source, order=sequence, **values)
    _check_order(row, place.domain)
    if hasattr(record, "visit"):
        return replace(record, visit=_visit(row, record))  # type: ignore[no-any-return]
    return record  # type: ignore[no-any-return]


def _visit(row: Row, record: Any) -> str:
    """Without VISIT its number names the visit, else its day."""
    if row.get("VISIT") or not (row.get("VISITNUM") or record_date(record)):
        return row.get("VISIT", "")
    return (
        f"VISIT {row['VISITNUM']}"
        if row.get("VISITNUM")
        else str(record_date(record)).split("T")[0]
    )


def record_date(record: Any) -> PartialDate | None:
    """The day of a record, or the day it began."""
    found: PartialDate | None = getattr(record, "date", None) or getattr(record, "start", None)
    return found


def date_of(variable: str, text: str) -> PartialDate:
    """A date. Raises Unusable for one that no calendar has."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise Unusable(variable, text, str(error)) from None


def _number(variable: str, text: str) -> Decimal:
    value = number_of(text)
    if value is None:
        raise Unusable(variable, text, "expected a number")
    return value


def _check_order(row: Row, domain: str) -> None:
    """Nothing ends before it begins; partial dates only when no completion of them is in order."""
    start, end = row.get(f"{domain}STDTC", ""), row.get(f"{domain}ENDTC", "")
    if (
        start
        and end
        and date_of(f"{domain}ENDTC", end).latest < date_of(f"{domain}STDTC", start).earliest
    ):
        raise Unusable(f"{domain}ENDTC", end, f"ends before it begins, {domain}STDTC {start}")


# ------------------------------------------------------------------ tumors


# ------------------------------------------------------------------ responses, treatment


def therapy(known: UsableRow, policy: DerivationPolicy) -> CM:
    """A medication; the declared categories mean new anticancer therapy."""
    cm: CM = known.record
    return (
        replace(cm, category=SUBSEQUENT) if cm.category.upper() in policy.therapy_categories else cm
    )
