"""What was the best that the tumors did, as it stands in the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from equipoise.analysis.results.endpoints import Contrast
from equipoise.analysis.results.layout import Count, Size, Sources, keywords

Category = Literal["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
ReadBy = Literal["read", "derived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best overall response of one subject, why, and from which records."""

    value: Annotated[
        Category, keywords(description="MISSING: no scan after baseline; NE: none that tells")
    ]
    why: str
    source: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponses:
    """The best overall response of everybody randomized, by one reading and one rule of
    confirmation; `counts` marks the one that the endpoints rest on.
    """

    reading: Annotated[
        ReadBy, keywords(description="as the reader recorded it, or derived from the lesions")
    ]
    confirmed: bool
    counts: bool
    subjects: Mapping[str, Best]
    categories: Annotated[Mapping[Category, Contrast], keywords(required=CATEGORIES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToResponse:
    """Days from randomization to the first response, of those of one arm who responded."""

    n: Count
    median: Size | None
    first: Count | None
    last: Count | None
    subjects: Mapping[str, Count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Scans by the response as read and as derived from the lesions, where both are there; `kappa`
    is Cohen's, null where all answers are the same.
    """

    scans: Annotated[
        Mapping[str, Mapping[str, Count]], keywords(description="as read, then as derived")
    ]
    n: Count
    agree: Count
    kappa: Annotated[float, keywords(minimum=-1, maximum=1)] | None
