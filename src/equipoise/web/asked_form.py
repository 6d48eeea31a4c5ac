"""A form of the protocol as a page asks it: what stands in each box, what is wrong with it, what
was understood, and what was given the last time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from equipoise.protocol.forms import Form, FormField, FormGroup
from equipoise.subject.state import Query
from equipoise.web import typed as words
from equipoise.web.boxes import (
    MISSING,
    MOST_ROWS,
    Raw,
    Typed,
    comes_again,
    count_box,
    header_box,
    is_given_before,
    named_by,
    names_row,
    row_box,
    row_count,
)

SPARE = 2
"""Empty rows of a group that repeats, below those that are filled."""
_PLACE = re.compile(
    r"(?P<group>[^.\[]+)\[(?P<row>\d+)\](?:\.(?P<field>[^:]+))?: (?P<text>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Box:
    """One question on the page: its name there, what stands in it, and what is wrong with it."""

    name: str
    field: FormField
    value: str = ""
    missing: str = ""
    problem: str = ""
    last: str = ""
    is_fixed: bool = False
    kept: str = ""
    is_passed: bool = False
    """Whether Enter goes over it (`way.with_way`)."""
    place: str = ""
    """What a question about it names, where it is saved (`beside.places`)."""
    queries: Sequence[Query] = ()
    """The questions about it that are not closed."""

    @property
    def missing_name(self) -> str:
        """The name of the box for why there is no value."""
        return f"{self.name}{MISSING}"

    @property
    def kind(self) -> str:
        """How it is typed."""
        if self.is_fixed:
            return "fixed"
        return {"code": "choice", "unit": "choice", "day": "date", "text": "text"}.get(
            self.field.type, self.field.type
        )

    @property
    def choices(self) -> tuple[str, ...]:
        """What may be chosen, with what was kept in other words."""
        kept = (self.value,) if self.value and self.value not in self.field.codes else ()
        return (*self.field.codes, *kept)

    @property
    def range(self) -> str:
        """What is possible, in words."""
        low, high = self.field.min, self.field.max
        if low is not None and high is not None:
            return f"{low} to {high}"
        return f"at most {high}" if high is not None else ""

    @property
    def understood(self) -> str:
        """A date in words, and a number that is kept otherwise than it was typed."""
        if self.problem:
            return ""
        if self.kind == "date":
            return words.in_words(self.kept or self.value)
        return self.kept if self.kept != self.value else ""


@dataclass(frozen=True)
class Part:
    """A group on the page, with its rows."""

    group: FormGroup
    rows: Sequence[Sequence[Box]]
    problems: Sequence[str] = ()

    @property
    def count_name(self) -> str:
        """The name of the box that says how many rows there are."""
        return count_box(self.group)


@dataclass(frozen=True)
class AskedForm:
    """A form on the page; `problems` belong to no box."""

    form: Form
    header: Sequence[Box]
    parts: Sequence[Part]
    problems: Sequence[str] = field(default=())
    first: str = ""
    """The box that has the focus when the page opens."""


def asked_form(
    form: Form,
    raw: Raw,
    *,
    problems: Sequence[str] = (),
    typed: Typed | None = None,
    last: Raw | None = None,
    more: str = "",
) -> AskedForm:
    """The form on a page: what stands in its boxes, each problem beside its box, what was given the
    last time. `more` names a group that gets another row.
    """
    told, left = _by_box(form, problems, typed)
    told |= typed.slips if typed else {}
    seen = _Seen(raw, told, typed.understood if typed else {}, last or {})
    header = [_asked_box(header_box(each), each, seen) for each in form.header]
    parts = [_part(group, seen, more) for group in form.groups]
    return AskedForm(form, header, parts, left)


class _Seen(NamedTuple):
    """What is known of the boxes: what stands in them, what is wrong, what was understood, and what
    was given the last time.
    """

    raw: Raw
    told: Mapping[str, str]
    understood: Mapping[str, str]
    last: Raw


def _part(group: FormGroup, seen: _Seen, more: str) -> Part:
    test = named_by(group)
    rows = []
    for number in range(_shown_rows(group, seen.raw, is_more=more == group.id)):
        boxes = []
        for each in group.fields:
            name = row_box(group, number, each)
            tells = comes_again(group) and not (is_given_before(each) or names_row(each))
            box = _asked_box(name, each, seen, tells=tells)
            if test is not None and each is test and number < len(test.codes):
                box = Box(name, each, value=test.codes[number], is_fixed=True)
            boxes.append(box)
        rows.append(boxes)
    here = [text for name, text in seen.told.items() if name == group.id]
    return Part(group, rows, here)


def _shown_rows(group: FormGroup, raw: Raw, *, is_more: bool) -> int:
    if not group.repeats:
        return 1
    test, rows = named_by(group), row_count(group, raw)
    filled = max(
        (n + 1 for n in range(rows) for f in group.fields if raw.get(row_box(group, n, f))),
        default=0,
    )
    least = len(test.codes) if test else filled + SPARE
    return min(max(rows, least) + (1 if is_more else 0), MOST_ROWS)


def _asked_box(name: str, asked: FormField, seen: _Seen, *, tells: bool = False) -> Box:
    """A box; with `tells` it says what was given the last time."""
    return Box(
        name,
        asked,
        value=seen.raw.get(name, ""),
        missing=seen.raw.get(f"{name}{MISSING}", ""),
        problem=seen.told.get(name, ""),
        last=seen.last.get(name, "") if tells else "",
        kept=seen.understood.get(name, ""),
    )


def _by_box(
    form: Form, problems: Sequence[str], typed: Typed | None
) -> tuple[dict[str, str], list[str]]:
    """Each problem beside the box that it names, and those that name none."""
    told: dict[str, str] = {}
    left = []
    for problem in problems:
        name, text = _box_of(form, problem, typed)
        if name:
            told[name] = f"{told[name]}; {text}" if name in told else text
        else:
            left.append(problem)
    return told, left


def _box_of(form: Form, problem: str, typed: Typed | None) -> tuple[str, str]:
    """The box that a problem is about, by the place that it begins with."""
    if not problem.startswith(f"{form.id}."):
        return "", problem
    place = problem.removeprefix(f"{form.id}.")
    if found := _PLACE.match(place):
        group = form.group(found["group"])
        rows = typed.rows.get(found["group"], []) if typed else []
        row = int(found["row"]) - 1
        asked = next((f for f in group.fields if f.id == found["field"]), None) if group else None
        if group and asked and row < len(rows):
            return row_box(group, rows[row], asked), found["text"]
        return "", problem
    name, _, text = place.partition(": ")
    header = next((each for each in form.header if each.id == name), None)
    return (header_box(header), text) if header else ("", problem)


def every_box(asked: AskedForm) -> Iterator[Box]:
    """All boxes of a page."""
    yield from asked.header
    for part in asked.parts:
        for row in part.rows:
            yield from row
