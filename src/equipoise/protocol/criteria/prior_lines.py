"""How many lines of therapy came before?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule


class PriorLines(Rule):
    """The number of lines of systemic therapy received for metastatic disease."""

    kind: Literal["prior_lines"]
    exactly: int = Field(ge=0, description="lines of systemic therapy, no more and no fewer")

    def words(self) -> str:
        """The number of lines."""
        return f"exactly {self.exactly} lines of systemic therapy"
