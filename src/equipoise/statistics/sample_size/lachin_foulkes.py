"""How many subjects, and how long a trial, does a comparison of survival need under proportional
hazards?

Lachin and Foulkes, Biometrics 1986, on the scale of the log hazard ratio: events are expected under
the alternative and under a null hypothesis with the same average hazard, and n solves
|ln HR| = z_alpha sqrt(1/C0 + 1/E0) + z_power sqrt(1/C1 + 1/E1), C and E being the events of the two
arms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt

from scipy.optimize import brentq
from scipy.special import ndtr

from equipoise.statistics.sample_size.checks import check_hazard_ratio, check_positive, normal_sum
from equipoise.statistics.sample_size.expected_events import (
    NO_DROPOUT,
    Accrual,
    Arm,
    Hazard,
    TwoArms,
    expected_counts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalSize:
    """A trial with the power asked for; not rounded. `duration` runs from the first entry to the
    analysis.
    """

    subjects: float
    events: float
    events_control: float
    events_experimental: float
    accrual: Accrual
    duration: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalHazards:
    """What does not change with size: hazards, allocation (experimental per control) and errors.

    `dropout_experimental` is that of the control arm if left out.
    """

    control: Hazard
    hazard_ratio: float
    power: float
    alpha: float = 0.025
    sided: int = 1
    ratio: float = 1.0
    dropout: Hazard = NO_DROPOUT
    dropout_experimental: Hazard | None = None

    def __post_init__(self) -> None:
        check_hazard_ratio(self.hazard_ratio)
        check_positive("ratio", self.ratio)
        normal_sum(self.power, self.alpha, self.sided)

    def arms(self, null: bool = False) -> TwoArms:
        """Both arms under the alternative, or under the null hypothesis with the same average
        hazard.
        """
        average = (1 + self.hazard_ratio * self.ratio) / (1 + self.ratio)
        control = self.control.times(average if null else 1.0)
        experimental = self.control.times(average if null else self.hazard_ratio)
        left = self.dropout if self.dropout_experimental is None else self.dropout_experimental
        return TwoArms(Arm(control, self.dropout), Arm(experimental, left), self.ratio)


def lachin_foulkes_power(trial: ProportionalHazards, accrual: Accrual, duration: float) -> float:
    """Power of a trial with this accrual, analyzed at `duration`."""
    return float(ndtr(_z_power(trial, accrual, duration)))


def size_for_duration(
    trial: ProportionalHazards, accrual: Accrual, duration: float
) -> SurvivalSize:
    """The rates of accrual, in the proportions given, that give a trial of fixed accrual and total
    time the power.
    """
    if check_positive("duration", duration) < accrual.duration:
        raise ValueError(
            f"duration is {duration}; it must not be less than the accrual's {accrual.duration:g}"
        )
    z_level, z_power = normal_sum(trial.power, trial.alpha, trial.sided)
    null, alternative = _deviations(trial, accrual, duration)
    # All events are proportional to the rates, so the equation for n has a closed form.
    factor = ((z_level * null + z_power * alternative) / log(trial.hazard_ratio)) ** 2
    return _size(trial, accrual.scaled(factor), duration)


def size_for_follow_up(
    trial: ProportionalHazards, accrual: Accrual, follow_up: float
) -> SurvivalSize:
    """How long accrual at these rates must go on, with this follow-up after the last entry.

    Beyond the stretches given, accrual goes on at the last rate.
    """
    if not follow_up >= 0:
        raise ValueError(f"follow_up is {follow_up}; it must be 0 or above")
    end = _solve(
        lambda x: _z_power(trial, accrual.until(x), x + follow_up),
        accrual.duration,
        trial,
        "accrual",
    )
    return _size(trial, accrual.until(end), end + follow_up)


def duration_for_accrual(trial: ProportionalHazards, accrual: Accrual) -> SurvivalSize:
    """How long a trial with this very accrual must go on; refused if it ends before accrual does,
    or never.
    """
    if (
        _z_power(trial, accrual, accrual.duration)
        > normal_sum(trial.power, trial.alpha, trial.sided)[1]
    ):
        raise ValueError(
            f"accrual of {accrual.subjects:g} subjects is more than needed: the power is there"
            " before its end"
        )
    return _size(
        trial,
        accrual,
        _solve(lambda x: _z_power(trial, accrual, x), accrual.duration, trial, "duration"),
    )


def _solve(
    z_power: Callable[[float], float], guess: float, trial: ProportionalHazards, what: str
) -> float:
    wanted = normal_sum(trial.power, trial.alpha, trial.sided)[1]
    low = high = guess
    for _ in range(40):
        if z_power(low) < wanted:
            break
        low /= 2
    for _ in range(40):
        if z_power(high) >= wanted:
            return float(brentq(lambda x: z_power(x) - wanted, low, high, xtol=1e-12, rtol=1e-14))
        high *= 2
    raise ValueError(f"power is {trial.power}; no {what} reaches it with this accrual")


def _deviations(
    trial: ProportionalHazards, accrual: Accrual, duration: float
) -> tuple[float, float]:
    """Standard deviation of the log hazard ratio under the null and the alternative."""
    found = []
    for null in (True, False):
        counts = expected_counts(duration, accrual, trial.arms(null))
        if not (counts.events_control > 0 and counts.events_experimental > 0):
            raise ValueError(
                f"duration is {duration}; no events are expected by then in one of the arms"
            )
        found.append(sqrt(1 / counts.events_control + 1 / counts.events_experimental))
    return found[0], found[1]


def _z_power(trial: ProportionalHazards, accrual: Accrual, duration: float) -> float:
    null, alternative = _deviations(trial, accrual, duration)
    return (
        abs(log(trial.hazard_ratio)) - normal_sum(trial.power, trial.alpha, trial.sided)[0] * null
    ) / alternative


def _size(trial: ProportionalHazards, accrual: Accrual, duration: float) -> SurvivalSize:
    counts = expected_counts(duration, accrual, trial.arms())
    return SurvivalSize(
        subjects=accrual.subjects,
        events=counts.events,
        events_control=counts.events_control,
        events_experimental=counts.events_experimental,
        accrual=accrual,
        duration=duration,
        power=lachin_foulkes_power(trial, accrual, duration),
    )
