"""A measured lesion is in millimeters, or says why it has no value."""

from decimal import Decimal

import pytest

from equipoise.subject.records import read_record
from equipoise.terms.verdict import Reason


@pytest.mark.parametrize(
    ("typed", "unit", "value", "why"),
    [
        ("12", "", Decimal(12), None),
        ("1.2", "cm", Decimal(12), None),
        ("12", "furlongs", None, Reason.UNIT_UNKNOWN),
        ("1000", "mm", Decimal(1000), None),
        ("1001", "mm", None, Reason.VALUE_UNREADABLE),
        ("0", "mm", Decimal(0), None),
        ("-1", "mm", None, Reason.VALUE_UNREADABLE),
        ("large", "mm", None, Reason.VALUE_UNREADABLE),
        ("", "", None, Reason.NO_RESULT),
    ],
)
def test_a_lesion_in_millimeters(typed, unit, value, why):
    tr = read_record("TR", {"TRTESTCD": "LDIAM", "TRORRES": typed, "TRORRESU": unit}, 1)

    assert (tr.value, tr.why_missing) == (value, why)  # type: ignore[attr-defined]
