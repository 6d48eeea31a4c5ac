"""Does a record contradict itself, or say what is in no code list? Then it cannot be read, and is
not passed over either.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from equipoise.terms.codes import CompletionStatus
from equipoise.terms.verdict import Reason


class Fault(NamedTuple):
    """Why a record cannot be read as it stands."""

    reason: Reason
    text: str


def fault_of(record: Any) -> Fault | None:
    """The fault of a finding (SDTM --STAT beside --ORRES), or None."""
    status, found = record.status, record.original
    if not status:
        return None
    if status != CompletionStatus.NOT_DONE:
        return Fault(Reason.NOT_CODED, f"status {status!r}, expected NOT DONE or nothing")
    if found:
        return Fault(Reason.CONTRADICTION, f"found {found!r} beside NOT DONE")
    return None
