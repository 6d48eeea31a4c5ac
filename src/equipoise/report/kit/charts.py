"""How does curve figure depend on another? Lines over a scale, with bands of uncertainty and a name
at each line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from equipoise.report.kit.svg import Scale, circle, line, lines, path, picture, text, wrap

LEFT, RIGHT, TOP, ROW = 52.0, 14.0, 28.0, 18.0
_KINDS = ("experimental", "control", "third", "fourth")
"""Style classes of the lines, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: points (x, y) from left to right; `low` and `high` are the band's bounds at the
    same x, if any; `dots` are points that are told apart.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    stepped: bool = False
    dots: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class LineChart:
    """Up to four lines; ticks are given, since a reader thinks in round numbers; `limits` are
    dashed levels of y, `marked` are places of x with their words.
    """

    label: str
    x_title: str
    y_title: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    lines: Sequence[Line]
    y_words: Callable[[float], str] = "{:g}".format
    x_words: Callable[[float], str] = "{:g}".format
    limits: Sequence[float] = ()
    marked: Sequence[tuple[float, str]] = ()
    simulated: bool = False


def draw_lines(chart: LineChart, width: float) -> str:
    """The chart at a width in pixels: a legend above, then axes, bands and lines. Raises ValueError
    for no lines.
    """
    if not chart.lines or len(chart.lines) > len(_KINDS):
        raise ValueError(f"{len(chart.lines)} lines; a chart has 1 to {len(_KINDS)}")
    legend, top = _legend(chart, width)
    bottom = top + (190.0 if width < 500 else 260.0)
    x = Scale(chart.x_ticks[0], chart.x_ticks[-1], LEFT, width - RIGHT)
    y = Scale(chart.y_ticks[0], chart.y_ticks[-1], bottom, top)
    parts = [legend, _axes(chart, x, y, width, bottom)]
    pairs = list(zip(_KINDS, chart.lines, strict=False))
    for kind, curve in pairs:
        if curve.low:
            there = [(x(at), y(low)) for at, low in zip(curve.x, curve.low, strict=True)]
            back = [(x(at), y(high)) for at, high in zip(curve.x, curve.high, strict=True)]
            parts.append(path([*there, *reversed(back)], f"band {kind}", closed=True))
    for kind, curve in pairs:
        points = [(x(at), y(value)) for at, value in zip(curve.x, curve.y, strict=True)]
        parts.append(path(_stairs(points) if curve.stepped else points, f"curve {kind}"))
        parts += [circle(x(at), y(value), 5, f"dot {kind}") for at, value in curve.dots]
    parts += [_marked(at, words, x, y) for at, words in chart.marked]
    height = bottom + 46 + ROW * (len(_x_title(chart, width)) - 1)
    return picture(width, height, "".join(parts), chart.label, chart.simulated)


def _marked(at: float, words: str, x: Scale, y: Scale) -> str:
    """A place of x, named where there is room: to its right in the left half, else to its left."""
    left = x(at) < (x.start + x.end) / 2
    place, anchor = (x(at) + 5, "start") if left else (x(at) - 5, "end")
    return line(x(at), y.start, x(at), y.end, "limit") + text(
        place, y.start - 8, words, "note", anchor, 11
    )


def _stairs(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Level up to the next point."""
    corners = points[:1]
    for (_, before), (at, value) in pairwise(points):
        corners += [(at, before), (at, value)]
    return corners


def _legend(chart: LineChart, width: float) -> tuple[str, float]:
    height, parts = TOP, []
    for kind, curve in zip(_KINDS, chart.lines, strict=False):
        rows = wrap(curve.label, width - 44)
        parts += [line(6, height - 4, 26, height - 4, f"curve {kind}"), lines(34, height, rows)]
        height += ROW * len(rows)
    titles = wrap(chart.y_title, width - 10)
    parts.append(lines(6, height + 8, titles, "muted"))
    return "".join(parts), height + 8 + ROW * len(titles)


def _axes(chart: LineChart, x: Scale, y: Scale, width: float, bottom: float) -> str:
    parts = []
    for tick in chart.y_ticks:
        parts.append(line(LEFT, y(tick), width - RIGHT, y(tick), "grid"))
        parts.append(text(LEFT - 6, y(tick) + 4, chart.y_words(tick), "muted", "end"))
    for tick in chart.x_ticks:
        parts.append(line(x(tick), bottom, x(tick), bottom + 4, "axis"))
        parts.append(text(x(tick), bottom + 18, chart.x_words(tick), "muted", "middle"))
    parts += [line(LEFT, y(level), width - RIGHT, y(level), "limit") for level in chart.limits]
    middle = (LEFT + width - RIGHT) / 2
    parts += [
        line(LEFT, bottom, width - RIGHT, bottom, "axis"),
        lines(middle, bottom + 36, _x_title(chart, width), "muted", "middle"),
    ]
    return "".join(parts)


def _x_title(chart: LineChart, width: float) -> list[str]:
    return wrap(chart.x_title, width - LEFT - RIGHT)
