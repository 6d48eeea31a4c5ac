"""What happened to each tumor? One bar for each participant."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.participants import TumorChange
from equipoise.report.kit.drill_down import subject_anchor
from equipoise.report.kit.formats import signed
from equipoise.report.kit.svg import Scale, line, link, picture, rect, text
from equipoise.report.trial.arm_legend import NARROW, arm_legend
from equipoise.report.trial.arms import Arms

HIGHEST = 100
"""Growth beyond this percentage is cut off, and written above the bar."""


def draw_waterfall(
    changes: Mapping[str, TumorChange],
    arms: Arms,
    limits: tuple[int, int],
    simulated: bool,
    width: float,
) -> str:
    """One bar for each subject, from most growth to most shrinkage; `limits` are the percentages of
    PD and PR.
    """
    legend, used = arm_legend(arms, width, 34)
    top, left, right = used + 26, 48.0, 8.0
    ordered = sorted(changes.items(), key=lambda item: (-item[1].value, item[0]))
    highest = min(max([20, *(change.value for change in changes.values())]), HIGHEST)
    ceiling = -(-highest // 20) * 20
    y = Scale(-100, ceiling, top + 300, top)
    parts = [legend, _percent_axis(y, int(ceiling), left, width - right, limits)]
    room = (width - left - right) / max(len(ordered), 1)
    for i, (name, change) in enumerate(ordered):
        parts.append(_bar(name, change, arms, left + i * room, min(room, 48), y))
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
    for value, words in (
        (growth, f"+{growth} %: {grown}"),
        (-shrinkage, f"−{shrinkage} %: partial response"),
    ):
        parts.append(line(left, y(value), right, y(value), "limit"))
        at_left = value < 0
        parts.append(
            text(
                left + 4 if at_left else right - 2,
                y(value) - 5 if value > 0 else y(value) + 13,
                words,
                "note",
                "start" if at_left else "end",
                11,
            )
        )
    return "".join(parts)


def _bar(name: str, change: TumorChange, arms: Arms, x: float, room: float, y: Scale) -> str:
    about, value = arms[change.arm], change.value
    shown = min(value, HIGHEST)
    gap = min(room * 0.12, 3)
    # A tumor that did not change still gets a line to point at.
    height = max(abs(y(shown) - y(0)), 1.5)
    inner = rect(x + gap, min(y(shown), y(0)), room - 2 * gap, height, f"bar {about.role}")
    if value > HIGHEST:
        inner += text(x + room / 2, y(shown) - 4, f"+{value:.0f}", "muted", "middle", 9)
    title = f"{name}, {about.label}: {value:+.0f} %, {change.why}"
    return link(f"#{subject_anchor(name)}", inner, title)
