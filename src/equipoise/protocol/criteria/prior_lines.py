"""How many lines of therapy came before?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule


class PriorLines(Rule):
    """The number of lines of systemic therapy received for metastatic disease."""

    kind: Literal["prior_lines"]
    exactly: int = Field(ge=0, description="lines of systemic therapy, no more and no fewer")

    adjuvant_within_months: int | None = Field(
        None,
        ge=0,
        description=(
            "adjuvant treatment (CMLINE 0) is a line if the disease came back within so many"
            " calendar months of its last dose; left out: never"
        ),
    )

    def words(self) -> str:
        """The number of lines."""
        months = self.adjuvant_within_months
        adjuvant = (
            "" if months is None else f"; adjuvant therapy counts on relapse within {months} months"
        )
        return f"exactly {self.exactly} lines of systemic therapy{adjuvant}"
