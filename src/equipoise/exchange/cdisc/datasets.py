"""What stands in this file? SDTM datasets in four formats become the same rows of text.

XPT version 5 and 8, Dataset-JSON 1.1 (and its line-by-line form), parquet and CSV, see `formats`.
The domain is what the DOMAIN column says, never the name of the file. Everything becomes text, so
that a subject 001 stays 001 and a date stays as written. Bytes, rows and fields are counted against
what the file states: one that was cut short is refused.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from equipoise.exchange.cdisc.formats import (
    DAMAGED,
    READERS,
    DatasetError,
    NoDataset,
    check_encoding,
    named_columns,
)
from equipoise.exchange.tables import plain_table
from equipoise.terms.unicode_text import half_of_pair

Row = dict[str, str]


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
    check_encoding(encoding)
    notes: list[str] = []
    try:
        names, values = reader(path, encoding, notes)
    except (DatasetError, FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except (
        Exception
    ) as error:  # each library has errors of its own, which name neither file nor row
        raise DatasetError(
            f"{path.name}: not a readable {path.suffix[1:]} dataset, expected a whole one"
            f"{f' in {encoding}' if encoding else ''}; {DAMAGED}"
        ) from error
    columns = named_columns(path, names)
    rows = [[_text(value) for value in row] for row in values]
    for number, row in enumerate((columns, *rows)):
        _check_unicode(path, number, columns, row)
    return columns, rows, tuple(notes)


def _check_unicode(path: Path, number: int, columns: Sequence[str], row: Sequence[str]) -> None:
    """Half of a surrogate pair, which JSON can state, is no text that could be written again."""
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        name, why = next(
            (name, why)
            for name, text in zip(columns, row, strict=True)
            if (why := half_of_pair(text))
        )
        place = f"row {number}" if number else "the names"
        raise DatasetError(f"{path.name}, {place}, column {name!r}: {why}") from None


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
