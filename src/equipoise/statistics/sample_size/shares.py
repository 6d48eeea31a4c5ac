"""How many subjects does a comparison of two shares need, by the normal approximation?

For exact tests use `equipoise.statistics.proportions`, which enumerates. Sources: Fleiss, Levin and
Paik, Statistical Methods for Rates and Proportions, 2003, chapter 4; Farrington and Manning,
Statistics in Medicine 1990.
"""

from dataclasses import dataclass
from math import acos, cos, pi, sqrt
from typing import Literal

from equipoise.statistics.sample_size.checks import check_positive, check_share, normal_sum


@dataclass(frozen=True, slots=True)
class SharesSize:
    """Subjects of each arm; not rounded."""

    experimental: float
    control: float

    @property
    def subjects(self) -> float:
        """Subjects of both arms."""
        return self.experimental + self.control


def size_for_shares(
    p_1: float,
    p_0: float,
    *,
    power: float,
    alpha: float = 0.025,
    sided: int = 1,
    ratio: float = 1.0,
    margin: float = 0.0,
    variance: Literal["pooled", "unpooled"] = "pooled",
) -> SharesSize:
    """Subjects with which a test of p_1 - p_0 (experimental minus control) has the power.

    margin: the null hypothesis is p_1 - p_0 = margin; below 0 it is non-inferiority of the
    experimental arm.
    variance: under the null hypothesis, either that of the pooled shares (with a margin, of the
    shares most likely
        under it, as Farrington and Manning have it), or the same as under the alternative.
    ratio: experimental subjects per control subject.
    """
    z_level, z_power = normal_sum(power, alpha, sided)
    check_share("p_1", p_1)
    check_share("p_0", p_0)
    r = check_positive("ratio", ratio)
    if not -1 < margin < 1:
        raise ValueError(f"margin is {margin}; it must lie strictly between -1 and 1")
    gap = p_1 - p_0 - margin
    if abs(gap) < 1e-12:
        raise ValueError(
            f"p_1 - p_0 is the margin, {margin}; no size gives power for a difference of 0"
        )
    if margin != 0 and gap < 0:
        raise ValueError(
            f"p_1 - p_0 is {p_1 - p_0:g}, under the margin {margin}; the null hypothesis holds, and"
            " no size gives power"
        )
    if variance not in ("pooled", "unpooled"):
        raise ValueError(f"variance is {variance!r}; it must be 'pooled' or 'unpooled'")
    alternative = sqrt(_variance(p_1, p_0, r))
    null = (
        sqrt(_variance(*restricted_shares(p_1, p_0, r, margin), r))
        if variance == "pooled"
        else alternative
    )
    control = ((z_level * null + z_power * alternative) / gap) ** 2
    return SharesSize(control * r, control)


def restricted_shares(p_1: float, p_0: float, ratio: float, margin: float) -> tuple[float, float]:
    """The shares most likely when their difference is the margin; Farrington and Manning 1990,
    appendix.
    """
    if margin == 0:
        pooled = (ratio * p_1 + p_0) / (1 + ratio)
        return pooled, pooled
    # Root of a p^3 + b p^2 + c p + d for the experimental share; theta is control per experimental
    # subject.
    theta = 1 / ratio
    a = 1 + theta
    b = -(1 + theta + p_1 + theta * p_0 + margin * (theta + 2))
    c = margin**2 + margin * (2 * p_1 + theta + 1) + p_1 + theta * p_0
    d = -p_1 * margin * (1 + margin)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = (1 if v > 0 else -1) * sqrt(max(0.0, b**2 / (3 * a) ** 2 - c / (3 * a)))
    w = (pi + acos(max(-1.0, min(1.0, v / u**3)))) / 3
    experimental = 2 * u * cos(w) - b / (3 * a)
    return experimental, experimental - margin


def _variance(p_1: float, p_0: float, ratio: float) -> float:
    return max(0.0, p_1 * (1 - p_1)) / ratio + max(0.0, p_0 * (1 - p_0))
