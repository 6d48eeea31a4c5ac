"""What was the best this person's tumor did? Best overall response, with and without confirmation.

Input are the overall responses of one subject after baseline, in order of time: `day` (days since
randomization), `response` (terms.response.Response) and optionally `pd_day`, the day each PD is
dated on. RECIST 1.1 4.4.3, 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.compiled import njit
from equipoise.terms.response import Response

CR_WAS_TRUE, CR_WAS_PR, AS_RECORDED = 0, 1, 2
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


ADMIRAL = ResponsePolicy(
    sd_min_days=42,
    confirmation_min_days=28,
    intervening_ne_allowed=1,
    intervening_sd_allowed=False,
    after_cr=AS_RECORDED,
    therapy_ends_response=False,
)
"""The pre-defined RECIST 1.1 events of admiralonco 1.3.0; that package's reading, not the
guideline's."""

WHY = {
    0: "no response assessment counts",
    1: "complete response, before progression",
    2: "partial response, before progression",
    3: "stable disease, or better without confirmation, for the minimum duration",
    4: "neither CR nor PD of non-target disease for the minimum duration",
    5: "progression before the minimum duration of stable disease",
    6: "never evaluable for the minimum duration of stable disease, and no progression",
    7: "complete response confirmed by a later complete response",
    8: "partial response or better confirmed by a later one",
    9: (
        "disease after a complete response is progression, before the minimum duration of stable"
        " disease"
    ),
}
"""Sentences for the reasons that the compiled rules return."""


class Found(NamedTuple):
    """What a compiled rule returns: response, deciding visit, confirming visit, key of WHY."""

    response: int
    at: int
    confirmed_by: int
    why: int


@dataclass(frozen=True, slots=True)
class BestResponse:
    """The best overall response and the place in the input that decided it (-1: none did)."""

    response: Response
    index: int
    confirmed_by: int
    why: str


@dataclass(frozen=True, slots=True)
class Achieved:
    """Whether an endpoint was reached, by which assessment (-1: none) and why."""

    achieved: bool
    index: int
    why: str


@njit(cache=True)
def last_counted(day: Ints, therapy_day: int, policy: ResponsePolicy) -> int:
    """How many assessments count; a scan on the day new therapy starts was made before it."""
    if not policy.therapy_ends_response or therapy_day < 0:
        return len(day)
    counted = 0
    for scan in day:
        counted += 1 if scan <= therapy_day else 0
    return counted


@njit(cache=True)
def is_disease_after_cr(response: int) -> bool:
    """Table 3 note a: anything seen after a true CR."""
    return response in (PR, SD, NON_CR_NON_PD)


@njit(cache=True)
def progression(day: Ints, response: Codes, therapy_day: int, policy: ResponsePolicy) -> int:
    """The first assessment that shows progression, or -1."""
    had_cr = False
    for i in range(last_counted(day, therapy_day, policy)):
        if response[i] == PD:
            return i
        if had_cr and policy.after_cr == CR_WAS_TRUE and is_disease_after_cr(response[i]):
            return i
        had_cr = had_cr or response[i] == CR
    return NOWHERE


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
    while first > 0 and pd_day[first] >= 0 and day[first - 1] >= pd_day[first]:
        first -= 1
    return first


@njit(cache=True)
def first_of(response: Codes, wanted: int, end: int) -> int:
    """The first assessment with this response before `end`, or -1."""
    for i in range(end):
        if response[i] == wanted:
            return i
    return NOWHERE


@njit(cache=True)
def without_response(
    day: Ints, response: Codes, end: int, progressed: int, counted: int, policy: ResponsePolicy
) -> Found:
    """4.4.3: SD when something at least as good came late enough, else PD when it follows, else
    NE.
    """
    for i in range(end):
        if day[i] >= policy.sd_min_days and response[i] in (CR, PR, SD):
            return Found(SD, i, NOWHERE, 3)
    for i in range(end):
        if day[i] >= policy.sd_min_days and response[i] == NON_CR_NON_PD:
            return Found(NON_CR_NON_PD, i, NOWHERE, 4)
    if progressed != NOWHERE:
        return Found(PD, progressed, NOWHERE, 5 if response[progressed] == PD else 9)
    return Found(NE, 0 if counted > 0 else NOWHERE, NOWHERE, 6 if counted > 0 else 0)


@njit(cache=True)
def best_unconfirmed(
    day: Ints, response: Codes, pd_day: Ints, therapy_day: int, policy: ResponsePolicy
) -> Found:
    """4.4.3 without confirmation: the best response up to the first PD or new therapy."""
    end = before_progression(day, response, pd_day, therapy_day, policy)
    for wanted in (CR, PR):
        i = first_of(response, wanted, end)
        if i != NOWHERE:
            return Found(wanted, i, NOWHERE, wanted)  # WHY 1 and 2 are CR and PR
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
def confirmed(day: Ints, response: Codes, end: int, wanted: int, policy: ResponsePolicy) -> Found:
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
            return Found(wanted, i, j, 7 if cr_only else 8)
    return Found(NE, NOWHERE, NOWHERE, 0)


@njit(cache=True)
def best_confirmed(
    day: Ints, response: Codes, pd_day: Ints, therapy_day: int, policy: ResponsePolicy
) -> Found:
    """Table 3: best overall response when CR and PR must be confirmed."""
    end = before_progression(day, response, pd_day, therapy_day, policy)
    for wanted in (CR, PR):
        found = confirmed(day, response, end, wanted, policy)
        if found.at != NOWHERE:
            return found
    progressed = progression(day, response, therapy_day, policy)
    return without_response(
        day, response, end, progressed, last_counted(day, therapy_day, policy), policy
    )


def _arrays(
    day: ArrayLike, response: ArrayLike, pd_day: ArrayLike | None
) -> tuple[Ints, Codes, Ints]:
    days, codes = np.asarray(day, np.int32), np.asarray(response, np.int8)
    if days.shape != codes.shape:
        raise ValueError(
            f"{len(days)} days but {len(codes)} responses; give one response for each day"
        )
    if np.any(np.diff(days) < 0):
        raise ValueError(
            f"days {days.tolist()} are not in order of time; sort the assessments first"
        )
    return (
        days,
        codes,
        np.full_like(days, NEVER) if pd_day is None else np.asarray(pd_day, np.int32),
    )


def _best(found: Found) -> BestResponse:
    return BestResponse(
        Response(found.response), int(found.at), int(found.confirmed_by), WHY[int(found.why)]
    )


def derive_best_response(
    day: ArrayLike,
    response: ArrayLike,
    policy: ResponsePolicy,
    *,
    pd_day: ArrayLike | None = None,
    therapy_day: int = NEVER,
) -> BestResponse:
    """Best overall response without confirmation (RECIST 1.1 4.4.3); `therapy_day` is new
    anticancer therapy or -1.
    """
    return _best(best_unconfirmed(*_arrays(day, response, pd_day), therapy_day, policy))


def derive_confirmed_best_response(
    day: ArrayLike,
    response: ArrayLike,
    policy: ResponsePolicy,
    *,
    pd_day: ArrayLike | None = None,
    therapy_day: int = NEVER,
) -> BestResponse:
    """Best overall response with confirmation of CR and PR (RECIST 1.1 Table 3)."""
    return _best(best_confirmed(*_arrays(day, response, pd_day), therapy_day, policy))


def derive_disease_control(best: BestResponse) -> Achieved:
    """CR, PR, SD or Non-CR/Non-PD as best response; NE and nothing at all are failures (declared,
    not missing).
    """
    controlled = best.response in (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
    return Achieved(controlled, best.index, f"best response {best.response.cdisc}: {best.why}")


def derive_objective_response(best: BestResponse) -> Achieved:
    """CR or PR as best response."""
    return Achieved(
        best.response in (Response.CR, Response.PR),
        best.index,
        f"best response {best.response.cdisc}: {best.why}",
    )


def first_response(
    day: ArrayLike,
    response: ArrayLike,
    policy: ResponsePolicy,
    *,
    confirm: bool,
    pd_day: ArrayLike | None = None,
    therapy_day: int = NEVER,
) -> int:
    """The assessment at which response begins, CR or PR, confirmed when asked; -1 for none
    (4.6.2).
    """
    days, codes, dated = _arrays(day, response, pd_day)
    end = before_progression(days, codes, dated, therapy_day, policy)
    if confirm:
        found = [confirmed(days, codes, end, wanted, policy).at for wanted in (CR, PR)]
    else:
        found = [first_of(codes, wanted, end) for wanted in (CR, PR)]
    return int(min((i for i in found if i != NOWHERE), default=NOWHERE))


def first_progression(
    day: ArrayLike, response: ArrayLike, policy: ResponsePolicy, *, therapy_day: int = NEVER
) -> int:
    """The first assessment that shows progression under the policy, or -1."""
    days, codes, _ = _arrays(day, response, None)
    return int(progression(days, codes, therapy_day, policy))


def derive_clinical_benefit(
    day: ArrayLike,
    response: ArrayLike,
    policy: ResponsePolicy,
    *,
    confirm: bool,
    therapy_day: int = NEVER,
) -> Achieved:
    """Response, or disease not progressing at the minimum duration of SD or later, whichever is
    seen first.
    """
    days, codes, dated = _arrays(day, response, None)
    end = before_progression(days, codes, dated, therapy_day, policy)
    responded = first_response(days, codes, policy, confirm=confirm, therapy_day=therapy_day)
    lasting = [
        i
        for i in range(end)
        if days[i] >= policy.sd_min_days and codes[i] in (CR, PR, SD, NON_CR_NON_PD)
    ]
    reached = [i for i in (responded, lasting[0] if lasting else NOWHERE) if i != NOWHERE]
    if not reached:
        return Achieved(
            False,
            NOWHERE,
            "no response, and nothing lasting to the minimum duration of stable disease",
        )
    first = min(reached)
    return Achieved(True, first, f"{Response(int(codes[first])).cdisc} on day {days[first]}")
