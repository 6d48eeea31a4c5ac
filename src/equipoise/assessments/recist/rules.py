"""What did RECIST 1.1 say at each visit? Compiled rules over the arrays of one subject.

Visit 0 is baseline. Lengths are whole tenths of a millimeter, so the inclusive limits are exact.
Days count from randomization (day 0). Each rule is a plain function, in the order of the paper;
`assess_visits` at the end is the loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.policy import ALWAYS, LAST_SCAN, RecistPolicy
from equipoise.compiled import njit
from equipoise.terms.response import NewLesion, NonTarget, Response

GONE, NOT_EVALUATED, TOO_SMALL = 0, -1, -2
"""Special values of `tenths`."""
NO_TARGETS = -1
"""`target[v]` when there was no measurable disease at baseline."""
NO_SUM = -1
"""`sum[v]` when a target was not evaluated; sums of the memory that there are not."""

NE, CR, PR, SD = int(Response.NE), int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD, PD = int(Response.NON_CR_NON_PD), int(Response.PD)
NT_NONE, NT_CR, NT_PRESENT = int(NonTarget.NONE), int(NonTarget.CR), int(NonTarget.NON_CR_NON_PD)
NT_PD, NT_NE = int(NonTarget.PD), int(NonTarget.NE)
UNEQUIVOCAL, EQUIVOCAL = int(NewLesion.UNEQUIVOCAL), int(NewLesion.EQUIVOCAL)


class VisitResults(NamedTuple):
    """One value per visit; index 0 is baseline."""

    response: Codes  # Response
    target: Codes  # Response, or NO_TARGETS
    sum: Ints  # tenths of a millimeter; -1 when a target was not evaluated
    nadir_before: Ints  # smallest complete sum at earlier visits, baseline included; -1 none
    clause: Codes  # key of clauses.CLAUSES
    decided_by: Ints  # the visit that decided: nadir for PD by growth, baseline for PR, first sight
    decided_lesion: Ints  # the target that decided alone (missing, reappeared), or -1
    pd_day: Ints  # the day progression is dated on, or -1


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


@njit(cache=True)
def came_back(row: Ints, node: Codes, was_gone: Codes, after_cr: bool, policy: RecistPolicy) -> int:
    """The target whose return is progression by itself, or -1."""
    for lesion in range(row.shape[0]):
        watched = after_cr or (policy.reappearance == ALWAYS and was_gone[lesion] == 1)
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


class Memory(NamedTuple):
    """What earlier visits left behind, for the target rule."""

    baseline: int  # sum, -1 incomplete
    nadir: int  # smallest complete sum, -1 none
    nadir_visit: int
    pr_visit: int  # since when the targets are in PR or CR without PD, -1 never
    cr_visit: int  # first overall CR, -1 never


@njit(cache=True)
def reference_sum(memory: Memory, policy: RecistPolicy) -> tuple[int, int]:
    """The sum growth is judged against, and the visit it was seen at."""
    if policy.pd_against_baseline:
        return memory.baseline, 0
    return memory.nadir, memory.nadir_visit


@njit(cache=True)
def since_cr(memory: Memory, visit: int) -> int:
    """The complete response that a returning lesion ends; without one, the visit itself."""
    return memory.cr_visit if memory.cr_visit >= 0 else visit


@njit(cache=True)
def incomplete_target(
    total: int, missing: int, back: int, visit: int, memory: Memory, policy: RecistPolicy
) -> tuple[int, int, int, int]:
    """4.4.2: a target was not evaluated. Missing lesions can only add, so measured ones may prove
    PD, never less.
    """
    reference, at = reference_sum(memory, policy)
    if policy.missing_target_may_prove_pd:
        if back != NOWHERE:
            return PD, clauses.PD_REAPPEARED, since_cr(memory, visit), back
        if reference >= 0 and has_grown(total, reference, policy):
            return PD, clauses.PD_MEASURED_PART, at, NOWHERE
    return NE, clauses.TARGET_NOT_EVALUATED, visit, missing


@njit(cache=True)
def target_response(
    row: Ints, node: Codes, was_gone: Codes, visit: int, memory: Memory, policy: RecistPolicy
) -> tuple[int, int, int, int]:
    """4.3.1 at one visit: response, clause, deciding visit, deciding lesion."""
    total, missing = add_up(row, policy)
    back = came_back(row, node, was_gone, memory.cr_visit >= 0, policy)
    if missing != NOWHERE:
        return incomplete_target(total, missing, back, visit, memory, policy)
    if not any_disease(
        row, node, policy
    ):  # before growth: a normal node is normal, however it changed
        return CR, clauses.CR, visit, NOWHERE
    if back != NOWHERE:
        return PD, clauses.PD_REAPPEARED, since_cr(memory, visit), back
    reference, at = reference_sum(memory, policy)
    if reference >= 0 and has_grown(total, reference, policy):
        return PD, clauses.PD_FROM_ZERO if reference == 0 else clauses.PD_SUM, at, NOWHERE
    if memory.baseline < 0:
        return NE, clauses.BASELINE_INCOMPLETE, 0, NOWHERE
    if has_shrunk(total, memory.baseline, policy):
        return PR, clauses.PR, 0, NOWHERE
    if memory.pr_visit >= 0 and policy.pr_stays_pr:
        return PR, clauses.PR_KEPT, memory.pr_visit, NOWHERE
    return SD, clauses.SD, at, NOWHERE


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


class VisitAnswer(NamedTuple):
    """The answer for one visit."""

    response: int
    target: int
    clause: int
    decided_by: int
    decided_lesion: int


@njit(cache=True)
def judge_visit(
    v: int,
    tenths: Ints,
    node: Codes,
    was_gone: Codes,
    nontarget: Codes,
    new: Codes,
    memory: Memory,
    policy: RecistPolicy,
) -> VisitAnswer:
    """4.4.1 at visit `v`. A new lesion is looked at first: it is what progression is dated by."""
    target, why, decided, lesion = NO_TARGETS, -1, v, NOWHERE
    if tenths.shape[1] > 0:
        target, why, decided, lesion = target_response(tenths[v], node, was_gone, v, memory, policy)
    if new[v] == UNEQUIVOCAL:
        seen = first_sight(new, v, policy)
        clause = clauses.PD_NEW_LESION if seen == v else clauses.PD_NEW_LESION_BACKDATED
        return VisitAnswer(PD, target, clause, seen, NOWHERE)
    response, clause = overall_response(
        target, why, int(nontarget[v]), memory.cr_visit >= 0, policy
    )
    if clause == why:
        return VisitAnswer(response, target, clause, decided, lesion)
    return VisitAnswer(
        response, target, clause, memory.cr_visit if clause == clauses.PD_AFTER_CR else v, NOWHERE
    )


@njit(cache=True)
def remember(memory: Memory, v: int, total: int, response: int, target: int) -> Memory:
    """What visit `v` leaves behind. Only complete sums are nadirs; PD ends a partial response."""
    baseline, nadir, nadir_visit, pr_visit, cr_visit = memory
    if v == 0:
        baseline = total
    if total >= 0 and (nadir < 0 or total < nadir):
        nadir, nadir_visit = total, v
    if response == PD:
        pr_visit = NOWHERE
    elif pr_visit < 0 and target in (PR, CR):
        pr_visit = v
    if cr_visit < 0 and response == CR:
        cr_visit = v
    return Memory(baseline, nadir, nadir_visit, pr_visit, cr_visit)


@njit(cache=True)
def note_gone(was_gone: Codes, row: Ints, node: Codes, policy: RecistPolicy) -> None:
    """Mark the targets that this visit found gone."""
    for lesion in range(row.shape[0]):
        tenths = int(row[lesion])
        if counted(tenths, policy) != NOT_EVALUATED and not is_disease(
            tenths, node[lesion] == 1, policy
        ):
            was_gone[lesion] = 1


@njit(cache=True)
def pd_dates(
    day: Ints,
    last_day: Ints,
    new_day: Ints,
    new: Codes,
    results: VisitResults,
    policy: RecistPolicy,
) -> None:
    """The day of each PD: of the scan that first showed the new lesion, else the declared scan of
    the visit.
    """
    for v in range(day.shape[0]):
        if results.response[v] != PD:
            continue
        if new[v] == UNEQUIVOCAL:
            results.pd_day[v] = new_day[results.decided_by[v]]
        else:
            results.pd_day[v] = last_day[v] if policy.pd_scan == LAST_SCAN else day[v]


@njit(cache=True)
def no_results(visits: int, targets: int) -> VisitResults:
    """Before anything is judged: not evaluable, decided by the visit itself."""
    return VisitResults(
        response=np.zeros(visits, np.int8),
        target=np.full(visits, NE if targets > 0 else NO_TARGETS, np.int8),
        sum=np.full(visits, NO_SUM, np.int32),
        nadir_before=np.full(visits, NO_SUM, np.int32),
        clause=np.zeros(visits, np.int8),
        decided_by=np.arange(visits).astype(np.int32),
        decided_lesion=np.full(visits, NOWHERE, np.int32),
        pd_day=np.full(visits, NEVER, np.int32),
    )


NOTHING_SEEN = Memory(NO_SUM, NO_SUM, 0, NOWHERE, NOWHERE)
"""The memory before baseline."""


@njit(cache=True)
def assess_visit(
    v: int,
    day: int,
    tenths: Ints,
    node: Codes,
    was_gone: Codes,
    nontarget: Codes,
    new: Codes,
    memory: Memory,
    assessable_until: int,
    r: VisitResults,
    policy: RecistPolicy,
) -> Memory:
    """RECIST 1.1 at visit `v`, after those before it: fills row `v` of `r` but for the day of PD,
    and `was_gone`.
    """
    r.nadir_before[v] = memory.nadir
    if not is_assessable(day, assessable_until, policy):
        r.clause[v] = clauses.NOT_ASSESSABLE
        return memory
    total, missing = add_up(tenths[v], policy)
    if tenths.shape[1] > 0 and missing == NOWHERE:
        r.sum[v] = total
    if v > 0:
        answer = judge_visit(v, tenths, node, was_gone, nontarget, new, memory, policy)
        r.response[v], r.target[v], r.clause[v], r.decided_by[v], r.decided_lesion[v] = answer
        note_gone(was_gone, tenths[v], node, policy)
    return remember(memory, v, int(r.sum[v]), int(r.response[v]), int(r.target[v]))


@njit(cache=True)
def assess_dated_visits(
    day: Ints,
    last_day: Ints,
    new_day: Ints,
    tenths: Ints,
    node: Codes,
    nontarget: Codes,
    new: Codes,
    assessable_until: int,
    policy: RecistPolicy,
) -> VisitResults:
    """RECIST 1.1 over all visits of one subject, where a visit may take several days.

    Args:
        day, last_day: first and last scan of each visit, [v].
        new_day: the scan that showed the new lesion, [v]; read only where `new` is not NONE.
        tenths: [v, lesion], or with 0 lesions; 0 gone, -1 not evaluated, -2 too small to measure.
        node: [lesion], 1 for lymph nodes (short axis), else 0.
        nontarget, new: [v], NonTarget and NewLesion.
        assessable_until: day of new anticancer therapy or of resection of a target, or -1.

    """
    visits, targets = tenths.shape
    r = no_results(visits, targets)
    memory, was_gone = NOTHING_SEEN, np.zeros(targets, np.int8)
    for v in range(visits):
        memory = assess_visit(
            v,
            int(day[v]),
            tenths,
            node,
            was_gone,
            nontarget,
            new,
            memory,
            assessable_until,
            r,
            policy,
        )
    pd_dates(day, last_day, new_day, new, r, policy)
    return r


@njit(cache=True)
def assess_visits(
    day: Ints,
    tenths: Ints,
    node: Codes,
    organ: Ints,
    nontarget: Codes,
    new: Codes,
    assessable_until: int,
    policy: RecistPolicy,
) -> VisitResults:
    """As `assess_dated_visits`, for visits of one day each; `organ` counts only when targets are
    chosen.
    """
    return assess_dated_visits(
        day, day, day, tenths, node, nontarget, new, assessable_until, policy
    )
