"""What does the trial show? The whole of results.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from equipoise.analysis.results.endpoints import EndpointResult
from equipoise.analysis.results.layout import Day, Hash, Rate, keywords
from equipoise.analysis.results.participants import (
    Baseline,
    DisagreementRow,
    EligibilityRow,
    Flow,
    StratumRow,
    TimeLine,
    TumorChange,
    TumorCourse,
)
from equipoise.analysis.results.quality import Deviations, QualityOfSite
from equipoise.analysis.results.responses import BestResponses, Concordance, ToResponse
from equipoise.analysis.results.safety_review import SafetyReview
from equipoise.analysis.results.treatment import (
    ExposureOfArm,
    FollowUpTime,
    TherapyAfter,
)
from equipoise.analysis.results.visits import Visits


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzedProtocol:
    """The version of the protocol that was in force last."""

    id: str
    version: str
    hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """How far the ledger was read: its last position, the hash there, and its format."""

    entries: Annotated[int, keywords(minimum=1)]
    head: Hash
    format: Annotated[int, keywords(minimum=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmOfTrial:
    """An arm as the protocol declares it."""

    label: str
    role: Literal["experimental", "control"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedContent:
    """What was taken out of an entry: by whom, on whose decision, on which ground and why."""

    entry: Annotated[int, keywords(minimum=1)]
    fields: tuple[str, ...]
    by: str
    decided_by: str
    ground: str
    reason: str
    on: Day
    source: Annotated[int, keywords(minimum=1, description="the entry that logs it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """A lock that was opened again, and whether results by arm had been seen by then."""

    scope: str
    results_seen: bool
    source: Annotated[int, keywords(minimum=1, description="the entry that asked for it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the analysis of a trial found: results.json as analysis.analyze makes it. Proportions
    run from 0 to 1, times are days from randomization, effects are experimental minus or over
    control.
    """

    protocol: AnalyzedProtocol
    title: str
    ledger: LedgerHead
    simulated: Annotated[bool, keywords(description="true: no patient was treated")]
    software: Annotated[str, keywords(description="the release that made these results")]
    status: Annotated[str, keywords(description="the state of the trial; LOCKED is final")]
    unlocks: Annotated[
        tuple[Unlock, ...], keywords(description="each time that locked results were opened")
    ]
    redacted: Annotated[
        tuple[RedactedContent, ...],
        keywords(description="content that was taken out and is not in these results"),
    ]
    cutoff: Annotated[
        Day, keywords(description="nothing clinical after this day of the sites is counted")
    ]
    as_of: Annotated[
        str,
        keywords(
            description="only entries recorded by then: the end of a day, or a time, in UTC",
            pattern=r"^\d{4}-\d\d-\d\d",
        ),
    ]
    confidence: Annotated[
        float,
        keywords(
            description="level of every interval: 1 - alpha of the protocol",
            exclusiveMinimum=0,
            exclusiveMaximum=1,
        ),
    ]
    level: Annotated[
        Rate | None,
        keywords(
            description=(
                "two-sided level of the primary test here: alpha, or what the declared looks leave;"
                " null before the first look"
            )
        ),
    ]
    arms: Annotated[Mapping[str, ArmOfTrial], keywords(minProperties=2)]
    flow: Flow
    baseline: Mapping[str, Baseline]
    eligibility: Mapping[str, EligibilityRow]
    strata: Mapping[str, StratumRow]
    best_responses: Annotated[
        tuple[BestResponses, ...],
        keywords(description="of everybody randomized; the one that the endpoints rest on first"),
    ]
    to_response: Annotated[Mapping[str, ToResponse], keywords(description="by arm")]
    concordance: Concordance
    tumor_change: Mapping[str, TumorChange]
    tumor_courses: Mapping[str, TumorCourse]
    time_lines: Mapping[str, TimeLine]
    disagreements: tuple[DisagreementRow, ...]
    follow_up: FollowUpTime
    exposure: Annotated[Mapping[str, ExposureOfArm], keywords(description="by arm, as treated")]
    therapy_after: Annotated[
        Mapping[str, TherapyAfter], keywords(description="by arm, as randomized")
    ]
    deviations: Annotated[Mapping[str, Deviations], keywords(description="by arm, as randomized")]
    quality: Annotated[Mapping[str, QualityOfSite], keywords(description="by site")]
    visits: Visits
    safety_review: SafetyReview
    problems: Annotated[
        Mapping[str, str], keywords(description="subject to what somebody has to ask about")
    ]
    endpoints: Annotated[Mapping[str, EndpointResult], keywords(minProperties=1)]
