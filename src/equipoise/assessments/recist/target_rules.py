"""What do the target lesions say at one visit? RECIST 1.1 4.3.1 and 4.3.2, compiled.

Lengths are whole tenths of a millimeter, so the inclusive limits are exact. Each rule is a plain
function, in the order of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.arrays import NOWHERE, Codes, Ints
from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.policy import ALWAYS, RecistPolicy
from equipoise.compiled import njit
from equipoise.terms.response import Response

GONE, NOT_EVALUATED, TOO_SMALL = 0, -1, -2
"""Special values of `tenths`."""
NO_TARGETS = -1
"""`target[v]` when there was no measurable disease at baseline."""
NO_SUM = -1
"""`sum[v]` when a target was not evaluated; sums of the memory that there are not."""

NE, CR, PR, SD = int(Response.NE), int(Response.CR), int(Response.PR), int(Response.SD)
PD = int(Response.PD)


@njit(cache=True)
def counted(tenths: int, policy: RecistPolicy) -> int:
    """4.3.2: what a lesion adds to the sum; "too small to measure" counts 5 mm."""
    if tenths != TOO_SMALL:
        return tenths
    return policy.too_small_tenths if policy.too_small_takes_default else NOT_EVALUATED


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
def is_disease(tenths: int, node: bool, policy: RecistPolicy) -> bool:
    """3.1, 4.3.1: something is seen, and a node is not normal. What was not evaluated is not
    seen.
    """
    if tenths == TOO_SMALL and not node:
        return True  # faint, yet there, whatever it adds to the sum
    length = counted(tenths, policy)
    if node and policy.nodes_below_normal_are_gone:
        return length >= policy.node_normal_tenths
    return length > 0


@njit(cache=True)
def reaches(part: int, limit: int, policy: RecistPolicy) -> bool:
    """Limits are met when they are reached; the switch asks for more than that."""
    return part >= limit if policy.bounds_inclusive else part > limit


@njit(cache=True)
def has_grown(total: int, nadir: int, policy: RecistPolicy) -> bool:
    """4.3.1 PD: +20 % and +5 mm. From a nadir of 0 every percentage is met."""
    grown = total - nadir
    if nadir == 0 and not policy.nadir_zero_needs_pd_tenths:
        return grown > 0
    if nadir == 0:
        return reaches(grown, policy.pd_tenths, policy)
    return reaches(grown * 100, policy.pd_percent * nadir, policy) and reaches(
        grown, policy.pd_tenths, policy
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
def any_disease(row: Ints, node: Codes, policy: RecistPolicy) -> bool:
    """Whether any target is still seen."""
    seen = False
    for lesion in range(row.shape[0]):
        seen = seen or is_disease(int(row[lesion]), node[lesion] == 1, policy)
    return seen


@njit(cache=True)
def reference_sum(memory: EarlierVisits, policy: RecistPolicy) -> tuple[int, int]:
    """The sum growth is judged against, and the visit it was seen at."""
    if policy.pd_against_baseline:
        return memory.baseline, 0
    return memory.nadir, memory.nadir_visit


@njit(cache=True)
def since_cr(memory: EarlierVisits, visit: int) -> int:
    """The complete response that a returning lesion ends; without one, the visit itself."""
    return memory.cr_visit if memory.cr_visit != NOWHERE else visit


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
            return PD, clauses.PD_REAPPEARED, since_cr(memory, visit), back
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
        return PD, clauses.PD_REAPPEARED, since_cr(memory, visit), back
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
