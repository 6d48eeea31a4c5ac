"""What could be typed into a form of the shipped protocol? Whole and right, and wrong in each of
its questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from equipoise.protocol.forms import Form, FormField
from equipoise.protocol.yaml_file import load

Typed = tuple[Mapping[str, Any], Mapping[str, Any]]
FACTORS = (Decimal("0.4"), Decimal("0.75"), Decimal("1.5"), Decimal(3))
"""Of a limit: so that doubling it, or halving it, is seen."""
NUMBERS = ("-1", "0", "0.5", "1", "2", "3", "7", "40", "250", "5000", "many")


@cache
def shipped_forms() -> Mapping[str, Form]:
    return {form.id: form for form in load("NCT04509635").forms}


@cache
def battery(form_id: str) -> tuple[Typed, ...]:
    """Values and groups, typed for the form as it was shipped, whatever it is now."""
    form = shipped_forms().get(form_id)
    return tuple(_battery(form)) if form else ()


def _battery(form: Form) -> Iterator[Typed]:
    header, rows = _right(form)
    yield header, rows
    yield header, {group: row * 2 for group, row in rows.items()}
    yield header, {}
    for field in form.header:
        for value in _answers(field):
            yield {**header, field.id: value}, rows
    for group in form.groups:
        for field in group.fields:
            for value in _answers(field):
                yield header, {**rows, group.id: [{**rows[group.id][0], field.id: value}]}
        for check in group.plausible:
            for limit in (check.low, check.high):
                for times in FACTORS:
                    number = f"{(limit * times).normalize():f}"
                    row = {**check.when, check.field: number, "unit": check.unit or ""}
                    yield header, {**rows, group.id: [{**rows[group.id][0], **row}]}


def _right(form: Form) -> Typed:
    header = {field.id: _usual(field) for field in form.header}
    rows = {
        group.id: [{field.id: _usual(field) for field in group.fields}] for group in form.groups
    }
    return header, rows


def _usual(field: FormField) -> str:
    if field.codes:
        return field.codes[0]
    lowest = field.min if field.min is not None else Decimal(1)
    return {"date": "2021-03-09", "day": "2021-03-09", "text": "A"}.get(field.type, str(lowest))


def _answers(field: FormField) -> Iterator[Any]:
    """Nothing, every code, a code that is none, numbers around the limits, reasons for missing."""
    yield ""
    yield {"missing": field.missing[0] if field.missing else "NOT DONE"}
    yield from field.codes
    yield "ANOTHER"
    if field.type in ("decimal", "integer", "text"):
        yield from NUMBERS
        yield from (str(2 * limit) for limit in (field.min, field.max) if limit is not None)
    if field.type in ("date", "day"):
        yield from ("2021", "2021-03-08", "yesterday")
