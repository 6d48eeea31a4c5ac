"""Who is this person, and what happened: SDTM demographics and events (DM, AE, DS, DV, MH)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, day, number, text
from equipoise.terms.dates import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class DM(Record):
    """Demographics."""

    sex: str = text("SEX")
    birth: PartialDate | None = day("BRTHDTC")
    age: Decimal | None = number("AGE")
    race: str = text("RACE")


@dataclass(frozen=True, slots=True, kw_only=True)
class AE(Record):
    """An adverse event with its CTCAE grade."""

    term: str = text("AETERM")
    decoded: str = text("AEDECOD")
    grade: str = text("AETOXGR")
    serious: str = text("AESER")
    related: str = text("AEREL")
    action: str = text("AEACN")
    outcome: str = text("AEOUT")
    category: str = text("AECAT")
    start: PartialDate | None = day("AESTDTC")
    end: PartialDate | None = day("AEENDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DS(Record):
    """A disposition event or protocol milestone."""

    decoded: str = text("DSDECOD")
    term: str = text("DSTERM")
    category: str = text("DSCAT")
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
    category: str = text("MHCAT")
    code: str = text("MHDECOD")
    occurred: str = text("MHOCCUR")
    morphology: str = text("MHMORPH")
    start: PartialDate | None = day("MHSTDTC")
    end: PartialDate | None = day("MHENDTC")
    date: PartialDate | None = day("MHDTC")
