"""What does a form look like when a site has filled it in, rightly or with a slip?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from equipoise.conduct.data_entry import FormData
from equipoise.protocol.form_records import fill
from equipoise.protocol.forms import Form, problems
from equipoise.protocol.model import Protocol
from equipoise.subject.records import Record, write_record
from equipoise.terms.quantity import decimal_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One form as it should be, and in `typed` as it was first entered when that differs."""

    form: str
    visit: str
    values: Row
    groups: Mapping[str, Sequence[Row]]
    typed: Mapping[str, Sequence[Row]] | None = None
    slipped: str = ""
    """The field that was typed wrongly, as a query names it."""

    @property
    def data(self) -> FormData:
        """The form as it should be."""
        return FormData(self.form, self.visit, self.values, self.groups)

    @property
    def first(self) -> FormData:
        """The form as first entered."""
        return self.data if self.typed is None else self.data._replace(groups=self.typed)

    @property
    def day(self) -> date:
        """The day the form is about; forms without a date of their own have none. Raises
        KeyError.
        """
        return date.fromisoformat(self.values["date"])

    def as_first_typed(self, other: Filled, slipped: str) -> Filled:
        """The form, first entered with the rows of another in place of its own."""
        return replace(self, typed=other.groups, slipped=slipped)


def filled(
    protocol: Protocol, form: str, visit: str, records: Iterable[Record], **beside: str
) -> Filled:
    """The form as it prints these records; `beside` are answers that belong to no record.

    Raises LookupError for a form that the protocol does not have, NotOfThisForm for a record that
    it cannot hold.
    """
    declared = protocol.form(form)
    if declared is None:
        raise LookupError(f"protocol {protocol.id} has no form {form}")
    rows = [(type(record).__name__, write_record(record)) for record in records]
    values, groups = fill(declared, rows)
    return Filled(form=form, visit=visit, values={**values, **beside}, groups=groups)


def with_slip(rng: np.random.Generator, form: Form, filled: Filled) -> Filled:
    """The form with the decimal point of one number moved, if it has a number that can be mistyped
    so.
    """
    places = _numbers(form, filled.groups)
    if not places:
        return filled
    group, number, field = places[int(rng.integers(len(places)))]
    right = Decimal(filled.groups[group][number][field])
    wrong = format(right * 10 if rng.random() < 0.7 else right / 10, "f")
    rows = list(filled.groups[group])
    rows[number] = {**rows[number], field: wrong}
    typed = {**filled.groups, group: rows}
    if problems(form, filled.values, typed):  # the form itself would refuse it
        return filled
    return replace(filled, typed=typed, slipped=f"{group}[{number + 1}].{field}")


def _numbers(form: Form, groups: Mapping[str, Sequence[Row]]) -> list[tuple[str, int, str]]:
    """(group, row, field) of what an edit check looks at: measured values other than 0."""
    numbers = []
    for group in form.groups:
        checked = {check.field for check in group.plausible}
        for number, row in enumerate(groups.get(group.id, [])):
            numbers += [
                (group.id, number, field) for field in sorted(checked) if _is_number(row.get(field))
            ]
    return numbers


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and bool(decimal_of(value))
