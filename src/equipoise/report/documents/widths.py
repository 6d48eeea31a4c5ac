"""How wide is each column of a table? As wide as what stands in it where that fits; else no word is
broken, and the rest of the page goes to those that have most to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from equipoise.report.documents.parts import Grid, Run, Words

PAD = 2.0
"""Letters between two columns."""
UNBROKEN = 22.0
"""Of a word that is longer the template breaks the rest."""
_BREAKS = re.compile(r"(?<=[\s/_-])")


def widths(grid: Grid, fits: float) -> list[float]:
    """The width of each column in letters. Together they are more than what `fits` only where not
    even the longest words do.
    """
    whole = _under_heads(grid, [max(map(_line, cells), default=1.0) for cells in _columns(grid)])
    if sum(whole) <= fits:
        return whole
    least = [max(map(_word, cells), default=1.0) + PAD for cells in _columns(grid)]
    wanted = [max(all_ - word, 0.0) ** 0.5 for all_, word in zip(whole, least, strict=True)]
    room = max(fits - sum(least), 0.0) / (sum(wanted) or 1.0)
    return [word + room * more for word, more in zip(least, wanted, strict=True)]


def _under_heads(grid: Grid, lines: list[float]) -> list[float]:
    """With blanks between them, and as wide together as half of a heading that stands over them."""
    columns = [line + PAD for line in lines]
    for row in grid.head[:-1]:
        at = 0
        for cell in row:
            over = 0.6 * _line(cell.words) + PAD
            short = max(over - sum(columns[at : at + cell.span]), 0.0) / cell.span
            for column in range(at, at + cell.span):
                columns[column] += short
            at += cell.span
    return columns


def _columns(grid: Grid) -> list[list[Words]]:
    """What stands in each column, its own heading included."""
    rows = [
        (_indented(row[0]), *row[1:]) if at in grid.indented else row
        for at, row in enumerate(grid.rows)
        if len(row) == grid.columns
    ]
    heads = [cell.words for cell in grid.head[-1] if cell.span == 1]
    if len(heads) == grid.columns:
        rows = [tuple(tuple(replace(run, bold=True) for run in words) for words in heads), *rows]
    return [[row[at] for row in rows] for at in range(grid.columns)]


def _indented(words: Words) -> Words:
    return (Run("___"), *words)


def _line(words: Words) -> float:
    return max(map(_sum, _lines(words)), default=0.0)


def _word(words: Words) -> float:
    pieces = (
        _sum([(piece.strip(), wide)])
        for line in _lines(words)
        for text, wide in line
        for piece in _BREAKS.split(text)
    )
    return min(max(pieces, default=0.0), UNBROKEN)


def _sum(line: Iterable[tuple[str, float]]) -> float:
    return sum(wide * sum(map(_letter, text)) for text, wide in line)


def _letter(letter: str) -> float:
    """Capitals are wider, and letters of Chinese, Japanese and Korean twice as wide."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 2.1
    return 1.35 if letter.isupper() else 1.0


def _lines(words: Words) -> list[list[tuple[str, float]]]:
    """Each line as pieces with the width of a letter of each."""
    lines: list[list[tuple[str, float]]] = [[]]
    for run in words:
        wide = (1.25 if run.code else 1.12 if run.bold else 1.0) * (0.88 if run.small else 1.0)
        first, *more = run.text.split("\n")
        lines[-1].append((first, wide))
        lines += [[(text, wide)] for text in more]
    return lines
