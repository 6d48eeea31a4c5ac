"""Does a limit hold, where its test was done?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule
from equipoise.protocol.criteria.lab import LabLimit
from equipoise.terms.verdict import Verdict


class IfMeasured(Rule):
    """The part holds, or its test was not done at all in the window. An unreadable result stays
    unknown.
    """

    kind: Literal["if_measured"]
    of: LabLimit = Field(description="the limit that holds where the test was done")

    def words(self) -> str:
        """The limit, on its condition."""
        return f"if measured, {self.of.words()}"

    def without_data(self) -> Verdict:
        """Nothing was measured, so nothing is in the way."""
        return Verdict.MET

    def parts(self) -> tuple[Rule, ...]:
        """The limit."""
        return (self.of,)
