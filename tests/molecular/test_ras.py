"""What the participant's page says about a RAS sample, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from equipoise.molecular.ras import (
    RasState,
    ras_status,
    somatic_signal,
)
from equipoise.molecular.sample import CodonResult, RasPolicy, Sample
from equipoise.terms.verdict import Reason

POLICY = RasPolicy(
    panel=(("KRAS", 12), ("KRAS", 146)),
    limit_of_detection_required=Decimal("0.001"),
    mutated_at=Decimal("0.001"),
    mutated_at_inclusive=True,
    below_threshold_meets=False,
    tumor_fraction_at_least=Decimal("0.01"),
    accept_not_detected=False,
    clonal_hematopoiesis_genes=frozenset({"DNMT3A", "TET2"}),
)
CLEAN: dict[str, Any] = {"covered": True, "limit_of_detection": Decimal("0.0005")}
KRAS_12 = CodonResult(gene="KRAS", codon=12, source=11, **CLEAN)
KRAS_146 = CodonResult(gene="KRAS", codon=146, source=12, **CLEAN)
SAMPLE = Sample(
    collected=date(2026, 3, 1),
    qc_passed=True,
    tumor_fraction=Decimal("0.05"),
    other_somatic_signal=False,
    codons=(KRAS_12, KRAS_146),
    source=10,
)


@pytest.mark.parametrize(
    ("change", "detail", "evidence"),
    [
        pytest.param(
            {},
            "no RAS mutation at 2 codons, tumor DNA shown (tumor fraction 0.05)",
            (10, 11, 12),
            id="shown",
        ),
        pytest.param(
            {
                "codons": (
                    replace(KRAS_12, variant="p.G12D", allele_fraction=Decimal("0.02")),
                    KRAS_146,
                )
            },
            "KRAS codon 12: p.G12D at 0.02",
            (11,),
            id="a mutation rests on its own record",
        ),
        pytest.param(
            {
                "codons": (
                    replace(KRAS_12, variant="p.G12D", allele_fraction=Decimal("0.0004")),
                    KRAS_146,
                )
            },
            "KRAS codon 12: p.G12D at 0.0004, below 0.001",
            (11,),
            id="a trace keeps its fraction",
        ),
        pytest.param(
            {"codons": (KRAS_12,)},
            "KRAS codon 146 not covered: repeat with an assay that covers it",
            (10,),
            id="the codon and what to do",
        ),
        pytest.param(
            {"codons": ()},
            "KRAS codon 12, KRAS codon 146 not covered: repeat with an assay that covers them",
            (10,),
            id="several codons",
        ),
        pytest.param(
            {"codons": (KRAS_12, replace(KRAS_146, limit_of_detection=Decimal("0.01")))},
            "KRAS codon 146 not read to the limit of detection required: repeat with a more"
            " sensitive assay, or ask the laboratory for the limit it reached",
            (10, 12),
            id="a coarse assay",
        ),
        pytest.param(
            {"qc_passed": False},
            "the sample of 2026-03-01 failed quality control, whatever was called: repeat the draw",
            (10, 11, 12),
            id="failed",
        ),
        pytest.param(
            {"tumor_fraction": None},
            "no RAS mutation, but no tumor DNA shown either: tumor fraction not reported, needed"
            " 0.01 or another somatic change; repeat the draw when there is more tumor, or test"
            " tissue",
            (10, 11, 12),
            id="not informative",
        ),
    ],
)
def test_a_finding_says_why_and_from_where(
    change: dict[str, Any], detail: str, evidence: tuple[int, ...]
) -> None:
    finding = ras_status(replace(SAMPLE, **change), POLICY)

    assert (finding.detail, finding.evidence) == (detail, evidence)


def test_a_change_off_the_panel_is_part_of_the_evidence_when_it_shows_tumor_dna() -> None:
    tp53 = CodonResult(
        gene="TP53",
        codon=175,
        variant="p.R175H",
        allele_fraction=Decimal("0.01"),
        source=13,
        **CLEAN,
    )

    finding = ras_status(
        replace(SAMPLE, tumor_fraction=None, codons=(KRAS_12, KRAS_146, tp53)), POLICY
    )

    assert (finding.state, finding.evidence) == (RasState.WILD_TYPE_INFORMATIVE, (10, 11, 12, 13))


def test_a_gene_off_the_panel_that_was_read_without_a_change_shows_no_tumor_dna() -> None:
    tp53 = CodonResult(gene="TP53", codon=175, source=13, **CLEAN)

    finding = ras_status(
        replace(SAMPLE, tumor_fraction=None, codons=(KRAS_12, KRAS_146, tp53)), POLICY
    )

    assert (finding.reason, finding.evidence) == (Reason.NOT_INFORMATIVE, (10, 11, 12))


def test_genes_of_clonal_hematopoiesis_are_no_tumor_signal() -> None:
    assert not somatic_signal(["DNMT3A", "TET2"], POLICY)
    assert somatic_signal(["DNMT3A", "APC"], POLICY)


@pytest.mark.parametrize(
    ("member", "value"),
    [("limit_of_detection", "0"), ("allele_fraction", "0"), ("allele_fraction", "1.5")],
)
def test_a_fraction_of_zero_or_in_percent_is_refused(member: str, value: str) -> None:
    with pytest.raises(ValueError, match="is it percent, or was nothing detected"):
        replace(KRAS_12, variant="p.G12D", **{member: Decimal(value)})


@pytest.mark.parametrize("value", ["0.0001", "1"])
def test_a_fraction_up_to_all_of_it_is_taken(value: str) -> None:
    result = replace(KRAS_12, variant="p.G12D", allele_fraction=Decimal(value))

    assert ras_status(replace(SAMPLE, codons=(result,)), POLICY).evidence == (11,)


@pytest.mark.parametrize("value", ["-0.01", "1.01", "6"])
def test_a_tumor_fraction_outside_0_to_1_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=f"between 0 and 1, found {value}: is it percent"):
        replace(SAMPLE, tumor_fraction=Decimal(value))


def test_a_tumor_fraction_may_be_none_or_all_of_it() -> None:
    none, everything = (replace(SAMPLE, tumor_fraction=Decimal(value)) for value in (0, 1))

    assert ras_status(none, POLICY).reason is Reason.NOT_INFORMATIVE
    assert ras_status(everything, POLICY).state is RasState.WILD_TYPE_INFORMATIVE


def test_an_uncovered_codon_beside_a_coarse_one_asks_for_both() -> None:
    nras = ("NRAS", 61)
    coarse = replace(KRAS_12, limit_of_detection=Decimal("0.01"))
    policy = replace(POLICY, panel=(*POLICY.panel, nras))

    finding = ras_status(replace(SAMPLE, codons=(coarse, KRAS_146)), policy)

    assert finding.reason is Reason.NOT_COVERED
    assert finding.detail.startswith("NRAS codon 61 not covered: repeat with an assay")
    assert "; KRAS codon 12 not read to the limit of detection required" in finding.detail
    assert finding.evidence == (10, 11)


def test_a_variant_without_its_fraction_is_neither_a_mutation_nor_a_trace() -> None:
    named = replace(KRAS_12, variant="p.G12D")

    finding = ras_status(replace(SAMPLE, codons=(named, KRAS_146)), POLICY)

    assert (finding.state, finding.reason) == (RasState.NOT_INFORMATIVE, Reason.NO_RESULT)
    assert finding.detail == (
        "KRAS codon 12: p.G12D without an allele fraction: ask the laboratory for it"
    )


def test_a_threshold_of_which_only_more_is_a_mutation() -> None:
    at_it = replace(KRAS_12, variant="p.G12D", allele_fraction=Decimal("0.001"))
    sample = replace(SAMPLE, codons=(at_it, KRAS_146))

    finding = ras_status(sample, replace(POLICY, mutated_at_inclusive=False))

    assert finding.state is RasState.BELOW_THRESHOLD
    assert finding.detail == "KRAS codon 12: p.G12D at 0.001, not above 0.001"
    assert ras_status(sample, POLICY).state is RasState.MUTATED


def test_tumor_dna_shown_at_the_fraction_needed_is_shown_by_it() -> None:
    finding = ras_status(replace(SAMPLE, tumor_fraction=Decimal("0.01")), POLICY)

    assert finding.detail.endswith("tumor DNA shown (tumor fraction 0.01)")


def test_tumor_dna_shown_by_another_change_is_said() -> None:
    sample = replace(SAMPLE, tumor_fraction=Decimal("0.009"), other_somatic_signal=True)

    assert ras_status(sample, POLICY).detail.endswith("tumor DNA shown (another somatic change)")


def test_a_fraction_without_its_variant_is_refused() -> None:
    with pytest.raises(ValueError, match="KRAS codon 12 has an allele fraction but no variant"):
        replace(KRAS_12, allele_fraction=Decimal("0.01"))


def test_an_empty_panel_is_refused_since_it_would_make_everybody_wild_type() -> None:
    with pytest.raises(ValueError, match="every sample would be wild type"):
        replace(POLICY, panel=())
