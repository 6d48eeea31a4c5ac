"""What did RECIST 1.1 say at each visit? Compiled rules over the arrays of one subject.

Visit 0 is baseline. Days count from randomization (day 0). The rules of one visit are those of
`target_rules` and `overall_rules`; `assess_visits` at the end is the loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.assessments.recist import clauses
from equipoise.assessments.recist.overall_rules import (
    first_sight,
    is_assessable,
    overall_response,
)
from equipoise.assessments.recist.policy import LAST_SCAN, RecistPolicy
from equipoise.assessments.recist.target_rules import (
    CR,
    NE,
    NO_SUM,
    NO_TARGETS,
    NOT_EVALUATED,
    PD,
    PR,
    EarlierVisits,
    add_up,
    counted,
    is_disease,
    target_response,
)
from equipoise.compiled import njit
from equipoise.terms.response import NewLesion

UNEQUIVOCAL = int(NewLesion.UNEQUIVOCAL)


class VisitResults(NamedTuple):
    """One value per visit; index 0 is baseline."""

    response: Codes  # Response
    target: Codes  # Response, or NO_TARGETS
    sum: Ints  # thousandths of a millimeter; -1 when a target was not evaluated
    nadir_before: Ints  # smallest complete sum at earlier visits, baseline included; -1 none
    clause: Codes  # key of clauses.CLAUSES
    decided_by: Ints  # the visit that decided: nadir for PD by growth, baseline for PR, first sight
    decided_lesion: Ints  # the target that decided alone (missing, reappeared), or -1
    pd_day: Ints  # the day progression is dated on, or -1


class VisitAnswer(NamedTuple):
    """The answer for one visit."""

    response: int
    target: int
    clause: int
    decided_by: int
    decided_lesion: int


class Lesions(NamedTuple):
    """What each visit showed. `length` 0 gone, -1 not evaluated, -2 too small to measure."""

    length: Ints  # (visit, lesion), or with 0 lesions
    node: Codes  # (lesion,), 1 for lymph nodes (short axis), else 0
    nontarget: Codes  # (visit,), NonTarget
    new: Codes  # (visit,), NewLesion


class VisitDays(NamedTuple):
    """When each visit was, (visit,): its first and last scan, and the one that showed the new
    lesion, which is read only where there is one.
    """

    day: Ints
    last_day: Ints
    new_day: Ints


@njit(cache=True)
def judge_visit(v: int, seen: Lesions, memory: EarlierVisits, policy: RecistPolicy) -> VisitAnswer:
    """4.4.1 at visit `v`. A new lesion is looked at first: it is what progression is dated by."""
    target, why, decided, lesion = NO_TARGETS, NOWHERE, v, NOWHERE
    if seen.length.shape[1] > 0:
        target, why, decided, lesion = target_response(seen.length[v], seen.node, v, memory, policy)
    if seen.new[v] == UNEQUIVOCAL:
        first = first_sight(seen.new, v, policy)
        clause = clauses.PD_NEW_LESION if first == v else clauses.PD_NEW_LESION_BACKDATED
        return VisitAnswer(PD, target, clause, first, NOWHERE)
    response, clause = overall_response(
        target, why, int(seen.nontarget[v]), memory.cr_visit != NOWHERE, policy
    )
    if clause == why:
        return VisitAnswer(response, target, clause, decided, lesion)
    return VisitAnswer(
        response, target, clause, memory.cr_visit if clause == clauses.PD_AFTER_CR else v, NOWHERE
    )


@njit(cache=True)
def remember(
    memory: EarlierVisits, v: int, total: int, response: int, target: int
) -> EarlierVisits:
    """What visit `v` leaves behind. Only complete sums are nadirs; PD ends a partial response."""
    baseline, nadir, nadir_visit, pr_visit, cr_visit, deferred, was_gone = memory
    if v == 0:
        baseline = total
    if total != NO_SUM and (nadir == NO_SUM or total < nadir):
        nadir, nadir_visit = total, v
    if response == PD:
        pr_visit = NOWHERE
    elif pr_visit == NOWHERE and target in (PR, CR):
        pr_visit = v
    if cr_visit == NOWHERE and response == CR:
        cr_visit = v
    return EarlierVisits(baseline, nadir, nadir_visit, pr_visit, cr_visit, deferred, was_gone)


@njit(cache=True)
def put_off(memory: EarlierVisits, v: int, clause: int, target: int) -> EarlierVisits:
    """Note that visit `v` put off its answer about a node; normal nodes end the wait, a visit that
    could not tell does not.
    """
    baseline, nadir, nadir_visit, pr_visit, cr_visit, deferred, was_gone = memory
    if clause == clauses.NODE_DEFERRED:
        deferred = v
    elif target != NE:
        deferred = NOWHERE
    return EarlierVisits(baseline, nadir, nadir_visit, pr_visit, cr_visit, deferred, was_gone)


@njit(cache=True)
def note_gone(was_gone: Codes, row: Ints, node: Codes, policy: RecistPolicy) -> None:
    """Mark the targets that this visit found gone."""
    for lesion in range(row.shape[0]):
        length = int(row[lesion])
        if counted(length, policy) != NOT_EVALUATED and not is_disease(
            length, node[lesion] == 1, policy
        ):
            was_gone[lesion] = 1


@njit(cache=True)
def pd_dates(days: VisitDays, new: Codes, results: VisitResults, policy: RecistPolicy) -> None:
    """The day of each PD: of the scan that first showed the new lesion, else the declared scan of
    the visit.
    """
    for v in range(days.day.shape[0]):
        if results.response[v] != PD:
            continue
        if new[v] == UNEQUIVOCAL:
            results.pd_day[v] = days.new_day[results.decided_by[v]]
        elif results.clause[v] == clauses.PD_NODE_CONFIRMED:
            results.pd_day[v] = days.day[results.decided_by[v]]
        else:
            results.pd_day[v] = days.last_day[v] if policy.pd_scan == LAST_SCAN else days.day[v]


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


@njit(cache=True)
def nothing_seen(targets: int) -> EarlierVisits:
    """The memory before baseline."""
    return EarlierVisits(
        NO_SUM, NO_SUM, NOWHERE, NOWHERE, NOWHERE, NOWHERE, np.zeros(targets, np.int8)
    )


@njit(cache=True)
def assess_visit(
    v: int,
    assessable: bool,
    seen: Lesions,
    memory: EarlierVisits,
    r: VisitResults,
    policy: RecistPolicy,
) -> EarlierVisits:
    """RECIST 1.1 at visit `v`, after those before it: fills row `v` of `r` but for the day of PD,
    and marks in the memory what is gone.
    """
    r.nadir_before[v] = memory.nadir
    if not assessable:
        r.clause[v] = clauses.NOT_ASSESSABLE
        return memory
    total, missing = add_up(seen.length[v], policy)
    if seen.length.shape[1] > 0 and missing == NOWHERE:
        r.sum[v] = total
    if v > 0:
        answer = judge_visit(v, seen, memory, policy)
        r.response[v], r.target[v], r.clause[v], r.decided_by[v], r.decided_lesion[v] = answer
        note_gone(memory.was_gone, seen.length[v], seen.node, policy)
        memory = put_off(memory, v, int(r.clause[v]), int(r.target[v]))
    return remember(memory, v, int(r.sum[v]), int(r.response[v]), int(r.target[v]))


@njit(cache=True)
def assess_dated_visits(
    days: VisitDays, seen: Lesions, assessable_until: int, policy: RecistPolicy
) -> VisitResults:
    """RECIST 1.1 over all visits of one subject, where a visit may take several days;
    `assessable_until` is the day of new anticancer therapy or of resection of a target, or NEVER.
    """
    visits, targets = seen.length.shape
    r, memory = no_results(visits, targets), nothing_seen(targets)
    for v in range(visits):
        assessable = is_assessable(int(days.day[v]), assessable_until, policy)
        memory = assess_visit(v, assessable, seen, memory, r, policy)
    pd_dates(days, seen.new, r, policy)
    return r


@njit(cache=True)
def assess_visits(
    day: Ints, seen: Lesions, assessable_until: int, policy: RecistPolicy
) -> VisitResults:
    """As `assess_dated_visits`, for visits of one day each."""
    return assess_dated_visits(VisitDays(day, day, day), seen, assessable_until, policy)
