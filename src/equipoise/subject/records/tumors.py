"""Which tumors were seen, how large, and how they were read: SDTM TU, TR and RS."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, coded_text, day, result, text
from equipoise.terms.dates import PartialDate
from equipoise.terms.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TU(Record):
    """A tumor identified: target, non-target or new."""

    link: str = coded_text("TULNKID")
    role: str = coded_text("TUORRES")
    location: str = coded_text("TULOC")
    lesion: str = text("TUDETAIL")
    method: str = coded_text("TUMETHOD")
    evaluator: str = text("TUEVAL")
    evaluator_id: str = text("TUEVALID")
    date: PartialDate | None = day("TUDTC")
    visit: str = text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class TR(Record):
    """A tumor measured (LDIAM, SAXIS; `value` in millimeters) or described (TUMSTATE)."""

    link: str = coded_text("TRLNKID")
    test: str = coded_text("TRTESTCD")
    original: str = result("TRORRES")
    original_unit: str = text("TRORRESU")
    status: str = coded_text("TRSTAT")
    reason_not_done: str = coded_text("TRREASND")
    evaluator: str = text("TREVAL")
    evaluator_id: str = text("TREVALID")
    date: PartialDate | None = day("TRDTC")
    visit: str = text("VISIT")
    value: Decimal | None = None
    why_missing: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RS(Record):
    """A response as a reader recorded it (RSTESTCD OVRLRESP), or clinical progression
    (CLINPROG).
    """

    test: str = coded_text("RSTESTCD")
    original: str = result("RSORRES")
    evaluator: str = text("RSEVAL")
    evaluator_id: str = text("RSEVALID")
    blinded: str = coded_text("RSBLIND")
    date: PartialDate | None = day("RSDTC")
    visit: str = text("VISIT")
