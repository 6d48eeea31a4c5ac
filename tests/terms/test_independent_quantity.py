"""Units and their factors, held against pint (with the UCUM grammar of ucumvert), which shares no
code with ours.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import ucumvert
from hypothesis import given
from hypothesis import strategies as st

from equipoise.terms.quantity import (
    _ALIASES,
    _UNITS,
    MOLAR_MASS,
    Quantity,
    convert,
    decimal_of,
    known_unit,
)

OF_ONE_DIMENSION = [
    (unit, other)
    for unit, (kind, _) in _UNITS.items()
    for other, (same, _) in _UNITS.items()
    if kind == same
]
# The international unit counts effect, not substance: UCUM's "U" is a micromole per minute, "[IU]"
# has no dimension to share with it. As laboratories write enzymes, IU/L is U/L; a convention, not a
# conversion, so nobody can check it.
NO_FACTOR = {"Cel"}  # a scale with an offset
CONVENTION = {"IU/L", "[IU]/L", "m[IU]/mL", "[IU]/mL"}
ARBITRARY = {"[IU]/L", "m[IU]/mL", "[IU]/mL"}


@cache
def registry() -> Any:
    return ucumvert.PintUcumRegistry()


def factor(unit: str, other: str) -> float:
    """How many of `other` is one of `unit`, by pint."""
    return float(
        (registry().from_ucum(unit) / registry().from_ucum(other)).to("dimensionless").magnitude
    )


@pytest.mark.parametrize(
    ("unit", "other"),
    [pair for pair in OF_ONE_DIMENSION if not (CONVENTION | NO_FACTOR) & set(pair)],
)
def test_every_factor_is_that_of_pint(unit, other):
    ours = convert(Decimal(1), unit, other)

    assert ours is not None
    assert float(ours) == pytest.approx(factor(unit, other), rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "other"), [pair for pair in OF_ONE_DIMENSION if set(pair) <= ARBITRARY]
)
def test_international_units_convert_among_themselves_as_in_pint(unit, other):
    assert float(convert(Decimal(1), unit, other) or 0) == pytest.approx(
        factor(unit, other), rel=1e-9
    )


@pytest.mark.parametrize(
    ("test", "atoms"),
    [
        ("BILI", {"C": 33, "H": 36, "N": 4, "O": 6}),
        ("CREAT", {"C": 4, "H": 7, "N": 3, "O": 1}),
        ("MG", {"Mg": 1}),
    ],
)
def test_molar_masses_follow_from_the_formula(test, atoms):
    """Standard atomic weights (IUPAC, abridged)."""
    weights = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "Mg": 24.305}

    assert float(MOLAR_MASS[test]) == pytest.approx(
        sum(weights[a] * n for a, n in atoms.items()), abs=0.02
    )


@pytest.mark.parametrize("test", MOLAR_MASS)
@pytest.mark.parametrize(
    ("mass", "substance"), [("mg/dL", "umol/L"), ("g/L", "mmol/L"), ("mg/L", "nmol/L")]
)
def test_mass_becomes_substance_as_in_pint(test, mass, substance):
    read = registry().from_ucum
    amount = read(mass) / (float(MOLAR_MASS[test]) * read("g") / read("mol"))
    theirs = float((amount / read(substance)).to("dimensionless").magnitude)

    assert float(convert(Decimal(1), mass, substance, test) or 0) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("alias", _ALIASES)
def test_an_alias_stands_for_a_unit_of_the_table(alias):
    assert known_unit(alias) in _UNITS
    assert alias not in _UNITS


@pytest.mark.parametrize(
    ("written", "value", "in_standard"),
    [
        ("K/uL", "1.5", "1.5"),
        ("x10E9/L", "1.5", "1.5"),
        ("cells/uL", "1500", "1.500"),
        ("/mm3", "1500", "1.500"),
    ],
)
def test_cell_counts_as_laboratories_write_them(written, value, in_standard):
    """`K/uL` is kelvin per microliter to pint; here it is thousands."""
    assert convert(Decimal(value), written, "10*9/L") == Decimal(in_standard)


@pytest.mark.parametrize(
    ("unit", "other", "test"),
    [
        ("10*9/L", "g/L", ""),
        ("mg/dL", "umol/L", ""),
        ("mg/dL", "umol/L", "HGB"),
        ("drops", "g/L", ""),
        ("g/L", "?", ""),
    ],
)
def test_what_cannot_be_converted_is_none_and_never_guessed(unit, other, test):
    assert convert(Decimal(1), unit, other, test) is None


@given(
    st.sampled_from(OF_ONE_DIMENSION),
    st.decimals("0.001", "100000", places=3),
)
def test_there_and_back_again(pair, value):
    unit, other = pair
    there = convert(value, unit, other)

    assert there is not None
    assert convert(there, other, unit) == pytest.approx(value, rel=Decimal("1e-20"))


@given(
    st.sampled_from(["mg/dL", "g/L"]),
    st.sampled_from(["umol/L", "mmol/L"]),
    st.decimals("0.01", "500", places=2),
)
def test_through_the_molar_mass_and_back_again(mass, substance, value):
    there = convert(value, mass, substance, "BILI")

    assert there is not None
    assert convert(there, substance, mass, "BILI") == pytest.approx(value, rel=Decimal("1e-20"))


@pytest.mark.parametrize(
    "text", ["<0.5", "", "high", "1,5", "NaN", "Infinity", "1.5 g", "1e3", "1_000", "٣", "1" * 10]
)
def test_what_is_no_number_is_none(text):
    assert decimal_of(text) is None


@given(st.decimals("-999999999", "999999999", places=9))
def test_a_number_is_read_as_written(value):
    assert decimal_of(f" {value:f} ") == value


def test_a_quantity_is_written_as_it_is_read():
    assert str(Quantity(Decimal("1.50"), "10*9/L")) == "1.50 10*9/L"
