"""Who is this person, and what happened: SDTM demographics and events (DM, AE, DS, DV, MH)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, coded_text, day, number, text
from equipoise.terms.dates import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class DM(Record):
    """Demographics."""

    sex: str = coded_text("SEX")
    birth: PartialDate | None = day("BRTHDTC")
    age: Decimal | None = number("AGE")
    race: str = text("RACE")


@dataclass(frozen=True, slots=True, kw_only=True)
class AE(Record):
    """An adverse event with its CTCAE grade."""

    term: str = text("AETERM")
    decoded: str = text("AEDECOD")
    grade: str = coded_text("AETOXGR")
    serious: str = coded_text("AESER")
    related: str = coded_text("AEREL")
    action: str = coded_text("AEACN")
    outcome: str = coded_text("AEOUT")
    category: str = coded_text("AECAT")
    start: PartialDate | None = day("AESTDTC")
    end: PartialDate | None = day("AEENDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DS(Record):
    """A disposition event or protocol milestone."""

    decoded: str = coded_text("DSDECOD")
    term: str = text("DSTERM")
    category: str = coded_text("DSCAT")
    subcategory: str = coded_text("DSSCAT")
    epoch: str = coded_text("EPOCH")
    date: PartialDate | None = day("DSSTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DV(Record):
    """A protocol deviation."""

    term: str = text("DVTERM")
    category: str = text("DVCAT")
    date: PartialDate | None = day("DVSTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class MH(Record):
    """A condition in the medical history, or the declared absence of one (MHOCCUR = N)."""

    term: str = text("MHTERM")
    category: str = coded_text("MHCAT")
    code: str = coded_text("MHDECOD")
    occurred: str = coded_text("MHOCCUR")
    morphology: str = coded_text("MHMORPH")
    start: PartialDate | None = day("MHSTDTC")
    end: PartialDate | None = day("MHENDTC")
    date: PartialDate | None = day("MHDTC")
