"""What stands in this file? SDTM datasets in four formats become the same rows of text.

XPT version 5 and 8, Dataset-JSON 1.1 (and its line-by-line form), parquet and CSV. The domain is
what the DOMAIN column says, never the name of the file. Everything becomes text, so that a subject
001 stays 001 and a date stays as written. Bytes, rows and fields are counted against what the file
states: one that was cut short is refused.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from equipoise.exchange.cdisc.transport import check_transport
from equipoise.exchange.tables import plain_table

Row = dict[str, str]
MISSING_IN_CSV = "NA"
"""What R writes for a missing value."""
OLDER = "cp1252"
"""In which older systems write text that is no UTF-8."""


class DatasetError(ValueError):
    """A file, or the package as a whole, that cannot be used; names the file, what was found and
    what is expected.
    """


class NoDataset(DatasetError):
    """A file that holds something else than a dataset."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One file: row i of `rows` is row i + 1 of the data, its values as text, empty where there is
    none. `aside` says why a file is not used as a domain, `notes` what was done to read it.
    """

    file: str
    sha256: str
    domain: str  # empty: no dataset of a domain (supplemental qualifiers, trial design)
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    aside: str = ""
    notes: tuple[str, ...] = ()


def read_folder(
    folder: Path, used: Iterable[str] = (), encoding: str | None = None
) -> tuple[Dataset, ...]:
    """Every dataset of a folder, by name of the file. Raises DatasetError.

    Files of one name and two formats would count every record twice, so they are refused. A file
    that cannot be read is refused if its name is that of a domain in `used`, or no domains are
    named; else it is left aside with the reason, as is one that is no dataset.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise DatasetError(
            f"{folder}: found {found}, expected a folder of SDTM datasets ({', '.join(READERS)})"
        )
    files = sorted(
        path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in READERS
    )
    if not files:
        raise DatasetError(
            f"{folder}: found no dataset; expected files ending in {', '.join(READERS)}"
        )
    names: dict[str, Path] = {}
    for path in files:
        first = names.setdefault(path.stem.lower(), path)
        if first is not path:
            raise DatasetError(
                f"{folder}: found {first.name} and {path.name}, the same dataset in two formats;"
                " keep one of them"
            )
    return tuple(_or_aside(path, set(used), encoding) for path in files)


def _or_aside(path: Path, used: set[str], encoding: str | None) -> Dataset:
    try:
        return read_dataset(path, used, encoding)
    except DatasetError as error:
        if (used or isinstance(error, NoDataset)) and _of_name(path) not in used:
            why = str(error).removeprefix(f"{path.name}: ")
            return Dataset(path.name, _digest(path), "", (), (), why)
        raise


def read_dataset(path: Path, used: set[str] | None = None, encoding: str | None = None) -> Dataset:
    """One file by the format that its ending names. Raises DatasetError."""
    if not path.read_bytes().strip():
        raise DatasetError(f"{path.name}: the file is empty; expected a dataset")
    columns, values, notes = _table_of(path, encoding)
    if "DOMAIN" not in columns:
        values = []  # supplemental qualifiers and the like are counted as read, not used
    rows = tuple(dict(zip(columns, row, strict=True)) for row in values)
    domain, aside = _domain(path, columns, rows, used)
    return Dataset(
        path.name, _digest(path), domain, tuple(columns), () if aside else rows, aside, notes
    )


def is_text(path: Path) -> bool:
    """Is it a table in plain text, and no dataset of another format?"""
    return path.suffix.lower() not in READERS or path.suffix.lower() == ".csv"


def text_of_dataset(path: Path) -> str:
    """A dataset of any of the formats as comma-separated text. Raises DatasetError."""
    columns, values, _ = _table_of(path, None)
    return plain_table(columns, values)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _of_name(path: Path) -> str:
    return path.stem.split("_")[0].upper()


def _table_of(
    path: Path, encoding: str | None
) -> tuple[list[str], list[list[str]], tuple[str, ...]]:
    """Columns, rows of text, and what was done to read them."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DatasetError(f"{path.name}: expected a file ending in {', '.join(READERS)}")
    notes: list[str] = []
    try:
        names, values = reader(path, encoding, notes)
        rows = [[_text(value) for value in row] for row in values]
    except DatasetError:
        raise
    except Exception as error:  # each library has errors of its own; what they say is all there is
        raise DatasetError(
            f"{path.name}: not a readable {path.suffix[1:]} dataset: {_first_line(error)}"
        ) from error
    columns = [str(name).strip().upper() for name in names]
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise DatasetError(f"{path.name}: column {twice[0]} stands twice; keep one")
    return columns, rows, tuple(notes)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _domain(
    path: Path, columns: Sequence[str], rows: Iterable[Row], used: set[str] | None
) -> tuple[str, str]:
    """The domain, and why the file is left aside. One that holds several domains is refused where
    one of them is in use.
    """
    if "DOMAIN" not in columns:
        return "", ""
    found = sorted({row["DOMAIN"].strip().upper() for row in rows})
    if len(found) <= 1 and found != [""]:
        return (found[0] if found else _of_name(path)), ""  # no row says it: the name is left
    told = " and ".join(map(repr, found))
    if used and not {*found, _of_name(path)} & used:
        return "", f"DOMAIN is {told}"
    raise DatasetError(f"{path.name}: DOMAIN is {told}; a file holds one domain")


def _text(value: Any) -> str:
    """A value as it would be typed: no float's `.0`, no word for a missing one."""
    if type(value) is str:
        return value.strip()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


Table = tuple[list[str], Iterable[Sequence[Any]]]


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

    found = polars.read_parquet(path)
    return found.columns, found.iter_rows()


def _decoded(path: Path, encoding: str | None, notes: list[str]) -> str:
    content = path.read_bytes()
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        if encoding is not None:
            raise
        notes.append(f"not UTF-8, read as {OLDER}; --encoding says otherwise")
        return content.decode(OLDER, errors="replace")


def _read_csv(path: Path, encoding: str | None, notes: list[str]) -> Table:
    text = _decoded(path, encoding, notes)
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    head = [name.strip() for name in next(table, [])]
    for mark, spoken in ((";", "semicolons"), ("\t", "tabs")):
        if len(head) == 1 and mark in head[0]:
            raise DatasetError(
                f"{path.name}: found {spoken} between the columns, expected commas (and points in"
                " numbers)"
            )
    rows = list(_csv_rows(path, head, table))
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
    whole = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=_kept)
    columns = _columns(path, whole)
    return columns, _checked(path, whole, whole.get("rows", []))


def _read_ndjson(path: Path, _encoding: str | None, _notes: list[str]) -> Table:
    lines = [
        json.loads(line, parse_float=_kept)
        for line in path.read_text(encoding="utf-8-sig").splitlines()
        if line
    ]
    return _columns(path, lines[0]), _checked(path, lines[0], lines[1:])


def _kept(number: str) -> str | float:
    """Numbers as written; the `.0` of whole ones goes, as everywhere."""
    return float(number) if float(number).is_integer() else number


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
    return [str(column["name"]) for column in head["columns"]]


def _checked(path: Path, head: Any, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(head["columns"]):
            raise DatasetError(
                f"{path.name}, row {number}: found {len(row) if isinstance(row, list) else row!r}"
                f" values, expected {len(head['columns'])}, one for each column"
            )
    stated = head.get("records")
    if stated is not None and stated != len(rows):
        raise DatasetError(
            f"{path.name}: found {len(rows)} rows, and it states {stated} records; was it cut"
            " short?"
        )
    return rows


READERS: dict[str, Callable[[Path, str | None, list[str]], Table]] = {
    ".xpt": _read_xpt,
    ".json": _read_json,
    ".ndjson": _read_ndjson,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
}
"""Ending of the file -> reader: column names, and rows of values."""
