"""What is a value in the standard unit (SDTM --STRESN), and why is there sometimes none?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from equipoise.subject.records.findings import LB
from equipoise.subject.records.record import Record
from equipoise.subject.records.tumors import TR
from equipoise.terms.codes import LesionTest
from equipoise.terms.laboratory import is_possible, standard_units
from equipoise.terms.quantity import convert, decimal_of, known_unit
from equipoise.terms.verdict import Reason

AnyRecord = TypeVar("AnyRecord", bound=Record)
LONGEST_MM = 1000
"""No lesion is longer; a larger figure is a slip of the unit or of the hand."""

STANDARD_UNITS = standard_units()
"""SI units of SDTM LBSTRESU, by LBTESTCD."""


def standardize(record: AnyRecord) -> AnyRecord:
    """The record with its value in the standard unit (SDTM --STRESN), or the reason why there is
    none.
    """
    if isinstance(record, LB):
        return _standardize_lab(record)  # type: ignore[return-value]
    if isinstance(record, TR) and record.test in (
        LesionTest.LONGEST_DIAMETER,
        LesionTest.SHORT_AXIS,
    ):
        value = decimal_of(record.original)
        if value is None or not 0 <= value <= LONGEST_MM:
            reason = Reason.VALUE_UNREADABLE if record.original else Reason.NO_RESULT
            return replace(record, why_missing=reason)
        in_mm = convert(value, record.original_unit or "mm", "mm")
        return replace(
            record, value=in_mm, why_missing=None if in_mm is not None else Reason.UNIT_UNKNOWN
        )
    return record


def _standardize_lab(lab: LB) -> LB:
    standard = STANDARD_UNITS.get(lab.test, lab.original_unit)
    value = decimal_of(lab.original)
    if value is None or value < 0:
        return replace(
            lab, why_missing=Reason.VALUE_UNREADABLE if lab.original else Reason.NO_RESULT
        )
    if known_unit(lab.original_unit) is None:
        return replace(lab, why_missing=Reason.UNIT_UNKNOWN)
    converted = convert(value, lab.original_unit, standard, lab.test)
    if converted is None:
        return replace(lab, why_missing=Reason.UNIT_UNKNOWN)
    if not is_possible(lab.test, converted):
        return replace(lab, why_missing=Reason.IMPLAUSIBLE)
    upper, lower = (
        _normal_limit(lab, text, standard) for text in (lab.original_upper, lab.original_lower)
    )
    return replace(lab, value=converted, upper=upper, lower=lower, unit=standard)


def _normal_limit(lab: LB, text: str, standard: str) -> Decimal | None:
    """A limit of normal in the standard unit; one that cannot be is none."""
    limit = decimal_of(text)
    in_unit = None if limit is None else convert(limit, lab.original_unit, standard, lab.test)
    return in_unit if in_unit is not None and is_possible(lab.test, in_unit) else None
