"""Which clause of the guideline decided? The codes that the compiled rules return, with reference
and sentence.
"""

from __future__ import annotations

from typing import NamedTuple

BASELINE = 0
CR = 1
CR_BUT_NON_TARGET_LEFT = 2
CR_BUT_NON_TARGET_NOT_EVALUATED = 3
PR = 4
SD = 5
TARGET_NOT_EVALUATED = 6
PD_SUM = 7
PD_NON_TARGET = 8
PD_NEW_LESION = 9
PR_KEPT = 10
PD_MEASURED_PART = 11
PD_REAPPEARED = 12
PD_FROM_ZERO = 13
PD_AFTER_CR = 14
PD_NEW_LESION_BACKDATED = 15
ONLY_NON_TARGET_CR = 16
ONLY_NON_TARGET_PRESENT = 17
ONLY_NON_TARGET_NOT_EVALUATED = 18
NOT_ASSESSABLE = 19
BASELINE_INCOMPLETE = 20
NO_DISEASE_AT_BASELINE = 21
NODE_DEFERRED = 22
PD_NODE_CONFIRMED = 23


class Clause(NamedTuple):
    """Where the rule stands, and what it says in one sentence."""

    reference: str
    sentence: str


CLAUSES: dict[int, Clause] = {
    BASELINE: Clause("RECIST 1.1 3.2", "baseline: the reference, not a response"),
    CR: Clause(
        "RECIST 1.1 Table 1 row 1",
        "all targets gone, nodes normal, no non-target disease left, no new lesion",
    ),
    CR_BUT_NON_TARGET_LEFT: Clause(
        "RECIST 1.1 Table 1 row 2", "targets in CR but non-target disease persists"
    ),
    CR_BUT_NON_TARGET_NOT_EVALUATED: Clause(
        "RECIST 1.1 Table 1 row 3", "targets in CR but non-target lesions were not all evaluated"
    ),
    PR: Clause(
        "RECIST 1.1 Table 1 row 4, 4.3.1", "the sum is smaller than at baseline by the limit for PR"
    ),
    SD: Clause(
        "RECIST 1.1 Table 1 row 5, 4.3.1",
        "neither PR against baseline nor PD against the smallest sum",
    ),
    TARGET_NOT_EVALUATED: Clause(
        "RECIST 1.1 Table 1 row 6, 4.4.2",
        "a target was not evaluated and the measured ones do not prove PD",
    ),
    PD_SUM: Clause(
        "RECIST 1.1 Table 1 row 7, 4.3.1",
        "the sum grew over the smallest sum on study by both limits for PD",
    ),
    PD_NON_TARGET: Clause(
        "RECIST 1.1 Table 1 row 8, 4.3.4", "unequivocal progression of non-target disease"
    ),
    PD_NEW_LESION: Clause("RECIST 1.1 Table 1 row 9, 4.3.5", "an unequivocal new lesion"),
    PR_KEPT: Clause(
        "EORTC RECIST clarification: managing PR",
        "PR was reached before and PD is not met: PR continues",
    ),
    PD_MEASURED_PART: Clause(
        "RECIST 1.1 4.4.2", "a target was not evaluated, but the measured ones alone prove PD"
    ),
    PD_REAPPEARED: Clause(
        "EORTC RECIST clarification: new lesions", "a target that was gone is seen again"
    ),
    PD_FROM_ZERO: Clause(
        "RECIST 1.1 4.3.1", "the smallest sum was 0 and the sum grew by the limit for PD"
    ),
    PD_AFTER_CR: Clause("RECIST 1.1 Table 3 note a", "disease is seen after a complete response"),
    PD_NEW_LESION_BACKDATED: Clause(
        "RECIST 1.1 4.3.5",
        "an equivocal new lesion is confirmed; progression is dated at its first sight",
    ),
    ONLY_NON_TARGET_CR: Clause(
        "RECIST 1.1 Table 2 row 1", "no targets; non-target disease is gone"
    ),
    ONLY_NON_TARGET_PRESENT: Clause(
        "RECIST 1.1 Table 2 row 2", "no targets; non-target disease persists"
    ),
    ONLY_NON_TARGET_NOT_EVALUATED: Clause(
        "RECIST 1.1 Table 2 row 3", "no targets; non-target lesions were not all evaluated"
    ),
    NOT_ASSESSABLE: Clause(
        "protocol: end of assessability",
        "after new anticancer therapy or resection of a target nothing can be assessed",
    ),
    BASELINE_INCOMPLETE: Clause(
        "RECIST 1.1 4.4.2", "the sum at baseline is incomplete, so there is no reference"
    ),
    NODE_DEFERRED: Clause(
        "EORTC RECIST FAQ: nodes after CR",
        "only a node is no longer normal, and grew by less than PD asks: the next scan decides",
    ),
    PD_NODE_CONFIRMED: Clause(
        "EORTC RECIST FAQ: nodes after CR",
        "a node was no longer normal at two assessments; progression is dated at the first",
    ),
    NO_DISEASE_AT_BASELINE: Clause(
        "RECIST 1.1 4.4.1", "there was no disease at baseline: only a new lesion can be judged"
    ),
}
