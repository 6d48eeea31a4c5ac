"""When is the review of safety due, and on whom does that rest?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from equipoise.analysis.results.layout import Day, Sources, keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDose:
    """One treated subject: the day of the first dose, and the entries that say so."""

    subject: str
    on: Day
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReview:
    """The review of safety that the protocol declares after so many treated participants; nothing
    in the ledger records that it took place.
    """

    after: Annotated[int | None, keywords(description="null: the protocol declares no review")]
    treated: Annotated[
        tuple[FirstDose, ...],
        keywords(description="in order of the first dose, no more than the review waits for"),
    ]
    due_since: Annotated[Day | None, keywords(description="null: not due by the cutoff")]
