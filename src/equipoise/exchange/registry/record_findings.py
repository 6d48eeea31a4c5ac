"""What does the record as a whole lack, or say in a way that has to be asked about?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.exchange.registry.findings import RegistryFinding, finding
from equipoise.exchange.registry.record import RegistryRecord
from equipoise.protocol.model import Protocol, Registration

_SECTIONS = {
    "design": (
        "significance level, power, effect assumed, interim looks (and the size, when unknown)"
    ),
    "arms": "arms, their roles and the ratio of allocation",
    "molecular": "panels: codons, limit of detection, threshold, tumor fraction",
    "randomization": "method, block sizes, strata, days to the first dose",
    "conduct": "days of a cycle, washout, safety follow-up",
    "regimens": "drugs of the regimens",
    "treatment": "doses, modifications, prohibited treatment, crossover",
    "schedule": "visits, scans, windows",
    "assessment": "who reads, thresholds and choices of RECIST, minimum duration of stable disease",
    "censoring": "censoring rules of times to an event",
    "endpoints": "endpoints as estimands, with their analysis",
    "populations": "analysis populations",
    "cutoff": "when the data are cut",
    "forms": "forms of the case report book",
}


def enrollment(record: RegistryRecord) -> int | None:
    """The planned size; None for the figures that registries print when they do not know."""
    digits = "".join(filter(str.isdigit, record.facts.get("enrollment", "").split("(")[0]))
    count = int(digits) if digits else None
    withdrawn = record.facts.get("status", "").upper().startswith("WITHDRAWN")
    return None if count == 99999999 or (count == 0 and not withdrawn) else count


def record_findings(record: RegistryRecord) -> Iterator[RegistryFinding]:
    """What concerns the record as a whole."""
    if enrollment(record) is None:
        yield finding("UNKNOWN_ENROLLMENT", found=record.facts.get("enrollment", "nothing"))
    if not any(criterion.section == "exclusion" for criterion in record.criteria):
        yield finding("NO_EXCLUSION_SECTION", found="inclusion criteria only")
    for text in record.outside:
        yield finding("TEXT_OUTSIDE", found=text)
    plan = " ".join([*record.outcomes, record.facts.get("summary", "")])
    if "cycle" in plan.lower() and "day" not in plan.lower():
        yield finding("CYCLE_LENGTH", found=plan)
    asked = " ".join(criterion.text for criterion in record.criteria)
    if "youngest" not in record.facts and not re.search(
        r"\bage|\byears? old", asked, re.IGNORECASE
    ):
        yield finding("NOT_IN_RECORD", found="eligibility: a minimum age")
    for name in missing_facts(record):
        yield finding("NOT_IN_RECORD", found=f"registration.{name}")
    for section, what in missing_sections():
        yield finding("NOT_IN_RECORD", found=f"{section}: {what}")


def missing_facts(record: RegistryRecord) -> list[str]:
    """Fields of `registration` that the record does not give."""
    fields = Registration.model_fields.items()
    return [
        name
        for name, f in fields
        if f.is_required() and name not in ("from_", "design") and not record.facts.get(name)
    ]


def missing_sections() -> list[tuple[str, str]]:
    """Sections of a protocol that a record never, or never completely, gives."""
    given = ("equipoise", "version", "registration", "eligibility", "assumptions")
    names = [
        name
        for name, field in Protocol.model_fields.items()
        if field.is_required() and name not in given
    ]
    return [(name, _SECTIONS.get(name, name)) for name in names]
