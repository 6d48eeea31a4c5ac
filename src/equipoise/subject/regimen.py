"""Which chemotherapy was intended for a participant, and how long is its cycle?"""

from __future__ import annotations

from equipoise.protocol.model import Protocol, Regimen
from equipoise.subject.records import DS
from equipoise.subject.state import Subject
from equipoise.terms.codes import DispositionTerm


def intended_regimen(subject: Subject, protocol: Protocol) -> Regimen | None:
    """The regimen that was chosen before allocation, as it stands after corrections; None where
    none was recorded or the protocol does not have it.
    """
    chosen = [
        ds.term for ds in subject.records(DS) if ds.decoded == DispositionTerm.INTENDED_CHEMOTHERAPY
    ]
    return protocol.regimen(chosen[-1]) if chosen else None


def cycle_days(subject: Subject, protocol: Protocol) -> int | None:
    """The length of her cycle; where no regimen was recorded, the one that all regimens share."""
    if regimen := intended_regimen(subject, protocol):
        return regimen.cycle_days
    lengths = {regimen.cycle_days for regimen in protocol.regimens}
    return lengths.pop() if len(lengths) == 1 else None
