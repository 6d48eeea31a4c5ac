"""What stands in this file? SDTM datasets in four formats become the same rows of text.

XPT version 5, Dataset-JSON 1.1 (and its line-by-line form), parquet and CSV. The domain is what the
DOMAIN column says, never the name of the file. Everything becomes text, so that a subject 001 stays
001 and a date stays as written.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

Row = dict[str, str]


class DatasetError(ValueError):
    """A file, or the package as a whole, that cannot be used; names the file, what was found and
    what is expected.
    """


@dataclass(frozen=True, slots=True)
class Dataset:
    """One file: row i of `rows` is row i + 1 of the data, its values as text, empty where there is
    none.
    """

    file: str
    sha256: str
    domain: str  # empty: no dataset of a domain (supplemental qualifiers, trial design)
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_folder(folder: Path) -> tuple[Dataset, ...]:
    """Every dataset of a folder, by name of the file. Raises DatasetError.

    Files of one name and two formats would count every record twice, so they are refused.
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
    return tuple(read_dataset(path) for path in files)


def read_dataset(path: Path) -> Dataset:
    """One file by the format that its ending names. Raises DatasetError."""
    content = path.read_bytes()
    if not content.strip():
        raise DatasetError(f"{path.name}: the file is empty; expected a dataset")
    try:
        columns, values = READERS[path.suffix.lower()](path)
    except DatasetError:
        raise
    except Exception as error:  # each library has errors of its own; what they say is all there is
        raise DatasetError(
            f"{path.name}: not a readable {path.suffix[1:]} dataset: {_first_line(error)}"
        ) from error
    columns = [str(name).strip().upper() for name in columns]
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise DatasetError(f"{path.name}: column {twice[0]} stands twice; keep one")
    if "DOMAIN" not in columns:
        values = ()  # supplemental qualifiers and the like are counted as read, not used
    rows = tuple(dict(zip(columns, map(_text, row), strict=True)) for row in values)
    digest = hashlib.sha256(content).hexdigest()
    return Dataset(path.name, digest, _domain(path, columns, rows), tuple(columns), rows)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _domain(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> str:
    if "DOMAIN" not in columns:
        return ""
    found = sorted({row["DOMAIN"].strip().upper() for row in rows})
    if len(found) > 1:
        raise DatasetError(
            f"{path.name}: DOMAIN is {' and '.join(map(repr, found))}; a file holds one domain"
        )
    return (
        found[0] if found else path.stem.split("_")[0].upper()
    )  # no row says it: only the name is left


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


def _read_xpt(path: Path) -> Table:
    import pyreadstat

    found, _ = pyreadstat.read_xport(str(path), output_format="dict")
    return list(found), list(zip(*found.values(), strict=True))


def _read_parquet(path: Path) -> Table:
    import polars

    found = polars.read_parquet(path)
    return found.columns, found.iter_rows()


def _read_csv(path: Path) -> Table:
    import polars

    with path.open(encoding="utf-8-sig", newline="") as file:
        head = next(csv.reader(file), [])
    if twice := sorted({name for name in head if head.count(name) > 1}):
        raise ValueError(
            f"{path.name}: column {twice[0]!r} stands twice; which one holds? remove the other"
        )
    found = polars.read_csv(path, infer_schema=False)
    return found.columns, found.iter_rows()


def _read_json(path: Path) -> Table:
    whole = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=_kept)
    return _columns(path, whole), _checked(path, whole, whole.get("rows", []))


def _read_ndjson(path: Path) -> Table:
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
    if not isinstance(head, dict) or "datasetJSONVersion" not in head or "columns" not in head:
        raise DatasetError(
            f"{path.name}: no Dataset-JSON: datasetJSONVersion and columns are expected at its top"
        )
    if not str(head["datasetJSONVersion"]).startswith("1.1"):
        raise DatasetError(
            f"{path.name}: Dataset-JSON version {head['datasetJSONVersion']!r}, expected 1.1"
        )
    return [str(column["name"]) for column in head["columns"]]


def _checked(path: Path, head: Any, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(head["columns"]):
            raise DatasetError(
                f"{path.name}, row {number}: found {len(row) if isinstance(row, list) else row!r}"
                f" values, expected {len(head['columns'])}, one for each column"
            )
    return rows


READERS: dict[str, Callable[[Path], Table]] = {
    ".xpt": _read_xpt,
    ".json": _read_json,
    ".ndjson": _read_ndjson,
    ".parquet": _read_parquet,
    ".csv": _read_csv,
}
"""Ending of the file -> reader: column names, and rows of values."""
