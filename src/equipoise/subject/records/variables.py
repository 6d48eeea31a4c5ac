"""Which SDTM variable is which attribute? The one mapping that forms, imports, the eligibility
input and exports read and write by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from equipoise.subject.records.events import AE, DM, DS, DV, MH
from equipoise.subject.records.findings import DD, GF, LB, QS, SS, VS
from equipoise.subject.records.interventions import CM, EX, PR
from equipoise.subject.records.record import Record, Source
from equipoise.subject.records.standard import standard_values
from equipoise.subject.records.tumors import RS, TR, TU
from equipoise.terms.coded import coded, has_foreign_digit
from equipoise.terms.codes import RESULT_WORDS
from equipoise.terms.dates import PartialDate, parse_date
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
    place = source if isinstance(source, int) else source[2]
    read = read_values(domain, values)
    return DOMAINS[domain](source=source, order=place if order is None else order, **read)


def read_values(domain: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a record, without where it came from. Raises as `read_record`."""
    if domain not in DOMAINS:
        raise ValueError(f"{domain!r} is not a domain; known are {', '.join(DOMAINS)}")
    declared = variables(domain)
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in declared:
            raise ValueError(f"{domain} has no variable {name!r}; known are {', '.join(declared)}")
        attribute, kind = declared[name]
        try:
            read[attribute] = READ[kind](value) if type(value) is str else _of_json(kind, value)
        except ValueError as error:
            raise ValueError(f"{domain}.{name}: {error}") from None
    read.update(standard_values(domain, read))
    return read


def _of_json(kind: str, value: Any) -> Any:
    """A value that is no text: nothing, or a number that somebody did not put in quotes."""
    if value is None:
        return READ[kind]("")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"found {shortened(value)}, expected text or a number")
    if isinstance(value, int) and abs(value) >= 10**_DIGITS:
        raise ValueError(f"found a number of over {_DIGITS} digits, expected a shorter one")
    return READ[kind](str(value))


def shortened(value: Any) -> str:
    """What was found, as much of it as fits into a message."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:50]}… ({len(shown)} characters)"


def _read_result(value: str) -> str:
    if not any(character.isalpha() for character in value):  # a number; words may hold any digit
        _refuse_foreign_digits(value)
    return RESULT_WORDS.get(coded(value), value.strip())


def _read_coded(value: str) -> str:
    _refuse_foreign_digits(value)
    return coded(value)


def _read_date(value: str) -> PartialDate | None:
    return parse_date(value.strip()) if value.strip() else None


def _read_integer(value: str) -> str:
    value = value.strip()
    if value and not _WHOLE.fullmatch(value):
        raise ValueError(f"found {shortened(value)}, expected a whole number, digits 0 to 9")
    return value.lstrip("0") or value[:1]


def _read_number(value: str) -> Decimal | None:
    number = decimal_of(value)
    if number is None and value.strip():
        raise ValueError(f"found {shortened(value)}, expected a number")
    return number


def _refuse_foreign_digits(value: str) -> None:
    if has_foreign_digit(value):
        raise ValueError(f"found {shortened(value)}, expected the digits 0 to 9")


def _remembered(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A trial says the same few words, dates and numbers over and over; they are read once."""
    known = lru_cache(maxsize=1 << 15)(read)

    def remembered(value: str) -> Any:
        return known(value) if len(value) < _LONG else read(value)

    return remembered


_LONG = 40
"""What is longer was typed as free text, and comes once."""

READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "coded": _remembered(_read_coded),
    "result": _remembered(_read_result),
    "integer": _remembered(_read_integer),
    "number": _remembered(_read_number),
    "date": _remembered(_read_date),
}
"""Kind of variable -> how its text is read; raises ValueError that says what was expected."""

TEXTUAL = frozenset({"text", "coded", "result", "integer"})
"""The kinds whose attribute is a text."""

_DIGITS = 30
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)


def write_record(record: Record) -> dict[str, str]:
    """The SDTM variables of a record that hold something, as text."""
    domain = type(record).__name__
    values = {
        name: getattr(record, attribute) for name, (attribute, _) in variables(domain).items()
    }
    return {name: str(value) for name, value in values.items() if value not in ("", None)}
