"""By which clause did the targets alone get their response? For comparison with one that others
report.
"""

from __future__ import annotations

from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.rules import VisitResults
from equipoise.assessments.recist.target_rules import NO_SUM, has_grown, has_shrunk
from equipoise.terms.response import NonTarget, Response

NON_TARGET_CLAUSE = {
    NonTarget.CR: clauses.Clause("RECIST 1.1 4.3.3", "all non-target lesions gone, nodes normal"),
    NonTarget.NON_CR_NON_PD: clauses.Clause(
        "RECIST 1.1 4.3.3", "non-target disease persists without progression"
    ),
    NonTarget.PD: clauses.Clause(
        "RECIST 1.1 4.3.4", "unequivocal progression of non-target disease"
    ),
    NonTarget.NE: clauses.Clause("RECIST 1.1 4.4.2", "a non-target lesion was not evaluated"),
    NonTarget.NONE: clauses.Clause("RECIST 1.1 4.3.3", "no non-target disease at baseline"),
}


def target_clause(results: VisitResults, visit: int, policy: RecistPolicy) -> clauses.Clause:
    """The clause of `results.target[visit]` (RECIST 1.1 4.3.1), whatever decided the overall
    response.
    """
    target, total = int(results.target[visit]), int(results.sum[visit])
    baseline = int(results.sum[0])
    nadir = baseline if policy.pd_against_baseline else int(results.nadir_before[visit])
    if int(results.clause[visit]) == clauses.NOT_ASSESSABLE:
        return clauses.CLAUSES[clauses.NOT_ASSESSABLE]
    if target == Response.PD:
        return clauses.CLAUSES[_progression(total, nadir, policy)]
    if target == Response.PR:
        return clauses.CLAUSES[
            clauses.PR if has_shrunk(total, baseline, policy) else clauses.PR_KEPT
        ]
    if target == Response.NE:
        return clauses.CLAUSES[
            clauses.BASELINE_INCOMPLETE if total != NO_SUM else clauses.TARGET_NOT_EVALUATED
        ]
    return clauses.CLAUSES[clauses.CR if target == Response.CR else clauses.SD]


def _progression(total: int, nadir: int, policy: RecistPolicy) -> int:
    if total == NO_SUM:
        return clauses.PD_MEASURED_PART
    if nadir == NO_SUM or not has_grown(total, nadir, policy):
        return clauses.PD_REAPPEARED
    return clauses.PD_FROM_ZERO if nadir == 0 else clauses.PD_SUM
