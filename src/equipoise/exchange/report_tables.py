"""How do the tables of a report go to other programs? Each as a file of comma-separated text, with
a codebook that says what its columns are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from equipoise.exchange.tables import write_table
from equipoise.report.documents.parts import Grid, Paper, file_name, plain

CODEBOOK = "codebook.csv"
COLUMNS = (
    "file", "table", "section", "column", "heading", "content", "about", "note",
)  # fmt: skip

_NUMBER = r"[+−-]?\d[\d,]*(\.\d+)?"
_CONTENTS = (
    ("whole number", r"\d[\d,]*"),
    ("number", _NUMBER),
    ("percentage", rf"{_NUMBER} %"),
    ("count (percentage)", rf"\d+ \({_NUMBER} %\)|0"),
    ("count/of (percentage)", rf"\d+/\d+ \({_NUMBER} %\)"),
    ("interval", rf"{_NUMBER}( %)? to {_NUMBER}( %)?"),
    ("estimate (interval)", rf"{_NUMBER}( %)? \({_NUMBER}( %)? to ({_NUMBER}( %)?|not reached)\)"),
    ("day", r"\d{1,2} [A-Z][a-z]+ \d{4}"),
)
"""What a cell holds, by its form; the first that fits every cell of a column is told."""
_EMPTY = ("", "–", "·")


def write_tables(paper: Paper) -> dict[str, str]:
    """Every table of a document by the name of its file, and the codebook. A heading inside a table
    is a row with nothing after it; where cells say more than one line, a colon stands between.
    """
    files = {f"{file_name(grid)}.csv": _table(grid) for grid in paper.tables}
    return {**files, CODEBOOK: write_table(COLUMNS, _codebook(paper))}


def _table(grid: Grid) -> str:
    return write_table(grid.headings(), _rows(grid))


def _rows(grid: Grid) -> list[list[str]]:
    return [[plain(cell) for cell in row] + [""] * (grid.columns - len(row)) for row in grid.rows]


def _codebook(paper: Paper) -> list[list[str]]:
    return [
        [
            f"{file_name(grid)}.csv", grid.label, grid.anchor, str(at), heading or "(rows)",
            content_of([row[at - 1] for row in _rows(grid)]), grid.about, grid.note,
        ]
        for grid in paper.tables
        for at, heading in enumerate(grid.headings(), start=1)
    ]  # fmt: skip


def content_of(cells: Sequence[str]) -> str:
    """What the cells of a column are, nothing and `not applicable` aside."""
    told = [cell for cell in cells if cell not in _EMPTY]
    if not told:
        return "empty"
    fits = (name for name, form in _CONTENTS if all(re.fullmatch(form, cell) for cell in told))
    return next(fits, "text")
