"""Is a performance score low enough?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within


class Performance(Rule):
    """A performance score at or below a limit (ECOG: QSTESTCD ECOG101)."""

    kind: Literal["performance"]
    test: str = Field(description="QSTESTCD, such as ECOG101")
    at_most: int = Field(ge=0, le=5, description="the highest score that meets it")
    within_days: int = Field(gt=0, description="how old the score may be on the index date")

    def words(self) -> str:
        """The score and its limit."""
        return f"{self.test} at most {self.at_most}{within(self.within_days)}"
