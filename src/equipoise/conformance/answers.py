"""Who answers which topic for this package?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.conformance.conduct_answers import answer_conduct
from equipoise.conformance.eligibility_answers import answer_eligibility, answer_ras
from equipoise.conformance.tumor_answers import (
    answer_best,
    answer_censoring,
    answer_combine,
    answer_confirmed,
    answer_time_point,
)

TOPICS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "time_point": answer_time_point,
    "split_and_merged": answer_combine,
    "best_response": answer_best,
    "confirmed_response": answer_confirmed,
    "censoring": answer_censoring,
    "ras": answer_ras,
    "eligibility": answer_eligibility,
    "conduct": answer_conduct,
}


def answer(topic: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our own answer to one case; raises ValueError for a topic nobody answers."""
    if topic not in TOPICS:
        raise ValueError(f"topic {topic!r} has no answer here; known are {', '.join(TOPICS)}")
    return TOPICS[topic](inputs)
