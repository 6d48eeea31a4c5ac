"""What was the best this person's tumor did? Best overall response, with and without confirmation.

Input are the overall responses of one subject after baseline, in order of time: `day` (days since
randomization), `response` (terms.response.Response) and optionally `pd_day`, the day each PD is
dated on. RECIST 1.1 4.4.3, 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.arrays import NEVER, NOWHERE, Codes, Ints
from equipoise.endpoints.response_rules import (
    CONTROLLED,
    WHY,
    Best,
    ResponsePolicy,
    before_progression,
    best_confirmed,
    best_unconfirmed,
    counts_as,
    progression,
    response_begins,
)
from equipoise.terms.response import Response


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


def _best(best: Best) -> BestResponse:
    return BestResponse(
        Response(best.response), int(best.at), int(best.confirmed_by), WHY[int(best.why)]
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


def reached(best: BestResponse, counted: int) -> Achieved:
    """Whether the best response is one of those counted (see `mask_of`). NE and nothing at all are
    failures, declared and not missing.
    """
    achieved = counts_as(int(best.response), counted)
    return Achieved(achieved, best.index, f"best response {best.response.cdisc}: {best.why}")


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
    arrays = _arrays(day, response, pd_day)
    return int(response_begins(*arrays, therapy_day, confirm, policy))


def scans_before_progression(
    day: ArrayLike,
    response: ArrayLike,
    policy: ResponsePolicy,
    *,
    pd_day: ArrayLike | None = None,
    therapy_day: int = NEVER,
) -> int:
    """How many assessments count: those before progression, by the day it is dated on, and before
    new therapy where that ends assessability.
    """
    return int(before_progression(*_arrays(day, response, pd_day), therapy_day, policy))


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
        if days[i] >= policy.sd_min_days and counts_as(int(codes[i]), CONTROLLED)
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
