"""Which records does a saved form make? Its rows, read by the one reader of SDTM variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from equipoise.ledger.events import FormSaved
from equipoise.protocol.form_records import VISIT, fold
from equipoise.protocol.forms import Form, Values
from equipoise.subject.records import DOMAINS, Record, variables
from equipoise.subject.records.variables import read_values


class ReadRow(NamedTuple):
    """A row of a form as it was read: its domain, and the attributes of its record."""

    domain: str
    read: dict[str, Any]


def records_of_form(
    form: Form,
    visit: str,
    values: Values,
    groups: Mapping[str, Any],
    source: int,
    order: int | None = None,
) -> Iterator[Record]:
    """A record for each row. Raises ValueError naming a domain and variable that cannot be read."""
    return _records(_rows(form, visit, values, groups), source, order)


def records_of_saved(
    form: Form, saved: FormSaved, source: int, order: int | None = None
) -> Iterator[Record]:
    """As `records_of_form`, of what was saved."""
    return _records(rows_of_saved(form, saved), source, order)


def rows_of_saved(form: Form, saved: FormSaved) -> tuple[ReadRow, ...]:
    """The rows of what was saved; asked before it is recorded and again when it is folded, and read
    once. Raises as `records_of_form`.
    """
    return _last(form, saved)


class _Last:
    """What was asked for last, for who asks it again at once."""

    def __init__(self) -> None:
        self._known: tuple[Form, FormSaved, tuple[ReadRow, ...]] | None = None

    def __call__(self, form: Form, saved: FormSaved) -> tuple[ReadRow, ...]:
        known = self._known
        if known is not None and known[0] is form and known[1] is saved:
            return known[2]
        rows = tuple(_rows(form, saved.visit, saved.values, saved.groups))
        self._known = form, saved, rows
        return rows


_last = _Last()


def _rows(form: Form, visit: str, values: Values, groups: Mapping[str, Any]) -> Iterator[ReadRow]:
    for domain, row in fold(form, visit, values, groups):
        if VISIT not in variables(domain):
            del row[VISIT]
        yield ReadRow(domain, read_values(domain, row))


def _records(rows: Iterable[ReadRow], source: int, order: int | None) -> Iterator[Record]:
    place = source if order is None else order
    for domain, read in rows:
        yield DOMAINS[domain](source=source, order=place, **read)
