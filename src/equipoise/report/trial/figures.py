"""What happened to each tumor and each person, at a glance? Waterfall, swimmer plot and forest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.formats import percent, points, signed
from equipoise.report.kit.svg import (
    Scale,
    circle,
    line,
    lines,
    link,
    path,
    picture,
    rect,
    steps,
    text,
    titled,
    wrap,
)
from equipoise.terms.dates import DAYS_PER_MONTH

Arms = Mapping[str, Mapping[str, str]]
NARROW = 500
HIGHEST = 100
"""Growth beyond this percentage is cut off in the waterfall, and written above the bar."""


def arm_legend(arms: Arms, width: float, y: float) -> tuple[str, float]:
    """Which color is which arm; one row each where the figure is narrow."""
    parts, x = [], 0.0
    for about in arms.values():
        needed = 30 + len(about["label"]) * 7
        if x and x + needed > width:
            x, y = 0.0, y + 18
        parts += [
            rect(x, y - 10, 14, 11, f"bar {about['role']}"),
            text(x + 20, y, about["label"], about["role"]),
        ]
        x += needed
    return "".join(parts), y


# ------------------------------------------------------------------ waterfall


def draw_waterfall(
    changes: Mapping[str, Any], arms: Arms, limits: tuple[int, int], simulated: bool, width: float
) -> str:
    """One bar for each subject, from most growth to most shrinkage; `limits` are the percentages of
    PD and PR.
    """
    legend, used = arm_legend(arms, width, 34)
    top, left, right = used + 26, 48.0, 8.0
    ordered = sorted(changes.items(), key=lambda item: (-item[1]["value"], item[0]))
    highest = min(max([20, *(one["value"] for one in changes.values())]), HIGHEST)
    ceiling = -(-highest // 20) * 20
    y = Scale(-100, ceiling, top + 300, top)
    parts = [legend, _percent_axis(y, int(ceiling), left, width - right, limits)]
    room = (width - left - right) / max(len(ordered), 1)
    for i, (name, one) in enumerate(ordered):
        parts.append(_bar(name, one, arms, left + i * room, min(room, 48), y))
    return picture(
        width,
        top + 312,
        "".join(parts),
        "Best change of the sum of diameters, by participant",
        simulated,
    )


def _percent_axis(
    y: Scale, ceiling: int, left: float, right: float, limits: tuple[int, int]
) -> str:
    parts = []
    for value in range(-100, ceiling + 1, 20):
        parts += [
            line(left, y(value), right, y(value), "axis" if value == 0 else "grid"),
            text(left - 6, y(value) + 4, f"{signed(value, 0)} %", "muted", "end", 11),
        ]
    growth, shrinkage = limits
    grown = "progression, counted from the smallest sum" if right > NARROW else "progression"
    for value, said in (
        (growth, f"+{growth} %: {grown}"),
        (-shrinkage, f"−{shrinkage} %: partial response"),
    ):
        parts.append(line(left, y(value), right, y(value), "limit"))
        at_left = value < 0
        parts.append(
            text(
                left + 4 if at_left else right - 2,
                y(value) - 5 if value > 0 else y(value) + 13,
                said,
                "note",
                "start" if at_left else "end",
                11,
            )
        )
    return "".join(parts)


def _bar(name: str, one: Mapping[str, Any], arms: Arms, x: float, room: float, y: Scale) -> str:
    about, value = arms[one["arm"]], one["value"]
    shown = min(value, HIGHEST)
    gap = min(room * 0.12, 3)
    # A tumor that did not change still gets a line to point at.
    height = max(abs(y(shown) - y(0)), 1.5)
    inner = rect(x + gap, min(y(shown), y(0)), room - 2 * gap, height, f"bar {about['role']}")
    if value > HIGHEST:
        inner += text(x + room / 2, y(shown) - 4, f"+{value:.0f}", "muted", "middle", 9)
    said = f"{name}, {about['label']}: {value:+.0f} %, {one['why']}"
    return link(f"#{subject_anchor(name)}", inner, said)


# ------------------------------------------------------------------ swimmer plot

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


def draw_swimmer(lines: Mapping[str, Any], arms: Arms, simulated: bool, width: float) -> str:
    """One lane for each subject: time on treatment, scans as read, and what came after."""
    legend, used = _swimmer_legend(arms, lines, width)
    top, left, right = used + 16, 58.0, 14.0
    order = list(arms)
    ordered = sorted(
        lines.items(), key=lambda item: (order.index(item[1]["arm"]), -item[1]["last"], item[0])
    )
    last = max((one["last"] for one in lines.values()), default=0) / DAYS_PER_MONTH
    ticks = steps(last, 6 if width < NARROW else 12)
    x, bottom = Scale(0, ticks[-1], left, width - right), top + LANE * len(ordered) + 4
    parts = [legend]
    for tick in ticks:
        parts += [
            line(x(tick), top - 2, x(tick), bottom, "grid"),
            text(x(tick), bottom + 14, f"{tick:g}", "muted", "middle", 11),
        ]
    parts.append(text(width - right, bottom + 30, "months from randomization", "muted", "end", 11))
    for i, (name, one) in enumerate(ordered):
        parts.append(_lane(name, one, arms, x, top + i * LANE + LANE / 2 + 2))
    return picture(width, bottom + 38, "".join(parts), "Course of each participant", simulated)


def _swimmer_legend(arms: Arms, lines: Mapping[str, Any], width: float) -> tuple[str, float]:
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


def _kinds(lines: Mapping[str, Any]) -> list[str]:
    """The marks that occur, in the order of the legend."""
    seen = {response for one in lines.values() for _, response in one["scans"]}
    seen |= {kind for one in lines.values() for kind, day in _ends(one) if day is not None}
    return [kind for kind in MARKS if kind in seen]


def _ends(one: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    alive = None if one["death"] is not None else one["last"]
    return [
        ("end", one["treatment_end"]),
        ("therapy", one["new_therapy"]),
        ("death", one["death"]),
        ("on", alive),
    ]


def _lane(name: str, one: Mapping[str, Any], arms: Arms, x: Scale, y: float) -> str:
    about = arms[one["arm"]]

    def at(day: int) -> float:
        return x(day / DAYS_PER_MONTH)

    treated = min(
        one["treatment_end"] if one["treatment_end"] is not None else one["last"], one["last"]
    )
    parts = [
        text(52, y + 4, name, about["role"], "end", 10),
        rect(at(0), y - 1.5, at(one["last"]) - at(0), 3, f"bar {about['role']} thin"),
        rect(at(0), y - 4.5, at(treated) - at(0), 9, f"bar {about['role']} light"),
    ]
    parts += [_mark(kind, at(day), y) for kind, day in _ends(one) if day is not None]
    parts += [_mark(response, at(day), y) for day, response in one["scans"]]
    said = "; ".join(
        [f"{response} day {day}" for day, response in one["scans"]]
        + [f"{MARKS[kind]} day {day}" for kind, day in _ends(one) if day is not None]
    )
    return link(f"#{subject_anchor(name)}", "".join(parts), f"{name}, {about['label']}: {said}")


def _mark(kind: str, x: float, y: float) -> str:
    """A shape for each kind, so that none depends on its color."""
    match kind:
        case "CR" | "PR":
            css = "mark full" if kind == "CR" else "mark good"
            return path([(x, y - 5.5), (x + 5, y + 3.5), (x - 5, y + 3.5)], css, closed=True)
        case "SD" | "NE":
            return circle(x, y, 4, "mark even" if kind == "SD" else "mark open")
        case "PD":
            return rect(x - 4, y - 4, 8, 8, "mark bad")
        case "NON-CR/NON-PD":
            return path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], "mark open", closed=True)
        case "end":
            return line(x, y - 6, x, y + 6, "tick")
        case "therapy":
            return line(x - 5, y, x + 5, y, "tick") + line(x, y - 5, x, y + 5, "tick")
        case "death":
            return line(x - 4, y - 4, x + 4, y + 4, "tick") + line(
                x - 4, y + 4, x + 4, y - 4, "tick"
            )
        case _:
            return path([(x, y - 4), (x + 7, y), (x, y + 4)], "tick none")


# ------------------------------------------------------------------ forest


def draw_forest(
    rows: Mapping[str, Any],
    arms: tuple[Mapping[str, str], Mapping[str, str]],
    hrefs: Mapping[str, str],
    simulated: bool,
    width: float,
) -> str:
    """The difference in each subgroup with its interval; `arms` is (experimental, control)."""
    narrow = width < NARROW
    left, right = (8.0, width - 8) if narrow else (width * 0.36, width - 150)
    x, height = Scale(-1, 1, left, right), 54 if narrow else 36
    top = 34.0
    bottom = top + height * len(rows) + 6
    parts = [line(x(0), top - 8, x(0), bottom, "axis")]
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        place = "start" if tick == -1 and narrow else "end" if tick == 1 and narrow else "middle"
        parts += [
            line(x(tick), bottom, x(tick), bottom + 4, "axis"),
            text(x(tick), bottom + 17, points(tick).replace(".0", ""), "muted", place, 11),
        ]
    parts.append(line(left, bottom, right, bottom, "axis"))
    for i, (name, one) in enumerate(rows.items()):
        parts.append(
            _forest_row(name, one, arms, hrefs.get(name), x, top + i * height + 12, width, i == 0)
        )
    favors = [f"← {arms[1]['label']} better", f"{arms[0]['label']} better →"]
    below = bottom + 36
    if narrow:
        parts += [
            text(left, below, favors[0], "control", size=11),
            text(right, below + 16, favors[1], "experimental", "end", 11),
        ]
    else:
        parts += [
            text(x(0) - 8, below, favors[0], "control", "end", 11),
            text(x(0) + 8, below, favors[1], "experimental", size=11),
        ]
    return picture(
        width, below + (24 if narrow else 8), "".join(parts), "Difference by stratum", simulated
    )


def _forest_row(
    name: str,
    one: Mapping[str, Any],
    arms: tuple[Mapping[str, str], Mapping[str, str]],
    href: str | None,
    x: Scale,
    y: float,
    width: float,
    whole: bool,
) -> str:
    counts = "{} v {}".format(
        *(f"{one['arms'][a['id']]['events']}/{one['arms'][a['id']]['n']}" for a in arms)
    )
    narrow = width < NARROW
    strong = "strong" if whole else ""
    shown = points(one["difference"]) if one["difference"] is not None else "an arm is empty"
    if narrow:
        parts = [
            text(0, y, name, strong + " halo"),
            text(0, y + 16, f"{counts}: {shown}{_bounds(one)}", "muted halo", size=11),
        ]
    else:
        label = wrap(name, x.start - 80)
        parts = [
            lines(0, y - (8 if len(label) > 1 else 0), label, strong),
            text(x.start - 14, y, counts, "muted", "end", 11),
            text(width, y, shown + _bounds(one), strong, "end", 11),
        ]
    if one["difference"] is not None:
        low, high = one["interval"]
        level = y + 28 if narrow else y - 4
        parts += [
            line(x(low), level, x(high), level, "whisker"),
            rect(x(one["difference"]) - 4, level - 4, 8, 8, "mark even" if whole else "mark open"),
        ]
    said = f"{name}: {counts}, difference {shown}{_bounds(one)}"
    return link(href, "".join(parts), said) if href else titled("".join(parts), said)


def _bounds(one: Mapping[str, Any]) -> str:
    return (
        f" ({points(one['interval'][0])} to {points(one['interval'][1])})"
        if one["interval"]
        else ""
    )


def share_of(arm: Mapping[str, Any]) -> str:
    """Events of n, and the share."""
    return f"{arm['events']} of {arm['n']} ({percent(arm['estimate'])})" if arm["n"] else "nobody"
