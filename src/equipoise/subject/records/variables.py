"""Which SDTM variable is which attribute? The one mapping that forms, imports, the eligibility
input and exports read and write by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any

from equipoise.subject.records.events import AE, DM, DS, DV, MH
from equipoise.subject.records.findings import DD, GF, LB, QS, SS, VS
from equipoise.subject.records.interventions import CM, EX, PR
from equipoise.subject.records.record import Record, Source
from equipoise.subject.records.standard import standardize
from equipoise.subject.records.tumors import RS, TR, TU
from equipoise.terms.dates import parse_date
from equipoise.terms.quantity import decimal_of

DOMAINS: dict[str, type[Record]] = {
    cls.__name__: cls
    for cls in (DM, LB, VS, QS, MH, CM, PR, GF, TU, TR, RS, EX, AE, DS, DV, DD, SS)
}


@cache
def variables(domain: str) -> Mapping[str, tuple[str, str]]:
    """SDTM variable -> (attribute, kind) of one domain."""
    return {
        f.metadata["variable"]: (f.name, f.metadata["kind"])
        for f in fields(DOMAINS[domain])
        if f.metadata
    }


def read_record(
    domain: str, values: Mapping[str, Any], source: Source, order: int | None = None
) -> Record:
    """One record from SDTM variables. Raises ValueError naming the domain and variable that cannot
    be read.
    """
    if domain not in DOMAINS:
        raise ValueError(f"{domain!r} is not a domain; known are {', '.join(DOMAINS)}")
    declared = variables(domain)
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in declared:
            raise ValueError(f"{domain} has no variable {name!r}; known are {', '.join(declared)}")
        attribute, kind = declared[name]
        try:
            read[attribute] = _read_value(kind, value)
        except ValueError as error:
            raise ValueError(f"{domain}.{name}: {error}") from None
    place = source if isinstance(source, int) else source[2]
    return standardize(
        DOMAINS[domain](source=source, order=place if order is None else order, **read)
    )


def _read_value(kind: str, value: Any) -> Any:
    if value is None or value == "":
        return "" if kind == "text" else None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"found {value!r}, expected text or a number")
    if kind == "date":
        return parse_date(str(value))
    if kind == "number":
        number = decimal_of(str(value))
        if number is None:
            raise ValueError(f"found {value!r}, expected a number")
        return number
    return str(value)


def write_record(record: Record) -> dict[str, str]:
    """The SDTM variables of a record that hold something, as text."""
    domain = type(record).__name__
    values = {
        name: getattr(record, attribute) for name, (attribute, _) in variables(domain).items()
    }
    return {name: str(value) for name, value in values.items() if value not in ("", None)}
