"""Can this row be used? Rows of SDTM become records one by one, or a line in the listing of
problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from equipoise.assessments.recist.sightings import FITTING, NEW, NON_TARGET, ROLES, STATES, TARGET
from equipoise.endpoints.event_dates import SUBSEQUENT
from equipoise.endpoints.policies import DerivationPolicy
from equipoise.exchange.cdisc.datasets import Dataset, Row
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem, Problems
from equipoise.subject.records import (
    AE,
    CM,
    DS,
    EX,
    LONGEST_MM,
    PR,
    RS,
    SS,
    TR,
    TU,
    Record,
    Source,
    variables,
)
from equipoise.terms.codes import CompletionStatus
from equipoise.terms.dates import PartialDate, parse_date
from equipoise.terms.quantity import convert
from equipoise.terms.response import NonTarget, Response

USED: dict[str, type[Record]] = {cls.__name__: cls for cls in (TU, TR, RS, EX, DS, CM, PR, AE, SS)}
"""The domains that records are made of; DM makes the subjects."""
BEGIN, END = ("DTC", "STDTC"), "ENDTC"
UNITS = ("mm", "cm")
RESPONSES = {"OVRLRESP": Response, "TRGRESP": Response, "NTRGRESP": NonTarget}
"""RSTESTCD that are compared or used, and the codes they may hold."""
_NON_TARGET_STATES = {
    "UNEQUIVOCAL": "UNEQUIVOCAL PROGRESSION"
}  # CDISC's word; of a non-target it is progression


class Unusable(ValueError):
    """Why a row cannot be used: variable, what was found and what is expected."""

    def __init__(self, variable: str, found: str, reason: str) -> None:
        super().__init__(reason)
        self.variable, self.found = variable, found


@dataclass(frozen=True, slots=True)
class Place:
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
class Known:
    """A record, its subject and its place."""

    subject: str
    record: Any
    place: Place
    row: Row


def read_rows(
    datasets: Iterable[Dataset], domain: str, subjects: Iterable[str], problems: Problems
) -> Iterator[Known]:
    """The records of one domain, from all files that hold it; what cannot be read is listed and
    left out.
    """
    known, first = set(subjects), dict[tuple[str, int], Place]()
    for dataset in (one for one in datasets if one.domain == domain):
        for number, row in enumerate(dataset.rows, 1):
            place = Place(dataset.file, number, domain, row.get("USUBJID", ""))
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
                yield Known(place.subject, _record(row, place, sequence), place, row)
            except Unusable as error:
                problems.add(place.problem(NOT_USED, error.variable, error.found, str(error)))


def _sequence(row: Row, place: Place, known: set[str]) -> int:
    if not place.subject:
        raise Unusable("USUBJID", "", "empty, expected the code of a subject")
    if place.subject not in known:
        raise Unusable("USUBJID", place.subject, "not in DM")
    name = f"{place.domain}SEQ"
    number = number_of(row.get(name, ""))
    if number is None or number != int(number) or number < 1:
        raise Unusable(name, row.get(name, ""), "expected a whole number from 1")
    return int(number)


def number_of(text: str) -> Decimal | None:
    """The finite number that a text states, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _record(row: Row, place: Place, sequence: int) -> Record:
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


def tumor(known: Known, problems: Problems) -> TU | None:
    """A lesion with the role it was given, or None and a line in the listing."""
    role = (known.row.get("TUSTRESC") or known.row.get("TUORRES", "")).upper()
    if known.row.get("TUTESTCD", "TUMIDENT") != "TUMIDENT":
        return None
    if role not in ROLES or not known.record.link:
        variable, found = ("TUORRES", role) if role not in ROLES else ("TULNKID", "")
        expected = (
            f"expected one of {', '.join(ROLES)}"
            if role not in ROLES
            else "empty, expected the lesion's name"
        )
        problems.add(known.place.problem(NOT_USED, variable, found, expected))
        return None
    if (
        known.record.date is not None or role == NEW
    ):  # of lesions there from the start only the scans are dated
        _ask_for_day(known, problems)
    tu: TU = replace(known.record, role=role)
    return tu


def _ask_for_day(known: Known, problems: Problems) -> None:
    """A scan without a day takes that of its visit's other scans, never one of our making; somebody
    has to say.
    """
    when = known.record.date
    if when is None or when.exact is None:
        reason = f"no day; that of the other scans of {known.record.visit or 'its visit'} is taken"
        problems.add(
            known.place.problem(TO_ASK, f"{known.place.domain}DTC", str(when or ""), reason)
        )


def measurement(known: Known, test: str, role: str, problems: Problems) -> TR:
    """A reading of a lesion. One that cannot be used stays, as not evaluated: dropped, it would
    look as if nobody had looked, and the sum as if it were complete.
    """
    tr: TR = replace(known.record, test=test, status=known.record.status.upper())
    _ask_for_day(known, problems)
    if tr.status == CompletionStatus.NOT_DONE:
        return tr
    try:
        return _state(tr, known.row, role) if test == "TUMSTATE" else _length(tr, known.row)
    except Unusable as error:
        problems.add(
            known.place.problem(
                NOT_USED, error.variable, error.found, f"{error}; counts as not evaluated"
            )
        )
        return replace(tr, test=test, status=CompletionStatus.NOT_DONE.value, value=None)


def _state(tr: TR, row: Row, role: str) -> TR:
    said = (row.get("TRSTRESC") or row.get("TRORRES", "")).upper()
    if role == NON_TARGET:
        said = _NON_TARGET_STATES.get(said, said)
    state = STATES.get(said, "")
    if state not in FITTING[role] and not (role == TARGET and state == "PRESENT"):
        raise Unusable(
            "TRSTRESC", said, f"no state of {role}; expected one of {', '.join(FITTING[role])}"
        )
    return replace(tr, original=said)


def _length(tr: TR, row: Row) -> TR:
    """Millimeters from TRSTRESN in TRSTRESU, else from TRORRES in TRORRESU; a unit that is not
    given is not guessed.
    """
    standard = bool(row.get("TRSTRESN") or row.get("TRSTRESU"))
    variable, unit_variable = ("TRSTRESN", "TRSTRESU") if standard else ("TRORRES", "TRORRESU")
    text, unit = row.get(variable, ""), row.get(unit_variable, "")
    said = (row.get("TRSTRESC") or row.get("TRORRES", "")).upper()
    if not text and said in STATES:
        return replace(tr, original=said)
    value = number_of(text)
    if value is None:
        raise Unusable(variable, text or said, "expected a number")
    if unit.lower() not in UNITS:
        raise Unusable(unit_variable, unit, f"expected a unit, {' or '.join(UNITS)}")
    in_mm = convert(value, unit.lower(), "mm")
    if in_mm is None or not 0 <= in_mm <= LONGEST_MM:
        raise Unusable(variable, f"{text} {unit}", f"expected 0 to {LONGEST_MM} mm")
    return replace(tr, value=in_mm, original=text, original_unit=unit)


# ------------------------------------------------------------------ responses, treatment


def reported_response(known: Known, policy: DerivationPolicy, problems: Problems) -> RS | None:
    """A response as reported; None for other criteria and tests, for what was not done and for what
    cannot be read.
    """
    rs: RS = known.record
    if rs.test == "CLINPROG":
        return rs
    if (
        rs.test not in RESPONSES
        or known.row.get("RSCAT", "").upper() not in policy.response_categories
    ):
        return None
    text = (known.row.get("RSSTRESC") or rs.original).upper()
    if not text and known.row.get("RSSTAT", "").upper() == CompletionStatus.NOT_DONE:
        return None
    try:
        said = RESPONSES[rs.test].parse(text).cdisc
    except ValueError as error:
        kind = TO_ASK if text in policy.passed_over else NOT_USED
        problems.add(known.place.problem(kind, "RSSTRESC", text, str(error)))
        return None
    if rs.date is None or rs.date.exact is None:
        reason = "a response needs its day; expected YYYY-MM-DD"
        problems.add(known.place.problem(NOT_USED, "RSDTC", str(rs.date or ""), reason))
        return None
    return replace(rs, original=said)


def therapy(known: Known, policy: DerivationPolicy) -> CM:
    """A medication; the declared categories mean new anticancer therapy."""
    cm: CM = known.record
    return (
        replace(cm, category=SUBSEQUENT) if cm.category.upper() in policy.therapy_categories else cm
    )
