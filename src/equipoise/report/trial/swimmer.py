"""What happened to each person? One lane for each participant."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.participants import TimeLine
from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.svg import (
    Scale,
    circle,
    line,
    link,
    path,
    picture,
    rect,
    steps,
    strokes,
    text,
)
from equipoise.report.trial.arm_legend import NARROW, arm_legend
from equipoise.report.trial.arms import Arms
from equipoise.terms.dates import DAYS_PER_MONTH

LANE = 15

OPEN_END = 4
"""How much further an arrow reaches than other marks."""

MARKS = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "NON-CR/NON-PD": "non-CR/non-PD",
    "PD": "progression",
    "NE": "not evaluable",
    "end": "treatment ended",
    "therapy": "new anticancer therapy",
    "death": "death",
    "on": "in follow-up at last contact",
}


def draw_swimmer(lines: Mapping[str, TimeLine], arms: Arms, simulated: bool, width: float) -> str:
    """One lane for each subject: time on treatment, scans as read, and what came after."""
    legend, used = _swimmer_legend(arms, lines, width)
    top, left, right = used + 16, 58.0, 14.0
    order = list(arms)
    ordered = sorted(
        lines.items(), key=lambda item: (order.index(item[1].arm), -item[1].last, item[0])
    )
    last = max((course.last for course in lines.values()), default=0) / DAYS_PER_MONTH
    ticks = steps(last, 6 if width < NARROW else 12)
    x, bottom = Scale(0, ticks[-1], left, width - right), top + LANE * len(ordered) + 4
    parts = [legend]
    for tick in ticks:
        parts += [
            line(x(tick), top - 2, x(tick), bottom, "grid"),
            text(x(tick), bottom + 14, f"{tick:g}", "muted", "middle", 11),
        ]
    parts.append(text(width - right, bottom + 30, "months from randomization", "muted", "end", 11))
    for i, (name, course) in enumerate(ordered):
        parts.append(_lane(name, course, arms, x, top + i * LANE + LANE / 2 + 2))
    return picture(width, bottom + 38, "".join(parts), "Course of each participant", simulated)


def _swimmer_legend(arms: Arms, lines: Mapping[str, TimeLine], width: float) -> tuple[str, float]:
    legend, y = arm_legend(arms, width, 34)
    parts, x, y = [legend], 6.0, y + 22
    for kind in _kinds(lines):
        needed = 28 + len(MARKS[kind]) * 6.4
        if x > 6 and x + needed > width:
            x, y = 6.0, y + 18
        parts += [
            _mark(kind, x, y - 4),
            text(x + 12 + (OPEN_END if kind == "on" else 0), y, MARKS[kind], "muted", size=11),
        ]
        x += needed
    return "".join(parts), y


def _kinds(lines: Mapping[str, TimeLine]) -> list[str]:
    """The marks that occur, in the order of the legend."""
    seen = {response for course in lines.values() for _, response in course.scans}
    seen |= {kind for course in lines.values() for kind, day in _ends(course) if day is not None}
    return [kind for kind in MARKS if kind in seen]


def _ends(course: TimeLine) -> list[tuple[str, int | None]]:
    alive = None if course.death is not None else course.last
    return [
        ("end", course.treatment_end),
        ("therapy", course.new_therapy),
        ("death", course.death),
        ("on", alive),
    ]


def _lane(name: str, course: TimeLine, arms: Arms, x: Scale, y: float) -> str:
    about = arms[course.arm]

    def at(day: int) -> float:
        return x(day / DAYS_PER_MONTH)

    treated = min(
        course.treatment_end if course.treatment_end is not None else course.last, course.last
    )
    parts = [
        text(52, y + 4, name, about.role, "end", 10),
        rect(at(0), y - 1.5, at(course.last) - at(0), 3, f"bar {about.role} thin"),
        rect(at(0), y - 4.5, at(treated) - at(0), 9, f"bar {about.role} light"),
    ]
    parts += [_mark(kind, at(day), y) for kind, day in _ends(course) if day is not None]
    parts += [_mark(response, at(day), y) for day, response in course.scans]
    title = "; ".join(
        [f"{response} day {day}" for day, response in course.scans]
        + [f"{MARKS[kind]} day {day}" for kind, day in _ends(course) if day is not None]
    )
    return link(f"#{subject_anchor(name)}", "".join(parts), f"{name}, {about.label}: {title}")


def _mark(kind: str, x: float, y: float) -> str:
    """A shape for each kind, so that none depends on its color; the better the outcome, the more of
    it is filled.
    """
    match kind:
        case "CR" | "PR":
            up = 7.0 if kind == "CR" else 5.0
            corners = [(x, y - up), (x + up, y + 0.7 * up), (x - up, y + 0.7 * up)]
            return path(corners, "mark full", closed=True)
        case "SD" | "NE":
            return circle(x, y, 4 if kind == "SD" else 1.5, "mark open")
        case "PD":
            return rect(x - 3, y - 3, 6, 6, "mark open")
        case "NON-CR/NON-PD":
            return path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], "mark open", closed=True)
        case "end":
            return strokes([(x, y - 6, 0, 12)], "tick")
        case "therapy":
            return strokes([(x - 5, y, 10, 0), (x, y - 5, 0, 10)], "tick")
        case "death":
            return strokes([(x - 4, y - 4, 8, 8), (x - 4, y + 4, 8, -8)], "tick")
        case _:
            return path([(x, y - 4), (x + 7, y), (x, y + 4)], "tick none")
