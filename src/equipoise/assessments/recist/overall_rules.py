"""What is the overall response of one visit? RECIST 1.1 Tables 1 and 2, compiled."""

from __future__ import annotations

from equipoise.arrays import Codes
from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.target_rules import CR, NE, NO_TARGETS, PD, PR, SD
from equipoise.compiled import njit
from equipoise.terms.response import NewLesion, NonTarget, Response

NON_CR_NON_PD = int(Response.NON_CR_NON_PD)
NT_NONE, NT_CR, NT_PRESENT = int(NonTarget.NONE), int(NonTarget.CR), int(NonTarget.NON_CR_NON_PD)
NT_PD, NT_NE = int(NonTarget.PD), int(NonTarget.NE)
EQUIVOCAL = int(NewLesion.EQUIVOCAL)


@njit(cache=True)
def without_targets(nontarget: int) -> tuple[int, int]:
    """Table 2: patients with non-target disease only; PD and new lesions are decided before."""
    if nontarget == NT_CR:
        return CR, clauses.ONLY_NON_TARGET_CR
    if nontarget == NT_PRESENT:
        return NON_CR_NON_PD, clauses.ONLY_NON_TARGET_PRESENT
    if nontarget == NT_NONE:
        return NE, clauses.NO_DISEASE_AT_BASELINE
    return NE, clauses.ONLY_NON_TARGET_NOT_EVALUATED


@njit(cache=True)
def with_targets(target: int, clause: int, nontarget: int) -> tuple[int, int]:
    """Table 1 without its PD rows: only a CR of the targets depends on the rest."""
    if target == CR and nontarget == NT_PRESENT:
        return PR, clauses.CR_BUT_NON_TARGET_LEFT
    if target == CR and nontarget == NT_NE:
        return PR, clauses.CR_BUT_NON_TARGET_NOT_EVALUATED
    return target, clause


@njit(cache=True)
def first_sight(new: Codes, visit: int, policy: RecistPolicy) -> int:
    """4.3.5: the visit a new lesion was first seen at, when it was equivocal at every visit in
    between.
    """
    seen = visit
    while policy.new_lesion_dated_at_first_sight and seen > 1 and new[seen - 1] == EQUIVOCAL:
        seen -= 1
    return seen


@njit(cache=True)
def shows_disease(response: int) -> bool:
    """Disease was seen and did not progress: after a complete response it is there again."""
    return response in (PR, SD, NON_CR_NON_PD)


@njit(cache=True)
def is_seen_again(target: int, nontarget: int) -> bool:
    """After a CR: disease that was seen, as distinct from lesions that were not evaluated. Of the
    overall response alone it cannot be told: PR stands there also for non-targets not evaluated.
    """
    return shows_disease(target) or nontarget == NT_PRESENT


@njit(cache=True)
def overall_response(
    target: int, clause: int, nontarget: int, after_cr: bool, policy: RecistPolicy
) -> tuple[int, int]:
    """Tables 1 and 2 for a visit without an unequivocal new lesion."""
    if target == PD:
        return PD, clause
    if nontarget == NT_PD:
        return PD, clauses.PD_NON_TARGET
    if after_cr and policy.disease_after_cr_is_pd and is_seen_again(target, nontarget):
        return PD, clauses.PD_AFTER_CR
    if target == NO_TARGETS:
        return without_targets(nontarget)
    return with_targets(target, clause, nontarget)


@njit(cache=True)
def is_before_therapy(day: int, therapy_day: int) -> bool:
    """A scan on the day the new therapy starts was made before it; -1 stands for no such day."""
    return therapy_day < 0 or day <= therapy_day


@njit(cache=True)
def is_assessable(day: int, assessable_until: int, policy: RecistPolicy) -> bool:
    """Whether a scan can be assessed at all."""
    return not policy.therapy_ends_assessability or is_before_therapy(day, assessable_until)
