"""What does a stretch of registered text say? A rule, in the sense of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RuleData = dict[str, Any]

FROM_TEXT: Any = "window of the text"
"""Stands for `within_days` until the window of the criterion is known."""

PLACEHOLDER_DAYS = {"measurable_disease": 28}
SHORTEST_DAYS = 7
"""Windows that stand in a draft where the record has none: short, so that nobody enters by them;
each has a finding."""

_WORDS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_NUMBERS = {word: number for number, word in enumerate(_WORDS, start=1)}


@dataclass(frozen=True, slots=True)
class Piece:
    """From `start` to `end` the text says `rule`; for an exclusion, that is what excludes.

    `notes` are (code of a finding, text found).
    """

    start: int
    end: int
    rule: RuleData
    short: str
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A window named in the text."""

    start: int
    end: int
    days: int
    text: str
    months: bool
    anchor: str


_WINDOW = re.compile(
    r"(?:\(\s*)?(?:\b(?:performed|obtained|measured|assessed|done) )?\bwithin (?:the )?(?:last"
    r" |past )?"
    r"(?P<n>\d+|[a-z]+)[\s-]*(?P<unit>hour|day|week|month)s?\b"
    r"(?: (?:prior to|before|of|preceding) (?:the )?(?P<anchor>(?:(?! - )[^,;:.)])+))?(?:\s*\))?",
    re.IGNORECASE,
)


def windows(text: str) -> list[Window]:
    """The windows of a criterion, in calendar days; a month is taken as 30, with a finding."""
    return [
        Window(
            m.start(),
            m.end(),
            _days(n, m["unit"].lower()),
            m[0].strip(" ()"),
            m["unit"].lower() == "month",
            (m["anchor"] or "").strip(),
        )
        for m in _WINDOW.finditer(text)
        if (n := number_of(m["n"]))
    ]


def _days(number: int, unit: str) -> int:
    """Whole calendar days: 72 hours are 3, and a month is taken as 30."""
    return -(-number // 24) if unit == "hour" else number * {"day": 1, "week": 7, "month": 30}[unit]


def number_of(text: str) -> int | None:
    """A whole number in figures or in words."""
    return int(text) if text.isdigit() else _NUMBERS.get(text.lower())


def attest(claim: str) -> RuleData:
    """A judgement about something the text claims; worded as a question when it is known what a yes
    must mean.
    """
    return {"kind": "attestation", "claim": claim, "denied": False}


def negated(rule: RuleData) -> RuleData:
    """The rule that is met when this one is not met, and unknown when it is unknown."""
    match rule["kind"]:
        case "attestation":
            return {**rule, "denied": not rule["denied"]}
        case "not":
            inner: RuleData = rule["of"]
            return inner
        case "all" | "any" as kind:
            return {
                "kind": "any" if kind == "all" else "all",
                "of": [negated(part) for part in rule["of"]],
            }
        case _:
            return {"kind": "not", "of": rule}


def all_together(rules: list[RuleData]) -> RuleData:
    """Every rule must be met; nothing is nested without need."""
    flat = [part for rule in rules for part in (rule["of"] if rule["kind"] == "all" else [rule])]
    return flat[0] if len(flat) == 1 else {"kind": "all", "of": flat}


def finished(rule: Any, days: int | None) -> Any:
    """The rule as the protocol writes it: windows filled in, claims worded so that *yes* means:
    does not block.
    """
    if isinstance(rule, list):
        return [finished(part, days) for part in rule]
    if not isinstance(rule, Mapping):
        return rule
    if rule.get("kind") == "attestation":
        return _question(rule, days)
    filled = {key: finished(value, days) for key, value in rule.items()}
    if filled.get("within_days") is FROM_TEXT:
        filled["within_days"] = days or PLACEHOLDER_DAYS.get(rule["kind"], SHORTEST_DAYS)
    return filled


def _question(rule: Mapping[str, Any], days: int | None) -> RuleData:
    claim = rule["claim"].rstrip(" .;,")
    asked = (
        f"Is it confirmed that this does not apply: {claim}?"
        if rule["denied"]
        else f"Does this hold: {claim}?"
    )
    window = {"within_days": days} if days else {}
    return {"kind": "attestation", "question": asked, **window}


def lacks_window(rule: Any) -> bool:
    """Is there a rule in it that needs a window from the text?"""
    if isinstance(rule, Mapping):
        return any(value is FROM_TEXT or lacks_window(value) for value in rule.values())
    return isinstance(rule, list) and any(lacks_window(part) for part in rule)


def kinds(rule: Any) -> Iterator[str]:
    """The kinds of a rule and of its parts."""
    if isinstance(rule, Mapping):
        yield rule["kind"]
        yield from kinds(rule.get("of"))
    elif isinstance(rule, list):
        for part in rule:
            yield from kinds(part)
