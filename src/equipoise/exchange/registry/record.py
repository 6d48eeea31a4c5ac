"""What does a registry record say, before anybody reads meaning into it? Its parts, and how
criteria are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Section = Literal["inclusion", "exclusion"]


class UnreadableRecord(ValueError):
    """A text in which no registry record was recognized: what was found, what was expected, what to
    do.
    """


@dataclass(frozen=True, slots=True)
class RegisteredText:
    """One criterion as registered, with white space as single blanks.

    `glued` holds when the record lost the line break before it; `number` is the record's own, empty
    when glued.
    """

    section: Section
    number: str
    text: str
    glued: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryRecord:
    """A record: single facts by name, the criteria, and text of the criteria section that belongs
    to none of them.
    """

    layout: str
    facts: Mapping[str, str] = field(default_factory=dict)
    arms: tuple[tuple[str, str], ...] = ()
    outcomes: tuple[str, ...] = ()
    criteria: tuple[RegisteredText, ...] = ()
    outside: tuple[str, ...] = ()

    @property
    def everything(self) -> str:
        """All text of the record, for questions about the whole of it."""
        return " ".join([*self.facts.values(), *self.outcomes, *(c.text for c in self.criteria)])


def _heading(word: str) -> re.Pattern[str]:
    """A heading at the start of a line, or anywhere when a colon follows."""
    heading = rf"(?:key|main|principal|major)?\s*{word}\s+criteria(?:\s+for\s+\w+)?"
    return re.compile(
        rf"^[ \t*#-]*{heading}[ \t]*\**[ \t]*[:：]?|{heading}[ \t]*[:：]",
        re.IGNORECASE | re.MULTILINE,
    )


_INCLUSION, _EXCLUSION = _heading("inclusion"), _heading("exclusion")
_ENDS = re.compile(
    r"(?im)^\s*(?:contacts?(?: and locations?)?|locations?|study (?:plan|design)|trial design|more"
    r" information|"
    r"sponsors?|publications|references|last updated?|data source|arms and interventions)\s*:?["
    r" \t]*$"
)

_MARKER = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?P<number>\d{1,2})[.)]|(?P<bullet>[-*•–·o▪])(?=[ \t]))[ \t]*"
)

# A phrase that opens a criterion, standing in the middle of another without punctuation: a line
# break was lost there.
_OPENS = (
    "Known|History|Patients?|Subjects?|Prior|Previous|Any|Active|Received|Written|Uncontrolled|Presence|Evidence|Concurrent|Concomitant|Legal|Acute|Adequate|Current|Severe|Women|Men|Unable|Inability|Pregnan\\w+|Life"
    " expectancy|Pre-existing|Participation|Symptomatic|Clinically|Treatment with"
)
_GLUE = re.compile(rf"(?<=[a-z)\d])\s+(?=(?:{_OPENS})\b)")


def read_criteria(text: str) -> tuple[tuple[RegisteredText, ...], tuple[str, ...]]:
    """(criteria, text outside of them) of a criteria section. Raises UnreadableRecord without an
    inclusion heading.
    """
    begins = _INCLUSION.search(text)
    if not begins:
        raise UnreadableRecord(
            f"found no heading 'Inclusion Criteria' (the text begins {text.strip()[:60]!r});"
            " expected it before the criteria, and 'Exclusion Criteria' before the exclusions."
            " Copy the whole page, or take the record as JSON."
        )
    rest = text[begins.end() :]
    ends = _ENDS.search(rest)
    rest = rest[: ends.start()] if ends else rest
    excludes = _EXCLUSION.search(rest)
    included, excluded = (
        (rest[: excludes.start()], rest[excludes.end() :]) if excludes else (rest, "")
    )
    criteria: list[RegisteredText] = []
    outside: list[str] = []
    sections: tuple[tuple[Section, str], ...] = (("inclusion", included), ("exclusion", excluded))
    for section, body in sections:
        before, split = split_criteria(section, body)
        criteria += split
        outside += [before] if before else []
    if not criteria:
        raise UnreadableRecord(
            "found the heading 'Inclusion Criteria' and nothing below it; expected criteria there."
        )
    return tuple(criteria), tuple(outside)


def split_criteria(section: Section, body: str) -> tuple[str, list[RegisteredText]]:
    """(text before the first criterion, criteria) of a section: numbered, bulleted, or one
    paragraph each.
    """
    lines = _lines_with_markers(body)
    if not any(_MARKER.match(line) for line in lines):
        paragraphs = re.split(r"\n\s*\n", body.strip())
        texts = paragraphs if len(paragraphs) > 1 else body.strip().splitlines()
        return "", [c for text in texts if text.strip() for c in _unglued(section, "", [text])]
    before, items = _items(lines)
    return _flat(" ".join(before)), [
        c for number, parts in items for c in _unglued(section, number, parts)
    ]


def _lines_with_markers(body: str) -> list[str]:
    """The lines; where numbers 1, 2, 3 ... stand inside a line, its break was lost and is put
    back.
    """
    body = body.strip("\n")
    first = _MARKER.match(body)
    if first and first["number"]:
        at, number = first.end(), int(first["number"])
        while start := _next_number(body, at, number := number + 1, len(first["indent"])):
            body = f"{body[: start.start()].rstrip(' ')}\n{body[start.start() :].lstrip(chr(10))}"
            at = start.end()
    return body.split("\n")


def _next_number(body: str, at: int, number: int, indent: int) -> re.Match[str] | None:
    """Where a number opens the next criterion: at the start of a line, else inside one."""
    at_line = re.compile(rf"^[ \t]{{0,{indent + 1}}}{number}[.)]\s*(?=[^\d\s])", re.MULTILINE)
    inside = re.compile(rf"(?<=\S ){number}[.)]\s(?=\S)")
    return at_line.search(body, at) or inside.search(body, at)


def _items(lines: list[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Criteria with their lines; bullets of another kind, or further in, belong to the criterion
    above them.
    """
    before: list[str] = []
    items: list[tuple[str, list[str]]] = []
    top: re.Match[str] | None = None
    for line in lines:
        marker = _MARKER.match(line)
        top = top or marker
        if marker and top and _is_top(marker, top, len(items) + 1):
            items.append((marker["number"] or "", [line[marker.end() :]]))
        elif marker and items:
            items[-1][1].append(line[marker.end() :])
        elif items:
            items[-1][1][-1] += " " + line
        else:
            before.append(line)
    return before, items


def _is_top(marker: re.Match[str], top: re.Match[str], expected: int) -> bool:
    if top["number"]:
        return marker["number"] is not None and (int(marker["number"]) == expected or expected == 1)
    return marker["bullet"] == top["bullet"] and len(marker["indent"]) <= len(top["indent"]) + 1


def _unglued(section: Section, number: str, parts: list[str]) -> Iterator[RegisteredText]:
    """The criterion, and a further one for each line break that the record lost inside it."""
    *first, last = [_flat(part) for part in parts]
    pieces = [last, *()] if first else _GLUE.split(last)
    pieces = [piece for piece in pieces if piece]
    for place, piece in enumerate(pieces):
        nested = (*first, piece) if first else ()
        text = " - ".join(nested) if nested else piece
        yield RegisteredText(
            section, number if place == 0 else "", text, glued=place > 0, parts=nested
        )


def _flat(text: str) -> str:
    return " ".join(text.split())
