"""What was measured, asked and heard: SDTM findings (DD, GF, LB, QS, SS, VS)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from equipoise.subject.records.record import Record, coded_text, day, integer, number, result, text
from equipoise.terms.dates import PartialDate
from equipoise.terms.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DD(Record):
    """Death details."""

    test: str = coded_text("DDTESTCD")
    original: str = text("DDORRES")
    date: PartialDate | None = day("DDDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class GF(Record):
    """A genomic finding: one codon, or a property of the whole sample (GFTESTCD QC, TUMFRAC,
    SOMSIG).
    """

    test: str = coded_text("GFTESTCD")
    gene: str = coded_text("GFGENSR")
    codon: str = integer("GFCODON")
    original: str = result("GFORRES")
    variant: str = text("GFPVRID")
    allele_fraction: Decimal | None = number("GFVAF")
    limit: Decimal | None = number("GFLOD")
    specimen: str = coded_text("GFSPEC")
    sample: str = coded_text("GFREFID")
    status: str = coded_text("GFSTAT")
    date: PartialDate | None = day("GFDTC")
    received: PartialDate | None = day("GFRCVDTC")
    reported: PartialDate | None = day("GFRPTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class LB(Record):
    """A laboratory result; `value` and `upper` are in the standard unit of the test."""

    test: str = coded_text("LBTESTCD")
    loinc: str = text("LBLOINC")
    original: str = result("LBORRES")
    original_unit: str = text("LBORRESU")
    original_upper: str = result("LBORNRHI")
    original_lower: str = result("LBORNRLO")
    specimen: str = coded_text("LBSPEC")
    status: str = coded_text("LBSTAT")
    reason_not_done: str = coded_text("LBREASND")
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

    test: str = coded_text("QSTESTCD")
    category: str = coded_text("QSCAT")
    original: str = result("QSORRES")
    status: str = coded_text("QSSTAT")
    date: PartialDate | None = day("QSDTC")
    visit: str = text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class SS(Record):
    """A dated contact about survival (SSTESTCD SURVSTAT: ALIVE, DEAD, LOST TO FOLLOW-UP)."""

    test: str = coded_text("SSTESTCD")
    original: str = result("SSORRES")
    contact: str = coded_text("SSMETHOD")
    date: PartialDate | None = day("SSDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class VS(Record):
    """A vital sign or body measure."""

    test: str = coded_text("VSTESTCD")
    original: str = result("VSORRES")
    original_unit: str = text("VSORRESU")
    status: str = coded_text("VSSTAT")
    date: PartialDate | None = day("VSDTC")
    visit: str = text("VISIT")
