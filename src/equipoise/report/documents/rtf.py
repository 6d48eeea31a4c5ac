"""How are the tables of a document written for who edits them in a word processor? RTF by rtflite:
a title, repeated headings and notes for each table, on pages that are turned.
"""

from __future__ import annotations

import re
from typing import Any

from equipoise.report.documents.parts import Grid, HeadCell, Paper, Words, plain
from equipoise.report.documents.widths import widths

LETTERS = 150.0
"""So many stand beside each other on a page that is turned."""
LINES = 30
"""Lines on a page; rtflite breaks a longer table, and repeats its headings."""
A4 = {"orientation": "landscape", "width": 11.69, "height": 8.27, "col_width": 10.0}
MARGINS = [0.8, 0.8, 1.0, 0.8, 0.5, 0.5]
"""Inches: left, right, top, bottom, header, footer."""
INDENT = 200
"""Twips before a row that belongs to the heading over it."""
AS_THEY_ARE = [[False]]
"""rtflite reads some letters as commands of TeX, unless told to leave them."""

_CONTROLS = re.compile(r"[\\{}]")
_ABOVE_ASCII = re.compile(r"[\x80-\xff]")
"""rtflite leaves them as they are, and readers would take each for two of Windows' letters."""
_BODY = re.compile(r"\\paperw\d")


def write_rtf(paper: Paper) -> str:
    """All tables, each on a page of its own, in ASCII. A document without a table says so."""
    if not paper.tables:
        return f"{{\\rtf1\\ansi {_escaped(paper.title)}\\par There is no table.\\par}}\n"
    first, *more = [_document(paper, grid) for grid in paper.tables]
    rest = [_opened(one)[_begin(one) :] for one in more]
    whole = "\\page\n".join([_opened(first), *rest]) + "}\n"
    return _ABOVE_ASCII.sub(lambda letter: f"\\uc1\\u{ord(letter[0])}*", whole)


def _opened(document: str) -> str:
    """Without the brace that ends it."""
    return document.rstrip()[:-1]


def _begin(document: str) -> int:
    """Where the page begins, after the fonts and what stands in the margins, said once."""
    found = _BODY.search(document)
    assert found is not None
    return document.index("\n", document.index("\\footery", found.start())) + 1


def _document(paper: Paper, grid: Grid) -> str:
    import polars
    import rtflite

    columns = widths(grid, LETTERS)
    rows = [[_escaped(cell) for cell in _filled(row, grid)] for row in grid.rows]
    frame = polars.DataFrame(
        rows, schema=[f"c{at}" for at in range(grid.columns)], orient="row", strict=False
    ).cast(polars.String)
    notes = [_escaped(said) for said in (grid.note, grid.about) if said]
    plain_text: dict[str, Any] = {"text_convert": AS_THEY_ARE, "text_font_size": [[8.0]]}
    document = rtflite.RTFDocument(
        df=frame,
        rtf_page=rtflite.RTFPage(
            **A4, margin=MARGINS, nrow=LINES, border_first="single", border_last="single"
        ),
        rtf_page_header=_margin(rtflite.RTFPageHeader, _running(paper)),
        rtf_page_footer=_margin(rtflite.RTFPageFooter, "\\chpgn"),
        rtf_title=rtflite.RTFTitle(
            text=[_escaped(grid.label)],
            text_convert=False,
            text_font_size=10,
            text_format="b",
            text_justification="l",
        ),
        rtf_column_header=[_heading(row, columns) for row in grid.head],
        rtf_body=rtflite.RTFBody(
            col_rel_width=columns,
            text_justification=[["l"]],
            border_left=[[""]],
            border_right=[[""]],
            border_top=[["single"]],
            text_format=[["b" if len(row) == 1 else ""] * grid.columns for row in grid.rows],
            text_indent_left=[
                [INDENT if at in grid.indented else 0] + [0] * (grid.columns - 1)
                for at in range(len(grid.rows))
            ],
            **plain_text,
        ),
        rtf_footnote=rtflite.RTFFootnote(
            text=notes,
            text_justification=[["l"]],
            border_left=[[""]],
            border_right=[[""]],
            **plain_text,
        )
        if notes
        else None,
    )
    return str(document.rtf_encode())


def _heading(row: tuple[HeadCell, ...], columns: list[float]) -> Any:
    import rtflite

    spans, at = [], 0
    for cell in row:
        spans.append(sum(columns[at : at + cell.span]))
        at += cell.span
    return rtflite.RTFColumnHeader(
        text=[_escaped(plain(cell.words)) for cell in row],
        col_rel_width=spans,
        text_convert=AS_THEY_ARE,
        text_font_size=[[8.0]],
        text_format=[["b"]],
        text_justification=[["l"]],
        border_left=[[""]],
        border_right=[[""]],
        border_top=[[""]],
    )


def _margin(kind: Any, text: str) -> Any:
    return kind(text=text, text_convert=False, text_font_size=8, text_justification="l")


def _running(paper: Paper) -> str:
    return _escaped(" – ".join(filter(None, (paper.banner, paper.title))))


def _filled(row: tuple[Words, ...], grid: Grid) -> list[str]:
    """A heading inside the table has its row for itself."""
    return [plain(cell) for cell in row] + [""] * (grid.columns - len(row))


def _escaped(text: str) -> str:
    """Letters that RTF would obey, and those whose number takes two (RTF 1.9.1: 16 bits each);
    rtflite writes the others by their number.
    """
    return "".join(map(_letter, _CONTROLS.sub(r"\\\g<0>", text)))


def _letter(letter: str) -> str:
    code = ord(letter)
    if code < 0x10000:
        return letter
    high, low = 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)
    return f"\\uc1\\u{high - 0x10000}*\\uc1\\u{low - 0x10000}*"
