"""A lesion and a laboratory value are in their standard unit, or say why they have none."""

from decimal import Decimal

import pytest

from equipoise.subject.records import LB, read_record
from equipoise.terms.verdict import Reason


@pytest.mark.parametrize(
    ("typed", "unit", "value", "why"),
    [
        ("12", "", Decimal(12), None),
        ("1.2", "cm", Decimal(12), None),
        ("12", "furlongs", None, Reason.UNIT_UNKNOWN),
        ("1000", "mm", Decimal(1000), None),
        ("1001", "mm", None, Reason.IMPLAUSIBLE),
        ("100", "cm", Decimal(1000), None),
        ("340", "cm", None, Reason.IMPLAUSIBLE),  # in its own unit it could be a length
        ("0", "mm", Decimal(0), None),
        ("-1", "mm", None, Reason.VALUE_UNREADABLE),
        ("large", "mm", None, Reason.VALUE_UNREADABLE),
        ("", "", None, Reason.NO_RESULT),
    ],
)
@pytest.mark.parametrize("test", ["LDIAM", "SAXIS"])
def test_a_lesion_in_millimeters(test, typed, unit, value, why):
    tr = read_record("TR", {"TRTESTCD": test, "TRORRES": typed, "TRORRESU": unit}, 1)

    assert (tr.value, tr.why_missing) == (value, why)  # type: ignore[attr-defined]


def test_a_lesion_that_is_described_has_no_size_to_miss():
    tr = read_record("TR", {"TRTESTCD": "TUMSTATE", "TRORRES": "PRESENT"}, 1)

    assert (tr.value, tr.why_missing) == (None, None)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("test", "typed", "unit", "value", "in_unit"),
    [
        ("NEUT", "3.1", "10*9/L", "3.1", "10*9/L"),
        ("NEUT", "3100", "/uL", "3.1", "10*9/L"),
        ("NEUT", "0", "10*9/L", "0", "10*9/L"),
        ("HGB", "11.2", "g/dL", "112", "g/L"),
        ("CREAT", "1.1312", "mg/dL", "100", "umol/L"),  # 113.12 g/mol
        ("LDH", "250", "U/L", "250", "U/L"),  # no standard of ours: its own unit
    ],
)
def test_a_laboratory_value_in_its_standard_unit(test, typed, unit, value, in_unit):
    lab = blood(test, typed, unit)

    assert (lab.value, lab.unit, lab.why_missing) == (Decimal(value), in_unit, None)


@pytest.mark.parametrize(
    ("test", "typed", "unit", "why"),
    [
        ("NEUT", "", "10*9/L", Reason.NO_RESULT),
        ("NEUT", "high", "10*9/L", Reason.VALUE_UNREADABLE),
        ("NEUT", "-1", "10*9/L", Reason.VALUE_UNREADABLE),
        ("NEUT", "3.1", "furlongs", Reason.UNIT_UNKNOWN),
        ("NEUT", "3.1", "", Reason.UNIT_UNKNOWN),
        ("NEUT", "3.1", "mm", Reason.UNIT_UNKNOWN),  # known, but no number of cells
        ("ALT", "3.1", "mg/dL", Reason.UNIT_UNKNOWN),  # no molar mass
    ],
)
def test_a_laboratory_value_without_a_standard_says_why(test, typed, unit, why):
    lab = blood(test, typed, unit, upper="5", lower="1")

    assert (lab.value, lab.upper, lab.lower, lab.why_missing) == (None, None, None, why)
    assert lab.unit == ""


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("17.5", "12", (Decimal(175), Decimal(120))),
        ("17.5", "", (Decimal(175), None)),
        ("", "12", (None, Decimal(120))),
        ("high", "low", (None, None)),
    ],
)
def test_the_limits_follow_the_value_into_its_unit(upper, lower, expected):
    lab = blood("HGB", "11.2", "g/dL", upper=upper, lower=lower)

    assert (lab.upper, lab.lower) == expected


def blood(test: str, typed: str, unit: str, *, upper: str = "", lower: str = "") -> LB:
    row = {"LBTESTCD": test, "LBORRES": typed, "LBORRESU": unit}
    lab = read_record("LB", {**row, "LBORNRHI": upper, "LBORNRLO": lower}, 1)
    assert isinstance(lab, LB)
    return lab
