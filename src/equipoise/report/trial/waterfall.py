"""What was the best that happened to each tumor? One bar for each participant, arm beside arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.results.participants import TumorChange
from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.formats import signed
from equipoise.report.kit.svg import Scale, line, lines, link, picture, rect, text, wrap
from equipoise.report.trial.arm_legend import NARROW
from equipoise.report.trial.arms import Arms

HIGHEST = 100
"""Growth beyond this percentage is cut off, and written above the bar."""
RESPONSES = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "NON-CR/NON-PD": "non-CR/non-PD",
    "PD": "progression",
    "NE": "not evaluable",
    "MISSING": "no scan read",
}
LEFT, RIGHT, PANEL = 48.0, 8.0, 260.0


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What the figure shows: the best change of each participant, the best response by the reading
    that counts, and the percentage of shrinkage that a partial response takes.
    """

    changes: Mapping[str, TumorChange]
    best: Mapping[str, str]
    arms: Arms
    shrinkage: int
    simulated: bool


def draw_waterfall(drawn: Waterfall, width: float) -> str:
    """A panel for each arm with its bars from most growth to most shrinkage, colored by response;
    beside each other, or below each other on a narrow screen.
    """
    legend, top = _legend(drawn, width)
    highest = min(max([20, *(each.value for each in drawn.changes.values())]), HIGHEST)
    ceiling = int(-(-highest // 20) * 20)
    parts = [legend]
    narrow = width < NARROW
    panels = _panels(drawn, width, narrow=narrow)
    heads = {
        arm: wrap(f"{drawn.arms[arm].label} (n = {len(names)})", right - left)
        for arm, names, left, right in panels
    }
    above = 10 + 16 * max(map(len, heads.values()))
    for place, (arm, ordered, left, right) in enumerate(panels):
        begin = top + above + (place * (PANEL + above + 14) if narrow else 0)
        y = Scale(-100, ceiling, begin + PANEL, begin)
        parts.append(lines(left, begin - above + 14, heads[arm], drawn.arms[arm].role))
        parts.append(_axis(y, ceiling, left, right, words=place == 0 or narrow))
        room = (right - left) / max(len(ordered), 1)
        parts += [
            _bar(name, drawn, left + i * room, min(room, 48), y) for i, name in enumerate(ordered)
        ]
        parts.append(_limit(drawn.shrinkage, y, left, right))
    height = top + (PANEL + above + 14) * (len(panels) if narrow else 1)
    label = "Best change of the sum of diameters, by participant"
    return picture(width, height, "".join(parts), label, drawn.simulated)


def _panels(
    drawn: Waterfall, width: float, *, narrow: bool
) -> list[tuple[str, Sequence[str], float, float]]:
    """Each arm with its participants in order, and from where to where it is drawn: as wide as it
    has bars.
    """
    ordered = {
        arm: sorted(
            (name for name, change in drawn.changes.items() if change.arm == arm),
            key=lambda name: (-drawn.changes[name].value, name),
        )
        for arm in drawn.arms
    }
    if narrow:
        return [(arm, names, LEFT, width - RIGHT) for arm, names in ordered.items()]
    gap = 18.0
    room = width - LEFT - RIGHT - gap * (len(ordered) - 1)
    every = sum(max(len(names), 3) for names in ordered.values())
    panels: list[tuple[str, Sequence[str], float, float]] = []
    left = LEFT
    for arm, names in ordered.items():
        right = left + room * max(len(names), 3) / every
        panels.append((arm, names, left, right))
        left = right + gap
    return panels


def _legend(drawn: Waterfall, width: float) -> tuple[str, float]:
    """The responses that occur, from the best on."""
    seen = {drawn.best.get(name, "MISSING") for name in drawn.changes}
    parts, x, y = [], 0.0, 34.0
    for response, words in RESPONSES.items():
        if response not in seen:
            continue
        needed = 32 + len(words) * 6.6
        if x and x + needed > width:
            x, y = 0.0, y + 18
        parts += [
            rect(x, y - 10, 14, 11, _css(response)),
            text(x + 20, y, words, size=11.5),
        ]
        x += needed
    return "".join(parts), y + 14


def _css(response: str) -> str:
    return f"best {response.split('/', maxsplit=1)[0].lower()}"


def _axis(y: Scale, ceiling: int, left: float, right: float, *, words: bool) -> str:
    parts = []
    for value in range(-100, ceiling + 1, 20):
        parts.append(line(left, y(value), right, y(value), "axis" if value == 0 else "grid"))
        if words:
            shown = f"{signed(value, 0)} %"
            parts.append(text(left - 6, y(value) + 4, shown, "muted", "end", 11))
    return "".join(parts)


def _limit(shrinkage: int, y: Scale, left: float, right: float) -> str:
    """The one limit that is counted from baseline: progression is counted from the smallest sum."""
    words = f"−{shrinkage} % from baseline: partial response"
    return line(left, y(-shrinkage), right, y(-shrinkage), "limit") + text(
        left + 4, y(-shrinkage) + 13, words, "note", size=10.5
    )


def _bar(name: str, drawn: Waterfall, x: float, room: float, y: Scale) -> str:
    change = drawn.changes[name]
    value, response = change.value, drawn.best.get(name, "MISSING")
    shown = min(value, HIGHEST)
    gap = min(room * 0.12, 3)
    # A tumor that did not change still gets a line to point at.
    height = max(abs(y(shown) - y(0)), 1.5)
    inner = rect(x + gap, min(y(shown), y(0)), room - 2 * gap, height, _css(response))
    if value > HIGHEST:
        inner += text(x + gap, y(shown) - 4, f"+{value:.0f}", "muted", "start", 9)
    title = f"{name}, {drawn.arms[change.arm].label}: {value:+.0f} %, {change.why}"
    return link(f"#{subject_anchor(name)}", inner, f"{title}; best response {response}")
