"""The cases of conformance/ras.json, written from the rules and not from our output, hold for this program."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.molecular.ras import CodonResult, RasPolicy, Sample, answers_criterion, ras_status

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "ras.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    policy = policy_of(case["inputs"]["policy"])

    finding = ras_status(sample_of(case["inputs"]["sample"]), policy)
    verdict, reason = answers_criterion(finding, policy)

    answer = {"state": finding.state.value, "verdict": verdict.value, "reason": reason.value if reason else None}
    assert answer == case["expected"], case["why"]


def test_the_cases_reach_every_state_and_each_has_its_own_name() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 25
    assert len({case["expected"]["state"] for case in CASES}) == 5


def policy_of(declared: dict[str, Any]) -> RasPolicy:
    numbers = ("limit_of_detection_required", "mutated_at", "tumor_fraction_at_least")
    return RasPolicy(
        **{
            **declared,
            **{name: Decimal(declared[name]) for name in numbers},
            "panel": tuple((gene, codon) for gene, codon in declared["panel"]),
            "clonal_hematopoiesis_genes": frozenset(declared["clonal_hematopoiesis_genes"]),
        }
    )


def sample_of(reported: dict[str, Any]) -> Sample:
    return Sample(
        collected=date.fromisoformat(reported["collected"]),
        qc_passed=reported["qc_passed"],
        tumor_fraction=number(reported["tumor_fraction"]),
        other_somatic_signal=reported["other_somatic_signal"],
        codons=tuple(codon_of(row, place) for place, row in enumerate(reported["codons"], 2)),
        source=1,
    )


def codon_of(row: dict[str, Any], source: int) -> CodonResult:
    numbers = {name: number(row[name]) for name in ("limit_of_detection", "allele_fraction")}
    return CodonResult(**{**row, **numbers}, source=source)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
