"""Which laboratory tests and vital signs are there: codes, specimens, standard unit, and the
limits of the possible? From tables that name the source of each row.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import NamedTuple

from equipoise.terms.coded import coded
from equipoise.terms.table import rows_of
from equipoise.terms.verdict import Verdict


class Measured(NamedTuple):
    """A test: the kinds of specimen that are its own, its standard unit, and the lowest and highest
    value that can be, in it.
    """

    code: str
    specimens: tuple[str, ...]
    unit: str
    low: Decimal | None
    high: Decimal | None


def known_test(code: str) -> bool:
    """Is it an LBTESTCD of CDISC, or one of the table?"""
    return code in _laboratory() or code in _submission_values()


def standard_units() -> dict[str, str]:
    """LBTESTCD -> the unit of LBSTRESN, for the tests that have one here."""
    return {code: test.unit for code, test in _laboratory().items() if test.unit}


def test_of_loinc(code: str) -> str | None:
    """The LBTESTCD that a LOINC code means, or None for a code that is not in the table."""
    return _by_loinc().get(code.strip())


def specimen_fits(test: str, specimen: str) -> Verdict:
    """Is the specimen one that the test is made of? Nothing told is; a word of no list may be."""
    if not specimen:
        return Verdict.MET
    kind = _specimens().get(coded(specimen))
    found = _laboratory().get(test)
    if kind is None or found is None or not found.specimens:
        return Verdict.UNKNOWN
    return Verdict.MET if kind in found.specimens else Verdict.NOT_MET


def is_possible(test: str, value: Decimal) -> bool:
    """Can a laboratory value be this, in the standard unit? Of a test without limits any can."""
    return _within(_laboratory().get(test), value)


def is_possible_sign(test: str, value: Decimal) -> bool:
    """Can a vital sign be this, in the unit of the table?"""
    return _within(_vital_signs().get(test), value)


def limits(test: str) -> Measured | None:
    """The row of a laboratory test or vital sign."""
    return _laboratory().get(test) or _vital_signs().get(test)


def _within(found: Measured | None, value: Decimal) -> bool:
    if found is None or found.low is None or found.high is None:
        return True
    return found.low <= value <= found.high


@cache
def _laboratory() -> dict[str, Measured]:
    return {row["code"]: _test(row) for row in rows_of("laboratory")}


@cache
def _submission_values() -> frozenset[str]:
    """The code list LBTESTCD (C65047) of the CDISC terminology of 2025-09-26."""
    return frozenset(row["code"] for row in rows_of("lbtestcd"))


@cache
def _vital_signs() -> dict[str, Measured]:
    return {row["code"]: _test(row) for row in rows_of("vital_signs")}


@cache
def _by_loinc() -> dict[str, str]:
    return {
        loinc: row["code"]
        for row in rows_of("laboratory")
        for loinc in row["loinc"].split(";")
        if loinc
    }


@cache
def _specimens() -> dict[str, str]:
    return {row["name"]: row["kind"] for row in rows_of("specimens")}


def _test(row: dict[str, str]) -> Measured:
    specimens = tuple(row.get("specimens", "").split(";")) if row.get("specimens") else ()
    low, high = (Decimal(row[side]) if row[side] else None for side in ("low", "high"))
    return Measured(row["code"], specimens, row["unit"], low, high)
