"""Is a laboratory value on the right side of a limit?"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from equipoise.protocol.criteria.kind import Rule, within
from equipoise.protocol.measure import Measure, TestCode


class LabLimit(Rule):
    """A laboratory value against a limit, or against a multiple of the upper limit of normal of the
    same row.
    """

    kind: Literal["lab"]
    test: TestCode = Field(description="CDISC LBTESTCD", examples=["NEUT"])
    at_least: Measure | None = Field(None, description="itself included")
    at_most: Measure | None = Field(None, description="itself included")
    at_most_uln: Decimal | None = Field(
        None, gt=0, description="times the upper limit of normal (LBORNRHI)"
    )
    within_days: int = Field(
        gt=0, description="calendar days, 0 <= index date - sample date <= within_days"
    )

    @model_validator(mode="after")
    def _one_limit(self) -> LabLimit:
        if sum(limit is not None for limit in (self.at_least, self.at_most, self.at_most_uln)) != 1:
            raise ValueError(
                "a lab criterion needs exactly one of at_least, at_most and at_most_uln"
            )
        return self

    def words(self) -> str:
        """The test and its limit."""
        return f"{self.test} {self._limit()}{within(self.within_days)}"

    def _limit(self) -> str:
        if self.at_least is not None:
            return f"{self.at_least} or more"
        if self.at_most is not None:
            return f"{self.at_most} or less"
        return f"at most {self.at_most_uln} times the upper limit of its own row"
