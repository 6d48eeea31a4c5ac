"""Which chemotherapy was intended for a participant, how long is its cycle, and which drugs may
have done harm?
"""

from __future__ import annotations

from equipoise.protocol.model import Protocol, Regimen
from equipoise.subject.records import DS, EX
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


def suspects(subject: Subject, protocol: Protocol) -> tuple[str, ...]:
    """The drugs that she was given; before a first dose those that she may be given: of the regimen
    that was chosen, or of any, and those under test.
    """
    if given := dict.fromkeys(ex.treatment.upper() for ex in subject.records(EX)):
        return tuple(given)
    tested = [rule.values.drug for rule in protocol.treatment if rule.values.drug]
    chosen = intended_regimen(subject, protocol)
    regimens = (chosen,) if chosen else protocol.regimens
    return tuple(dict.fromkeys([*tested, *(drug for each in regimens for drug in each.drugs)]))
