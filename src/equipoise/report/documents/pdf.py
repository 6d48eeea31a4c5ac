"""How is a document written on paper? PDF/A by typst: the same words, tables and figures, with
contents, page numbers and no byte that the input did not decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from equipoise.report.documents.drawn import alt_of, cuts_of, size_of
from equipoise.report.documents.fonts import Fonts
from equipoise.report.documents.parts import (
    Drawing,
    Grid,
    Heading,
    Listing,
    Pairs,
    Paper,
    Paragraph,
    Part,
    Words,
    plain,
)
from equipoise.report.documents.svg_file import svg_file
from equipoise.report.documents.typesetting import lettered, typeset
from equipoise.report.documents.widths import widths

TALLEST = 1120.0
"""Pixels of a figure on one page; a longer one is cut between its lines of text."""
WIDE_TABLE, WIDER_TABLE = 7, 10
"""Columns from which on the letters of a table are smaller."""
UPRIGHT, LETTER = 487.0, 0.48
"""Width of the text, and of a letter in units of its size."""
LANDSCAPE = 730.0
"""Width of the text on a page that is turned."""


def write_pdf(paper: Paper, fonts: Fonts, on: date) -> bytes:
    """The document; `on` is the day that it bears."""
    told = _told(paper)
    for drawing in (one for one in told["parts"] if one["kind"] == "figure"):
        drawing["svg"] = lettered(drawing["svg"], fonts.families)
    return typeset("paper", told, fonts, on)


def letters_of(paper: Paper) -> str:
    """Everything that has to be shown."""
    return json.dumps(_told(paper), ensure_ascii=False)


# ------------------------------------------------------------------ what the template takes


def _told(paper: Paper) -> dict[str, Any]:
    anchors = {part.anchor for part in paper.parts if isinstance(part, Heading) and part.anchor}
    front = [part for part in paper.parts if isinstance(part, Pairs)]
    identity = {plain(name): plain(words) for part in front for name, words in part.rows}
    return {
        "title": paper.title,
        "kicker": paper.kicker,
        "banner": paper.banner,
        "running": [paper.title, _until_colon(identity.get("Cutoff", ""))],
        "foot": identity.get("Software", ""),
        "front": [_part(part, anchors) for part in front],
        "parts": [_part(part, anchors) for part in paper.parts if not isinstance(part, Pairs)],
    }


def _until_colon(cutoff: str) -> str:
    return f"cutoff {cutoff.split(':', maxsplit=1)[0]}" if cutoff else ""


def _part(part: Part, anchors: set[str]) -> dict[str, Any]:
    def words(said: Words) -> list[dict[str, Any]]:
        return [
            {
                "text": run.text,
                "bold": run.bold,
                "code": run.code,
                "small": run.small,
                "href": run.href[1:] if run.href[1:] in anchors else "",
            }
            for run in said
        ]

    match part:
        case Heading():
            return {
                "kind": "heading",
                "level": part.level,
                "words": words(part.words),
                "anchor": part.anchor,
            }
        case Paragraph():
            return {"kind": "paragraph", "style": part.kind, "words": words(part.words)}
        case Listing():
            return {"kind": "listing", "items": [words(item) for item in part.items]}
        case Pairs():
            return {"kind": "pairs", "rows": [[words(a), words(b)] for a, b in part.rows]}
        case Grid():
            return _table(part, words)
        case Drawing():
            return _drawing(part)


def _table(part: Grid, words: Callable[[Words], list[dict[str, Any]]]) -> dict[str, Any]:
    size = 9 if part.columns < WIDE_TABLE else 8 if part.columns < WIDER_TABLE else 7
    letter = size * LETTER
    columns = widths(part, UPRIGHT / letter)
    turned = sum(columns) * letter > UPRIGHT * 1.02
    if turned:
        columns = widths(part, LANDSCAPE / letter)
    return {
        "kind": "table",
        "label": part.label,
        "columns": part.columns,
        "widths": [round(column * letter, 2) for column in columns],
        "turned": turned,
        "size": size,
        "head": [
            [{"words": words(cell.words), "span": cell.span} for cell in row] for row in part.head
        ],
        "rows": [[words(cell) for cell in row] for row in part.rows],
        "indented": sorted(part.indented),
        "longest": max((len(plain(cell)) for row in part.rows for cell in row), default=0),
        "note": part.note,
        "about": part.about,
    }


def _drawing(part: Drawing) -> dict[str, Any]:
    return {
        "kind": "figure",
        "label": part.label,
        "svg": svg_file(part.svg),
        "alt": alt_of(part),
        "width": size_of(part.svg)[0],
        "cuts": cuts_of(part.svg, TALLEST),
        "caption": part.caption,
        "about": part.about,
    }
