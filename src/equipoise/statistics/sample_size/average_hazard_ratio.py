"""What does the log-rank test find when the hazard ratio changes with time?

Between breaks of the hazards the hazard ratio is constant; the average hazard ratio weighs the
logarithms by the events expected in each period (Schemper, Wakounig and Heinze, Statistics in
Medicine 2009, after Kalbfleisch and Prentice, Biometrika 1981; Mukhopadhyay and others,
Contemporary Clinical Trials 2020). It grows with follow-up.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtr

from equipoise.statistics.sample_size.checks import check_positive, level_bound, normal_sum
from equipoise.statistics.sample_size.events import log_rank_information
from equipoise.statistics.sample_size.expected_events import (
    Accrual,
    TwoArms,
    events_by_period,
    expected_counts,
)


@dataclass(frozen=True, slots=True)
class AverageHazardRatio:
    """At a calendar time: the average hazard ratio, events, and information on its logarithm.

    `information` is under the alternative, the harmonic sum of the arms' events in each period;
    `information_null` is events r / (1 + r)^2.
    """

    time: float
    hazard_ratio: float
    subjects: float
    events: float
    information: float
    information_null: float


def average_hazard_ratio(time: float, accrual: Accrual, arms: TwoArms) -> AverageHazardRatio:
    """The average hazard ratio of an analysis at a calendar time since the first entry."""
    check_positive("time", time)
    starts = np.unique(
        np.concatenate([arms.control.hazard.starts, arms.experimental.hazard.starts])
    )
    control, experimental = events_by_period(time, accrual, arms, starts)
    rates = arms.control.hazard.at(starts), arms.experimental.hazard.at(starts)
    events = control + experimental
    seen = events > 0
    if not seen.any():
        raise ValueError(f"time is {time}; no events are expected by then")
    if not (np.minimum(*rates)[seen] > 0).all():
        period = int(np.flatnonzero(seen & (np.minimum(*rates) <= 0))[0])
        raise ValueError(
            f"the hazard of one arm is 0 from {starts[period]:g} on; a hazard ratio needs both"
            " above 0"
        )
    log_ratios = np.log(rates[1][seen] / rates[0][seen])
    total = float(events.sum())
    return AverageHazardRatio(
        time=time,
        hazard_ratio=exp(float(log_ratios @ events[seen]) / total),
        subjects=expected_counts(time, accrual, arms).subjects,
        events=total,
        information=float(np.sum(control[seen] * experimental[seen] / events[seen])),
        information_null=log_rank_information(total, arms.ratio),
    )


def average_hazard_ratio_power(
    time: float, accrual: Accrual, arms: TwoArms, *, alpha: float = 0.025, sided: int = 1
) -> float:
    """Power of the log-rank test for benefit at a calendar time, as Schoenfeld's formula has it."""
    found = average_hazard_ratio(time, accrual, arms)
    return float(
        ndtr(-log(found.hazard_ratio) * sqrt(found.information_null) - level_bound(alpha, sided))
    )


def size_by_average_hazard_ratio(
    time: float,
    accrual: Accrual,
    arms: TwoArms,
    *,
    power: float,
    alpha: float = 0.025,
    sided: int = 1,
) -> Accrual:
    """The accrual, its rates in the proportions given, with which the analysis at `time` has the
    power.
    """
    wanted = sum(normal_sum(power, alpha, sided))
    found = average_hazard_ratio(time, accrual, arms)
    if found.hazard_ratio >= 1:
        raise ValueError(
            f"the average hazard ratio at time {time} is {found.hazard_ratio:.6g}; it must lie"
            " below 1"
        )
    return accrual.scaled(wanted**2 / (log(found.hazard_ratio) ** 2 * found.information_null))
