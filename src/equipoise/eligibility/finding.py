"""How is a criterion answered? A verdict with its reason, its evidence, and what would settle an
open question.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.protocol.criteria import Rule
from equipoise.subject.records import Source
from equipoise.terms.verdict import Reason, Verdict

ADVICE = {
    Reason.NO_RESULT: "obtain and enter the result",
    Reason.OUTSIDE_WINDOW: "repeat it inside the window",
    Reason.UNIT_UNKNOWN: "correct the unit of the entry",
    Reason.VALUE_UNREADABLE: "correct the entry, or repeat the test",
    Reason.NO_ULN: "enter the upper limit of normal of that laboratory beside the value",
    Reason.QC_FAILED: "draw and test a new sample",
    Reason.LOD_TOO_HIGH: "repeat with an assay that reaches the required limit of detection",
    Reason.NOT_COVERED: "repeat with an assay that covers every codon of the panel",
    Reason.NOT_INFORMATIVE: "show tumor DNA in the sample, or draw a new one",
    Reason.NOT_ATTESTED: "an investigator answers the question, with date",
    Reason.NOT_DECLARED: "ask, and enter whether the condition is present (Y or N)",
    Reason.PARTIAL_DATE: "complete the date",
    Reason.NOT_CLASSIFIED: "enter the code, class or morphology",
    Reason.NOT_CODED: "correct the coded value to one of its list",
    Reason.CONTRADICTION: "find out which holds, and correct the other",
    Reason.IMPLAUSIBLE: "a slip of the unit or of the hand? Correct the entry, or repeat the test",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one criterion or to a part of it."""

    id: str
    verdict: Verdict
    detail: str
    evidence: tuple[Source, ...] = ()
    reason: Reason | None = None
    parts: tuple[Finding, ...] = ()

    @property
    def open_parts(self) -> tuple[Finding, ...]:
        """The innermost parts that are as this finding is: what decided it."""
        if not self.parts:
            return (self,)
        same = [part for part in self.parts if part.verdict is self.verdict]
        return tuple(inner for part in same or self.parts for inner in part.open_parts)

    @property
    def advice(self) -> str:
        """What to do about an unknown, or nothing."""
        todo = [ADVICE[part.reason] for part in self.open_parts if part.reason]
        return "; ".join(dict.fromkeys(todo)) if self.verdict is Verdict.UNKNOWN else ""


def decided(rule: Rule, holds: bool, detail: str, *evidence: Source) -> Finding:
    """The records settle it."""
    return Finding(rule.kind, Verdict.MET if holds else Verdict.NOT_MET, detail, evidence)


def unknown(rule: Rule, reason: Reason, detail: str, *evidence: Source) -> Finding:
    """The records leave it open, for a reason."""
    return Finding(rule.kind, Verdict.UNKNOWN, detail, evidence, reason)
