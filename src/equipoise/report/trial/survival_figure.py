"""How long until the event, arm by arm? The Kaplan-Meier figure with its interval, censor marks and
numbers at risk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.analysis.results.endpoints import Curve, TimeAnalysis, TimeValue
from equipoise.report.kit.drill_down import subject_anchor
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
    wrap,
)
from equipoise.report.trial.arm_legend import NARROW
from equipoise.report.trial.arms import Arms, ending
from equipoise.report.trial.words import median_words
from equipoise.terms.dates import DAYS_PER_MONTH

LEFT, RIGHT, ROW = 46, 14, 18
BOLD = 1.15
FEW = 5
"""Where fewer are at risk a curve is drawn faded: one event more would move it far."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What the figure shows: one endpoint under one rule set, all arms."""

    title: str
    rule_set: TimeAnalysis
    arms: Arms
    arm_of: Mapping[str, str]
    hrefs: Mapping[str, str]
    origin: str
    simulated: bool
    effect: Sequence[str] = ()

    def of(self, arm: str) -> Curve:
        """The curve of one arm."""
        return self.rule_set.comparison.curves[arm]


def draw_survival(curves: Curves, width: float) -> str:
    """Curves with pointwise intervals (log-log), over months; the legend gives events and
    medians.
    """
    last = max((max(curves.of(arm).times, default=0) for arm in curves.arms), default=0)
    ticks = steps(last / DAYS_PER_MONTH, 6 if width < NARROW else 12)
    legend, top = _legend(curves, width)
    narrow = width < NARROW
    if narrow:  # no corner is free: the comparison stands above
        legend += lines(34, top + 6, curves.effect, size=11.5)
        top += 16 * len(curves.effect)
    bottom = top + (200 if narrow else 260)
    x, y = Scale(0, ticks[-1], LEFT, width - RIGHT), Scale(0, 1, bottom, top)
    parts = [legend, *_axes(ticks, x, y, curves.origin)]
    parts += [_band(curves.of(arm), x, y, about.role) for arm, about in curves.arms.items()]
    parts += [_curve(curves, arm, x, y) for arm in curves.arms]
    parts += [] if narrow else [_effect(curves, x, y)]
    below, height = _at_risk(curves, ticks, x, bottom + 52)
    parts.append(below)
    label = f"Kaplan-Meier curves of {curves.title}"
    return picture(width, height, "".join(parts), label, curves.simulated)


def _legend(curves: Curves, width: float) -> tuple[str, float]:
    y, parts = 30.0, []
    for arm, about in curves.arms.items():
        words = _legend_words(curves, arm)
        rows = wrap(words, (width - 40) / BOLD)
        inner = "".join(
            text(34, y + i * 16, row, about.role + " strong") for i, row in enumerate(rows)
        )
        href = curves.hrefs.get(arm)
        parts += [
            line(6, y - 4, 26, y - 4, f"curve {about.role}"),
            link(href, inner, words) if href else inner,
        ]
        y += 16 * len(rows) + 4
    return "".join(parts), y + 4


def _legend_words(curves: Curves, arm: str) -> str:
    label, counts = curves.arms[arm].label, curves.rule_set.comparison.arms[arm]
    if not counts.n:
        return f"{label}: nobody"
    median = curves.rule_set.comparison.medians[arm]
    unit = " months" if median.median is not None else ""
    return (
        f"{label}: {counts.events} of {counts.n} with event, median"
        f" {median_words(median, counts.n)}{unit}"
    )


def _effect(curves: Curves, x: Scale, y: Scale) -> str:
    """The comparison, in the corner that curves leave free."""
    return "".join(
        text(x.end - 2, y.end + 14 + 15 * row, words, "halo", "end", 11.5)
        for row, words in enumerate(curves.effect)
    )


def _axes(ticks: Sequence[float], x: Scale, y: Scale, origin: str) -> list[str]:
    parts = []
    for height in (0, 0.25, 0.5, 0.75, 1):
        parts += [
            line(LEFT, y(height), x.end, y(height), "grid"),
            text(LEFT - 6, y(height) + 4, f"{height * 100:.0f} %", "muted", "end", 11),
        ]
    for tick in ticks:
        parts += [
            line(x(tick), y.start, x(tick), y.start + 4, "axis"),
            text(x(tick), y.start + 17, f"{tick:g}", "muted", "middle", 11),
        ]
    parts.append(line(LEFT, y.start, x.end, y.start, "axis"))
    parts.append(text(x.end, y.start + 34, f"months from {origin}", "muted", "end", 11))
    return parts


# ------------------------------------------------------------------ curves


def _stairs(
    times: Sequence[float], heights: Sequence[float | None], x: Scale, y: Scale
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


def _band(curve: Curve, x: Scale, y: Scale, role: str) -> str:
    """Up to where few are left."""
    kept = _until_few(curve)
    if not kept:
        return ""
    times = curve.times[:kept]
    lower, upper = (_stairs(times, bound[:kept], x, y) for bound in (curve.lower, curve.upper))
    return path([*upper, *reversed(lower)], f"band {role}", closed=True)


def _until_few(curve: Curve) -> int:
    """How many steps the curve has while enough are at risk."""
    return next((place for place, n in enumerate(curve.at_risk) if n < FEW), len(curve.times))


def _curve(curves: Curves, arm: str, x: Scale, y: Scale) -> str:
    curve, role = curves.of(arm), curves.arms[arm].role
    if not curve.times:
        return ""
    corners = _stairs(curve.times, curve.survival, x, y)
    whole = 1 + 2 * _until_few(curve)
    parts = [path(corners[:whole], f"curve {role}")]
    if corners[whole:]:
        parts.append(path(corners[whole - 1 :], f"curve {role} few"))
    for name, time in curves.rule_set.subjects.items():
        if curves.arm_of.get(name) == arm:
            days = time.value.days
            parts.append(_mark(name, time, role, x(days / DAYS_PER_MONTH), y(_height(curve, days))))
    return "".join(parts)


def _mark(name: str, time: TimeValue, role: str, x: float, y: float) -> str:
    """The place of one subject on the curve; a tick where the time is censored."""
    tick = "" if time.value.event else line(x, y - 5, x, y + 5, f"censor {role}")
    title = f"{name}: {ending(time.value.event)} on day {time.value.days}, {time.why}"
    return link(f"#{subject_anchor(name)}", tick + circle(x, y, 5, "touch"), title)


def _height(curve: Curve, time: float) -> float:
    before = [s for t, s in zip(curve.times, curve.survival, strict=True) if t <= time]
    return float(before[-1] or 0.0) if before else 1.0


# ------------------------------------------------------------------ at risk


def at_risk(curve: Curve, days: float) -> int:
    """How many are still at risk on a day: those whose time is that day or later."""
    later = (n for t, n in zip(curve.times, curve.at_risk, strict=True) if t >= days)
    return next(later, 0)


def censored(curve: Curve, days: float) -> int:
    """How many were censored before a day."""
    return sum(day < days for day in curve.censored)


def _at_risk(curves: Curves, ticks: Sequence[float], x: Scale, top: float) -> tuple[str, float]:
    """Numbers at risk and, in brackets, censored by then, under the name of each arm; and where
    they end.
    """
    parts = [text(0, top, "At risk (censored by then)", "muted", size=11)]
    base = top + ROW - 2
    for arm, about in curves.arms.items():
        named = wrap(about.label, x.end - 20, 11)
        parts.append(rect(0, base - 9, 14, 9, f"bar {about.role}"))
        parts.append(lines(20, base, named, about.role, size=11))
        base += 15 * (len(named) - 1)
        curve = curves.of(arm)
        for place, tick in enumerate(ticks):
            days = tick * DAYS_PER_MONTH
            shown = f"{at_risk(curve, days)} ({censored(curve, days)})"
            anchor = "end" if place == len(ticks) - 1 else "middle"
            at = x(tick) + (RIGHT if anchor == "end" else 0)
            parts.append(text(at, base + ROW - 2, shown, about.role, anchor, 10.5))
        base += 2 * ROW
    return "".join(parts), base - ROW + 10
