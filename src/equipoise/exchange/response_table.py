"""What does a table of responses come to? One row per assessment in, one row per subject and
parameter out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from equipoise.endpoints.policies import DerivationPolicy
from equipoise.endpoints.response_parameters import (
    PARAMETERS,
    ResponseParameter,
    derive_response_parameters,
)
from equipoise.exchange.tables import write_table
from equipoise.terms.dates import parse_date
from equipoise.terms.header import first_twice, too_many_columns
from equipoise.terms.response import Response
from equipoise.terms.unicode_text import check_lines

COLUMNS = ("USUBJID", "RANDDT", "ADT", "AVALC")
WRITTEN = ("USUBJID", "PARAMCD", "AVALC", "ADT")


class ResponseTableError(ValueError):
    """A table of responses that cannot be used; names file, row, column, value and what is
    expected.
    """


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One row: `day` counts from randomization; `response` is None for a value that the policy
    passes over.
    """

    row: int
    randomized: date
    day: int
    response: Response | None


def derive_response_table(text: str, policy: DerivationPolicy, name: str = "table") -> str:
    """The parameters of every subject as comma-separated text (columns WRITTEN), by parameter and
    then by subject.

    Args:
        text: comma-separated, with COLUMNS and any others; one row per subject and day.
        name: how an error names the file.

    Raises ResponseTableError for the first row that cannot be used.

    """
    series = read_response_series(text, policy, name)
    found = {subject: _parameters(rows, policy) for subject, rows in series.items()}
    rows = (
        (subject, code, *found[subject][code])
        for code in PARAMETERS
        for subject in sorted(found)
        if code in found[subject]
    )
    return write_table(WRITTEN, rows)


def read_response_series(
    text: str, policy: DerivationPolicy, name: str = "table"
) -> dict[str, list[ResponseRow]]:
    """The assessments of each subject in order of time. Everything is read as text: 001 stays
    001.
    """
    if half := check_lines(text):
        raise ResponseTableError(f"{name}, {half}")
    try:
        table = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
        _check_header(table.fieldnames, name)
        series: dict[str, list[ResponseRow]] = {}
        for row in table:
            if any(row.values()):
                subject, assessment = _read_row(row, table.line_num, policy, name)
                series.setdefault(subject, []).append(assessment)
    except csv.Error as error:
        raise ResponseTableError(f"{name}: not a comma-separated table: {error}") from None
    if not series:
        raise ResponseTableError(
            f"{name}: no rows below the header; expected one for each assessment"
        )
    return {subject: _in_order(subject, rows, name) for subject, rows in series.items()}


def _check_header(names: Sequence[str] | None, name: str) -> None:
    if not names:
        raise ResponseTableError(
            f"{name}: the file is empty; expected a header with the columns {', '.join(COLUMNS)}"
        )
    if long := too_many_columns(names):
        raise ResponseTableError(f"{name}, row 1: {long}")
    if missing := [column for column in COLUMNS if column not in names]:
        raise ResponseTableError(
            f"{name}, row 1: column {', '.join(missing)} not found among {', '.join(names)}; "
            f"expected {', '.join(COLUMNS)}, separated by commas"
        )
    if (twice := first_twice(names)) is not None:
        raise ResponseTableError(f"{name}, row 1: column {twice} stands twice; keep one")


def _read_row(
    row: Mapping[str | None, str | None], line: int, policy: DerivationPolicy, name: str
) -> tuple[str, ResponseRow]:
    if None in row or None in row.values():
        raise ResponseTableError(
            f"{name}, row {line}: more or fewer values than the header has columns"
        )
    subject = (row["USUBJID"] or "").strip()
    if not subject:
        raise _wrong(name, line, "USUBJID", row["USUBJID"], "the code of a subject")
    start, on = _day(row, "RANDDT", line, name), _day(row, "ADT", line, name)
    if on <= start:
        raise _wrong(
            name,
            line,
            "ADT",
            row["ADT"],
            f"a day after RANDDT {start}: a response follows baseline",
        )
    return subject, ResponseRow(
        line, start, (on - start).days, _response(row["AVALC"] or "", line, policy, name)
    )


def _day(row: Mapping[str | None, str | None], column: str, line: int, name: str) -> date:
    text = (row[column] or "").strip()
    try:
        known = parse_date(text).exact
    except ValueError as error:
        raise _wrong(name, line, column, text, f"YYYY-MM-DD ({error})") from None
    if known is None:
        raise _wrong(name, line, column, text, "a date known to the day, YYYY-MM-DD")
    return known


def _response(text: str, line: int, policy: DerivationPolicy, name: str) -> Response | None:
    if text.strip().upper() in policy.passed_over:
        return None
    try:
        return Response.parse(text)
    except ValueError:
        expected = ", ".join(one.cdisc for one in Response)
        raise _wrong(name, line, "AVALC", text, f"one of {expected}") from None


def _wrong(
    name: str, line: int, column: str, found: str | None, expected: str
) -> ResponseTableError:
    return ResponseTableError(
        f"{name}, row {line}, column {column}: found {found or ''!r}, expected {expected}"
    )


def _in_order(subject: str, rows: Iterable[ResponseRow], name: str) -> list[ResponseRow]:
    """By day; a subject has one day of randomization, and one response a day."""
    ordered = sorted(rows, key=lambda one: one.day)
    first = min(ordered, key=lambda one: one.row)
    for one in ordered:
        if one.randomized != first.randomized:
            expected = f"{first.randomized} as in row {first.row} for {subject}"
            raise _wrong(name, one.row, "RANDDT", str(one.randomized), expected)
    for one, other in pairwise(ordered):
        if one.day == other.day:
            on = one.randomized + timedelta(one.day)
            raise _wrong(
                name,
                other.row,
                "ADT",
                str(on),
                f"one response a day for {subject}; row {one.row} is of it too",
            )
    return ordered


def _parameters(
    rows: Sequence[ResponseRow], policy: DerivationPolicy
) -> dict[str, tuple[str, str]]:
    """PARAMCD -> value and date of one subject."""
    counted = [one for one in rows if one.response is not None]
    days, codes = [one.day for one in counted], [int(one.response or 0) for one in counted]
    found = derive_response_parameters(days, codes, policy.response)
    return {one.code: (one.value, _date(one, counted)) for one in found}


def _date(parameter: ResponseParameter, rows: Sequence[ResponseRow]) -> str:
    if parameter.index < 0:
        return ""
    decided = rows[parameter.index]
    return (decided.randomized + timedelta(decided.day)).isoformat()
