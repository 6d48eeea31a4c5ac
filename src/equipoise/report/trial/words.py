"""What are the parts of an analysis called on the page?"""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.analysis.results.endpoints import Median
from equipoise.endpoints.catalogue import words_of
from equipoise.report.kit.formats import months

TESTS = {
    "boschloo": "Boschloo's exact test",
    "fisher": "Fisher's exact test",
    "cmh": "Cochran-Mantel-Haenszel, by stratum as randomized",
}

COVARIATES: Mapping[str, str] = {
    "strata": "strata as randomized",
    "age": "age",
    "sex": "sex",
    "ecog": "ECOG performance status",
    "organs": "organs with tumor",
    "liver_only": "tumor in the liver only",
    "sum_mm": "sum of diameters",
}

SENSITIVITY = {
    "best_case": (
        "Best case",
        "missing counts as reached in the experimental arm and as failed in control",
    ),
    "worst_case": (
        "Worst case",
        "missing counts as failed in the experimental arm and as reached in control",
    ),
    "per_protocol": ("Per protocol", "eligible, and treated as allocated"),
    "evaluable": ("Response-evaluable", "a baseline scan and at least one scan after it"),
    "other_reading": (
        "The other reading",
        (
            "the response derived from the lesions in place of the one that was read, or, where the"
            " derived one is primary, the one that was read"
        ),
    ),
    "shorter_sd": ("Shorter stable disease", "stable disease counts from an earlier day"),
    "late_control": ("Control that lasts", "still controlled at the declared later day"),
}


def with_rules(label: str, analysis: str) -> str:
    """An endpoint in one of its analyses."""
    return ", ".join(filter(None, (label, words_of(analysis))))


def median_words(median: Median, n: int) -> str:
    """A median time with its interval, in months."""
    if n == 0:
        return "nobody"
    if median.median is None:
        return "not reached"
    low, high = median.interval
    return f"{months(median.median)} ({months(low)} to {months(high)})"
