"""Which scores are there, and which values can they have?"""

from __future__ import annotations

from decimal import Decimal

OLDEST = 122
"""Completed years of the longest life that is documented (Jeanne Calment, 1875 to 1997;
guinnessworldrecords.com, oldest person)."""

_VALUES: dict[str, frozenset[int]] = {
    "ECOG101": frozenset(range(6)),  # Oken 1982: 0 to 5
    "KPSS01": frozenset(range(0, 101, 10)),  # Karnofsky 1949: 0 to 100 by tens
}
"""QSTESTCD -> the values of the score."""


def known_score(test: str) -> bool:
    """Is it a score of this table?"""
    return test in _VALUES


def possible_score(test: str, value: Decimal) -> bool:
    """Can the score be this? Of a score that is not in the table, anything from 0."""
    values = _VALUES.get(test)
    return value >= 0 if values is None else value in values
