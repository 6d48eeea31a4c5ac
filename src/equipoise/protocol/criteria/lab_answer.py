"""Is a laboratory result the word that is asked for?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within
from equipoise.protocol.measure import TestCode


class LabAnswer(Rule):
    """A laboratory result that is a word, such as a pregnancy test."""

    kind: Literal["lab_answer"]
    test: TestCode = Field(description="CDISC LBTESTCD")
    is_: str = Field(alias="is", description="the result that meets it")
    within_days: int = Field(gt=0, description="how old the sample may be on the index date")

    def words(self) -> str:
        """The test and its answer."""
        return f"{self.test} is {self.is_.lower()}{within(self.within_days)}"
