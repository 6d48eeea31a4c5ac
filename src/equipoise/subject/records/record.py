"""What has every SDTM record in common? Its source, and the variable behind each attribute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Source = int | tuple[str, str, int]
"""Where a record came from: a ledger position, or (dataset, domain, --SEQ) of an import."""


def place_of(source: Source) -> tuple[int, int, str]:
    """What sources are sorted by: ledger positions first, then imports in their own order."""
    if isinstance(source, int):
        return 0, source, ""
    dataset, domain, number = source
    return 1, number, f"{dataset} {domain}"


def entry_number(source: Source) -> int:
    """The source of what a ledger says: the number of an entry."""
    assert isinstance(source, int)
    return source


def text(variable: str) -> Any:
    """An attribute that holds the text of an SDTM variable as typed, empty if there is none."""
    return field(default="", metadata={"variable": variable, "kind": "text"})


def coded_text(variable: str) -> Any:
    """An attribute that holds a value of a code list, as code lists are compared."""
    return field(default="", metadata={"variable": variable, "kind": "coded"})


def result(variable: str) -> Any:
    """An attribute that holds a result as reported: a number, or a word of a code list."""
    return field(default="", metadata={"variable": variable, "kind": "result"})


def integer(variable: str) -> Any:
    """An attribute that holds a whole number from 0 as text without leading zeros."""
    return field(default="", metadata={"variable": variable, "kind": "integer"})


def day(variable: str) -> Any:
    """An attribute that holds the date of an SDTM variable, perhaps in part."""
    return field(default=None, metadata={"variable": variable, "kind": "date"})


def number(variable: str) -> Any:
    """An attribute that holds the number of an SDTM variable."""
    return field(default=None, metadata={"variable": variable, "kind": "number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One SDTM record, the place it came from, and its place among the others.

    A correction has a source of its own and keeps the order of what it corrects: of two results of
    one day the later one stays the later one when the earlier one is corrected.
    """

    source: Source = 0
    order: int = 0
