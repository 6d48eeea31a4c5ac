"""How is a result written? Numbers with the same digits everywhere, and nothing written where there
is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from unicodedata import bidirectional

from equipoise.terms.dates import DAYS_PER_MONTH

Interval = tuple[float | None, float | None]
"""Lower and upper bound; None is not reached."""

NONE = "–"
"""What stands where there is no value."""

PlannedTest = Literal["fisher", "boschloo", "pooled_z", "cmh"]
PLANNED_TESTS: Mapping[PlannedTest, str] = {
    "fisher": "Fisher",
    "boschloo": "Boschloo",
    "pooled_z": "pooled z",
    "cmh": "CMH",
}
"""The tests that a design is computed for."""


def percent(proportion: float | None, digits: int = 1) -> str:
    """A proportion of 0 to 1 in percent."""
    return NONE if proportion is None else f"{100 * proportion:.{digits}f} %"


def points(difference: float | None) -> str:
    """A difference of proportions in percentage points, with its sign."""
    return NONE if difference is None else signed(100 * difference)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign; a true minus, which does not break from its number."""
    shown = f"{abs(value):.{digits}f}"
    if float(shown) == 0:
        return shown
    return f"+{shown}" if value > 0 else f"−{shown}"


def confidence(level: float) -> str:
    """The confidence level of intervals in words."""
    return f"{100 * level:.6g} %"


def span(interval: Interval | None, write: Callable[[float], str]) -> str:
    """An interval in words."""
    if not interval or (interval[0] is None and interval[1] is None):
        return NONE
    low, high = ("not reached" if bound is None else write(bound) for bound in interval)
    return f"{low} to {high}"


def proportion_span(interval: Interval | None) -> str:
    """An interval of proportions; the unit stands once."""
    return span(interval, lambda bound: f"{100 * bound:.1f}") + (" %" if interval else "")


def points_span(interval: Interval | None) -> str:
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


def ratio(value: float | None) -> str:
    """A hazard ratio; one without bound or measure is not a number to print."""
    return NONE if value is None else f"{value:.2f}" if value < 1000 else "> 1000"


def plural(n: int, noun: str, several: str = "") -> str:
    """A count with its noun."""
    return f"{n} {noun if n == 1 else several or noun + 's'}"


def arms_words(arms: tuple[int, int]) -> str:
    """Participants by arm: one number for equal arms, else experimental + control."""
    return str(arms[0]) if arms[0] == arms[1] else f"{arms[0]} + {arms[1]}"


def at_decimal_point(cells: Sequence[str]) -> list[str]:
    """Numbers of a column that begins at the left, with figure spaces before them, so that their
    decimal points stand below each other; what is not a number in percent stays as it is.
    """
    wholes = {cell: cell.split(" ")[0].split(".")[0] for cell in cells if cell.endswith(" %")}
    widest = max(map(len, wholes.values()), default=0)
    return ["\u2007" * (widest - len(wholes.get(cell, "?" * widest))) + cell for cell in cells]


def isolated(words: str) -> str:
    """Words of a protocol inside a sentence of ours: those that are read from right to left are set
    apart, so that the numbers beside them keep their place (Unicode Standard Annex 9).
    """
    turned = any(bidirectional(letter) in ("R", "AL") for letter in words)
    return f"\u2068{words}\u2069" if turned else words


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


def as_of_words(at: str) -> str:
    """By when entries were recorded, with the zone in which it ends: the end of a day, or a time,
    in UTC. (Clinical days are those of the sites.)
    """
    return day_words(at) if "T" in at else f"{day_words(at)}, end of the day in UTC"


def spoken(code: str) -> str:
    """A code in capitals as words."""
    return code.replace("_", " ").lower()


def first_up(sentence: str) -> str:
    """A sentence with its first letter large; a word such as ctDNA stays as it is."""
    first = sentence.split(" ", 1)[0]
    if any(letter.isupper() for letter in first[1:]):
        return sentence
    return sentence[:1].upper() + sentence[1:]
