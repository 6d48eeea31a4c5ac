"""What stands in the boxes of a form on a page, and how that is saved.

Whether it comes from an entry, a draft or a browser: it is one mapping from the name of a box to
its text (`Raw`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from equipoise.protocol.forms import Form, FormField, FormGroup
from equipoise.web import typed as words

Raw = Mapping[str, str]
MISSING = "--missing"
MOST_ROWS = 200


class Typed(NamedTuple):
    """A form as it is saved; what cannot be meant and what was understood, by box; and where each
    saved row stands on the page, by group.
    """

    values: dict[str, Any]
    groups: dict[str, list[dict[str, Any]]]
    slips: dict[str, str]
    rows: dict[str, list[int]]
    understood: dict[str, str]


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
        _put(raw, header_box(each), values.get(each.id))
    for group in form.groups:
        rows = in_order(group, groups.get(group.id, ()))
        raw[count_box(group)] = str(len(rows))
        for number, row in enumerate(rows):
            for each in group.fields:
                _put(raw, row_box(group, number, each), row.get(each.id))
    return raw


def in_order(group: FormGroup, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
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


def only_given_before(form: Form, raw: Raw) -> dict[str, str]:
    """Of the boxes of an earlier form those that are the same the next time: who evaluates, units
    and limits of normal of each test, and the lesions that are followed. A lesion without an answer
    is asked about; a test without one was not made.
    """
    evaluates = [header_box(each) for each in form.header if (each.variable or "").endswith("EVAL")]
    kept = {name: raw[name] for name in evaluates if raw.get(name)}
    for group in form.groups:
        if not comes_again(group):
            continue
        rows = row_count(group, raw)
        for number in range(rows):
            for each in group.fields:
                name = row_box(group, number, each)
                if (is_given_before(each) or names_row(each)) and raw.get(name):
                    kept[name] = raw[name]
        kept[count_box(group)] = str(rows)
    return kept


def with_row(group: FormGroup, raw: Raw, given: Mapping[str, str]) -> dict[str, str]:
    """The boxes with one more row, given by SDTM variable, in the first row that is empty; as they
    were if a row has all of it already.
    """
    fields = {each.variable or "": each for each in group.fields}
    asked = {fields[name]: text for name, text in given.items() if name in fields}
    rows = row_count(group, raw)
    for number in range(min(rows + 1, MOST_ROWS)):
        here = {each: raw.get(row_box(group, number, each), "") for each in group.fields}
        if all(here[each] == text for each, text in asked.items()):
            return dict(raw)
        if not any(here.values()):
            filled = {row_box(group, number, each): text for each, text in asked.items()}
            return {**raw, **filled, count_box(group): str(max(rows, number + 1))}
    return dict(raw)


def comes_again(group: FormGroup) -> bool:
    """Results that are asked for at every visit, of the same tests or the same lesions."""
    return group.repeats and any((f.variable or "").endswith("TESTCD") for f in group.fields)


def names_row(asked: FormField) -> bool:
    """Which test, of which lesion (--TESTCD, --LNKID)."""
    return (asked.variable or "").endswith(("TESTCD", "LNKID"))


class Change(NamedTuple):
    """What a correction changed: the question, and its answer before and after."""

    what: str
    before: str
    after: str


def changes(form: Form, before: Raw, after: Raw) -> list[Change]:
    """The boxes in which two entries of a form differ, in the order of the page."""
    asked = [(header_box(each), each.label) for each in form.header]
    for group in form.groups:
        for number in range(max(row_count(group, before), row_count(group, after))):
            first = row_box(group, number, group.fields[0])
            is_named = names_row(group.fields[0])
            row = (after.get(first) or before.get(first, "")) if is_named else str(number + 1)
            named = f"{row}, " if group.repeats else ""
            asked += [(row_box(group, number, f), f"{named}{f.label}") for f in group.fields]
    pairs = ((what, _shown_in(before, name), _shown_in(after, name)) for name, what in asked)
    return [Change(*each) for each in pairs if each[1] != each[2]]


def _shown_in(raw: Raw, name: str) -> str:
    return raw.get(name) or raw.get(f"{name}{MISSING}", "")


# ------------------------------------------------------------------ from boxes to what is kept


def typed_of(form: Form, raw: Raw, today: date) -> Typed:
    """What was typed, as it is saved: rows in which nothing was typed are none."""
    meant: dict[str, words.Understood] = {}
    header = {each.id: _value(header_box(each), each, raw, today, meant) for each in form.header}
    groups: dict[str, list[dict[str, Any]]] = {}
    places: dict[str, list[int]] = {}
    for group in form.groups:
        for number in range(row_count(group, raw)):
            row = {
                each.id: _value(row_box(group, number, each), each, raw, today, meant)
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
    given = {test.id, *(each.id for each in group.fields if is_given_before(each))}
    return any(value is not None for name, value in row.items() if name not in given)


def is_given_before(asked: FormField) -> bool:
    """Units and limits of normal are the same from one visit to the next (--ORNRLO, --ORNRHI)."""
    return asked.type == "unit" or (asked.variable or "").endswith(("ORNRLO", "ORNRHI"))


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def row_count(group: FormGroup, raw: Raw) -> int:
    """How many rows of a group were sent."""
    if not group.repeats:
        return 1
    told = raw.get(count_box(group), "")
    return min(int(told), MOST_ROWS) if told.isdecimal() and told.isascii() else 0


# ------------------------------------------------------------------ names


def header_box(asked: FormField) -> str:
    """The name of the box of a question that holds for every row."""
    return f"h-{asked.id}"


def row_box(group: FormGroup, row: int, asked: FormField) -> str:
    """The name of a box in a row, from 0."""
    return f"g-{group.id}-{row}-{asked.id}"


def count_box(group: FormGroup) -> str:
    """The name of the box that says how many rows there are."""
    return f"rows-{group.id}"
