"""Which tumors were seen, how large, and how they were read: SDTM TU, TR and RS."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, day, text
from equipoise.terms.dates import PartialDate
from equipoise.terms.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TU(Record):
    """A tumor identified: target, non-target or new."""

    link: str = text("TULNKID")
    role: str = text("TUORRES")
    location: str = text("TULOC")
    lesion: str = text("TUDETAIL")
    method: str = text("TUMETHOD")
    evaluator: str = text("TUEVAL")
    evaluator_id: str = text("TUEVALID")
    date: PartialDate | None = day("TUDTC")
    visit: str = text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class TR(Record):
    """A tumor measured (LDIAM, SAXIS; `value` in millimeters) or described (TUMSTATE)."""

    link: str = text("TRLNKID")
    test: str = text("TRTESTCD")
    original: str = text("TRORRES")
    original_unit: str = text("TRORRESU")
    status: str = text("TRSTAT")
    reason_not_done: str = text("TRREASND")
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

    test: str = text("RSTESTCD")
    original: str = text("RSORRES")
    evaluator: str = text("RSEVAL")
    evaluator_id: str = text("RSEVALID")
    blinded: str = text("RSBLIND")
    date: PartialDate | None = day("RSDTC")
    visit: str = text("VISIT")
