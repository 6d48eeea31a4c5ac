"""Is a panel of genes wild type, in tissue or in plasma?"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from equipoise.protocol.criteria.kind import References, Rule, UnknownReference, within
from equipoise.protocol.panel import RasPanel


class Genomic(Rule):
    """A genomic status. `panel` names an entry of `molecular`, which loading replaces by its
    definition.
    """

    kind: Literal["genomic"]
    specimen: Literal["PLASMA", "TISSUE"] = Field(description="where the tumor DNA comes from")
    panel: str = Field(description="an entry of `molecular`")
    status: Literal["WILD TYPE"] = Field(description="what must be shown")
    within_days: int | None = Field(
        None, gt=0, description="how old the sample may be on the index date; none: any age"
    )
    after_line: int | None = Field(
        None, description="drawn on or after the progression that ended this line"
    )
    before_line: int | None = Field(
        None, description="reported on or before the first dose of this line"
    )
    resolved: RasPanel | None = Field(None, description="filled when the protocol is loaded")

    def words(self) -> str:
        """The panel, its status, the specimen and when it was drawn."""
        drawn = f", drawn after progression on line {self.after_line}" if self.after_line else ""
        reported = (
            f", reported before the first dose of line {self.before_line}"
            if self.before_line
            else ""
        )
        asked = f"{self.panel} {self.status.lower()} in {self.specimen.lower()}"
        return f"{asked}{drawn}{reported}{within(self.within_days)}"

    def with_references(self, references: References) -> Self:
        """With the definition of its panel."""
        if self.panel not in references.panels:
            names = ", ".join(references.panels)
            raise UnknownReference("panel", f"no panel {self.panel!r}; known: {names}")
        block = references.panels[self.panel]
        panel = RasPanel(**{field: getattr(block, field) for field in RasPanel.model_fields})
        if self.resolved not in (None, panel):
            raise UnknownReference(
                "resolved", f"found another panel; leave it out: molecular.{self.panel} says it"
            )
        return self.model_copy(update={"resolved": panel})
