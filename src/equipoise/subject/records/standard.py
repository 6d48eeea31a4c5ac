"""What is a value in the standard unit (SDTM --STRESN), and why is there sometimes none?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from equipoise.subject.records.findings import LB
from equipoise.subject.records.record import Record
from equipoise.subject.records.tumors import TR
from equipoise.terms.codes import LesionTest
from equipoise.terms.laboratory import is_possible, standard_units
from equipoise.terms.quantity import convert, decimal_of
from equipoise.terms.verdict import Reason

AnyRecord = TypeVar("AnyRecord", bound=Record)
LONGEST_MM = 1000
"""No lesion is longer; a larger figure is a slip of the unit or of the hand."""

STANDARD_UNITS = standard_units()
"""SI units of SDTM LBSTRESU, by LBTESTCD."""


Values = Mapping[str, Any]
"""Attributes of a record, by name."""


def standard_values(domain: str, read: Values) -> Values:
    """The value in the standard unit (SDTM --STRESN), or the reason why there is none, from the
    attributes as they were read.
    """
    if domain == LB.__name__:
        return _of_lab(*[read.get(name, "") for name in _LAB])
    if domain == TR.__name__ and read.get("test") in _LENGTHS:
        return _of_length(read.get("original", ""), read.get("original_unit", ""))
    return {}


_LENGTHS = (LesionTest.LONGEST_DIAMETER, LesionTest.SHORT_AXIS)
_LAB = ("test", "original", "original_unit", "original_upper", "original_lower")
_REMEMBERED = 1 << 15


@lru_cache(maxsize=_REMEMBERED)
def _of_length(original: str, unit: str) -> Values:
    value = decimal_of(original)
    if value is None or value < 0:
        return {"why_missing": Reason.VALUE_UNREADABLE if original else Reason.NO_RESULT}
    in_mm = convert(value, unit or "mm", "mm")
    if in_mm is None:
        return {"why_missing": Reason.UNIT_UNKNOWN}
    return {"value": in_mm} if in_mm <= LONGEST_MM else {"why_missing": Reason.IMPLAUSIBLE}


@lru_cache(maxsize=_REMEMBERED)
def _of_lab(test: str, original: str, unit: str, over: str, under: str) -> Values:
    value = decimal_of(original)
    if value is None or value < 0:
        return {"why_missing": Reason.VALUE_UNREADABLE if original else Reason.NO_RESULT}
    standard = STANDARD_UNITS.get(test, unit)
    converted = convert(value, unit, standard, test)
    if converted is None:
        return {"why_missing": Reason.UNIT_UNKNOWN}
    if not is_possible(test, converted):
        return {"why_missing": Reason.IMPLAUSIBLE}
    upper, lower = (_normal_limit(test, text, unit, standard) for text in (over, under))
    return {"value": converted, "upper": upper, "lower": lower, "unit": standard}


def _normal_limit(test: str, text: str, unit: str, standard: str) -> Decimal | None:
    """A limit of normal in the standard unit; one that cannot be is none."""
    limit = decimal_of(text) if text else None
    in_unit = None if limit is None else convert(limit, unit, standard, test)
    return in_unit if in_unit is not None and is_possible(test, in_unit) else None
