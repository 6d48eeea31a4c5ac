"""What was given to them, and what came after, as it stands in the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from equipoise.analysis.results.endpoints import Median
from equipoise.analysis.results.layout import Count, Names, Size, keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugOfSubject:
    """One drug of one subject: days with a dose; the share of the planned dose that was given, and
    that share by the time it took (relative dose intensity), null where nothing was planned or no
    cycle is known.
    """

    days: Count
    share: Size | None
    intensity: Size | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureOfArm:
    """Of those of one arm, as treated, who received a dose by the cutoff."""

    days: Annotated[Mapping[str, Count], keywords(description="subject to days with a dose")]
    cycles: Annotated[
        Mapping[str, Count],
        keywords(description="subject to days with a dose of what is given by cycles"),
    ]
    weeks: Annotated[
        Mapping[str, Size], keywords(description="subject to weeks from the first dose to the last")
    ]
    drugs: Annotated[
        Mapping[str, Mapping[str, DrugOfSubject]], keywords(description="drug to subjects")
    ]
    delayed: Names
    reduced: Names
    reasons: Annotated[
        Mapping[str, Names],
        keywords(description="reason of a delay or reduction, as recorded, to subjects"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyAfter:
    """Who of one arm had anticancer therapy after randomization, in all and by its kind."""

    any: Names
    kinds: Mapping[str, Names]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpTime:
    """Median days of follow-up (reverse Kaplan-Meier: who died is censored), by arm and of all."""

    arms: Mapping[str, Median]
    all: Median
