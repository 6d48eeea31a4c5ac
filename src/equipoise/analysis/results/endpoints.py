"""What does each endpoint show, as it stands in the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from equipoise.analysis.results.layout import (
    Count,
    Difference,
    Flat,
    Interval,
    Names,
    Note,
    OnlyWith,
    Rate,
    Size,
    Sources,
    keywords,
)

Role = Literal["primary", "secondary"]
TestName = Literal["boschloo", "fisher", "cmh"]
Grade = Literal["1", "2", "3", "4", "5"]
GRADES: tuple[Grade, ...] = get_args(Grade)
KindOfEvent = Literal["any", "severe", "serious", "related", "stopped", "fatal"]
KINDS: tuple[KindOfEvent, ...] = get_args(KindOfEvent)


# ------------------------------------------------------------------ proportions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whether one subject reached the endpoint, why, and from which records."""

    value: bool
    why: str
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """How many of one arm reached the endpoint; the interval is Clopper's and Pearson's."""

    n: Count
    events: Count
    estimate: Rate | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The arms beside each other: experimental minus control (Miettinen-Nurminen), no test."""

    arms: Mapping[str, Proportion]
    difference: Difference | None
    interval: Interval | None
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Contrast):
    """The arms compared: experimental minus control."""

    tests: Annotated[
        Mapping[TestName, Rate | None], keywords(description="two-sided p-value by test")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The comparison under another assumption, and who reaches the endpoint then."""

    comparison: Annotated[Comparison, Flat]
    reached: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratified:
    """The difference in common to the strata as randomized (weights of Mantel and Haenszel) with
    its score interval; those in whose stratum only one arm is say nothing.
    """

    difference: Difference
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """The difference with the covariates of everybody under either treatment (G-computation); null,
    with a note, where no model can be fitted. Left out are those without a covariate.
    """

    covariates: tuple[str, ...]
    n: Count
    left_out: Names
    arms: Mapping[str, Rate]
    difference: Difference | None
    interval: Interval | None
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint:
    """The comparison if so many of those who are missing had reached the endpoint, by arm; p is
    that of the primary test.
    """

    reached: Mapping[str, Count]
    difference: Difference
    interval: Interval
    p_value: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryEndpoint:
    """An endpoint that is reached or not."""

    label: str
    role: Role
    population: str
    policy: Annotated[str, keywords(description="how a response counts")]
    primary_test: TestName | None
    comparison: Annotated[Comparison, Flat]
    sensitivity: Mapping[str, Sensitivity]
    subjects: Mapping[str, Reached]
    by_stratum: Mapping[str, Contrast]
    interaction: Annotated[
        Mapping[str, Rate | None],
        keywords(description="stratum to p: do the differences in its levels differ?"),
    ]
    stratified: Annotated[
        Stratified | None, keywords(description="null where no stratum holds both arms")
    ]
    adjusted: Annotated[Adjusted | None, keywords(description="null: no covariate is declared")]
    missing: Annotated[
        Mapping[str, Names], keywords(description="arm to subjects without a response that tells")
    ]
    tipping: Annotated[
        tuple[TippingPoint, ...], keywords(description="empty: not declared, or nobody is missing")
    ]


# ------------------------------------------------------------------ times


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Days from randomization (or the first response), and whether they end in the event."""

    days: Count
    event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeValue:
    """One subject's time to the event, why it ends, and from which records."""

    value: Time
    why: str
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """How many of one arm had the event."""

    n: Count
    events: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The median time in days; null where the curve does not reach it."""

    median: float | None
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The Kaplan-Meier estimate of one arm, with pointwise bounds, at each of `times`."""

    n: Count
    events_total: Count
    median: Median
    times: tuple[Size, ...]
    survival: Annotated[tuple[Rate | None, ...], OnlyWith("n")] = ()
    lower: Annotated[tuple[Rate | None, ...], OnlyWith("n")] = ()
    upper: Annotated[tuple[Rate | None, ...], OnlyWith("n")] = ()
    at_risk: Annotated[tuple[Count, ...], OnlyWith("n")] = ()
    censored: Annotated[tuple[Size, ...], OnlyWith("n")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """What the curve of one arm says of a day; null where it says nothing any more."""

    days: Size
    survival: Rate | None
    interval: Interval
    at_risk: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMean:
    """Mean days up to `tau`, by arm with the interval, and the difference with interval and p."""

    tau: Size
    means: Mapping[str, Size]
    intervals: Mapping[str, Interval]
    difference: float | None
    interval: Interval | None
    p_value: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeComparison:
    """Times of the arms, compared where they are randomized groups: experimental over control."""

    arms: Mapping[str, Events]
    medians: Mapping[str, Median]
    curves: Mapping[str, Curve]
    landmarks: Annotated[
        Mapping[str, tuple[Landmark, ...]], keywords(description="by arm, at 6 and 12 months")
    ]
    restricted_mean: RestrictedMean | None = None
    hazard_ratio: Size | None = None
    interval: Interval | None = None
    p_value: Rate | None = None
    test: str | None = None
    stratified: bool = False
    proportional: Annotated[
        Rate | None, keywords(description="p of the test that the hazard ratio stays the same")
    ] = None
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAnalysis:
    """An endpoint under one set of censoring rules."""

    comparison: Annotated[TimeComparison, Flat]
    subjects: Mapping[str, TimeValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEventEndpoint:
    """An endpoint that is a time, under one or more sets of rules; beside the other members stands
    one for each analysis that the protocol names.
    """

    label: str
    role: Role
    population: str
    unit: Literal["days"] = "days"
    rules: Annotated[Mapping[str, TimeAnalysis], Flat]


# ------------------------------------------------------------------ safety


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGrade:
    """The worst grade of one subject, null where none was recorded, and the entry that says so."""

    value: Annotated[int, keywords(minimum=1, maximum=5)] | None
    why: str
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How many of one arm had an adverse event, each at the worst grade."""

    any: Count
    by_grade: Annotated[Mapping[Grade, Count], keywords(required=GRADES)]
    subjects: Mapping[str, WorstGrade]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A difference of two shares of subjects, experimental minus control (Miettinen-Nurminen)."""

    difference: Difference
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOfKind:
    """Who of each arm had an event of a kind, and how far apart the shares are; null where an arm
    is empty.
    """

    arms: Mapping[str, Names]
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermGaps:
    """How far the arms are apart in one term, at any grade and at 3 or more."""

    any: Gap | None
    severe: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Grades of the laboratory of one arm by one term: subject to (baseline, worst on treatment);
    null where it cannot be told.
    """

    subjects: Mapping[str, tuple[Count | None, Count | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyEndpoint:
    """Adverse events by treatment received."""

    label: str
    role: Role
    population: str
    ctcae: str
    n: Mapping[str, Count]
    terms: Annotated[Mapping[str, Mapping[str, Term]], keywords(description="term to arm")]
    serious: Mapping[str, Names]
    kinds: Annotated[Mapping[KindOfEvent, EventsOfKind], keywords(required=KINDS)]
    gaps: Annotated[Mapping[str, TermGaps], keywords(description="by term")]
    shifts: Annotated[
        Mapping[str, Mapping[str, Shift]],
        keywords(description="laboratory term of CTCAE to arm; grades told by number alone"),
    ]


EndpointResult = BinaryEndpoint | TimeToEventEndpoint | SafetyEndpoint
