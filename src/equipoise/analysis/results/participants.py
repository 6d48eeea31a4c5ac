"""Who are they, and what became of them, as it stands in the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from equipoise.analysis.results.layout import Count, Day, Names, Sources, keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowOfArm:
    """What became of those randomized to one arm."""

    randomized: Names
    treated: Names
    treatment_ended: Annotated[Mapping[str, Names], keywords(description="cause to subjects")]
    study_ended: Annotated[Mapping[str, Names], keywords(description="cause to subjects")]
    died: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of participants (CONSORT): persons, not codes."""

    screened: Count
    not_eligible: Count
    unknown: Count
    randomized: Count
    rescreened: Count
    reasons: Annotated[
        Mapping[str, Names],
        keywords(
            description="criterion, of record or by the records, to subjects; one may fail several"
        ),
    ]
    open: Annotated[
        Mapping[str, tuple[str, ...]], keywords(description="subject to criteria still unknown")
    ]
    declined: Annotated[
        Names, keywords(description="screening ended without a criterion of record")
    ]
    eligible_not_randomized: Annotated[
        tuple[str, ...], keywords(description="still in screening, every criterion met")
    ]
    arms: Mapping[str, FlowOfArm]
    screened_from: Day | None
    screened_to: Day | None
    randomized_from: Day | None
    randomized_to: Day | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """One subject at randomization."""

    arm: str
    age: float | None
    sex: str | None
    ecog: str | None
    organs: Count
    liver_only: bool
    sum_mm: float | None
    anti_egfr_free_months: float | None
    stratum: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRow:
    """Criteria that were not met, or not known, of one subject: then, and as known now."""

    then: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumRow:
    """The stratum of one subject as randomized, and as the records say now."""

    as_randomized: tuple[str, ...]
    actual: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TumorChange:
    """The best change of the sum of diameters from baseline, in percent."""

    arm: str
    value: float
    why: str
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class TumorCourse:
    """The sum of diameters of one subject at each scan, as change from baseline in percent."""

    arm: str
    scans: Annotated[
        tuple[tuple[int, float], ...], keywords(description="day from randomization, and percent")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """What happened to one subject when, in days from randomization."""

    arm: str
    scans: Annotated[
        tuple[tuple[int, str], ...], keywords(description="day, and the response as read")
    ]
    treatment_end: int | None
    new_therapy: int | None
    death: int | None
    last: Annotated[int, keywords(description="the last day of which anything is known")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementRow:
    """A scan of which the reader says otherwise than the lesions."""

    subject: str
    day: int
    read: str
    derived: str
    source: Sources
