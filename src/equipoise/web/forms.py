"""A form of the protocol as a page asks it, and what was typed into it.

What stands in the boxes of a page, whether it comes from an entry, a draft or a browser, is one
mapping from the name of a box to its text (`Raw`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from equipoise.protocol.forms import Form, FormField, FormGroup
from equipoise.web import typed as words

Raw = Mapping[str, str]
MISSING = "--missing"
SPARE = 2
"""Empty rows of a group that repeats, below those that are filled."""
MOST_ROWS = 200
_PLACE = re.compile(
    r"(?P<group>[^.\[]+)\[(?P<row>\d+)\](?:\.(?P<field>[^:]+))?: (?P<text>.*)", re.DOTALL
)


class Typed(NamedTuple):
    """A form as it is saved; what cannot be meant and what was understood, by box; and where each
    saved row stands on the page, by group.
    """

    values: dict[str, Any]
    groups: dict[str, list[dict[str, Any]]]
    slips: dict[str, str]
    rows: dict[str, list[int]]
    understood: dict[str, str]


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
        return _count(self.group)


@dataclass(frozen=True)
class AskedForm:
    """A form on the page; `problems` belong to no box."""

    form: Form
    header: Sequence[Box]
    parts: Sequence[Part]
    problems: Sequence[str] = field(default=())


def named_by(group: FormGroup) -> FormField | None:
    """The coded question that names each row of a panel, of which each is asked once: the test."""
    first = group.fields[0]
    is_test = (first.variable or "").endswith("TESTCD") and first.type == "code"
    return first if group.repeats and is_test else None


# ------------------------------------------------------------------ from what is kept to boxes


def raw_of(form: Form, values: Mapping[str, Any], groups: Mapping[str, Any]) -> dict[str, str]:
    """The boxes of an entry."""
    raw: dict[str, str] = {}
    for each in form.header:
        _put(raw, _header(each), values.get(each.id))
    for group in form.groups:
        rows = _in_order(group, groups.get(group.id, ()))
        raw[_count(group)] = str(len(rows))
        for number, row in enumerate(rows):
            for each in group.fields:
                _put(raw, _box(group, number, each), row.get(each.id))
    return raw


def _in_order(group: FormGroup, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of a panel stand where its tests do; what was not done has an empty row."""
    test = named_by(group)
    if test is None:
        return list(rows)
    first = {row.get(test.id): row for row in reversed(rows)}
    asked = [first.get(code, {test.id: code}) for code in test.codes]
    more = [row for row in rows if first.get(row.get(test.id)) is not row]
    return [*asked, *more]


def _put(raw: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        raw[f"{name}{MISSING}"] = str(value.get("missing", ""))
    elif value is not None:
        raw[name] = str(value)


# ------------------------------------------------------------------ from boxes to what is kept


def typed_of(form: Form, raw: Raw, today: date) -> Typed:
    """What was typed, as it is saved: rows in which nothing was typed are none."""
    meant: dict[str, words.Understood] = {}
    header = {each.id: _value(_header(each), each, raw, today, meant) for each in form.header}
    groups: dict[str, list[dict[str, Any]]] = {}
    places: dict[str, list[int]] = {}
    for group in form.groups:
        for number in range(_rows(group, raw)):
            row = {
                each.id: _value(_box(group, number, each), each, raw, today, meant)
                for each in group.fields
            }
            if _is_filled(group, row):
                groups.setdefault(group.id, []).append(_given(row))
                places.setdefault(group.id, []).append(number)
    slips = {name: each.slip for name, each in meant.items() if each.slip}
    understood = {name: each.text for name, each in meant.items() if not each.slip}
    return Typed(_given(header), groups, slips, places, understood)


def _value(
    name: str, asked: FormField, raw: Raw, today: date, meant: dict[str, words.Understood]
) -> Any:
    if reason := raw.get(f"{name}{MISSING}", ""):
        return {"missing": reason}
    text = raw.get(name, "").strip()
    if not text:
        return None
    if asked.type in ("decimal", "integer"):
        understood = words.number(text)
    elif asked.type in ("date", "day"):
        understood = words.day(text, today)
    else:
        return text
    meant[name] = understood
    return understood.text


def _is_filled(group: FormGroup, row: Mapping[str, Any]) -> bool:
    """A row in which something was typed; of a panel something beside what comes filled in."""
    test = named_by(group)
    if test is None:
        return any(value is not None for value in row.values())
    given = {test.id, *(each.id for each in group.fields if _is_given_before(each))}
    return any(value is not None for name, value in row.items() if name not in given)


def _is_given_before(asked: FormField) -> bool:
    """Units and limits of normal are the same from one visit to the next (--ORNRLO, --ORNRHI)."""
    return asked.type == "unit" or (asked.variable or "").endswith(("ORNRLO", "ORNRHI"))


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _rows(group: FormGroup, raw: Raw) -> int:
    if not group.repeats:
        return 1
    told = raw.get(_count(group), "")
    return min(int(told), MOST_ROWS) if told.isdecimal() and told.isascii() else 0


# ------------------------------------------------------------------ what a page shows


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
    header = [_asked_box(_header(each), each, seen) for each in form.header]
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
            name = _box(group, number, each)
            tells = _comes_again(group) and not (_is_given_before(each) or _names_row(each))
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
    test, rows = named_by(group), _rows(group, raw)
    filled = max(
        (n + 1 for n in range(rows) for f in group.fields if raw.get(_box(group, n, f))), default=0
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
            return _box(group, rows[row], asked), found["text"]
        return "", problem
    name, _, text = place.partition(": ")
    header = next((each for each in form.header if each.id == name), None)
    return (_header(header), text) if header else ("", problem)


def boxes(asked: AskedForm) -> Iterator[Box]:
    """All boxes of a page."""
    yield from asked.header
    for part in asked.parts:
        for row in part.rows:
            yield from row


def _header(asked: FormField) -> str:
    return f"h-{asked.id}"


def _box(group: FormGroup, row: int, asked: FormField) -> str:
    return f"g-{group.id}-{row}-{asked.id}"


def _count(group: FormGroup) -> str:
    return f"rows-{group.id}"


def only_given_before(form: Form, raw: Raw) -> dict[str, str]:
    """Of the boxes of an earlier form those that are the same the next time: units and limits of
    normal of each test, and the lesions that are followed. A lesion without an answer is asked
    about; a test without one was not made.
    """
    kept: dict[str, str] = {}
    for group in form.groups:
        if not _comes_again(group):
            continue
        rows = _rows(group, raw)
        for number in range(rows):
            for each in group.fields:
                name = _box(group, number, each)
                if (_is_given_before(each) or _names_row(each)) and raw.get(name):
                    kept[name] = raw[name]
        kept[_count(group)] = str(rows)
    return kept


def _comes_again(group: FormGroup) -> bool:
    """Results that are asked for at every visit, of the same tests or the same lesions."""
    return group.repeats and any((f.variable or "").endswith("TESTCD") for f in group.fields)


def _names_row(asked: FormField) -> bool:
    """Which test, of which lesion (--TESTCD, --LNKID)."""
    return (asked.variable or "").endswith(("TESTCD", "LNKID"))
