"""How large is a figure, what is it called for who cannot see it, and where may it be cut?"""

from __future__ import annotations

import re
from html import unescape

from equipoise.report.documents.parts import Drawing

_TEXT = re.compile(r'<text [^>]*?y="([\d.-]+)"[^>]*?font-size="([\d.]+)"')
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
_LABEL = re.compile(r'<svg [^>]*?aria-label="([^"]*)"')


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in pixels."""
    size = _SIZE.search(svg)
    assert size is not None, "every figure says its size"
    return float(size[1]), float(size[2])


def alt_of(drawing: Drawing) -> str:
    """What stands for the figure where it is not seen."""
    label = _LABEL.search(drawing.svg)
    return unescape(label[1]) if label else drawing.label


def cuts_of(svg: str, tallest: float) -> list[float]:
    """Where a figure begins and ends, and where it is cut in between: through no line of text, into
    pieces of which none is taller.
    """
    lines = sorted(
        (float(y) - 0.8 * float(size), float(y) + 0.25 * float(size))
        for y, size in _TEXT.findall(svg)
    )
    gaps, below = [], 0.0
    for top, bottom in lines:
        if top > below:
            gaps.append((below + top) / 2)
        below = max(below, bottom)
    cuts, height = [0.0], size_of(svg)[1]
    while height - cuts[-1] > tallest:
        fits = [gap for gap in gaps if cuts[-1] < gap <= cuts[-1] + tallest]
        cuts.append(fits[-1] if fits else cuts[-1] + tallest)
    return [*cuts, height]
