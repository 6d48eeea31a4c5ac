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
    id: str = Field(description="by which refusals name it")
    label: str = Field(description="what people read")
    domain: str = Field(description="SDTM domain of the records")
    where: dict[str, str] = Field(description="SDTM variables and what they must hold")
    variable: str = Field(description="the SDTM variable whose value decides")
    levels: dict[str, tuple[str, ...]] = Field(
        description="level -> values; any other value is unknown"
    )


class IntervalLevel(Model):
    """Months from `at_least` (included) to `below` (excluded)."""

    at_least: Decimal | None = Field(
        None, description="months, itself included; none: from the start"
    )
    below: Decimal | None = Field(None, description="months, itself excluded; none: without end")


class IntervalStratum(Sourced):
    """A stratum from the months between the end of the last matching record and randomization."""

    kind: Literal["months_since"]
    id: str = Field(description="by which refusals name it")
    label: str = Field(description="what people read")
    domain: str = Field(description="SDTM domain of the records")
    where: dict[str, str] = Field(description="SDTM variables and what they must hold")
    variable: str = Field(description="the date from which months count")
    levels: dict[str, IntervalLevel] = Field(description="level -> its months")


Stratum = Annotated[ValueStratum | IntervalStratum, Field(discriminator="kind")]


class Randomization(Sourced):
    """How arms are allocated."""

    method: Literal["stratified permuted blocks"] = Field(description="the one that there is")
    block_sizes: Literal["sealed"] | Annotated[tuple[int, ...], Field(min_length=1)] = Field(
        description="sealed: known to the keeper of the list alone; or a list, which is public:"
        " drawn with equal chances, multiples of the places of the ratio"
    )
    strata: tuple[Stratum, ...] = Field(
        description="each combination of their levels has a list of its own"
    )
    requires_intended_chemotherapy: bool = Field(
        description="whether it must be recorded and signed before"
    )
    first_dose_within_days: int = Field(
        gt=0, description="a first dose that comes later is asked about"
    )

    @property
    def public_sizes(self) -> tuple[int, ...]:
        """The block sizes that everybody may read; none where they are sealed."""
        return () if self.block_sizes == "sealed" else self.block_sizes

    def words(self) -> str:
        """The method and its numbers, where they are public."""
        if not self.public_sizes:
            return f"{self.method}, block sizes sealed"
        sizes = " and ".join(str(size) for size in self.public_sizes)
        return f"{self.method}, blocks of {sizes} in random order"
