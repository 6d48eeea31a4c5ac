"""Which SDTM records do decisions make? They are events of their own; SDTM shows them as
disposition (DS) and death details (DD).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from equipoise.ledger import events
from equipoise.ledger.events import Event
from equipoise.subject.records import DD, DS, Record
from equipoise.terms.dates import parse_date

MILESTONE = "PROTOCOL MILESTONE"
DISPOSITION = "DISPOSITION EVENT"


def milestones(event: Event, source: int) -> Iterator[Record]:
    """The records of one decision; none of anything else."""

    def ds(decoded: str, term: str, on: date, category: str = DISPOSITION) -> DS:
        return DS(
            decoded=decoded,
            term=term,
            category=category,
            date=parse_date(on.isoformat()),
            source=source,
        )

    match event:
        case events.ConsentRecorded():
            yield ds("INFORMED CONSENT OBTAINED", event.version, event.consented_on, MILESTONE)
        case events.ChemotherapyIntended():
            yield ds("INTENDED CHEMOTHERAPY", event.regimen, event.decided_on, MILESTONE)
        case events.SubjectRandomized():
            yield ds("RANDOMIZED", event.arm, event.randomized_on, MILESTONE)
        case events.ScreeningFailed():
            yield ds("SCREEN FAILURE", ", ".join(event.criteria), event.failed_on)
        case events.SubjectWithdrew():
            yield ds("WITHDRAWAL BY SUBJECT", event.level, event.withdrew_on)
        case events.TreatmentEnded():
            yield ds("TREATMENT ENDED", event.cause, event.ended_on)
        case events.StudyEnded():
            yield ds("STUDY ENDED", event.cause, event.ended_on)
        case events.DeathRecorded():
            when = parse_date(event.died_on)
            yield DS(
                decoded="DEATH", term=event.cause, category=DISPOSITION, date=when, source=source
            )
            yield DD(test="PRCDTH", original=event.cause, date=when, source=source)
