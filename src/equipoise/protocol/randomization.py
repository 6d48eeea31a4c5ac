"""How are arms allocated? The method, and the strata that a record is read into."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from equipoise.protocol.base import Model
from equipoise.protocol.provenance import Sourced


class ValueStratum(Sourced):
    """A stratum read from the latest record that matches."""

    kind: Literal["record_value"]
    id: str
    label: str
    domain: str
    where: dict[str, str]
    variable: str
    levels: dict[str, tuple[str, ...]] = Field(
        description="level -> values; any other value is unknown"
    )


class IntervalLevel(Model):
    """Months from `at_least` (included) to `below` (excluded)."""

    at_least: Decimal | None = None
    below: Decimal | None = None


class IntervalStratum(Sourced):
    """A stratum from the months between the end of the last matching record and randomization."""

    kind: Literal["months_since"]
    id: str
    label: str
    domain: str
    where: dict[str, str]
    variable: str
    levels: dict[str, IntervalLevel]


Stratum = Annotated[ValueStratum | IntervalStratum, Field(discriminator="kind")]


class Randomization(Sourced):
    """How arms are allocated."""

    method: Literal["stratified permuted blocks"]
    block_sizes: tuple[int, ...] = Field(min_length=1)
    strata: tuple[Stratum, ...]
    requires_intended_chemotherapy: bool
    first_dose_within_days: int = Field(gt=0)

    def words(self) -> str:
        """The method and its numbers."""
        sizes = " and ".join(str(size) for size in self.block_sizes)
        return f"{self.method}, blocks of {sizes} in random order"
