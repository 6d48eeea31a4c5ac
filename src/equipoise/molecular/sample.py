"""What did a laboratory report of one plasma sample, and what does the protocol ask of it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipoise.subject.records import Source

Codon = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodonResult:
    """What the assay said of one codon. SDTM: GF.

    Fractions are of 1, not percent. `covered` and `limit_of_detection` come from the report or from
    the regions and
    depth beside a VCF: no record at a codon proves nothing. An undetected variant has no fraction,
    never zero.
    """

    gene: str
    codon: int
    covered: bool
    limit_of_detection: Decimal | None = None
    variant: str | None = None
    allele_fraction: Decimal | None = None
    source: Source

    def __post_init__(self) -> None:
        _check_fraction(self.limit_of_detection, f"limit of detection of {self.name}")
        _check_fraction(self.allele_fraction, f"allele fraction of {self.name}")
        if self.allele_fraction is not None and self.variant is None:
            raise ValueError(
                f"{self.name} has an allele fraction but no variant: name the variant or drop the"
                " fraction"
            )

    @property
    def name(self) -> str:
        """Gene and codon, as in a sentence."""
        return f"{self.gene} codon {self.codon}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One blood draw as the laboratory reported it. SDTM: GF, BE.

    `other_somatic_signal`: a somatic change outside the panel, in a gene not known from clonal
    hematopoiesis (`somatic_signal` answers that); variants among `codons` that lie off the panel
    are counted without it.
    """

    collected: date
    qc_passed: bool
    tumor_fraction: Decimal | None
    other_somatic_signal: bool
    codons: tuple[CodonResult, ...]
    source: Source

    def __post_init__(self) -> None:
        if self.tumor_fraction is not None and not 0 <= self.tumor_fraction <= 1:
            raise ValueError(
                f"tumor fraction must lie between 0 and 1, found {self.tumor_fraction}: is it"
                " percent?"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RasPolicy:
    """What the protocol declares about RAS in plasma; every number comes from its file (protocol
    I06).
    """

    panel: tuple[Codon, ...]
    limit_of_detection_required: Decimal
    mutated_at: Decimal
    mutated_at_inclusive: bool
    below_threshold_meets: bool
    tumor_fraction_at_least: Decimal
    accept_not_detected: bool
    clonal_hematopoiesis_genes: frozenset[str]

    def __post_init__(self) -> None:
        if not self.panel:
            raise ValueError(
                "the RAS panel is empty: with no codon to read, every sample would be wild type"
            )
        _check_fraction(self.limit_of_detection_required, "limit of detection required")
        _check_fraction(self.mutated_at, "threshold of a mutation")


def _check_fraction(value: Decimal | None, name: str) -> None:
    if value is not None and not 0 < value <= 1:
        raise ValueError(
            f"{name} must lie above 0 and up to 1, found {value}: is it percent, or was nothing"
            " detected?"
        )
