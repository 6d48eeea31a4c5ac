"""What do the measurements in this table say? A plain list of lesions in, a response with its
reasons out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipoise.assessments.recist.clauses import CLAUSES
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.rules import VisitResults
from equipoise.assessments.recist.series import LesionSeries, assess_series, build_series
from equipoise.assessments.recist.sightings import (
    FITTING,
    ROLES,
    STATES,
    TARGET,
    LesionError,
    Sighting,
)
from equipoise.assessments.recist.target_rules import NO_TARGETS
from equipoise.subject.records import LONGEST_MM
from equipoise.terms.dates import parse_date
from equipoise.terms.header import first_twice, too_many_columns
from equipoise.terms.locations import lymph_node, organ_of
from equipoise.terms.quantity import decimal_of
from equipoise.terms.response import NonTarget, Response
from equipoise.terms.unicode_text import check_lines
from equipoise.terms.verdict import Verdict

SUBJECT = "subject"
MOST_ROWS = 5000
"""Rows of one subject: a scan of ten lesions every week for ten years. The time that it takes to
tell which lesions are new grows with their square.
"""
COLUMNS = ("visit", "date", "lesion", "role", "organ", "node", "diameter_mm", "state")


@dataclass(frozen=True, slots=True)
class VisitAssessment:
    """RECIST 1.1 at one visit, with what it was compared to and the clause that decided."""

    visit: str
    date: date
    sum_mm: Decimal | None
    change_from_baseline_percent: Decimal | None
    change_from_nadir_percent: Decimal | None
    change_from_nadir_mm: Decimal | None
    target: str  # empty without targets
    nontarget: str
    new: str
    overall: str  # BASELINE at baseline
    reference: str
    sentence: str
    decided_by: str  # the visit, and the lesion if one alone decided
    progression_day: int | None  # days since the start of the series
    query: str  # what a reader should look at again, or empty


def read_lesions(text: str) -> tuple[Sighting, ...]:
    """Read the comma-separated table of lesions (columns: COLUMNS); raises LesionError naming the
    row.
    """
    rows: list[Sighting] = []
    for line, row in _rows(text):
        _check_number(rows, line)
        rows.append(_sighting(row, line))
    return tuple(rows)


def _check_number(rows: Sequence[Sighting], line: int) -> None:
    if len(rows) == MOST_ROWS:
        raise LesionError(
            f"row {line}: found more than {MOST_ROWS} rows of one subject, expected at most that;"
            f" of several subjects each is named in a column {SUBJECT}"
        )


def lesions_by_subject(text: str) -> dict[str, tuple[Sighting, ...] | LesionError]:
    """The lesions of each subject of a table with the column SUBJECT, or why they cannot be read.
    Raises LesionError for what is no such table, and for a row that does not say whose it is.
    """
    found: dict[str, list[Sighting]] = {}
    wrong: dict[str, LesionError] = {}
    for line, row in _rows(text):
        subject = (row.get(SUBJECT) or "").strip()
        if not subject:
            raise LesionError(f"row {line}: {SUBJECT} is empty; every row names whose it is")
        of_subject = found.setdefault(subject, [])
        if subject in wrong:
            continue
        try:
            _check_number(of_subject, line)
            of_subject.append(_sighting(row, line))
        except LesionError as error:
            wrong.setdefault(subject, error)
    return {subject: wrong.get(subject) or tuple(rows) for subject, rows in found.items()}


def names_subjects(text: str) -> bool:
    """Does the table have a column that says whose each lesion is?"""
    return SUBJECT in (_table(text).fieldnames or ())


def not_used(text: str) -> tuple[str, ...]:
    """What stands in the table and is not read: columns that have no meaning here, empty rows."""
    table = _table(text)
    known = (*COLUMNS, SUBJECT)
    columns = [f"column {name!r}" for name in table.fieldnames or () if name not in known]
    empty = [f"row {table.line_num}: empty" for row in table if not any(row.values())]
    return (*columns, *empty)


def _table(text: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(text.lstrip("\ufeff")))


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells) of each row that is not empty. Raises LesionError.

    Cells may be left out at the end of a line, but a last line that has neither its cells nor its
    line end was cut off.
    """
    if half := check_lines(text):
        raise LesionError(half)
    table = _table(text)
    is_open = not text.endswith(("\n", "\r"))
    last = len(text.splitlines())
    try:
        _check_columns(table)
        for row in table:
            if (more := row.get(None)) is not None:
                raise LesionError(
                    f"row {table.line_num}: {len(more)} cells more than columns; is a comma inside"
                    " of a cell?"
                )
            if is_open and table.line_num == last and None in row.values():
                raise LesionError(
                    f"row {last}: the line ends before its last column, and without a line end; was"
                    " the file cut off?"
                )
            if any(row.values()):
                yield table.line_num, row
    except csv.Error as error:
        raise LesionError(f"not a comma-separated table: {error}") from None


def _check_columns(table: csv.DictReader[str]) -> None:
    names = list(table.fieldnames or ())
    if long := too_many_columns(names):
        raise LesionError(f"row 1: {long}")
    missing = [name for name in COLUMNS if name not in names]
    if len(names) == 1 and ";" in names[0]:
        raise LesionError("row 1: the columns are separated by semicolons; write commas")
    if (twice := first_twice(names)) is not None:
        raise LesionError(f"row 1: column {twice} stands twice; keep one")
    if missing:
        raise LesionError(
            f"row 1: column {', '.join(missing)} not found; the first row must be"
            f" {','.join(COLUMNS)}"
        )


def assess(
    rows: Sequence[Sighting],
    policy: RecistPolicy,
    *,
    start: date | None = None,
    assessable_until: int = -1,
) -> tuple[VisitAssessment, ...]:
    """Every visit in order of time, baseline first; days count from `start`, else from baseline."""
    series = build_series(rows, start, policy)
    results = assess_series(series, policy, assessable_until)
    queries = _queries(series, results)
    return tuple(_assessment(series, results, v, query) for v, query in enumerate(queries))


def _sighting(row: dict[str, str], line: int) -> Sighting:
    where = f"row {line}"
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in ("visit", "lesion"):
        if not cell[name]:
            raise LesionError(f"{where}: {name} is empty; every row names its visit and its lesion")
    role = cell["role"].upper()
    if role not in ROLES:
        raise LesionError(f"{where}: role is {cell['role']!r}; write one of: {', '.join(ROLES)}")
    length, state = _finding(cell, role, where)
    return Sighting(
        visit=cell["visit"],
        date=_date(cell["date"], where),
        lesion=cell["lesion"],
        role=role,
        organ=organ_of(cell["organ"]),
        node=_is_node(cell, where),
        length=length,
        state=state,
        source=line,
        where=where,
    )


def _date(text: str, where: str) -> date:
    try:
        known = parse_date(text).exact
    except ValueError as error:
        raise LesionError(f"{where}: date: {error}") from None
    if known is None:
        raise LesionError(
            f"{where}: date is {text!r}; the day of a scan must be known, write YYYY-MM-DD"
        )
    return known


def _is_node(cell: dict[str, str], where: str) -> bool:
    """As the column says, which must not contradict the organ; without it, as the organ says."""
    text, told = cell["node"], lymph_node(cell["organ"])
    if text.upper() not in ("Y", "N", ""):
        raise LesionError(f"{where}: node is {text!r}; write Y for a lymph node, else N")
    if text.upper() == "N" and told is Verdict.MET:
        raise LesionError(f"{where}: node is N, and the organ {cell['organ']!r} is a lymph node")
    if not text and told is Verdict.UNKNOWN and cell["diameter_mm"]:
        raise LesionError(
            f"{where}: the organ {cell['organ']!r} does not tell whether it is a lymph node; write"
            " Y or N into the column node"
        )
    return text.upper() == "Y" or told is Verdict.MET


def _finding(cell: dict[str, str], role: str, where: str) -> tuple[int | None, str]:
    """A diameter for targets, or a state that fits the role."""
    state = STATES.get(cell["state"].upper(), "")
    if cell["state"] and state not in (*FITTING[role], "PRESENT"):
        raise LesionError(
            f"{where}: state is {cell['state']!r}; for {role} write one of:"
            f" {', '.join(FITTING[role])}" + (", or give diameter_mm" if role == TARGET else "")
        )
    if role != TARGET and state in FITTING[role]:
        return None, state
    if role == TARGET and state in FITTING[TARGET] and not cell["diameter_mm"]:
        return None, state
    if role == TARGET and cell["diameter_mm"] and state in ("", "PRESENT"):
        return millimeters(cell["diameter_mm"], where), ""
    if role == TARGET and cell["diameter_mm"]:
        raise LesionError(
            f"{where}: diameter {cell['diameter_mm']} mm and state {cell['state']!r}; keep one of"
            " the two"
        )
    wanted = "diameter_mm, or state " if role == TARGET else "state "
    raise LesionError(
        f"{where}: nothing is said of {cell['lesion']}; give {wanted}{', '.join(FITTING[role])}"
    )


def millimeters(text: str, where: str) -> int:
    """A length as whole thousandths of a millimeter; 0 means gone."""
    value = decimal_of(text)
    if value is None:
        raise LesionError(
            f"{where}: diameter_mm is {text!r}; write a number of millimeters, such as 23.5"
        )
    if value < 0:
        raise LesionError(
            f"{where}: diameter_mm is {text}; a length cannot be negative; write the state if there"
            " is none"
        )
    if value > LONGEST_MM:
        raise LesionError(
            f"{where}: diameter_mm is {text}; a lesion is at most {LONGEST_MM} mm long; check the"
            " unit"
        )
    if value * 1000 != int(value * 1000):
        raise LesionError(
            f"{where}: diameter_mm is {text}; at most three digits after the point are read, and"
            " nothing is rounded here"
        )
    return int(value * 1000)


def _percent(part: int, whole: int) -> Decimal | None:
    """To a tenth; nearer to a whole percent than that to a thousandth, so that a change never looks
    like a limit which it did not reach.
    """
    if whole <= 0:
        return None
    exact = Decimal(100 * part) / Decimal(whole)
    shown = exact.quantize(Decimal("0.1"))
    hides = shown == shown.to_integral_value() and shown != exact
    return exact.quantize(Decimal("0.001")) if hides else shown


def _assessment(series: LesionSeries, results: VisitResults, v: int, query: str) -> VisitAssessment:
    total, baseline, nadir = int(results.sum[v]), int(results.sum[0]), int(results.nadir_before[v])
    clause = CLAUSES[int(results.clause[v])]
    target, lesion = int(results.target[v]), int(results.decided_lesion[v])
    decided = series.visits[int(results.decided_by[v])]
    return VisitAssessment(
        visit=series.visits[v],
        date=series.dates[v],
        sum_mm=None if total < 0 else Decimal(total) / 1000,
        change_from_baseline_percent=(
            None if v == 0 or total < 0 else _percent(total - baseline, baseline)
        ),
        change_from_nadir_percent=None if v == 0 or total < 0 else _percent(total - nadir, nadir),
        change_from_nadir_mm=None if total < 0 or nadir < 0 else Decimal(total - nadir) / 1000,
        target="" if v == 0 or target == NO_TARGETS else Response(target).cdisc,
        nontarget=NonTarget(int(series.nontarget[v])).cdisc,
        new=series.new_seen[v].cdisc,
        overall="BASELINE" if v == 0 else Response(int(results.response[v])).cdisc,
        reference=clause.reference,
        sentence=clause.sentence,
        decided_by=f"{decided}, {series.lesions[lesion]}" if lesion >= 0 else decided,
        progression_day=None if results.pd_day[v] < 0 else int(results.pd_day[v]),
        query=query,
    )


def _queries(series: LesionSeries, results: VisitResults) -> Iterator[str]:
    """What was read after progression does not count; EORTC clarification: after a CR, seeing
    disease puts either the CR or the new finding in doubt.
    """
    progressed, gone = "", ""  # the visits where that was first read
    for v, visit in enumerate(series.visits):
        response = int(results.response[v])
        if progressed and response not in (Response.PD, Response.NE):
            yield f"after progression ({progressed}), does not count: was that progression true?"
        elif gone and response not in (Response.CR, Response.NE):
            yield f"disease after the complete response of {gone}: was that CR true, or a PR?"
        else:
            yield ""
        if v > 0 and response == Response.PD:
            progressed = progressed or visit
        if v > 0 and response == Response.CR:
            gone = gone or visit
