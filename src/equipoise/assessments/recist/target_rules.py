"""What do the target lesions say at one visit? RECIST 1.1 4.3.1 and 4.3.2, compiled.

Lengths are whole thousandths of a millimeter, so the inclusive limits are exact. Each rule is a
plain function, in the order of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.arrays import NOWHERE, Codes, Ints
from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.policy import ALWAYS, RecistPolicy
from equipoise.compiled import njit
from equipoise.terms.response import Response

GONE, NOT_EVALUATED, TOO_SMALL = 0, -1, -2
"""Special values of `length`."""
NO_TARGETS = -1
"""`target[v]` when there was no measurable disease at baseline."""
NO_SUM = -1
"""`sum[v]` when a target was not evaluated; sums of the memory that there are not."""

NE, CR, PR, SD = int(Response.NE), int(Response.CR), int(Response.PR), int(Response.SD)
PD = int(Response.PD)


@njit(cache=True)
def counted(length: int, policy: RecistPolicy) -> int:
    """4.3.2: what a lesion adds to the sum; "too small to measure" counts 5 mm."""
    if length != TOO_SMALL:
        return length
    return policy.too_small_um if policy.too_small_takes_default else NOT_EVALUATED


@njit(cache=True)
def add_up(row: Ints, policy: RecistPolicy) -> tuple[int, int]:
    """4.3.1: the sum of what was evaluated, and the first target that was not (-1: all were)."""
    total, missing = 0, NOWHERE
    for lesion in range(row.shape[0]):
        length = counted(int(row[lesion]), policy)
        if length != NOT_EVALUATED:
            total += length
        elif missing == NOWHERE:
            missing = lesion
    return total, missing


@njit(cache=True)
def is_disease(length: int, node: bool, policy: RecistPolicy) -> bool:
    """3.1, 4.3.1: something is seen, and a node is not normal. What was not evaluated is not
    seen.
    """
    if length == TOO_SMALL and not node:
        return True  # faint, yet there, whatever it adds to the sum
    length = counted(length, policy)
    if node and policy.nodes_below_normal_are_gone:
        return length >= policy.node_normal_um
    return length > 0


@njit(cache=True)
def reaches(part: int, limit: int, policy: RecistPolicy) -> bool:
    """Limits are met when they are reached; the switch asks for more than that."""
    return part >= limit if policy.bounds_inclusive else part > limit


@njit(cache=True)
def has_grown(total: int, nadir: int, policy: RecistPolicy) -> bool:
    """4.3.1 PD: +20 % and +5 mm. From a nadir of 0 every percentage is met."""
    grown = total - nadir
    if nadir == 0 and not policy.nadir_zero_needs_pd_mm:
        return grown > 0
    if nadir == 0:
        return reaches(grown, policy.pd_um, policy)
    return reaches(grown * 100, policy.pd_percent * nadir, policy) and reaches(
        grown, policy.pd_um, policy
    )


@njit(cache=True)
def has_shrunk(total: int, baseline: int, policy: RecistPolicy) -> bool:
    """4.3.1 PR: -30 % of the baseline sum."""
    return reaches((baseline - total) * 100, policy.pr_percent * baseline, policy)


class EarlierVisits(NamedTuple):
    """What earlier visits left behind, for the target rule."""

    baseline: int  # sum, -1 incomplete
    nadir: int  # smallest complete sum, -1 none
    nadir_visit: int
    pr_visit: int  # since when the targets are in PR or CR without PD, -1 never
    cr_visit: int  # first overall CR, -1 never
    deferred_visit: int  # at which a node was over normal again and had to wait, -1 none
    was_gone: Codes  # (lesion,), 1 for a target that an earlier visit found gone


@njit(cache=True)
def came_back(row: Ints, node: Codes, memory: EarlierVisits, policy: RecistPolicy) -> int:
    """The target whose return is progression by itself, or -1."""
    for lesion in range(row.shape[0]):
        watched = memory.cr_visit != NOWHERE or (
            policy.reappearance == ALWAYS and memory.was_gone[lesion] == 1
        )
        if watched and is_disease(int(row[lesion]), node[lesion] == 1, policy):
            return lesion
    return NOWHERE


@njit(cache=True)
def reference_sum(memory: EarlierVisits, policy: RecistPolicy) -> tuple[int, int]:
    """The sum growth is judged against, and the visit it was seen at."""
    if policy.pd_against_baseline:
        return memory.baseline, 0
    return memory.nadir, memory.nadir_visit


@njit(cache=True)
def only_nodes_back(row: Ints, node: Codes, memory: EarlierVisits, policy: RecistPolicy) -> bool:
    """Whether nothing is seen but nodes that are no longer normal, and by less than PD asks: after
    a complete response that waits for the next assessment (EORTC).
    """
    if not policy.nodal_return_is_deferred:
        return False
    for lesion in range(row.shape[0]):
        if node[lesion] == 0 and is_disease(int(row[lesion]), False, policy):
            return False
    total, _ = add_up(row, policy)
    reference, _ = reference_sum(memory, policy)
    return reference == NO_SUM or not has_grown(total, reference, policy)


@njit(cache=True)
def any_disease(row: Ints, node: Codes, policy: RecistPolicy) -> bool:
    """Whether any target is still seen."""
    seen = False
    for lesion in range(row.shape[0]):
        seen = seen or is_disease(int(row[lesion]), node[lesion] == 1, policy)
    return seen


@njit(cache=True)
def since_cr(memory: EarlierVisits, visit: int) -> int:
    """The complete response that a returning lesion ends; without one, the visit itself."""
    return memory.cr_visit if memory.cr_visit != NOWHERE else visit


@njit(cache=True)
def seen_again(
    row: Ints, node: Codes, visit: int, back: int, memory: EarlierVisits, policy: RecistPolicy
) -> tuple[int, int, int, int]:
    """A target that was gone is back: progression, but for a node that may wait."""
    if not only_nodes_back(row, node, memory, policy):
        return PD, clauses.PD_REAPPEARED, since_cr(memory, visit), back
    if memory.deferred_visit == NOWHERE:
        return CR, clauses.NODE_DEFERRED, visit, back
    return PD, clauses.PD_NODE_CONFIRMED, memory.deferred_visit, back


@njit(cache=True)
def incomplete_target(
    row: Ints, node: Codes, visit: int, memory: EarlierVisits, policy: RecistPolicy
) -> tuple[int, int, int, int]:
    """4.4.2: a target was not evaluated. Missing lesions can only add, so measured ones may prove
    PD, never less; and only disease grows, a node that is normal does not.
    """
    total, missing = add_up(row, policy)
    if policy.missing_target_may_prove_pd and any_disease(row, node, policy):
        back = came_back(row, node, memory, policy)
        if back != NOWHERE:
            answer = seen_again(row, node, visit, back, memory, policy)
            if answer[0] == PD:
                return answer
        reference, at = reference_sum(memory, policy)
        if reference != NO_SUM and has_grown(total, reference, policy):
            return PD, clauses.PD_MEASURED_PART, at, NOWHERE
    return NE, clauses.TARGET_NOT_EVALUATED, visit, missing


@njit(cache=True)
def target_response(
    row: Ints, node: Codes, visit: int, memory: EarlierVisits, policy: RecistPolicy
) -> tuple[int, int, int, int]:
    """4.3.1 at one visit: response, clause, deciding visit, deciding lesion."""
    total, missing = add_up(row, policy)
    if missing != NOWHERE:
        return incomplete_target(row, node, visit, memory, policy)
    # Before growth: a normal node is normal, however it changed.
    if not any_disease(row, node, policy):
        return CR, clauses.CR, visit, NOWHERE
    back = came_back(row, node, memory, policy)
    if back != NOWHERE:
        return seen_again(row, node, visit, back, memory, policy)
    reference, at = reference_sum(memory, policy)
    if reference != NO_SUM and has_grown(total, reference, policy):
        return PD, clauses.PD_FROM_ZERO if reference == 0 else clauses.PD_SUM, at, NOWHERE
    if memory.baseline == NO_SUM:
        return NE, clauses.BASELINE_INCOMPLETE, 0, NOWHERE
    if has_shrunk(total, memory.baseline, policy):
        return PR, clauses.PR, 0, NOWHERE
    if memory.pr_visit != NOWHERE and policy.pr_stays_pr:
        return PR, clauses.PR_KEPT, memory.pr_visit, NOWHERE
    return SD, clauses.SD, at, NOWHERE
