"""Was a line of therapy given as asked, and did it end in progression?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule


class PriorLine(Rule):
    """A line of systemic therapy that was given, with or without a drug, and ended in progression
    or not.
    """

    kind: Literal["prior_line"]
    line: int = Field(ge=1, description="of systemic therapy for metastatic disease, from 1")
    includes: tuple[str, ...] = Field(
        (), description="treatments (CMTRT), each of them given in the line"
    )
    excludes_class: tuple[str, ...] = Field(
        (), description="drug classes (CMCLAS), none of them given in the line"
    )
    progressed: bool = Field(True, description="whether it must have ended in progression")

    def words(self) -> str:
        """The line, its drugs and its end."""
        drugs = f" with {' and '.join(self.includes).lower()}" if self.includes else ""
        barred = f" without any {' or '.join(self.excludes_class)}" if self.excludes_class else ""
        end = ", ended by progression" if self.progressed else ""
        return f"line {self.line}{drugs}{barred}{end}"
