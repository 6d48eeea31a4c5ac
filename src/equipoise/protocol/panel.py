"""Which codons must be shown to be wild type, and how well?"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from equipoise.protocol.base import Model


class RasPanel(Model):
    """Which codons must be shown to be wild type, to which limit, and what a result below it
    means.
    """

    codons: dict[str, tuple[int, ...]] = Field(min_length=1, description="gene -> codons")
    limit_of_detection: Decimal = Field(
        gt=0, lt=1, description="allele fraction; a less sensitive assay is unknown"
    )
    mutated_at: Decimal = Field(gt=0, lt=1, description="allele fraction")
    mutated_at_inclusive: bool
    below_threshold_meets: bool
    tumor_fraction_at_least: Decimal = Field(gt=0, lt=1)
    accept_not_detected: bool
    clonal_hematopoiesis_genes: tuple[str, ...]
