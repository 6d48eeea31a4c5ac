"""What can a question about a participant be answered with? Met, not met or unknown, and why
unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Verdict(Enum):
    """A three-valued answer (Kleene's strong logic). *Met* always means: does not block entry."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    def negate(self) -> Verdict:
        """Not-unknown stays unknown."""
        return {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}.get(self, self)


class Reason(Enum):
    """Why an answer is unknown."""

    NO_RESULT = "no_result"
    OUTSIDE_WINDOW = "outside_window"
    UNIT_UNKNOWN = "unit_unknown"
    VALUE_UNREADABLE = "value_unreadable"
    NO_ULN = "no_uln"
    QC_FAILED = "qc_failed"
    LOD_TOO_HIGH = "lod_too_high"
    NOT_COVERED = "not_covered"
    NOT_INFORMATIVE = "not_informative"
    NOT_ATTESTED = "not_attested"
    NOT_DECLARED = "not_declared"
    PARTIAL_DATE = "partial_date"
    NOT_CLASSIFIED = "not_classified"
    NOT_CODED = "not_coded"
    CONTRADICTION = "contradiction"
    IMPLAUSIBLE = "implausible"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's *and*: one not met decides, else one unknown leaves it open."""
    seen = set(verdicts)
    if Verdict.NOT_MET in seen:
        return Verdict.NOT_MET
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.MET


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene's *or*: one met decides, else one unknown leaves it open. Of nothing, nothing is
    met.
    """
    return all_of(verdict.negate() for verdict in verdicts).negate()
