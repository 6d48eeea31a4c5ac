"""Is a performance score low enough?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within


class Performance(Rule):
    """A performance score at or below a limit (ECOG: QSTESTCD ECOG101)."""

    kind: Literal["performance"]
    test: str
    at_most: int = Field(ge=0, le=5)
    within_days: int = Field(gt=0)

    def words(self) -> str:
        """The score and its limit."""
        return f"{self.test} at most {self.at_most}{within(self.within_days)}"
