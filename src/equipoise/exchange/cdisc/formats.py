"""How does each format write a table? XPT, Dataset-JSON, parquet and CSV become column names and
rows of values.

Every library has errors of its own, and one of them ends in no exception of Python at all; whatever
a file holds, the answer is a DatasetError that names the file and, where it has one, the row.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from equipoise.exchange.cdisc.quiet import quiet
from equipoise.exchange.cdisc.transport import check_transport
from equipoise.terms.header import first_twice, too_many_columns

Table = tuple[list[str], Iterable[Sequence[Any]]]
MISSING_IN_CSV = "NA"
"""What R writes for a missing value."""
OLDER = "cp1252"
"""In which older systems write text that is no UTF-8."""
LONGEST_NUMBER = 30
"""Digits of a whole number in JSON that are read as a number; a longer one stays as written."""
DAMAGED = "was it cut short, or changed on its way?"


class DatasetError(ValueError):
    """A file, or the package as a whole, that cannot be used; names the file, what was found and
    what is expected.
    """


class NoDataset(DatasetError):
    """A file that holds something else than a dataset."""


def check_encoding(encoding: str | None) -> None:
    """Raises DatasetError unless Python knows the encoding."""
    try:
        codecs.lookup(encoding or "utf-8")
    except (LookupError, ValueError):
        raise DatasetError(
            f"encoding: found {encoding!r}, expected the name of one, such as latin-1 or cp1250"
        ) from None


def named_columns(path: Path, names: Sequence[str]) -> list[str]:
    """The columns in capitals, none of them twice. Raises DatasetError."""
    if long := too_many_columns(names):
        raise DatasetError(f"{path.name}: {long}")
    columns = [str(name).strip().upper() for name in names]
    if (twice := first_twice(columns)) is not None:
        raise DatasetError(f"{path.name}: column {twice} stands twice; keep one")
    return columns


# ------------------------------------------------------------------ the formats


def _read_xpt(path: Path, encoding: str | None, notes: list[str]) -> Table:
    import pyreadstat

    name = encoding and codecs.lookup(encoding).name.replace("iso8859-", "iso-8859-")
    try:
        found, _ = pyreadstat.read_xport(str(path), output_format="dict", encoding=name)
    except (pyreadstat.ReadstatError, UnicodeDecodeError):
        if encoding is not None:
            raise
        found, _ = pyreadstat.read_xport(str(path), output_format="dict", encoding=OLDER)
        notes.append(f"not UTF-8, read as {OLDER}; --encoding says otherwise")
    rows = list(zip(*found.values(), strict=True))
    if wrong := check_transport(path.read_bytes(), len(rows)):
        raise DatasetError(f"{path.name}: {wrong}")
    return list(found), rows


def _read_parquet(path: Path, _encoding: str | None, _notes: list[str]) -> Table:
    import polars

    try:
        with quiet():
            found = polars.read_parquet(path)
            rows = found.rows()
    except polars.exceptions.PanicException as error:  # no Exception: it would end the program
        raise ValueError(str(error)) from error
    for name, kind in found.schema.items():
        if kind.is_nested() or kind in {polars.Binary, polars.Object}:
            raise DatasetError(
                f"{path.name}, column {name}: found {kind}, expected text, numbers or dates"
            )
    return found.columns, rows


def _decoded(path: Path, encoding: str | None, notes: list[str]) -> str:
    content = path.read_bytes()
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise _not_encoded(path, error, encoding) from None
        notes.append(f"not UTF-8, read as {OLDER}; --encoding says otherwise")
        return content.decode(OLDER, errors="replace")


def _read_csv(path: Path, encoding: str | None, notes: list[str]) -> Table:
    text = _decoded(path, encoding, notes)
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip() for name in next(table, [])]
        for mark, spoken in ((";", "semicolons"), ("\t", "tabs")):
            if len(head) == 1 and mark in head[0]:
                raise DatasetError(
                    f"{path.name}: found {spoken} between the columns, expected commas (and points"
                    " in numbers)"
                )
        named_columns(path, head)
        rows = list(_csv_rows(path, head, table))
    except csv.Error as error:
        raise DatasetError(
            f"{path.name}, line {table.line_num}: not comma-separated text ({error}), expected"
            f" quotes around whole values, in pairs; {DAMAGED}"
        ) from None
    if missing := sum(cell == MISSING_IN_CSV for row in rows for cell in row):
        notes.append(f"{missing} cells hold NA, read as missing")
    return head, [["" if cell == MISSING_IN_CSV else cell for cell in row] for row in rows]


def _csv_rows(path: Path, head: list[str], table: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate((row for row in table if row), 1):
        if len(row) != len(head):
            raise DatasetError(
                f"{path.name}, row {number}: found {len(row)} values, expected {len(head)}, one for"
                " each column; was the file cut short?"
            )
        yield row


def _read_json(path: Path, _encoding: str | None, _notes: list[str]) -> Table:
    whole = _json(path, _utf_8(path))
    columns = _columns(path, whole)
    return columns, _checked(path, whole, whole.get("rows", []))


def _read_ndjson(path: Path, _encoding: str | None, _notes: list[str]) -> Table:
    lines = [
        _json(path, line, number)
        for number, line in enumerate(_utf_8(path).splitlines(), 1)
        if line
    ]
    return _columns(path, lines[0]), _checked(path, lines[0], lines[1:])


# ------------------------------------------------------------------ JSON


def _utf_8(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_encoded(path, error, "UTF-8") from None


def _not_encoded(path: Path, error: UnicodeDecodeError, encoding: str) -> DatasetError:
    found = error.object[error.start : error.start + 1].hex()
    return DatasetError(
        f"{path.name}, byte {error.start}: found {found}, expected text in {encoding}; {DAMAGED}"
    )


def _json(path: Path, text: str, line: int = 1) -> Any:
    try:
        return json.loads(text, parse_float=_kept, parse_int=_whole)
    except json.JSONDecodeError as error:
        place = f"line {line + error.lineno - 1}, column {error.colno}"
        raise DatasetError(f"{path.name}, {place}: no JSON ({error.msg}); {DAMAGED}") from None
    except RecursionError:
        raise NoDataset(f"{path.name}: nested too deeply, expected rows of single values") from None


def _kept(number: str) -> str | float:
    """Numbers as written; the `.0` of whole ones goes, as everywhere."""
    return float(number) if float(number).is_integer() else number


def _whole(digits: str) -> str | int:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _columns(path: Path, head: Any) -> list[str]:
    version = head.get("datasetJSONVersion") if isinstance(head, dict) else None
    if version is None:
        raise NoDataset(
            f"{path.name}: no Dataset-JSON: datasetJSONVersion and columns are expected at its top"
        )
    if not str(version).startswith("1.1"):
        raise DatasetError(f"{path.name}: Dataset-JSON version {version}; 1.1 is read")
    if "columns" not in head:
        raise DatasetError(f"{path.name}: Dataset-JSON without columns; they are expected")
    columns = head["columns"]
    if not isinstance(columns, list):
        raise DatasetError(f"{path.name}: columns: found {_short(columns)}, expected a list")
    for number, column in enumerate(columns, 1):
        if not isinstance(column, dict) or not isinstance(column.get("name"), str):
            raise DatasetError(
                f"{path.name}, column {number}: found {_short(column)}, expected an object with a"
                " name"
            )
    return [column["name"] for column in columns]


def _checked(path: Path, head: Any, rows: Any) -> Sequence[Sequence[Any]]:
    if not isinstance(rows, list):
        raise DatasetError(f"{path.name}: rows: found {_short(rows)}, expected a list")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(head["columns"]):
            raise DatasetError(
                f"{path.name}, row {number}: found"
                f" {len(row) if isinstance(row, list) else _short(row)} values, expected"
                f" {len(head['columns'])}, one for each column"
            )
        if nested := [value for value in row if isinstance(value, list | dict)]:
            raise DatasetError(
                f"{path.name}, row {number}: found {_short(nested[0])}, expected text, a number or"
                " null"
            )
    stated = head.get("records")
    if stated is not None and stated != len(rows):
        raise DatasetError(
            f"{path.name}: found {len(rows)} rows, and it states {_short(stated)} records; was it"
            " cut short?"
        )
    return rows


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:50]}…"


READERS: dict[str, Callable[[Path, str | None, list[str]], Table]] = {
    ".xpt": _read_xpt,
    ".json": _read_json,
    ".ndjson": _read_ndjson,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
}
"""Ending of the file -> reader: column names, and rows of values."""
