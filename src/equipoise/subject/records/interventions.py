"""What was done to a person: SDTM interventions (CM, EX, PR)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, coded_text, day, integer, number, text
from equipoise.terms.dates import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class CM(Record):
    """A medication; prior and subsequent anticancer therapy with its line and its outcome."""

    treatment: str = text("CMTRT")
    category: str = coded_text("CMCAT")
    drug_class: str = coded_text("CMCLAS")
    line: str = integer("CMLINE")
    setting: str = coded_text("CMSETTING")
    outcome: str = coded_text("CMOUTCOME")
    start: PartialDate | None = day("CMSTDTC")
    end: PartialDate | None = day("CMENDTC")
    progressed: PartialDate | None = day("CMPDDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class EX(Record):
    """A dose given (EXDOSE) against the dose planned, with delay and adjustment."""

    treatment: str = text("EXTRT")
    dose: Decimal | None = number("EXDOSE")
    unit: str = text("EXDOSU")
    planned: Decimal | None = number("EXPDOSE")
    adjustment: str = text("EXADJ")
    level: str = text("EXLEVEL")
    delay: Decimal | None = number("EXDELAY")
    start: PartialDate | None = day("EXSTDTC")
    visit: str = text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class PR(Record):
    """A procedure, among them resection of a tumor."""

    treatment: str = text("PRTRT")
    category: str = coded_text("PRCAT")
    location: str = coded_text("PRLOC")
    date: PartialDate | None = day("PRSTDTC")
