"""How much is it? Decimal values with UCUM units, and their conversion.

The factors below are the whole table: a unit that is not in it is unknown, never guessed. They are
held against pint and ucumvert in the tests, which are too slow, and too lenient (`K/uL` reads as
kelvin), to run here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# unit -> (dimension, factor to the dimension's first unit)
_UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (dimension, Decimal(factor))
    for dimension, units in {
        "number concentration": {
            "10*9/L": "1",
            "10*6/L": "0.001",
            "10*3/uL": "1",
            "10*6/mL": "1",
            "/uL": "0.001",
        },
        "mass concentration": {
            "g/L": "1",
            "g/dL": "10",
            "mg/dL": "0.01",
            "mg/L": "0.001",
            "ug/L": "0.000001",
            "ng/mL": "0.000001",
            "ug/mL": "0.001",
            "mg/mL": "1",
        },
        "substance concentration": {
            "mmol/L": "1",
            "umol/L": "0.001",
            "nmol/L": "0.000001",
            "mol/L": "1000",
        },
        "catalytic concentration": {
            "U/L": "1",
            "IU/L": "1",
            "kU/L": "1000",
            "[IU]/L": "1",
            "m[IU]/mL": "1",
            "[IU]/mL": "1000",
            "nkat/L": "0.06",
            "ukat/L": "60",
        },
        "length": {"mm": "1", "cm": "10", "m": "1000"},
        "mass": {"kg": "1", "g": "0.001", "mg": "0.000001"},
        "area": {"m2": "1"},
        "dose per area": {"mg/m2": "1"},
        "fraction": {"1": "1", "%": "0.01"},
        "duration": {"d": "1", "wk": "7"},
        "time": {"min": "1", "h": "60"},
        "temperature": {"Cel": "1"},
        "pressure": {"mm[Hg]": "1"},
        "rate": {"/min": "1"},
    }.items()
    for unit, factor in units.items()
}

# What laboratories write for the units above. "x109/l", a lost superscript, is not among them: the
# importer reads it.
_ALIASES = {
    "K/uL": "10*3/uL",
    "10^3/uL": "10*3/uL",
    "x10E3/uL": "10*3/uL",
    "10*3/mm3": "10*3/uL",
    "G/L": "10*9/L",
    "x10E9/L": "10*9/L",
    "10^9/L": "10*9/L",
    "10^9/l": "10*9/L",
    "x10^9/L": "10*9/L",
    "10*9/l": "10*9/L",
    "10e9/L": "10*9/L",
    "/mm3": "/uL",
    "cells/uL": "/uL",
    "g/dl": "g/dL",
    "g/l": "g/L",
    "mg/dl": "mg/dL",
    "umol/l": "umol/L",
    "µmol/L": "umol/L",
    "μmol/L": "umol/L",
    "mmol/l": "mmol/L",
    "U/l": "U/L",
    "IU/l": "U/L",
    "mIU/mL": "m[IU]/mL",
    "IU/mL": "[IU]/mL",
    "fraction": "1",
    "mmHg": "mm[Hg]",
    "C": "Cel",
    "µg/L": "ug/L",
    "μg/L": "ug/L",
}

MOLAR_MASS = {"BILI": Decimal("584.66"), "CREAT": Decimal("113.12"), "MG": Decimal("24.305")}
"""Grams per mole, by LBTESTCD, for tests that laboratories report in mass or in substance
concentration."""


_NUMBER = re.compile(r"[+-]?(\d{1,9}(\.\d{0,12})?|\.\d{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A decimal value with a UCUM unit."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def known_unit(unit: str) -> str | None:
    """The UCUM code of a unit as written, or None when it is not known."""
    unit = _ALIASES.get(unit, unit)
    return unit if unit in _UNITS else None


def convert(value: Decimal, unit: str, to: str, test: str = "") -> Decimal | None:
    """The value in another unit; None when either unit is unknown or they measure different things.

    `test` (LBTESTCD) allows mass to become substance concentration where the molar mass is known.
    """
    source, target = known_unit(unit), known_unit(to)
    if source is None or target is None:
        return None
    (dimension, factor), (wanted, divisor) = _UNITS[source], _UNITS[target]
    if dimension == wanted:
        return value * factor / divisor
    if test in MOLAR_MASS and {dimension, wanted} == {
        "mass concentration",
        "substance concentration",
    }:
        molar = MOLAR_MASS[test]  # g/mol, so that g/L divided by it is mol/L
        base = value * factor
        return (
            base * 1000 / molar if dimension == "mass concentration" else base * molar / 1000
        ) / divisor
    return None


def decimal_of(text: str) -> Decimal | None:
    """The number a text states, or None. Signs such as `<0.5`, exponents, words and endless digits
    are not numbers.
    """
    number = text.strip()
    return _decimal_of(number) if len(number) <= _LONGEST else None


_LONGEST = 24


@lru_cache(maxsize=1 << 15)
def _decimal_of(number: str) -> Decimal | None:
    return Decimal(number) if _NUMBER.fullmatch(number) else None
