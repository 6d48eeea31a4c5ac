"""How many events must be seen to find a hazard ratio with the log-rank test?

Sources: Schoenfeld, Biometrika 1981; Freedman, Statistics in Medicine 1982. Results are not
rounded. `ratio` is experimental subjects per control subject, `hazard_ratio` experimental over
control. A two-sided test counts the rejections in the right direction only. Each raises ValueError,
which names the argument, for a hazard ratio of 1, or not above 0, an alpha or power outside (0, 1),
a power that is no more than the level, and a ratio not above 0.
"""

from math import exp, log, sqrt

from scipy.special import ndtr

from equipoise.statistics.sample_size.checks import (
    check_hazard_ratio,
    check_positive,
    level_bound,
    normal_sum,
)


def schoenfeld_events(
    hazard_ratio: float, *, power: float, alpha: float = 0.025, sided: int = 1, ratio: float = 1.0
) -> float:
    """Events of both arms: (z_alpha + z_power)^2 (1 + r)^2 / (r ln(HR)^2)."""
    log_ratio = log(check_hazard_ratio(hazard_ratio))
    r = check_positive("ratio", ratio)
    return sum(normal_sum(power, alpha, sided)) ** 2 * (1 + r) ** 2 / (r * log_ratio**2)


def freedman_events(
    hazard_ratio: float, *, power: float, alpha: float = 0.025, sided: int = 1, ratio: float = 1.0
) -> float:
    """Events of both arms: (z_alpha + z_power)^2 (1 + r HR)^2 / (r (1 - HR)^2)."""
    check_hazard_ratio(hazard_ratio)
    r = check_positive("ratio", ratio)
    return (
        sum(normal_sum(power, alpha, sided)) ** 2
        * (1 + r * hazard_ratio) ** 2
        / (r * (1 - hazard_ratio) ** 2)
    )


def schoenfeld_power(
    events: float, hazard_ratio: float, *, alpha: float = 0.025, sided: int = 1, ratio: float = 1.0
) -> float:
    """Probability to reject in the direction of the hazard ratio with this many events of both
    arms.
    """
    information = log_rank_information(events, ratio)
    drift = abs(log(check_positive("hazard_ratio", hazard_ratio))) * sqrt(information)
    return float(ndtr(drift - level_bound(alpha, sided)))


def detectable_hazard_ratio(
    events: float, *, power: float, alpha: float = 0.025, sided: int = 1, ratio: float = 1.0
) -> float:
    """The hazard ratio below 1 that Schoenfeld's formula finds with this power."""
    return exp(-sum(normal_sum(power, alpha, sided)) / sqrt(log_rank_information(events, ratio)))


def log_rank_information(events: float, ratio: float = 1.0) -> float:
    """Information on the log hazard ratio in the log-rank test: events r / (1 + r)^2, events / 4 in
    equal arms.
    """
    r = check_positive("ratio", ratio)
    return check_positive("events", events) * r / (1 + r) ** 2
