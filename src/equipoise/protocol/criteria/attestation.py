"""What does a person judge?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from equipoise.protocol.criteria.kind import Rule, within


class Attestation(Rule):
    """A judgement that only a person can make: unknown until answered, with author and date."""

    kind: Literal["attestation"]
    question: str = Field(description="as it is put to the investigator; yes is met")
    within_days: int | None = Field(
        None, gt=0, description="how old the answer may be on the index date; none: any age"
    )

    def words(self) -> str:
        """The question as it is put to the investigator."""
        return f"an investigator answers yes: “{self.question}”{within(self.within_days)}"

    def asks_a_person(self) -> bool:
        """It is nothing else."""
        return True
