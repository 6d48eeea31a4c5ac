"""How do single responses become the best one? Compiled rules over one subject's assessments.

Input are the overall responses of one subject after baseline, in order of time: `day` (days since
randomization), `response` (terms.response.Response) and `pd_day`, the day each PD is dated on.
RECIST 1.1 4.4.3, 4.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.assessments.recist.overall_rules import is_before_therapy, shows_disease
from equipoise.compiled import njit
from equipoise.terms.response import Response

CR_WAS_TRUE, CR_WAS_PR, AS_RECORDED = 0, 1, 2
AFTER_CR = ("CR_WAS_TRUE", "CR_WAS_PR", "AS_RECORDED")
"""`after_cr`, RECIST Table 3 note a: disease after CR is PD; or the CR is changed to PR; or neither
is touched."""
NE, CR, PR, SD = int(Response.NE), int(Response.CR), int(Response.PR), int(Response.SD)
NON_CR_NON_PD, PD = int(Response.NON_CR_NON_PD), int(Response.PD)


class ResponsePolicy(NamedTuple):
    """How single responses become one; declared by the protocol, without defaults."""

    sd_min_days: int  # stable disease needs a response this many days after randomization, or later
    confirmation_min_days: int  # between a response and the scan that confirms it
    intervening_ne_allowed: int  # how many NE may stand between the two
    intervening_sd_allowed: bool  # whether SD may stand between PR and its confirmation
    after_cr: int  # CR_WAS_TRUE, CR_WAS_PR or AS_RECORDED
    therapy_ends_response: bool  # nothing after the start of new anticancer therapy counts


WHY = {
    0: "no response assessment counts",
    1: "complete response, before progression",
    2: "partial response, before progression",
    3: "stable disease, or better without confirmation, for the minimum duration",
    4: "neither CR nor PD of non-target disease for the minimum duration",
    5: "progression; control only before the minimum duration of stable disease",
    6: "never evaluable for the minimum duration of stable disease, and no progression",
    7: "complete response confirmed by a later complete response",
    8: "partial response or better confirmed by a later one",
    9: (
        "disease after a complete response is progression, before the minimum duration of stable"
        " disease"
    ),
    10: "progression at the first assessment; no stable disease before",
    11: "progression; nothing before it could be evaluated",
}
"""Sentences for the reasons that the compiled rules return."""


class Best(NamedTuple):
    """What a compiled rule returns: response, deciding visit, confirming visit, key of WHY."""

    response: int
    at: int
    confirmed_by: int
    why: int


@njit(cache=True)
def counts_as(response: int, counted: int) -> bool:
    """Whether a response is one of those counted, a sum of `mask_of`."""
    return (counted >> response) & 1 == 1


def mask_of(responses: Iterable[int]) -> int:
    """A set of responses as one number, a bit for each."""
    return sum({1 << int(response) for response in responses})


RESPONDED = mask_of((CR, PR))
CONTROLLED = mask_of((CR, PR, SD, NON_CR_NON_PD))
"""What is a response, and what is control of disease, where no protocol says otherwise."""


@njit(cache=True)
def is_counted(day: int, therapy_day: int, policy: ResponsePolicy) -> bool:
    """Whether an assessment counts, or new therapy had begun."""
    return not policy.therapy_ends_response or is_before_therapy(day, therapy_day)


@njit(cache=True)
def last_counted(day: Ints, therapy_day: int, policy: ResponsePolicy) -> int:
    """How many assessments count, in order of time."""
    counted = 0
    for scan in day:
        counted += 1 if is_counted(int(scan), therapy_day, policy) else 0
    return counted


@njit(cache=True)
def disease_after_cr(response: Codes, counted: int) -> tuple[int, int]:
    """Table 3 note a: the first complete response, and the first assessment after it that shows
    disease without being PD. Both NOWHERE when nothing is seen again, or progression comes first.
    """
    cr = NOWHERE
    for i in range(counted):
        if response[i] == PD:
            break
        if cr != NOWHERE and shows_disease(int(response[i])):
            return cr, i
        if cr == NOWHERE and response[i] == CR:
            cr = i
    return NOWHERE, NOWHERE


@njit(cache=True)
def first_of(response: Codes, wanted: int, end: int) -> int:
    """The first assessment with this response before `end`, or -1."""
    for i in range(end):
        if response[i] == wanted:
            return i
    return NOWHERE


@njit(cache=True)
def progression(day: Ints, response: Codes, therapy_day: int, policy: ResponsePolicy) -> int:
    """The first assessment that shows progression, or -1."""
    counted = last_counted(day, therapy_day, policy)
    _, again = disease_after_cr(response, counted)
    if policy.after_cr == CR_WAS_TRUE and again != NOWHERE:
        return again
    return first_of(response, PD, counted)


@njit(cache=True)
def before_progression(
    day: Ints, response: Codes, pd_day: Ints, therapy_day: int, policy: ResponsePolicy
) -> int:
    """How many assessments come before progression, also before the day a confirmed new lesion
    dates it back to.
    """
    end = last_counted(day, therapy_day, policy)
    first = progression(day, response, therapy_day, policy)
    if first == NOWHERE:
        return end
    while first > 0 and pd_day[first] != NEVER and day[first - 1] >= pd_day[first]:
        first -= 1
    return first


@njit(cache=True)
def why_progressed(response: Codes, end: int, progressed: int) -> int:
    """The key of WHY for progression without control of disease for the minimum duration."""
    if response[progressed] != PD:
        return 9
    if end == 0:
        return 10
    for i in range(end):
        if response[i] != NE:
            return 5
    return 11


@njit(cache=True)
def without_response(
    day: Ints, response: Codes, end: int, progressed: int, counted: int, policy: ResponsePolicy
) -> Best:
    """4.4.3: SD when something at least as good came late enough, else PD when it follows, else
    NE.
    """
    for i in range(end):
        if day[i] >= policy.sd_min_days and response[i] in (CR, PR, SD):
            return Best(SD, i, NOWHERE, 3)
    for i in range(end):
        if day[i] >= policy.sd_min_days and response[i] == NON_CR_NON_PD:
            return Best(NON_CR_NON_PD, i, NOWHERE, 4)
    if progressed != NOWHERE:
        return Best(PD, progressed, NOWHERE, why_progressed(response, end, progressed))
    return Best(NE, 0 if counted > 0 else NOWHERE, NOWHERE, 6 if counted > 0 else 0)


@njit(cache=True)
def best_unconfirmed(
    day: Ints, response: Codes, pd_day: Ints, therapy_day: int, policy: ResponsePolicy
) -> Best:
    """4.4.3 without confirmation: the best response up to the first PD or new therapy."""
    end = before_progression(day, response, pd_day, therapy_day, policy)
    for wanted in (CR, PR):
        i = first_of(response, wanted, end)
        if i != NOWHERE:
            return Best(wanted, i, NOWHERE, wanted)  # WHY 1 and 2 are CR and PR
    progressed = progression(day, response, therapy_day, policy)
    return without_response(
        day, response, end, progressed, last_counted(day, therapy_day, policy), policy
    )


@njit(cache=True)
def later_enough(
    day: Ints, response: Codes, i: int, end: int, cr_only: bool, policy: ResponsePolicy
) -> int:
    """The first CR (or CR or PR) at least the declared interval after `i`, or -1."""
    for j in range(i + 1, end):
        fits = response[j] == CR or (not cr_only and response[j] == PR)
        if fits and day[j] - day[i] >= policy.confirmation_min_days:
            return j
    return NOWHERE


@njit(cache=True)
def may_stand_between(
    response: Codes, i: int, j: int, cr_only: bool, policy: ResponsePolicy
) -> bool:
    """4.4.3: what lies between a response and its confirmation leaves it confirmed (PR-NE-PR)."""
    not_evaluated, had_cr = 0, False
    for k in range(i + 1, j + 1):
        if response[k] == NE:
            not_evaluated += 1
        elif response[k] == PR and had_cr and policy.after_cr == AS_RECORDED:
            return False  # CR then PR is a contradiction in the data; it confirms nothing
        elif response[k] == CR:
            had_cr = True
        elif response[k] == SD and policy.intervening_sd_allowed and not cr_only:
            continue
        elif cr_only or response[k] != PR:
            return False
    return not_evaluated <= policy.intervening_ne_allowed


@njit(cache=True)
def confirmed(day: Ints, response: Codes, end: int, wanted: int, policy: ResponsePolicy) -> Best:
    """Table 3: the first response of this kind that a later one confirms."""
    cr_only = wanted == CR
    for i in range(end):
        starts = response[i] == wanted or (
            not cr_only and response[i] == CR and policy.after_cr == CR_WAS_PR
        )
        if not starts:
            continue
        j = later_enough(day, response, i, end, cr_only, policy)
        if j != NOWHERE and may_stand_between(response, i, j, cr_only, policy):
            return Best(wanted, i, j, 7 if cr_only else 8)
    return Best(NE, NOWHERE, NOWHERE, 0)


@njit(cache=True)
def best_confirmed(
    day: Ints, response: Codes, pd_day: Ints, therapy_day: int, policy: ResponsePolicy
) -> Best:
    """Table 3: best overall response when CR and PR must be confirmed."""
    end = before_progression(day, response, pd_day, therapy_day, policy)
    for wanted in (CR, PR):
        best = confirmed(day, response, end, wanted, policy)
        if best.at != NOWHERE:
            return best
    progressed = progression(day, response, therapy_day, policy)
    return without_response(
        day, response, end, progressed, last_counted(day, therapy_day, policy), policy
    )


@njit(cache=True)
def best_of(
    day: Ints,
    response: Codes,
    pd_day: Ints,
    therapy_day: int,
    confirm: bool,
    policy: ResponsePolicy,
) -> Best:
    """The best response, CR and PR confirmed where that is asked for."""
    if confirm:
        return best_confirmed(day, response, pd_day, therapy_day, policy)
    return best_unconfirmed(day, response, pd_day, therapy_day, policy)


@njit(cache=True)
def response_begins(
    day: Ints,
    response: Codes,
    pd_day: Ints,
    therapy_day: int,
    confirm: bool,
    policy: ResponsePolicy,
) -> int:
    """4.6.2: the first assessment of a response, CR or PR, confirmed when asked; or -1."""
    end = before_progression(day, response, pd_day, therapy_day, policy)
    first = NOWHERE
    for wanted in (CR, PR):
        at = first_of(response, wanted, end)
        if confirm:
            at = confirmed(day, response, end, wanted, policy).at
        if at != NOWHERE and (first == NOWHERE or at < first):
            first = at
    return first
