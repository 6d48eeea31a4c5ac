"""What is a table? Cells in rows, before anybody decides how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

Cell = str | Markup


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows; a row of one cell is a heading inside the table."""

    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    note: str = ""
    over: Sequence[tuple[Cell, int]] = ()  # headings over several columns
    stack: bool = False  # on a narrow screen rows become blocks
    words: bool = False  # cells hold sentences; stacked too
    about: str = ""  # population, policy and cutoff


def table_text(table: Table) -> list[str]:
    """A table as lines for a terminal: columns as wide as they must be, the first to the left,
    numbers to the right; a heading inside the table is a line of its own.
    """
    rows = [[str(cell) for cell in row] for row in (table.head, *table.rows)]
    whole = [row for row in rows if len(row) == len(table.head)]
    widths = [max(len(row[i]) for row in whole) for i in range(len(table.head))]
    left = len(widths) if table.words else 1
    lines = [table.caption]
    for row in rows:
        if len(row) == 1:
            lines.append(row[0])
            continue
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return [*lines, *wrap(table.note, 110, initial_indent="  ", subsequent_indent="  ")]
