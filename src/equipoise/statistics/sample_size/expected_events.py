"""How many events may be expected by a calendar time?

Subjects enter at piecewise constant rates; events and dropout have piecewise constant hazards in
the time since entry. Every figure is a closed form over the pieces. Times are in any one unit,
rates and hazards per that unit. ValueError, naming the field and the place, for rates below 0,
starts that do not rise from 0, and durations not above 0.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainc

from equipoise.arrays import Floats
from equipoise.statistics.sample_size.checks import check_positive, check_rates, check_starts


@dataclass(frozen=True, slots=True)
class Hazard:
    """`rates[i]` holds from `starts[i]` after entry on, the last one for ever."""

    rates: tuple[float, ...]
    starts: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        check_rates("rates", self.rates)
        check_starts("starts", self.starts, len(self.rates))

    @classmethod
    def of_median(cls, median: float) -> "Hazard":
        """Constant, with half of the subjects having had the event by the median."""
        return cls((float(np.log(2)) / check_positive("median", median),))

    def at(self, times: Floats) -> Floats:
        """The rate just after each time."""
        rates: Floats = np.asarray(self.rates)[
            np.searchsorted(self.starts, times, side="right") - 1
        ]
        return rates

    def times(self, factor: float) -> "Hazard":
        """Proportional hazards: every rate times the factor."""
        return Hazard(tuple(rate * factor for rate in self.rates), self.starts)


NO_DROPOUT = Hazard((0.0,))


@dataclass(frozen=True, slots=True)
class Accrual:
    """Subjects per unit of time (both arms together), for each stretch of time; none after the
    last.
    """

    rates: tuple[float, ...]
    durations: tuple[float, ...]

    def __post_init__(self) -> None:
        check_rates("rates", self.rates)
        if len(self.durations) != len(self.rates):
            raise ValueError(
                f"durations has {len(self.durations)} values, rates has {len(self.rates)}"
            )
        for row, duration in enumerate(self.durations):
            check_positive(f"durations[{row}]", duration)
        if not any(self.rates):
            raise ValueError(f"rates is {self.rates}; somebody must enter")

    @property
    def duration(self) -> float:
        """When the last subject enters."""
        return float(sum(self.durations))

    @property
    def subjects(self) -> float:
        """All subjects, of both arms."""
        return float(np.dot(self.rates, self.durations))

    def enrolled(self, times: Floats) -> Floats:
        """Subjects entered by each time, of both arms."""
        ends = np.concatenate([[0.0], np.cumsum(self.durations)])
        entered = np.concatenate([[0.0], np.cumsum(np.multiply(self.rates, self.durations))])
        return np.asarray(np.interp(times, ends, entered))

    def scaled(self, factor: float) -> "Accrual":
        """The same stretches with every rate times the factor."""
        return Accrual(tuple(rate * factor for rate in self.rates), self.durations)

    def until(self, end: float) -> "Accrual":
        """The same rates, stopped at `end` or, beyond the plan, going on at the last rate."""
        ends = np.cumsum(self.durations)
        kept = int(np.searchsorted(ends[:-1], end)) + 1
        before = float(ends[kept - 2]) if kept > 1 else 0.0
        return Accrual(self.rates[:kept], (*self.durations[: kept - 1], end - before))


@dataclass(frozen=True, slots=True)
class Arm:
    """Hazard of the event, and of dropping out before it."""

    hazard: Hazard
    dropout: Hazard = NO_DROPOUT


@dataclass(frozen=True, slots=True)
class TwoArms:
    """Control and experimental arm; `ratio` is experimental subjects per control subject."""

    control: Arm
    experimental: Arm
    ratio: float = 1.0

    def __post_init__(self) -> None:
        check_positive("ratio", self.ratio)

    @property
    def share(self) -> float:
        """Share of the subjects who get the experimental arm."""
        return self.ratio / (1 + self.ratio)


@dataclass(frozen=True, slots=True)
class ExpectedCounts:
    """Expected numbers at a calendar time."""

    time: float
    subjects: float
    events_control: float
    events_experimental: float
    dropouts_control: float
    dropouts_experimental: float

    @property
    def events(self) -> float:
        """Events of both arms."""
        return self.events_control + self.events_experimental


def expected_counts(time: float, accrual: Accrual, arms: TwoArms) -> ExpectedCounts:
    """Subjects entered, events and dropouts of each arm by a calendar time since the first
    entry.
    """
    check_positive("time", time)
    no_cut = np.array([0.0])
    control = _by_period(time, accrual, arms.control, no_cut) * (1 - arms.share)
    experimental = _by_period(time, accrual, arms.experimental, no_cut) * arms.share
    entered = float(accrual.enrolled(np.array(time)))
    return ExpectedCounts(
        time,
        entered,
        float(control[0, 0]),
        float(experimental[0, 0]),
        float(control[1, 0]),
        float(experimental[1, 0]),
    )


def events_by_period(
    time: float, accrual: Accrual, arms: TwoArms, starts: Floats
) -> tuple[Floats, Floats]:
    """Events of the control and the experimental arm in each period since entry that begins at
    `starts` (from 0).
    """
    control = _by_period(time, accrual, arms.control, starts)[0] * (1 - arms.share)
    return control, _by_period(time, accrual, arms.experimental, starts)[0] * arms.share


def time_of_events(events: float, accrual: Accrual, arms: TwoArms) -> float:
    """The calendar time by which this many events are expected; refused if so many never happen."""
    check_positive("events", events)

    def missing(time: float) -> float:
        return expected_counts(time, accrual, arms).events - events

    high = accrual.duration
    for _ in range(60):
        if missing(high) >= 0:
            return float(brentq(missing, 1e-12 * high, high, xtol=1e-12, rtol=1e-14))
        high *= 2
    most = expected_counts(high, accrual, arms).events
    raise ValueError(
        f"events is {events}; no more than {most:.6g} are ever expected of {accrual.subjects:g}"
        " subjects"
    )


def _by_period(time: float, accrual: Accrual, arm: Arm, starts: Floats) -> Floats:
    """Events (row 0) and dropouts (row 1) of each period since entry, as if all subjects were in
    this arm.

    At a time u after entry, the rate of events is lambda(u) S(u) N(u), N(u) being the subjects
    entered by time - u. On a piece without a break the hazards are constant and N is linear.
    """
    entries = time - np.concatenate([[0.0], np.cumsum(accrual.durations)])
    breaks = np.concatenate([[0.0, time], arm.hazard.starts, arm.dropout.starts, entries, starts])
    knots = np.unique(breaks[(breaks >= 0) & (breaks <= time)])
    left, d = knots[:-1], np.diff(knots)
    event, dropout = arm.hazard.at(left), arm.dropout.at(left)
    h = event + dropout
    survival = np.exp(-np.concatenate([[0.0], np.cumsum(h * d)[:-1]]))
    entered = accrual.enrolled(time - knots)
    falling = -np.diff(entered) / d
    # Integrals of exp(-h x) and x exp(-h x) over the piece; gammainc(2, y) is 1 - (1 + y) exp(-y)
    # without cancellation.
    quiet = h * d < 1e-8
    divisor = np.where(quiet, 1.0, h)
    stayed = np.where(quiet, d - h * d**2 / 2, -np.expm1(-h * d) / divisor)
    moment = np.where(quiet, d**2 / 2 - h * d**3 / 3, gammainc(2.0, h * d) / divisor**2)
    at_risk = survival * (entered[:-1] * stayed - falling * moment)
    counts = np.zeros((2, len(starts)))
    period = np.searchsorted(starts, left, side="right") - 1
    np.add.at(counts[0], period, event * at_risk)
    np.add.at(counts[1], period, dropout * at_risk)
    return counts
