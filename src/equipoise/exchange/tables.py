"""How is a table written for programs, so that nothing in it runs when somebody opens it in a
spreadsheet?

A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a
formula, and a formula can start programs and send data away (OWASP, CSV Injection). What other
people's data say may begin so; such a cell gets an apostrophe before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_BEGINS_FORMULA = re.compile("'*[=+@\\t\\r\\n\uff1d\uff0b\uff0d\uff20-]")
"""The wide forms count too, and what begins so behind apostrophes: then one that was added can be
told from those that were there.
"""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_QUOTED = re.compile('[,"\\r\\n]')


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Comma-separated text with a header; None is an empty cell. Numbers are written as they are,
    signs included; text that a spreadsheet would run has an apostrophe before it.
    """
    return plain_table(columns, ([_harmless(cell) for cell in row] for row in rows))


def plain_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The same with every text as it is: for a reader of our own, never for a file."""
    return "".join(",".join(map(_cell, row)) + "\n" for row in (columns, *rows))


def _harmless(cell: Any) -> Any:
    if isinstance(cell, str) and _BEGINS_FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    # Python's writer leaves a carriage return without quotes, and readers end the row there.
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
