"""Which color is which arm?"""

from __future__ import annotations

from equipoise.report.kit.svg import rect, text
from equipoise.report.trial.arms import Arms

NARROW = 500
"""Below this width a figure is drawn for a narrow screen."""


def arm_legend(arms: Arms, width: float, y: float) -> tuple[str, float]:
    """Which color is which arm; one row each where the figure is narrow."""
    parts, x = [], 0.0
    for about in arms.values():
        needed = 30 + len(about.label) * 7
        if x and x + needed > width:
            x, y = 0.0, y + 18
        parts += [
            rect(x, y - 10, 14, 11, f"bar {about.role}"),
            text(x + 20, y, about.label, about.role),
        ]
        x += needed
    return "".join(parts), y
