"""What is known about one person, in the shape of SDTM: one frozen dataclass per domain.

Every attribute names its SDTM variable in the field's metadata; `read_record` and `write_record`
use nothing else, so forms, imports, the eligibility input and exports share one mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from equipoise.terms.dates import PartialDate, parse_date
from equipoise.terms.quantity import convert, decimal_of, known_unit
from equipoise.terms.verdict import Reason

Source = int | tuple[str, str, int]
"""Where a record came from: a ledger position, or (dataset, domain, --SEQ) of an import."""


def _text(variable: str) -> Any:
    return field(default="", metadata={"variable": variable, "kind": "text"})


def _date(variable: str) -> Any:
    return field(default=None, metadata={"variable": variable, "kind": "date"})


def _number(variable: str) -> Any:
    return field(default=None, metadata={"variable": variable, "kind": "number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One SDTM record, the place it came from, and its place among the others.

    A correction has a source of its own and keeps the order of what it corrects: of two results of
    one day the later one stays the later one when the earlier one is corrected.
    """

    source: Source = 0
    order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DM(Record):
    """Demographics."""

    sex: str = _text("SEX")
    birth: PartialDate | None = _date("BRTHDTC")
    age: Decimal | None = _number("AGE")
    race: str = _text("RACE")


@dataclass(frozen=True, slots=True, kw_only=True)
class LB(Record):
    """A laboratory result; `value` and `upper` are in the standard unit of the test."""

    test: str = _text("LBTESTCD")
    original: str = _text("LBORRES")
    original_unit: str = _text("LBORRESU")
    original_upper: str = _text("LBORNRHI")
    original_lower: str = _text("LBORNRLO")
    specimen: str = _text("LBSPEC")
    status: str = _text("LBSTAT")
    reason_not_done: str = _text("LBREASND")
    date: PartialDate | None = _date("LBDTC")
    visit: str = _text("VISIT")
    value: Decimal | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None
    unit: str = ""
    why_missing: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VS(Record):
    """A vital sign or body measure."""

    test: str = _text("VSTESTCD")
    original: str = _text("VSORRES")
    original_unit: str = _text("VSORRESU")
    date: PartialDate | None = _date("VSDTC")
    visit: str = _text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class QS(Record):
    """A score read by a clinician or participant; ECOG performance status is QSTESTCD ECOG101."""

    test: str = _text("QSTESTCD")
    original: str = _text("QSORRES")
    status: str = _text("QSSTAT")
    date: PartialDate | None = _date("QSDTC")
    visit: str = _text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class MH(Record):
    """A condition in the medical history, or the declared absence of one (MHOCCUR = N)."""

    term: str = _text("MHTERM")
    category: str = _text("MHCAT")
    code: str = _text("MHDECOD")
    occurred: str = _text("MHOCCUR")
    morphology: str = _text("MHMORPH")
    start: PartialDate | None = _date("MHSTDTC")
    end: PartialDate | None = _date("MHENDTC")
    date: PartialDate | None = _date("MHDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class CM(Record):
    """A medication; prior and subsequent anticancer therapy with its line and its outcome."""

    treatment: str = _text("CMTRT")
    category: str = _text("CMCAT")
    drug_class: str = _text("CMCLAS")
    line: str = _text("CMLINE")
    setting: str = _text("CMSETTING")
    outcome: str = _text("CMOUTCOME")
    start: PartialDate | None = _date("CMSTDTC")
    end: PartialDate | None = _date("CMENDTC")
    progressed: PartialDate | None = _date("CMPDDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class PR(Record):
    """A procedure, among them resection of a tumor."""

    treatment: str = _text("PRTRT")
    category: str = _text("PRCAT")
    location: str = _text("PRLOC")
    date: PartialDate | None = _date("PRSTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class GF(Record):
    """A genomic finding: one codon, or a property of the whole sample (GFTESTCD QC, TUMFRAC,
    SOMSIG).
    """

    test: str = _text("GFTESTCD")
    gene: str = _text("GFGENSR")
    codon: str = _text("GFCODON")
    original: str = _text("GFORRES")
    variant: str = _text("GFPVRID")
    allele_fraction: Decimal | None = _number("GFVAF")
    limit: Decimal | None = _number("GFLOD")
    specimen: str = _text("GFSPEC")
    sample: str = _text("GFREFID")
    status: str = _text("GFSTAT")
    date: PartialDate | None = _date("GFDTC")
    received: PartialDate | None = _date("GFRCVDTC")
    reported: PartialDate | None = _date("GFRPTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class TU(Record):
    """A tumor identified: target, non-target or new."""

    link: str = _text("TULNKID")
    role: str = _text("TUORRES")
    location: str = _text("TULOC")
    lesion: str = _text("TUDETAIL")
    method: str = _text("TUMETHOD")
    evaluator: str = _text("TUEVAL")
    evaluator_id: str = _text("TUEVALID")
    date: PartialDate | None = _date("TUDTC")
    visit: str = _text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class TR(Record):
    """A tumor measured (LDIAM, SAXIS; `value` in millimeters) or described (TUMSTATE)."""

    link: str = _text("TRLNKID")
    test: str = _text("TRTESTCD")
    original: str = _text("TRORRES")
    original_unit: str = _text("TRORRESU")
    status: str = _text("TRSTAT")
    reason_not_done: str = _text("TRREASND")
    evaluator: str = _text("TREVAL")
    evaluator_id: str = _text("TREVALID")
    date: PartialDate | None = _date("TRDTC")
    visit: str = _text("VISIT")
    value: Decimal | None = None
    why_missing: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RS(Record):
    """A response as a reader recorded it (RSTESTCD OVRLRESP), or clinical progression
    (CLINPROG).
    """

    test: str = _text("RSTESTCD")
    original: str = _text("RSORRES")
    evaluator: str = _text("RSEVAL")
    evaluator_id: str = _text("RSEVALID")
    blinded: str = _text("RSBLIND")
    date: PartialDate | None = _date("RSDTC")
    visit: str = _text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class EX(Record):
    """A dose given (EXDOSE) against the dose planned, with delay and adjustment."""

    treatment: str = _text("EXTRT")
    dose: Decimal | None = _number("EXDOSE")
    unit: str = _text("EXDOSU")
    planned: Decimal | None = _number("EXPDOSE")
    adjustment: str = _text("EXADJ")
    level: str = _text("EXLEVEL")
    delay: Decimal | None = _number("EXDELAY")
    start: PartialDate | None = _date("EXSTDTC")
    visit: str = _text("VISIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class AE(Record):
    """An adverse event with its CTCAE grade."""

    term: str = _text("AETERM")
    decoded: str = _text("AEDECOD")
    grade: str = _text("AETOXGR")
    serious: str = _text("AESER")
    related: str = _text("AEREL")
    action: str = _text("AEACN")
    outcome: str = _text("AEOUT")
    category: str = _text("AECAT")
    start: PartialDate | None = _date("AESTDTC")
    end: PartialDate | None = _date("AEENDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DS(Record):
    """A disposition event or protocol milestone."""

    decoded: str = _text("DSDECOD")
    term: str = _text("DSTERM")
    category: str = _text("DSCAT")
    date: PartialDate | None = _date("DSSTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DV(Record):
    """A protocol deviation."""

    term: str = _text("DVTERM")
    category: str = _text("DVCAT")
    date: PartialDate | None = _date("DVSTDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DD(Record):
    """Death details."""

    test: str = _text("DDTESTCD")
    original: str = _text("DDORRES")
    date: PartialDate | None = _date("DDDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class SS(Record):
    """A dated contact about survival (SSTESTCD SURVSTAT: ALIVE, DEAD, LOST TO FOLLOW-UP)."""

    test: str = _text("SSTESTCD")
    original: str = _text("SSORRES")
    contact: str = _text("SSMETHOD")
    date: PartialDate | None = _date("SSDTC")


LONGEST_MM = 1000
"""No lesion is longer; a larger figure is a slip of the unit or of the hand."""

DOMAINS: dict[str, type[Record]] = {
    cls.__name__: cls
    for cls in (DM, LB, VS, QS, MH, CM, PR, GF, TU, TR, RS, EX, AE, DS, DV, DD, SS)
}
AnyRecord = TypeVar("AnyRecord", bound=Record)

STANDARD_UNITS = {
    "NEUT": "10*9/L",
    "PLAT": "10*9/L",
    "HGB": "g/L",
    "BILI": "umol/L",
    "ALP": "U/L",
    "AST": "U/L",
    "ALT": "U/L",
    "CREAT": "umol/L",
    "CEA": "ug/L",
    "MG": "mmol/L",
    "HCG": "[IU]/L",
}
"""SI units of SDTM LBSTRESU for the tests of the library of forms."""


@cache
def variables(domain: str) -> Mapping[str, tuple[str, str]]:
    """SDTM variable -> (attribute, kind) of one domain."""
    return {
        f.metadata["variable"]: (f.name, f.metadata["kind"])
        for f in fields(DOMAINS[domain])
        if f.metadata
    }


@cache
def _defaults(domain: str) -> Mapping[str, Any]:
    return {f.name: f.default for f in fields(DOMAINS[domain]) if f.default is not MISSING}


def read_record(
    domain: str, values: Mapping[str, Any], source: Source, order: int | None = None
) -> Record:
    """One record from SDTM variables. Raises ValueError naming the domain and variable that cannot
    be read.
    """
    if domain not in DOMAINS:
        raise ValueError(f"{domain!r} is not a domain; known are {', '.join(DOMAINS)}")
    known = variables(domain)
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{domain} has no variable {name!r}; known are {', '.join(known)}")
        attribute, kind = known[name]
        try:
            read[attribute] = _read_value(kind, value)
        except ValueError as error:
            raise ValueError(f"{domain}.{name}: {error}") from None
    place = source if isinstance(source, int) else source[2]
    return standardize(
        DOMAINS[domain](source=source, order=place if order is None else order, **read)
    )


def _read_value(kind: str, value: Any) -> Any:
    if value is None or value == "":
        return "" if kind == "text" else None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError(f"found {value!r}, expected text or a number")
    if kind == "date":
        return parse_date(str(value))
    if kind == "number":
        number = decimal_of(str(value))
        if number is None:
            raise ValueError(f"found {value!r}, expected a number")
        return number
    return str(value)


def write_record(record: Record) -> dict[str, str]:
    """The SDTM variables of a record that hold something, as text."""
    domain = type(record).__name__
    values = {
        name: getattr(record, attribute) for name, (attribute, _) in variables(domain).items()
    }
    return {name: str(value) for name, value in values.items() if value not in ("", None)}


def standardize(record: AnyRecord) -> AnyRecord:
    """The record with its value in the standard unit (SDTM --STRESN), or the reason why there is
    none.
    """
    if isinstance(record, LB):
        return _standardize_lab(record)  # type: ignore[return-value]
    if isinstance(record, TR) and record.test in ("LDIAM", "SAXIS"):
        value = decimal_of(record.original)
        if value is None or not 0 <= value <= LONGEST_MM:
            reason = Reason.VALUE_UNREADABLE if record.original else Reason.NO_RESULT
            return replace(record, why_missing=reason)
        in_mm = convert(value, record.original_unit or "mm", "mm")
        return replace(
            record, value=in_mm, why_missing=None if in_mm is not None else Reason.UNIT_UNKNOWN
        )
    return record


def _standardize_lab(lab: LB) -> LB:
    standard = STANDARD_UNITS.get(lab.test, lab.original_unit)
    value = decimal_of(lab.original)
    if value is None or value < 0:
        return replace(
            lab, why_missing=Reason.VALUE_UNREADABLE if lab.original else Reason.NO_RESULT
        )
    if known_unit(lab.original_unit) is None:
        return replace(lab, why_missing=Reason.UNIT_UNKNOWN)
    converted = convert(value, lab.original_unit, standard, lab.test)
    if converted is None:
        return replace(lab, why_missing=Reason.UNIT_UNKNOWN)
    limits = [decimal_of(text) for text in (lab.original_upper, lab.original_lower)]
    upper, lower = (
        None if x is None else convert(x, lab.original_unit, standard, lab.test) for x in limits
    )
    return replace(lab, value=converted, upper=upper, lower=lower, unit=standard)
