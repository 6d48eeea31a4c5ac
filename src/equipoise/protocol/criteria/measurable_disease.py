"""Is there disease that can be measured?"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from equipoise.protocol.criteria.kind import References, Rule, UnknownReference, within
from equipoise.protocol.measure import Measure


class MeasurableDisease(Rule):
    """At least so many measurable lesions at baseline (RECIST 1.1 3.1.1). Loading fills in the
    thresholds.
    """

    kind: Literal["measurable_disease"]
    at_least: int = Field(ge=1, description="so many lesions")
    within_days: int = Field(gt=0, description="how old the baseline scan may be on the index date")
    diameter: Measure | None = Field(
        None, description="filled when the protocol is loaded, from `assessment.recist`"
    )
    short_axis: Measure | None = Field(
        None, description="filled when the protocol is loaded, from `assessment.recist`"
    )

    def words(self) -> str:
        """The number of lesions, and what measurable means."""
        how = (
            f" (diameter {self.diameter}, node {self.short_axis} or more)" if self.diameter else ""
        )
        return f"at least {self.at_least} measurable lesion{how}{within(self.within_days)}"

    def with_references(self, references: References) -> Self:
        """With the thresholds of `assessment.recist`, which are not declared twice."""
        filled = {"diameter": references.diameter, "short_axis": references.short_axis}
        for name, value in filled.items():
            if (written := getattr(self, name)) not in (None, value):
                raise UnknownReference(
                    name, f"found {written}; leave it out: assessment.recist says {value}"
                )
        return self.model_copy(update=filled)
