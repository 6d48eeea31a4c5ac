"""Which SDTM records do decisions make? They are events of their own; SDTM shows them as
disposition (DS) and death details (DD).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from equipoise.ledger import events
from equipoise.ledger.events import Event
from equipoise.subject.changed import replace
from equipoise.subject.records import DD, DS, Record
from equipoise.terms.codes import DeathTest, DispositionCategory, DispositionTerm
from equipoise.terms.dates import PartialDate, parse_date


def milestones(event: Event, source: int) -> Iterator[Record]:
    """The records of one decision; none of anything else."""

    def ds(decoded: DispositionTerm, term: str, on: date | PartialDate) -> DS:
        when = on if isinstance(on, PartialDate) else parse_date(on.isoformat())
        category = DispositionCategory.DISPOSITION.value
        return DS(decoded=decoded.value, term=term, category=category, date=when, source=source)

    def milestone(decoded: DispositionTerm, term: str, on: date) -> DS:
        return replace(ds(decoded, term, on), category=DispositionCategory.MILESTONE.value)

    match event:
        case events.ConsentRecorded():
            yield milestone(DispositionTerm.CONSENT, event.version, event.consented_on)
        case events.ChemotherapyIntended():
            yield milestone(DispositionTerm.INTENDED_CHEMOTHERAPY, event.regimen, event.decided_on)
        case events.SubjectRandomized() | events.RandomizedOffline():
            yield milestone(DispositionTerm.RANDOMIZED, event.arm, event.randomized_on)
        case events.ScreeningFailed():
            yield ds(DispositionTerm.SCREEN_FAILURE, ", ".join(event.criteria), event.failed_on)
        case events.SubjectWithdrew():
            yield ds(DispositionTerm.WITHDRAWAL, event.level, event.withdrew_on)
        case events.TreatmentEnded():
            yield ds(DispositionTerm.TREATMENT_ENDED, event.cause, event.ended_on)
        case events.StudyEnded():
            yield ds(DispositionTerm.STUDY_ENDED, event.cause, event.ended_on)
        case events.DeathRecorded():
            when = parse_date(event.died_on)
            yield ds(DispositionTerm.DEATH, event.cause, when)
            yield DD(
                test=DeathTest.PRIMARY_CAUSE.value, original=event.cause, date=when, source=source
            )
