"""Which records does a saved form make? Its rows, read by the one reader of SDTM variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.protocol.form_records import VISIT, fold
from equipoise.protocol.forms import Form, Values
from equipoise.subject.records import Record, read_record, variables


def records_of_form(
    form: Form,
    visit: str,
    values: Values,
    groups: Mapping[str, Any],
    source: int,
    order: int | None = None,
) -> Iterator[Record]:
    """A record for each row. Raises ValueError naming a domain and variable that cannot be read."""
    for domain, row in fold(form, visit, values, groups):
        held = {name: v for name, v in row.items() if name != VISIT or name in variables(domain)}
        yield read_record(domain, held, source, order)
