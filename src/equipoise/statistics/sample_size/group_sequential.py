"""What does it cost a trial to be looked at early, and when will the looks be?"""

from dataclasses import dataclass

from equipoise.statistics.sample_size.checks import check_positive
from equipoise.statistics.sample_size.expected_events import (
    Accrual,
    TwoArms,
    expected_counts,
    time_of_events,
)
from equipoise.statistics.sequential import GroupSequentialDesign


@dataclass(frozen=True, slots=True)
class SurvivalLook:
    """A look at a share of the events: when it is expected, and who has entered by then."""

    fraction: float
    events: float
    time: float
    subjects: float


def inflate(fixed: float, design: GroupSequentialDesign) -> float:
    """Subjects or events of a trial with the looks of `design`, from those of one with the same
    errors and no looks.
    """
    if design.inflation_factor is None:
        raise ValueError("design has no inflation_factor; make it with the power of the trial")
    return check_positive("fixed", fixed) * design.inflation_factor


def expected_looks(
    maximum_events: float, design: GroupSequentialDesign, accrual: Accrual, arms: TwoArms
) -> tuple[SurvivalLook, ...]:
    """When each look's events are expected; refused if the last look's never happen."""
    found = []
    for fraction in design.information:
        events = fraction * check_positive("maximum_events", maximum_events)
        time = time_of_events(events, accrual, arms)
        found.append(
            SurvivalLook(fraction, events, time, expected_counts(time, accrual, arms).subjects)
        )
    return tuple(found)


def accrual_for_events(events: float, accrual: Accrual, arms: TwoArms, duration: float) -> Accrual:
    """The accrual, its rates in the proportions given, with which so many events are expected by
    `duration`.
    """
    check_positive("events", events)
    expected = expected_counts(check_positive("duration", duration), accrual, arms).events
    if expected <= 0:
        raise ValueError(f"duration is {duration}; no events are expected by then")
    return accrual.scaled(events / expected)
