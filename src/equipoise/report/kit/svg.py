"""How is a figure written? Small pieces of SVG with real text, colored by the style sheet of the
page.

Figures are written by hand rather than by a plotting library, so that they follow the page into the
dark, are drawn again for a narrow screen, and every mark can be a link. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

LETTER = 0.55
"""Mean width of a letter in units of the font size, on the wide side, since the reader's font is
not known."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Data to pixels: `low`..`high` onto `start`..`end`, linear."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value, in pixels."""
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def px(value: float) -> str:
    """A length with at most one decimal, the same on every machine."""
    return f"{round(value, 1) + 0.0:g}"


def text(
    x: float, y: float, content: str, css: str = "", anchor: str = "start", size: float = 12
) -> str:
    """One line of text; `y` is its base line."""
    place = f'x="{px(x)}" y="{px(y)}" text-anchor="{anchor}" font-size="{px(size)}"'
    return f"<text {place}{_css(css)}>{escape(content)}</text>"


def lines(
    x: float,
    y: float,
    content: Iterable[str],
    css: str = "",
    anchor: str = "start",
    size: float = 12,
) -> str:
    """Several lines of text, the first at `y`."""
    return "".join(
        text(x, y + i * size * 1.35, row, css, anchor, size) for i, row in enumerate(content)
    )


def line(x1: float, y1: float, x2: float, y2: float, css: str = "") -> str:
    """A straight line."""
    return f'<line x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}"{_css(css)}/>'


def strokes(segments: Iterable[tuple[float, float, float, float]], css: str = "") -> str:
    """Straight lines in one mark, each from a point by so much to the right and so much down."""
    way = "".join(f"M{px(x)} {px(y)}l{px(right)} {px(down)}" for x, y, right, down in segments)
    return f'<path d="{way}"{_css(css)}/>'


def rect(x: float, y: float, width: float, height: float, css: str = "", radius: float = 0) -> str:
    """A rectangle."""
    size = f'width="{px(max(width, 0))}" height="{px(max(height, 0))}"'
    round_ = f' rx="{px(radius)}"' if radius else ""
    return f'<rect x="{px(x)}" y="{px(y)}" {size}{round_}{_css(css)}/>'


def path(points: Iterable[tuple[float, float]], css: str = "", closed: bool = False) -> str:
    """Straight lines from point to point."""
    way = "L".join(f"{px(x)} {px(y)}" for x, y in points)
    return f'<path d="M{way}{"Z" if closed else ""}"{_css(css)}/>'


def circle(x: float, y: float, radius: float, css: str = "") -> str:
    """A circle."""
    return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}"{_css(css)}/>'


def link(href: str, inner: str, title: str) -> str:
    """A mark that leads somewhere and says what it is."""
    return f'<a href="{escape(href)}"><title>{escape(title)}</title>{inner}</a>'


def titled(inner: str, title: str) -> str:
    """A mark that says what it is."""
    return f"<g><title>{escape(title)}</title>{inner}</g>"


def picture(width: float, height: float, inner: str, label: str, simulated: bool) -> str:
    """The whole figure; one about simulated data carries the mark, wherever it is copied to."""
    mark = (
        text(width, 11, "SIMULATED — no patient was treated", "simulated", "end", 11)
        if simulated
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {px(width)} {px(height)}"'
        f' width="{px(width)}" height="{px(height)}" role="img"'
        f' aria-label="{escape(label)}">{inner}{mark}</svg>'
    )


def wrap(content: str, width: float, size: float = 12) -> list[str]:
    """Lines that fit a width, broken between words, and inside those that are longer than a line,
    as in a script without spaces.
    """
    limit, rows = max(int(width / (size * LETTER)), 4), [""]
    for word in content.split():
        if rows[-1] and _letters(rows[-1]) + 1 + _letters(word) > limit:
            rows.append("")
        joined = f"{rows[-1]} {word}".strip()
        if _letters(joined) <= limit:
            rows[-1] = joined
            continue
        rows[-1] = ""
        for letter in word:
            if _letters(rows[-1] + letter) > limit:
                rows.append("")
            rows[-1] += letter
    return rows


def _letters(words: str) -> int:
    """Letters, a wide one (Chinese, Japanese, Korean) as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)


def steps(
    high: float, at_most: int, allowed: Iterable[float] = (1, 2, 3, 6, 12, 24, 48)
) -> list[float]:
    """Round ticks from 0 to at least `high`, no more than `at_most` of them."""
    step = next((size for size in allowed if high / size <= at_most), max(allowed, default=1))
    count = int(high // step) + (1 if high % step else 0)
    return [step * i for i in range(max(count, 1) + 1)]


def _css(css: str) -> str:
    return f' class="{css}"' if css else ""
