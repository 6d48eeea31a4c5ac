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
    mutated_at_inclusive: bool = Field(description="whether the limit itself is mutated")
    below_threshold_meets: bool = Field(
        description="whether a mutation below the limit still meets the criterion"
    )
    tumor_fraction_at_least: Decimal = Field(
        gt=0, lt=1, description="that shows tumor DNA in the sample"
    )
    accept_not_detected: bool = Field(
        description="whether a negative sample without tumor DNA meets it"
    )
    clonal_hematopoiesis_genes: tuple[str, ...] = Field(
        description="whose mutations prove no tumor DNA"
    )
