"""What is a table? Cells in rows, before anybody decides how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
