"""Does, or did, the participant have a condition?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from equipoise.protocol.base import Model
from equipoise.protocol.criteria.kind import Rule
from equipoise.terms.verdict import Verdict


class NotCounted(Model):
    """A condition that does not count: a code, and where the code alone cannot tell, the morphology
    that must agree.
    """

    code: str = Field(description="ICD-10; a prefix, so C44 covers C44.3")
    morphology: str | None = Field(
        None, description="ICD-O-3 morphology prefix; without it in the record: unknown"
    )

    def words(self) -> str:
        """The code, and the morphology that must agree."""
        return self.code + (f" with morphology {self.morphology}" if self.morphology else "")


class Condition(Rule):
    """Does, or did, the participant have a condition? Met means: has it. Use `not` for an
    exclusion.
    """

    kind: Literal["condition"]
    category: str = Field(description="MHCAT", examples=["OTHER MALIGNANCY"])
    codes: tuple[str, ...] = Field(
        (), description="ICD-10 prefixes; only a row with one of them counts"
    )
    histology: tuple[str, ...] = Field(
        (),
        description=(
            "ICD-O-3 prefixes; only a row with one of them, and of a malignant primary (/3), counts"
        ),
    )
    icd10: tuple[str, ...] | None = Field(
        None,
        description=(
            "ICD-10 prefixes that mean the condition in whatever category they stand; [] that no"
            " code does; left out: a code does not tell"
        ),
    )
    absence: Literal["unknown", "closed_world"] = Field(
        description=(
            "what no record means: unknown until its absence is declared (MHOCCUR = N), or absent"
        )
    )
    within_years: int | None = Field(
        None, gt=0, description="calendar years of diagnosis, treatment or end"
    )
    current: bool = Field(
        False, description="only as of the index date: one that ended before it is not present"
    )
    except_: tuple[NotCounted, ...] = Field(
        (), alias="except", description="conditions of the category that do not count"
    )
    same_disease: tuple[str, ...] = Field(
        (), description="ICD-10 prefixes that belong to the disease under study"
    )

    def without_data(self) -> Verdict:
        """Silence means what the protocol says it means."""
        return Verdict.NOT_MET if self.absence == "closed_world" else Verdict.UNKNOWN

    def words(self) -> str:
        """The condition, what counts as it, and what silence means."""
        silence = "unknown until declared" if self.absence == "unknown" else "silence means absent"
        return f"{''.join(self._phrases())} ({silence})"

    def _phrases(self) -> Iterator[str]:
        yield f"{'current ' if self.current else ''}{self.category.lower()}"
        if self.codes:
            yield f", coded {' or '.join(self.codes)}"
        if self.histology:
            yield f" with morphology {' or '.join(self.histology)}"
        if self.within_years:
            yield f" within {self.within_years} calendar years"
        if self.icd10:
            yield f" (wherever {', '.join(self.icd10)} stands)"
        if self.except_:
            yield f", except {' or '.join(excepted.words() for excepted in self.except_)}"
        if self.same_disease:
            yield f"; {', '.join(self.same_disease)} are the disease itself"
