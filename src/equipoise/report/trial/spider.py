"""How did each tumor change over time? One line for each participant, arm beside arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.results.participants import TumorCourse
from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.formats import signed
from equipoise.report.kit.svg import (
    Scale,
    circle,
    line,
    lines,
    link,
    path,
    picture,
    steps,
    text,
    wrap,
)
from equipoise.report.trial.arm_legend import NARROW
from equipoise.report.trial.arms import Arms
from equipoise.terms.dates import DAYS_PER_MONTH

HIGHEST = 100
LEFT, RIGHT, PANEL, TOP = 48.0, 10.0, 230.0, 26.0


@dataclass(frozen=True, slots=True)
class Spider:
    """What the figure shows: the sums of each participant against baseline."""

    courses: Mapping[str, TumorCourse]
    arms: Arms
    simulated: bool


def draw_spider(drawn: Spider, width: float) -> str:
    """A panel for each arm over the same months; a line above the panel goes on beyond it."""
    narrow = width < NARROW
    last = max(day for each in drawn.courses.values() for day, _ in each.scans) / DAYS_PER_MONTH
    ticks = steps(last, 5 if narrow else 6)
    room = (width - LEFT - RIGHT) if narrow else (width - LEFT) / len(drawn.arms) - RIGHT - 8
    named = {
        arm: [name for name, course in drawn.courses.items() if course.arm == arm]
        for arm in drawn.arms
    }
    heads = {
        arm: wrap(f"{about.label} (n = {len(named[arm])})", room)
        for arm, about in drawn.arms.items()
    }
    above = 16 * max(map(len, heads.values()))
    step = PANEL + 50 + above
    parts = []
    for place, (arm, about) in enumerate(drawn.arms.items()):
        top = TOP + above + (place * step if narrow else 0)
        left = LEFT + (0 if narrow else place * (room + RIGHT + 8))
        x = Scale(0, ticks[-1], left, left + room)
        y = Scale(-100, HIGHEST, top + PANEL, top)
        parts.append(lines(left, top - above + 4, heads[arm], about.role))
        parts += _axes(x, y, ticks, words=narrow or place == 0)
        parts += [_line(name, drawn, x, y) for name in named[arm]]
    height = TOP + above + PANEL + 40 + (step * (len(drawn.arms) - 1) if narrow else 0)
    label = "Change of the sum of diameters over time, by participant"
    return picture(width, height, "".join(parts), label, drawn.simulated)


def _axes(x: Scale, y: Scale, ticks: Sequence[float], *, words: bool) -> list[str]:
    parts = []
    for value in range(-100, HIGHEST + 1, 50):
        parts.append(line(x.start, y(value), x.end, y(value), "axis" if value == 0 else "grid"))
        if words:
            shown = f"{signed(value, 0)} %"
            parts.append(text(x.start - 6, y(value) + 4, shown, "muted", "end", 11))
    for tick in ticks:
        parts.append(line(x(tick), y.start, x(tick), y.start + 4, "axis"))
        parts.append(text(x(tick), y.start + 16, f"{tick:g}", "muted", "middle", 11))
    parts.append(text(x.end, y.start + 31, "months from randomization", "muted", "end", 11))
    return parts


def _line(name: str, drawn: Spider, x: Scale, y: Scale) -> str:
    course = drawn.courses[name]
    about = drawn.arms[course.arm]
    points = [(x(0), y(0))]
    points += [(x(day / DAYS_PER_MONTH), y(min(value, HIGHEST))) for day, value in course.scans]
    dots = "".join(circle(*point, 2, f"bar {about.role}") for point in points[1:])
    told = "; ".join(f"day {day}: {value:+.0f} %" for day, value in course.scans)
    inner = path(points, f"spider {about.role}") + dots
    return link(f"#{subject_anchor(name)}", inner, f"{name}, {about.label}: {told}")
