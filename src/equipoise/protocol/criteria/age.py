"""How old is the participant?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule


class Age(Rule):
    """Age in completed years on the index date."""

    kind: Literal["age"]
    at_least: int = Field(ge=0, description="completed years on the index date")

    def words(self) -> str:
        """The least age."""
        return f"{self.at_least} completed years or more"
