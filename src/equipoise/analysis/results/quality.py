"""How good are the data, as it stands in the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from equipoise.analysis.results.layout import Count, Names, keywords


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """Recorded deviations from the protocol of those of one arm."""

    kinds: Annotated[Mapping[str, Names], keywords(description="kind to subjects")]
    important: Names
    excluding: Annotated[Names, keywords(description="left out of the per-protocol population")]
    unclassified: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOfSite:
    """One site: persons by code, and what was asked about and corrected of their entries."""

    screened: Names
    randomized: Names
    by_month: Annotated[
        Mapping[str, Count], keywords(description="month (2021-03) to those randomized in it")
    ]
    forms: Count
    corrected: Annotated[Count, keywords(description="forms that a correction replaced")]
    queries: Count
    open: Annotated[Count, keywords(description="queries that nobody has closed")]
    missed: Annotated[Count, keywords(description="visits of those randomized that were missed")]
    overdue: Count
