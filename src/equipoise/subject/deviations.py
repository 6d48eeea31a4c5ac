"""Which deviations from the protocol are recorded of a person?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from equipoise.subject.records import DV
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import Subject


class DeviationRow(NamedTuple):
    """A recorded deviation: its entry, and its number among the deviations of that entry, from
    1.
    """

    entry: int
    row: int


def recorded_deviations(subject: Subject) -> Iterator[tuple[DeviationRow, DV]]:
    """The deviations of a participant that hold, each with its place."""
    seen: dict[int, int] = {}
    for deviation in subject.records(DV):
        entry = entry_number(deviation.source)
        seen[entry] = seen.get(entry, 0) + 1
        yield DeviationRow(entry, seen[entry]), deviation
