"""How long until the event, arm by arm? The Kaplan-Meier figure with its interval, censor marks and
numbers at risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.formats import median_words
from equipoise.report.kit.svg import (
    Scale,
    circle,
    line,
    link,
    path,
    picture,
    rect,
    steps,
    text,
    wrap,
)
from equipoise.terms.dates import DAYS_PER_MONTH

LEFT, RIGHT, ROW = 46, 14, 18
BOLD = 1.15


@dataclass(frozen=True, slots=True)
class Curves:
    """What the figure shows: one endpoint under one rule set, all arms."""

    title: str
    found: Mapping[str, Any]
    arms: Mapping[str, Mapping[str, str]]
    subject_arms: Mapping[str, str]
    hrefs: Mapping[str, str]
    origin: str
    simulated: bool


def draw_survival(what: Curves, width: float) -> str:
    """Curves with pointwise intervals (log-log), over months; the legend gives events and
    medians.
    """
    last = (
        max((max(c["times"]) for c in what.found["curves"].values() if c["times"]), default=0)
        / DAYS_PER_MONTH
    )
    ticks = steps(last, 6 if width < 500 else 12)
    legend, top = _legend(what, width)
    bottom = top + (200 if width < 500 else 260)
    x, y = Scale(0, ticks[-1], LEFT, width - RIGHT), Scale(0, 1, bottom, top)
    parts = [legend, _axes(ticks, x, y, width, bottom, top, what.origin)]
    for arm, about in what.arms.items():
        parts.append(_band(what.found["curves"][arm], x, y, f"band {about['role']}"))
    for arm, about in what.arms.items():
        parts.append(_curve(what, arm, about, x, y))
    parts.append(_at_risk(what, ticks, x, bottom + 52))
    height = bottom + 60 + ROW * len(what.arms)
    return picture(
        width, height, "".join(parts), f"Kaplan-Meier curves of {what.title}", what.simulated
    )


def _legend(what: Curves, width: float) -> tuple[str, float]:
    y, parts = 30.0, []
    for arm, about in what.arms.items():
        n, events = what.found["arms"][arm]["n"], what.found["arms"][arm]["events"]
        median = what.found["medians"][arm]
        words = (
            f"{about['label']}: {events} of {n} with event" if n else f"{about['label']}: nobody"
        )
        words += f", median {median_words(median, n)}" if n else ""
        words += " months" if n and median["median"] is not None else ""
        rows = wrap(words, (width - 40) / BOLD)
        inner = "".join(
            text(34, y + i * 16, row, about["role"] + " strong") for i, row in enumerate(rows)
        )
        href = what.hrefs.get(arm)
        parts += [
            line(6, y - 4, 26, y - 4, f"curve {about['role']}"),
            link(href, inner, words) if href else inner,
        ]
        y += 16 * len(rows) + 4
    return "".join(parts), y + 4


def _axes(
    ticks: list[float], x: Scale, y: Scale, width: float, bottom: float, top: float, origin: str
) -> str:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts += [
            line(LEFT, y(share), width - RIGHT, y(share), "grid"),
            text(LEFT - 6, y(share) + 4, f"{share * 100:.0f} %", "muted", "end", 11),
        ]
    for tick in ticks:
        parts += [
            line(x(tick), bottom, x(tick), bottom + 4, "axis"),
            text(x(tick), bottom + 17, f"{tick:g}", "muted", "middle", 11),
        ]
    parts.append(line(LEFT, bottom, width - RIGHT, bottom, "axis"))
    parts.append(text(width - RIGHT, bottom + 34, f"months from {origin}", "muted", "end", 11))
    return "".join(parts)


def _stairs(
    times: list[float], heights: list[float | None], x: Scale, y: Scale
) -> list[tuple[float, float]]:
    """The corners of a step function from (0, 1) up to its last known height."""
    corners = [(x(0), y(1))]
    before = 1.0
    for time, height in zip(times, heights, strict=True):
        corners.append((x(time / DAYS_PER_MONTH), y(before)))
        if height is None:
            break
        corners.append((x(time / DAYS_PER_MONTH), y(height)))
        before = height
    return corners


def _band(curve: Mapping[str, Any], x: Scale, y: Scale, css: str) -> str:
    if not curve["times"]:
        return ""
    lower, upper = (_stairs(curve["times"], curve[bound], x, y) for bound in ("lower", "upper"))
    return path([*upper, *reversed(lower)], css, closed=True)


def _curve(what: Curves, arm: str, about: Mapping[str, str], x: Scale, y: Scale) -> str:
    curve = what.found["curves"][arm]
    if not curve["times"]:
        return ""
    parts = [path(_stairs(curve["times"], curve["survival"], x, y), f"curve {about['role']}")]
    for name, one in what.found["subjects"].items():
        if what.subject_arms.get(name) != arm:
            continue
        at, height = (
            x(one["value"]["days"] / DAYS_PER_MONTH),
            y(_height(curve, one["value"]["days"])),
        )
        event = one["value"]["event"]
        mark = "" if event else line(at, height - 5, at, height + 5, f"censor {about['role']}")
        said = (
            f"{name}: {'event' if event else 'censored'} on day {one['value']['days']},"
            f" {one['why']}"
        )
        parts.append(link(f"#{subject_anchor(name)}", mark + circle(at, height, 5, "touch"), said))
    return "".join(parts)


def _height(curve: Mapping[str, Any], time: float) -> float:
    before = [s for t, s in zip(curve["times"], curve["survival"], strict=True) if t <= time]
    return float(before[-1]) if before else 1.0


def at_risk(curve: Mapping[str, Any], days: float) -> int:
    """How many are still at risk on a day: those whose time is that day or later."""
    later = [n for t, n in zip(curve["times"], curve.get("at_risk", []), strict=True) if t >= days]
    return int(later[0]) if later else 0


def _at_risk(what: Curves, ticks: list[float], x: Scale, top: float) -> str:
    parts = [text(0, top, "At risk", "muted", size=11)]
    for row, (arm, about) in enumerate(what.arms.items(), start=1):
        base = top + row * ROW - 2
        parts.append(rect(0, base - 9, 14, 9, f"bar {about['role']}"))
        for tick in ticks:
            n = at_risk(what.found["curves"][arm], tick * DAYS_PER_MONTH)
            parts.append(text(x(tick), base, str(n), about["role"], "middle", 11))
    return "".join(parts)
