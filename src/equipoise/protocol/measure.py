"""How does a protocol write a value with its unit, and the name of a test?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from equipoise.terms.quantity import Quantity, decimal_of, known_unit


def _read_quantity(value: object) -> object:
    if not isinstance(value, str):
        return value
    number, _, unit = value.partition(" ")
    if decimal_of(number) is None or known_unit(unit) is None:
        raise ValueError(
            f"found {value!r}, expected a number, a blank and a UCUM unit, such as '1.5 10*9/L'"
        )
    return Quantity(Decimal(number), unit)


Measure = Annotated[
    Quantity, BeforeValidator(_read_quantity), PlainSerializer(str, return_type=str)
]


def _known_test(test: str) -> str:
    if not test.isupper() or len(test) > 8:
        raise ValueError(
            f"found {test!r}, expected a CDISC LBTESTCD: up to 8 capital letters and digits, such"
            " as NEUT"
        )
    return test


TestCode = Annotated[str, AfterValidator(_known_test)]
