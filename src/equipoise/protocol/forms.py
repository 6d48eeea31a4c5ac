"""What is asked? Forms, and what is wrong with an entry.

A form has header fields, which hold for every record of the form, and groups of rows; each row
becomes one record of the group's domain (see `form_records`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from equipoise.protocol.base import Model, found_once
from equipoise.terms.dates import PartialDate, parse_date
from equipoise.terms.quantity import decimal_of, known_unit
from equipoise.terms.unicode_text import halves_in, is_text

Values = Mapping[str, Any]


class FormField(Model):
    """One question. A value is text as typed, or {"missing": reason} where a reason for missing is
    allowed.
    """

    id: str = Field(description="by which entries name it")
    label: str = Field(description="the question")
    variable: str | None = Field(None, description="SDTM variable; None is kept in the ledger only")
    type: Literal["text", "code", "decimal", "integer", "date", "day", "unit"] = Field(
        description="a `day` is a date that must be complete, a `date` may be partial"
    )
    codes: tuple[str, ...] = Field(
        (), description="accepted answers of a `code`, accepted units of a `unit`"
    )
    required: bool = Field(False, description="whether the form cannot be saved without it")
    min: Decimal | None = Field(None, description="least number")
    max: Decimal | None = Field(None, description="greatest number")
    missing: tuple[str, ...] = Field((), description="accepted reasons for a missing value")
    hint: str | None = Field(None, description="what people read beside the question")

    @model_validator(mode="after")
    def _codes_where_needed(self) -> FormField:
        if self.type in ("code", "unit") and not self.codes:
            raise ValueError(f"field {self.id!r} of type {self.type!r} needs its codes")
        return self


class PlausibleRange(Model):
    """A range outside of which a value is queried, not refused."""

    field: str = Field(description="the field that is checked")
    when: dict[str, str] = Field(
        default_factory=dict, description="other fields of the row that must hold this"
    )
    low: Decimal = Field(description="the least plausible value")
    high: Decimal = Field(description="the greatest plausible value")
    unit: str | None = Field(
        None, description="in which the two are given; a value in another is converted"
    )


class FormGroup(Model):
    """Rows of one domain."""

    id: str = Field(description="by which entries name it")
    domain: str = Field(description="SDTM domain of its records")
    label: str = Field("", description="what people read")
    repeats: bool = Field(False, description="whether there may be several rows")
    constants: dict[str, str] = Field(
        default_factory=dict, description="SDTM variables with a fixed value"
    )
    fields: tuple[FormField, ...] = Field(description="the questions of a row")
    status_variable: str | None = Field(
        None, description="--STAT, which reads NOT DONE where the result is missing"
    )
    reason_variable: str | None = Field(None, description="--REASND, which holds the reason")
    plausible: tuple[PlausibleRange, ...] = Field((), description="checks that open a query")

    @model_validator(mode="after")
    def _missing_can_be_told(self) -> FormGroup:
        """A reason for a missing value must come back from the record that it is written to."""
        for field in self.fields:
            needed = "status_variable" if field.missing and not self.status_variable else ""
            if len(field.missing) > 1 and not self.reason_variable:
                needed = "reason_variable"
            if needed:
                raise ValueError(
                    f"field {field.id!r} may be missing, and the group {self.id!r} has no {needed}"
                    " to record it in"
                )
        return self


class Form(Model):
    """A form of the case report book (CDASH-aligned)."""

    id: str = Field(description="by which visits and entries name it")
    title: str = Field(description="what people read")
    sex: Literal["F", "M"] | None = Field(None, description="asked of this sex only")
    repeats: bool = Field(
        False, description="whether one visit may have several, each of another day (ODM Repeating)"
    )
    header: tuple[FormField, ...] = Field((), description="questions that hold for every row")
    groups: tuple[FormGroup, ...] = Field(min_length=1, description="the rows")

    def group(self, group_id: str) -> FormGroup | None:
        """The group with this id."""
        return next((group for group in self.groups if group.id == group_id), None)

    @property
    def domains(self) -> frozenset[str]:
        """The SDTM domains that its rows belong to."""
        return _domains(self)

    def evaluator(self, values: Values) -> str:
        """Who read or rated what a saved form says, where its header asks that (--EVAL)."""
        given = values.get(_evaluator(self))
        return given if isinstance(given, str) else ""

    def day(self, values: Values) -> PartialDate | None:
        """The day that a saved form is about: the first date of its header, which comes before
        those of receipt and report. None where none is asked, or none was given.
        """
        given = values.get(_day(self))
        return parse_date(given) if isinstance(given, str) and given else None


@found_once
def _domains(form: Form) -> frozenset[str]:
    return frozenset(group.domain for group in form.groups)


@found_once
def _evaluator(form: Form) -> str:
    return next((field.id for field in form.header if field.variable == "--EVAL"), "")


@found_once
def _day(form: Form) -> str:
    return next((field.id for field in form.header if field.type in ("date", "day")), "")


def problems(form: Form, values: Values, groups: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with an entry, each with where, what was found and what was
    expected.
    """
    return list(_all_problems(form, values, groups))


def _all_problems(form: Form, values: Values, groups: Mapping[str, Any]) -> Iterator[str]:
    if not is_text([values, groups]):
        yield from halves_in(values, form.id)
        yield from halves_in(groups, form.id)
    header = {field.id for field in form.header}
    yield from (f"{form.id}: no field {name!r}" for name in values if name not in header)
    yield from (f"{form.id}: no group {name!r}" for name in groups if form.group(name) is None)
    for field in form.header:
        for problem in _problems(field, values.get(field.id)):
            yield f"{form.id}.{field.id}: {problem}"
    for group in form.groups:
        yield from _group_problems(f"{form.id}.{group.id}", group, groups.get(group.id, []))


def _group_problems(where: str, group: FormGroup, rows: Any) -> Iterator[str]:
    if not isinstance(rows, list):
        yield f"{where}: found {rows!r}, expected a list of rows"
        return
    if not group.repeats and len(rows) > 1:
        yield f"{where}: found {len(rows)} rows, expected one"
    for number, row in enumerate(rows, start=1):
        yield from _row_problems(f"{where}[{number}]", group, row)


def _row_problems(where: str, group: FormGroup, row: Any) -> Iterator[str]:
    if not isinstance(row, Mapping):
        yield f"{where}: found {row!r}, expected fields and values"
        return
    fields = _field_ids(group)
    yield from (f"{where}: no field {name!r}" for name in row if name not in fields)
    for field in group.fields:
        for problem in _problems(field, row.get(field.id)):
            yield f"{where}.{field.id}: {problem}"


@found_once
def _field_ids(group: FormGroup) -> frozenset[str]:
    return frozenset(field.id for field in group.fields)


def _problems(field: FormField, value: Any) -> list[str]:
    if value is None or value == "":
        return [f"nothing found, expected {field.label}"] if field.required else []
    if type(value) is not str and isinstance(value, Mapping):
        reason = value.get("missing")
        if set(value) == {"missing"} and reason in field.missing:
            return []
        allowed = ", ".join(field.missing) or "none: a value is needed"
        return [f"found the reason for missing {reason!r}; accepted are {allowed}"]
    if not isinstance(value, str):
        return [f"found {value!r}, expected text as typed"]
    return _value_problems(field, value)


def _value_problems(field: FormField, value: str) -> list[str]:
    match field.type:
        case "code" if value not in field.codes:
            return [f"found {value!r}, expected one of {', '.join(field.codes)}"]
        case "unit" if value not in field.codes and known_unit(value) not in {
            known_unit(code) for code in field.codes
        }:
            return [f"found the unit {value!r}, expected one of {', '.join(field.codes)}"]
        case "date" | "day":
            try:
                when = parse_date(value)
            except ValueError as error:
                return [str(error)]
            if field.type == "day" and when.exact is None:
                return [f"found {value!r}, expected a complete date, YYYY-MM-DD"]
        case "decimal" | "integer":
            return _number_problems(field, value)
    return []


def _number_problems(field: FormField, value: str) -> list[str]:
    number = decimal_of(value)
    if number is None or (field.type == "integer" and number != number.to_integral_value()):
        return [
            (
                f"found {value!r}, expected"
                f" {'a whole number' if field.type == 'integer' else 'a number'}"
            )
        ]
    if (field.min is not None and number < field.min) or (
        field.max is not None and number > field.max
    ):
        low, high = (str(x) if x is not None else "any" for x in (field.min, field.max))
        return [f"found {value}, expected a value from {low} to {high}"]
    return []
