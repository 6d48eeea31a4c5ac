"""How does one figure stand by itself? As PNG, and as a page of PDF that a journal takes."""

from __future__ import annotations

from datetime import date
from typing import Any

from equipoise.report.documents.drawn import alt_of, size_of
from equipoise.report.documents.fonts import Fonts
from equipoise.report.documents.parts import Drawing
from equipoise.report.documents.svg_file import svg_file
from equipoise.report.documents.typesetting import lettered, painted, typeset

DOTS, MOST_DOTS = 288.0, 16_000.0
"""An inch, and of a whole picture from top to bottom."""
INCH = 96.0
"""Pixels of a figure."""


def write_png(drawing: Drawing, fonts: Fonts, on: date) -> bytes:
    """The figure in dots; a very tall one in larger dots."""
    _, height = size_of(drawing.svg)
    dots = min(DOTS, MOST_DOTS / height * INCH)
    return painted("figure", _told(drawing, fonts), fonts, on, dots=dots)


def write_picture_pdf(drawing: Drawing, fonts: Fonts, on: date) -> bytes:
    """The figure as a page of its own size."""
    return typeset("figure", _told(drawing, fonts), fonts, on)


def _told(drawing: Drawing, fonts: Fonts) -> dict[str, Any]:
    return {
        "label": drawing.label,
        "caption": f"{drawing.caption} {drawing.about}".strip(),
        "alt": alt_of(drawing),
        "width": size_of(drawing.svg)[0],
        "svg": lettered(svg_file(drawing.svg), fonts.families),
    }
