"""Who was observed how long, with what end, in which arm? Read from anybody's comma-separated
table.

Nothing is dropped or mended silently: a value that cannot be meant stops the reading with its row,
column and what is expected, and rows with a missing value are refused together unless they are
asked to be left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from equipoise.terms.header import first_twice, too_many_columns
from equipoise.terms.unicode_text import check_lines

MISSING = frozenset({"", ".", "na", "n/a", "nan"})
"""What counts as missing, in capitals too."""
EVENTS = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
SHOWN = 5
CENSORED, PARAMETER = "CNSR", "PARAMCD"
"""Columns of ADaM's time-to-event data sets that mean something here."""


class SurvivalTableError(ValueError):
    """A table that cannot be used; names file, row, column, value and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalColumns:
    """Which columns of a table are meant, by their names in its header."""

    time: str
    event: str
    arm: str
    strata: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        options = {"time": self.time, "event": self.event, "arm": self.arm}
        for role, column in options.items():
            if not column.strip():
                raise ValueError(f"{role}: found {column!r}, expected the name of a column")
        for one, other in pairwise(sorted(self.names)):
            if one == other:
                raise ValueError(
                    f"column {one!r} is named twice among time, event, arm and strata; expected"
                    " different ones"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are read."""
        return (self.time, self.event, self.arm, *self.strata)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalTable:
    """One value for each subject, shape (subject,).

    `arm` and `strata` hold text; a stratum of several columns is their values joined by `, `.
    `strata` is None without such columns. `left_out` are the rows of the file with a missing value,
    `notes` what else was done to the table.
    """

    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    arm: NDArray[np.str_]
    strata: NDArray[np.str_] | None
    left_out: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def read_survival_table(
    text: str,
    columns: SurvivalColumns,
    name: str = "table",
    *,
    drop_missing: bool = False,
    paramcd: str = "",
) -> SurvivalTable:
    """Read comma-separated text with a header; a row is the line it begins in, the header being row
    1.

    Times are numbers of 0 or more in any unit; events are 1 or true (happened), 0 or false
    (censored), and of a column CNSR, as ADaM has it, 0 (happened) or another whole number
    (censored). Of an ADTTE with several parameters the rows of `paramcd` are read. Arms and strata
    are any text, blanks around it ignored. Missing is an empty field, `.`, NA, N/A or NaN;
    `drop_missing` leaves such rows out. Raises SurvivalTableError.
    """
    kept: list[tuple[float, bool, str, tuple[str, ...]]] = []
    left_out: list[tuple[int, str]] = []
    told = _Told(columns.event.upper() == CENSORED, paramcd)
    for row, values in _rows(text, columns, name, told):
        missing = [column for column, value in values.items() if value.casefold() in MISSING]
        if missing:
            left_out.append((row, missing[0]))
            continue
        strata = tuple(values[column] for column in columns.strata)
        time = _time(values[columns.time], row, columns.time, name)
        kept.append(
            (
                time,
                _event(values[columns.event], row, columns.event, name, told),
                values[columns.arm],
                strata,
            )
        )
    if left_out and not drop_missing:
        raise SurvivalTableError(_missing(left_out, name))
    if not kept:
        what = "a row without a missing value" if left_out else "one row for each subject"
        raise SurvivalTableError(f"{name}: nothing to use below the header; expected {what}")
    return SurvivalTable(
        time=np.array([one[0] for one in kept]),
        event=np.array([one[1] for one in kept]),
        arm=np.array([one[2] for one in kept]),
        strata=np.array(_strata([one[3] for one in kept])) if columns.strata else None,
        left_out=tuple(row for row, _ in left_out),
        notes=tuple(told.notes()),
    )


@dataclass(slots=True)
class _Told:
    """What an ADTTE means by its columns, and how many rows were of other parameters."""

    censored: bool
    paramcd: str
    others: int = 0

    def notes(self) -> Iterator[str]:
        """What somebody should know who reads the result."""
        if self.censored:
            yield f"{CENSORED}: 0 is an event, any other whole number is censored"
        if self.others:
            yield f"not used: {self.others} rows of other parameters than {self.paramcd}"


def _of_parameter(fields: Sequence[str], place: int | None, told: _Told) -> bool:
    """Is the row of the parameter that is read? Where there are several one must be named."""
    if place is None:
        return True
    found = fields[place].strip()
    if not told.paramcd:
        told.paramcd = found
    elif found != told.paramcd:
        told.others += 1
        return False
    return True


def _rows(
    text: str, columns: SurvivalColumns, name: str, told: _Told
) -> Iterator[tuple[int, dict[str, str]]]:
    """The row's number and its values of the columns asked for."""
    chosen = bool(told.paramcd)
    if "\0" in text:
        raise SurvivalTableError(
            f"{name}: not a text file (it holds a zero byte); expected comma-separated UTF-8"
        )
    if half := check_lines(text):
        raise SurvivalTableError(f"{name}, {half}")
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    row = 1
    try:
        header = next(table, None)
        places = _places(header, columns, name)
        parameter = header.index(PARAMETER) if header and PARAMETER in header else None
        row = table.line_num + 1
        for fields in table:
            if fields:  # a line with nothing at all is no row
                if len(fields) != len(header or ()):
                    raise SurvivalTableError(
                        f"{name}, row {row}: found {len(fields)} values, expected"
                        f" {len(header or ())} as in the header"
                    )
                if _of_parameter(fields, parameter, told):
                    yield row, {column: fields[place].strip() for column, place in places.items()}
                elif not chosen:
                    another = fields[parameter or 0].strip()
                    raise SurvivalTableError(
                        f"{name}, row {row}: {PARAMETER} is {another!r} after {told.paramcd!r};"
                        " say which one is meant with --paramcd"
                    )
            row = table.line_num + 1
    except csv.Error as error:
        raise SurvivalTableError(
            f"{name}, row {row}: not comma-separated text: {error}; expected quotes around whole"
            " values, in pairs"
        ) from None


def _places(header: Sequence[str] | None, columns: SurvivalColumns, name: str) -> dict[str, int]:
    """Where the columns stand."""
    if not header or not any(field.strip() for field in header):
        raise SurvivalTableError(
            f"{name}: the file is empty; expected a header with {', '.join(columns.names)}"
        )
    if long := too_many_columns(header):
        raise SurvivalTableError(f"{name}, row 1: {long}")
    names = [field.strip() for field in header]
    for mark, spoken in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            raise SurvivalTableError(
                f"{name}, row 1: found {spoken} between the columns, expected commas (and points in"
                " numbers)"
            )
    if absent := [column for column in columns.names if column not in names]:
        raise SurvivalTableError(
            f"{name}, row 1: found no column {', '.join(map(repr, absent))}, expected one of"
            f" {', '.join(names)}"
        )
    if (twice := first_twice([one for one in names if one])) is not None:
        raise SurvivalTableError(f"{name}, row 1: column {twice!r} stands twice; expected it once")
    return {column: names.index(column) for column in columns.names}


def _time(value: str, row: int, column: str, name: str) -> float:
    time = float(value) if NUMBER.fullmatch(value) else float("nan")
    if not 0 <= time < float("inf"):
        raise _wrong(name, row, column, value, "a time as a finite number, 0 or more")
    return time


def _event(value: str, row: int, column: str, name: str, told: _Told) -> bool:
    if told.censored:
        if not re.fullmatch(r"[0-9]{1,3}(\.0)?", value):
            raise _wrong(
                name, row, column, value, "a whole number: 0 (happened) or more (censored)"
            )
        return float(value) == 0
    event = EVENTS.get(value.lower())
    if event is None:
        raise _wrong(name, row, column, value, "1 or true (happened), 0 or false (censored)")
    return event


def _wrong(name: str, row: int, column: str, value: str, expected: str) -> SurvivalTableError:
    return SurvivalTableError(
        f"{name}, row {row}, column {column}: found {value!r}, expected {expected}"
    )


def _missing(rows: Sequence[tuple[int, str]], name: str) -> str:
    first = ", ".join(f"row {row} ({column})" for row, column in rows[:SHOWN])
    more = ", …" if len(rows) > SHOWN else ""
    return (
        f"{name}: a value is missing in {len(rows)} row{'s' if len(rows) > 1 else ''}:"
        f" {first}{more}; complete them, or leave them out with --drop-missing"
    )


def _strata(parts: Sequence[tuple[str, ...]]) -> list[str]:
    """A label for each; commas within a value are kept apart from those between."""
    return [
        ", ".join(value.replace(",", "\\,") for value in one) if len(one) > 1 else one[0]
        for one in parts
    ]
