"""How do we answer the published cases of eligibility and of RAS in plasma? Their plain JSON, read
into our records.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from equipoise.eligibility import evaluate_criterion
from equipoise.molecular.ras import answers_criterion, ras_status
from equipoise.molecular.sample import CodonResult, RasPolicy, Sample
from equipoise.protocol.criteria import AnyRule
from equipoise.protocol.model import Criterion
from equipoise.subject.records import read_record
from equipoise.subject.state import Attested, Subject
from equipoise.terms.verdict import Reason


def answer_eligibility(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `eligibility`: one rule, one participant, one index date."""
    rule = _rules().validate_python(_with_panel(inputs["rule"], inputs.get("panel")))
    asked = Criterion.model_validate(
        {"id": "C", "registered": None, "short": "", "rule": rule, "from": "record"}
    )
    finding = evaluate_criterion(asked, subject_of(inputs), date.fromisoformat(inputs["index"]))
    return {"verdict": finding.verdict.value, "reason": _word(finding.reason)}


def subject_of(inputs: Mapping[str, Any]) -> Subject:
    """The participant of a case: SDTM variables by domain, and what persons attested, in the order
    of entry.
    """
    rows = [(domain, row) for domain, rows in inputs.get("records", {}).items() for row in rows]
    records = [read_record(domain, row, place) for place, (domain, row) in enumerate(rows, start=1)]
    attested = tuple(
        Attested("C", row["answer"], row["by"], date.fromisoformat(row["date"]), place)
        for place, row in enumerate(inputs.get("attestations", ()), start=len(rows) + 1)
    )
    return Subject(id="CASE", attestations=attested).with_records(records)


@cache
def _rules() -> TypeAdapter[Any]:
    return TypeAdapter(AnyRule)


def _with_panel(rule: Any, panel: Any) -> Any:
    """The rule with its panel written out where it asks for one, as loading a protocol does."""
    if isinstance(rule, list):
        return [_with_panel(part, panel) for part in rule]
    if not isinstance(rule, Mapping):
        return rule
    full = {key: _with_panel(value, panel) for key, value in rule.items()}
    return {**full, "resolved": panel} if rule.get("kind") == "genomic" else full


def answer_ras(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `ras`: the state of one plasma sample, and whether it answers the criterion."""
    policy = _policy(inputs["policy"])
    finding = ras_status(_sample(inputs["sample"]), policy)
    verdict, reason = answers_criterion(finding, policy)
    return {"state": finding.state.value, "verdict": verdict.value, "reason": _word(reason)}


def _policy(declared: Mapping[str, Any]) -> RasPolicy:
    numbers = ("limit_of_detection_required", "mutated_at", "tumor_fraction_at_least")
    return RasPolicy(
        **{
            **declared,
            **{name: Decimal(declared[name]) for name in numbers},
            "panel": tuple((gene, codon) for gene, codon in declared["panel"]),
            "clonal_hematopoiesis_genes": frozenset(declared["clonal_hematopoiesis_genes"]),
        }
    )


def _sample(reported: Mapping[str, Any]) -> Sample:
    return Sample(
        collected=date.fromisoformat(reported["collected"]),
        qc_passed=reported["qc_passed"],
        tumor_fraction=_number(reported["tumor_fraction"]),
        other_somatic_signal=reported["other_somatic_signal"],
        codons=tuple(_codon(row, place) for place, row in enumerate(reported["codons"], start=2)),
        source=1,
    )


def _codon(row: Mapping[str, Any], source: int) -> CodonResult:
    numbers = {name: _number(row[name]) for name in ("limit_of_detection", "allele_fraction")}
    return CodonResult(**{**row, **numbers}, source=source)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _word(reason: Reason | None) -> str | None:
    return reason.value if reason else None
