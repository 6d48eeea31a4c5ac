"""Does the difference depend on the stratum? One row for each level, descriptive only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.analysis.results.endpoints import Contrast
from equipoise.protocol.model import Arm
from equipoise.report.kit.formats import points, points_span
from equipoise.report.kit.svg import Scale, line, lines, link, picture, rect, text, titled, wrap
from equipoise.report.trial.arm_legend import NARROW

TOP = 34.0
WHOLE = "All analyzed"
"""The first row, to which the others are compared by eye."""


@dataclass(frozen=True, slots=True)
class Forest:
    """What the figure shows: the contrast in each subgroup, and where its row leads."""

    rows: Mapping[str, Contrast]
    experimental: Arm
    control: Arm
    hrefs: Mapping[str, str]
    simulated: bool

    def size(self, name: str) -> float:
        """The side of a mark: its area is the share of all analyzed, which is its information."""
        every = sum(arm.n for arm in self.rows[WHOLE].arms.values()) or 1
        here = sum(arm.n for arm in self.rows[name].arms.values())
        return float(max(4.0, 13 * (here / every) ** 0.5))


def draw_forest(forest: Forest, width: float) -> str:
    """The difference in each subgroup with its interval."""
    narrow = width < NARROW
    left, right = (8.0, width - 8) if narrow else (width * 0.36, width - 150)
    x, height = Scale(-1, 1, left, right), 54 if narrow else 36
    bottom = TOP + height * len(forest.rows) + 6
    parts = _axis(x, bottom, narrow)
    for i, name in enumerate(forest.rows):
        if narrow:  # the line of no difference crosses no words
            y = TOP + i * height + 12
            parts.append(line(x(0), y + 20, x(0), y + 37, "axis"))
        parts.append(_row(forest, name, x, TOP + i * height + 12, width))
    parts += _favors(forest, x, bottom + 36, narrow)
    whole = bottom + 36 + (24 if narrow else 8)
    return picture(width, whole, "".join(parts), "Difference by stratum", forest.simulated)


def _axis(x: Scale, bottom: float, narrow: bool) -> list[str]:
    parts = [] if narrow else [line(x(0), TOP - 8, x(0), bottom, "axis")]
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        place = "start" if tick == -1 and narrow else "end" if tick == 1 and narrow else "middle"
        parts += [
            line(x(tick), bottom, x(tick), bottom + 4, "axis"),
            text(x(tick), bottom + 17, points(tick).replace(".0", ""), "muted", place, 11),
        ]
    return [*parts, line(x.start, bottom, x.end, bottom, "axis")]


def _favors(forest: Forest, x: Scale, y: float, narrow: bool) -> list[str]:
    """On which side of the axis which arm is better."""
    control = f"← {forest.control.label} better"
    experimental = f"{forest.experimental.label} better →"
    if narrow:
        return [
            text(x.start, y, control, "control", size=11),
            text(x.end, y + 16, experimental, "experimental", "end", 11),
        ]
    return [
        text(x(0) - 8, y, control, "control", "end", 11),
        text(x(0) + 8, y, experimental, "experimental", size=11),
    ]


def _row(forest: Forest, name: str, x: Scale, y: float, width: float) -> str:
    contrast, href = forest.rows[name], forest.hrefs.get(name)
    counts, effect = _counts(forest, contrast), _effect(contrast)
    if width < NARROW:
        parts = _narrow_words(name, f"{counts}: {effect}", y)
    else:
        parts = _wide_words(name, counts, x, y)
        parts.append(text(width, y, effect, _strong(name), "end", 11))
    parts += _whisker(forest, name, x, y + 28 if width < NARROW else y - 4)
    title = f"{name}: {counts}, difference {effect}"
    return link(href, "".join(parts), title) if href else titled("".join(parts), title)


def _strong(name: str) -> str:
    return "strong" if name == WHOLE else ""


def _narrow_words(name: str, words: str, y: float) -> list[str]:
    return [
        text(0, y, name, _strong(name) + " halo"),
        text(0, y + 16, words, "muted halo", size=11),
    ]


def _wide_words(name: str, counts: str, x: Scale, y: float) -> list[str]:
    label = wrap(name, x.start - 80)
    return [
        lines(0, y - (8 if len(label) > 1 else 0), label, _strong(name)),
        text(x.start - 14, y, counts, "muted", "end", 11),
    ]


def _whisker(forest: Forest, name: str, x: Scale, y: float) -> list[str]:
    contrast, side = forest.rows[name], forest.size(name)
    if contrast.difference is None or contrast.interval is None:
        return []
    low, high = (bound or 0.0 for bound in contrast.interval)
    css = "mark even" if name == WHOLE else "mark open"
    return [
        line(x(low), y, x(high), y, "whisker"),
        rect(x(contrast.difference) - side / 2, y - side / 2, side, side, css),
    ]


def _counts(forest: Forest, contrast: Contrast) -> str:
    """Events of subjects, experimental v control."""
    arms = (contrast.arms[arm.id] for arm in (forest.experimental, forest.control))
    return " v ".join(f"{arm.events}/{arm.n}" for arm in arms)


def _effect(contrast: Contrast) -> str:
    if contrast.difference is None:
        return "an arm is empty"
    bounds = f" ({points_span(contrast.interval)})" if contrast.interval else ""
    return points(contrast.difference) + bounds
