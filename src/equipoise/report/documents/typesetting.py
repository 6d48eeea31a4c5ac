"""How is typst asked? The template is ours, and what a document says is given to it as data, never
as code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from equipoise.report.documents.fonts import Fonts
from equipoise.report.kit.page import read_template

STANDARD: Literal["a-2a"] = "a-2a"
"""PDF/A-2, level A (ISO 19005-2): to be kept, and to be read aloud."""
LARGER = 1.15
"""A figure of 860 pixels is made smaller to fit a page; its letters are made larger before."""

_FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
_FAMILY = re.compile(r"font-family:[^;}]*")


def typeset(name: str, told: dict[str, Any], fonts: Fonts, on: date) -> bytes:
    """A template of this house as PDF; `on` is the day that the file bears."""
    return _compiled(name, told, fonts, on, {"format": "pdf", "pdf_standards": [STANDARD]})


def painted(name: str, told: dict[str, Any], fonts: Fonts, on: date, *, dots: float) -> bytes:
    """A template of one page as PNG, with so many dots an inch."""
    return _compiled(name, told, fonts, on, {"format": "png", "ppi": dots})


def _compiled(
    name: str, told: dict[str, Any], fonts: Fonts, on: date, how: dict[str, Any]
) -> bytes:
    import typst

    day = {"year": on.year, "month": on.month, "day": on.day}
    given = json.dumps({**told, "date": day, "fonts": fonts.families}, ensure_ascii=False)
    written = typst.compile(
        read_template(f"{name}.typ").encode(),
        sys_inputs={name: given},
        ignore_system_fonts=not fonts.of_the_machine,
        timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
        **how,
    )
    assert isinstance(written, bytes)
    return written


def lettered(svg: str, families: Sequence[str]) -> str:
    """A figure whose letters are those of the document, and as large when it is smaller."""
    named = ",".join(f'"{family}"' for family in families)
    larger = _FONT_SIZE.sub(lambda size: f'font-size="{float(size[1]) * LARGER:g}"', svg)
    return _FAMILY.sub(f"font-family:{named}", larger, count=1)
