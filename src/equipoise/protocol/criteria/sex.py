"""Of which sex is the participant?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule


class Sex(Rule):
    """The participant's sex (CDISC SEX)."""

    kind: Literal["sex"]
    is_: Literal["M", "F"] = Field(alias="is", description="CDISC SEX")

    def words(self) -> str:
        """The sex asked for."""
        return {"M": "male", "F": "female"}[self.is_]
