"""How is a result written? Numbers with the same digits everywhere, and nothing written where there
is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from equipoise.terms.dates import DAYS_PER_MONTH

NONE = "–"
"""What stands where there is no value."""

TESTS = {
    "boschloo": "Boschloo's exact test",
    "fisher": "Fisher's exact test",
    "cmh": "Cochran-Mantel-Haenszel, by stratum as randomized",
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
    "derived_response": (
        "Response derived from the lesions",
        "in place of the response that was read",
    ),
    "shorter_sd": ("Shorter stable disease", "stable disease counts from an earlier day"),
    "late_control": ("Control that lasts", "still controlled at the declared later day"),
}

RULES = {"FDA": "FDA rules", "EMA": "EMA rules", "OS": "", "DOR": ""}


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 0 to 1 in percent."""
    return NONE if share is None else f"{100 * share:.{digits}f} %"


def points(difference: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return NONE if difference is None else signed(100 * difference)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign; a true minus, which does not break from its number."""
    shown = f"{abs(value):.{digits}f}"
    if float(shown) == 0:
        return shown
    return f"+{shown}" if value > 0 else f"−{shown}"


def confidence(results: Mapping[str, Any]) -> str:
    """The confidence level of the intervals in words."""
    return f"{100 * results['confidence']:.6g} %"


def span(interval: Sequence[float | None] | None, write: Any) -> str:
    """An interval in words."""
    if not interval or (interval[0] is None and interval[1] is None):
        return NONE
    low, high = (write(one) if one is not None else "not reached" for one in interval)
    return f"{low} to {high}"


def share_span(interval: Sequence[float] | None) -> str:
    """An interval of shares; the unit stands once."""
    return span(interval, lambda one: f"{100 * one:.1f}") + (" %" if interval else "")


def points_span(interval: Sequence[float] | None) -> str:
    """An interval of differences in percentage points."""
    return span(interval, points)


def p_value(p: float | None) -> str:
    """A p-value to three decimals; a smaller one says so."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{min(p, 1.0):.3f}"


def p_equals(p: float | None) -> str:
    """A p-value inside a sentence."""
    shown = p_value(p)
    return (
        "p not computed" if p is None else f"p {shown}" if shown.startswith("<") else f"p = {shown}"
    )


def months(days: float | None) -> str:
    """Days in months of 365.25/12 days."""
    return "not reached" if days is None else f"{days / DAYS_PER_MONTH:.1f}"


def median_words(median: dict[str, Any], n: int) -> str:
    """A median time with its interval, in months."""
    if n == 0:
        return "nobody"
    if median["median"] is None:
        return "not reached"
    low, high = median["interval"]
    return f"{months(median['median'])} ({months(low)} to {months(high)})"


def ratio(value: float | None) -> str:
    """A hazard ratio; one without bound or measure is not a number to print."""
    return NONE if value is None else f"{value:.2f}" if value < 1000 else "> 1000"


def plural(n: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listed(items: Sequence[str]) -> str:
    """Words with commas and an and."""
    return (
        items[0]
        if len(items) == 1
        else f"{', '.join(items[:-1])} and {items[-1]}"
        if items
        else "none"
    )


def day_words(at: str) -> str:
    """A date, or a time in UTC, as people write it."""
    when = datetime.fromisoformat(at.replace("Z", "+00:00")[:19])
    return f"{when.day} {when:%B %Y}" + (f", {when:%H:%M} UTC" if "T" in at else "")


def spoken(code: str) -> str:
    """A code in capitals as words."""
    return code.replace("_", " ").lower()


def first_up(sentence: str) -> str:
    """A sentence with its first letter large; a word such as ctDNA stays as it is."""
    first = sentence.split(" ", 1)[0]
    if any(letter.isupper() for letter in first[1:]):
        return sentence
    return sentence[:1].upper() + sentence[1:]
