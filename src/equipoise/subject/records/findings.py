"""What was measured, asked and heard: SDTM findings (DD, GF, LB, QS, SS, VS)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, day, number, text
from equipoise.terms.dates import PartialDate
from equipoise.terms.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DD(Record):
    """Death details."""

    test: str = text("DDTESTCD")
    original: str = text("DDORRES")
    date: PartialDate | None = day("DDDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class GF(Record):
    """A genomic finding: one codon, or a property of the whole sample (GFTESTCD QC, TUMFRAC,
    SOMSIG).
    """

    test: str = text("GFTESTCD")
    gene: str = text("GFGENSR")
    codon: str = text("GFCODON")
    original: str = text("GFORRES")
    variant: str = text("GFPVRID")
    allele_fraction: Decimal | None = number("GFVAF")
    limit: Decimal | None = number("GFLOD")
    specimen: str = text("GFSPEC")
    sample: str = text("GFREFID")
    status: str = text("GFSTAT")
    date: PartialDate | None = day("GFDTC")
    received: PartialDate | None = day("GFRCVDTC")
    reported: PartialDate | None = day("GFRPTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class LB(Record):
    """A laboratory result; `value` and `upper` are in the standard unit of the test."""

    test: str = text("LBTESTCD")
    original: str = text("LBORRES")
    original_unit: str = text("LBORRESU")
    original_upper: str = text("LBORNRHI")
    original_lower: str = text("LBORNRLO")
    specimen: str = text("LBSPEC")
    status: str = text("LBSTAT")
    reason_not_done: str = text("LBREASND")
    date: PartialDate | None = day("LBDTC")
    visit: str = text("VISIT")
    value: Decimal | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None
    unit: str = ""
    why_missing: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QS(Record):
    """A score read by a clinician or participant; ECOG performance status is QSTESTCD ECOG101."""

    test: str = text("QSTESTCD")
    original: str = text("QSORRES")
    status: str = text("QSSTAT")
    date: PartialDate | None = day("QSDTC")
    visit: str = text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class SS(Record):
    """A dated contact about survival (SSTESTCD SURVSTAT: ALIVE, DEAD, LOST TO FOLLOW-UP)."""

    test: str = text("SSTESTCD")
    original: str = text("SSORRES")
    contact: str = text("SSMETHOD")
    date: PartialDate | None = day("SSDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class VS(Record):
    """A vital sign or body measure."""

    test: str = text("VSTESTCD")
    original: str = text("VSORRES")
    original_unit: str = text("VSORRESU")
    date: PartialDate | None = day("VSDTC")
    visit: str = text("VISIT")
