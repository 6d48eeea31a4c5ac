"""Were enough of some tests measured at all?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within
from equipoise.protocol.measure import TestCode


class Measured(Rule):
    """At least so many of these tests have a usable result in the window; fewer leave it
    unknown.
    """

    kind: Literal["measured"]
    tests: tuple[TestCode, ...] = Field(description="CDISC LBTESTCD")
    at_least: int = Field(ge=1, description="so many of them")
    within_days: int = Field(gt=0, description="how old the samples may be on the index date")

    def words(self) -> str:
        """How many of which tests."""
        tests = ", ".join(self.tests)
        return f"at least {self.at_least} of {tests} measured{within(self.within_days)}"
