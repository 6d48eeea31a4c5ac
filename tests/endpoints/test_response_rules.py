"""Single responses on the way to the best one: at each limit, on both of its sides."""

import numpy as np
import pytest

from equipoise.endpoints.best_response import (
    derive_best_response,
    derive_confirmed_best_response,
    first_progression,
    first_response,
)
from equipoise.endpoints.response_rules import (
    AS_RECORDED,
    CR_WAS_PR,
    CR_WAS_TRUE,
    ResponsePolicy,
    disease_after_cr,
    last_counted,
    mask_of,
    may_stand_between,
)
from equipoise.terms.response import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
NON = Response.NON_CR_NON_PD
TRIAL = ResponsePolicy(49, 28, 1, False, CR_WAS_TRUE, True)


@pytest.mark.parametrize(
    ("scans", "pd_day", "best", "at"),
    [
        pytest.param([(56, PR), (112, PD)], -1, PR, 0, id="dated on its own day"),
        pytest.param([(56, PR), (112, PD)], 57, PR, 0, id="dated after the response"),
        pytest.param([(56, PR), (112, PD)], 56, PD, 1, id="dated on the day of the response"),
        pytest.param([(28, SD), (56, PR), (112, PD)], 28, PD, 2, id="dated before two scans"),
        pytest.param([(28, CR), (56, NE), (112, PD)], 29, CR, 0, id="dated between"),
        pytest.param([(56, PR), (112, PD)], 0, PD, 1, id="dated before every scan"),
        pytest.param([(56, PD)], 50, PD, 0, id="the only scan"),
    ],
)
def test_no_response_counts_from_the_day_that_progression_is_dated_on(scans, pd_day, best, at):
    days, said = [day for day, _ in scans], [code for _, code in scans]
    dated = [pd_day if code is PD else -1 for code in said]

    for derive in (derive_best_response, derive_confirmed_best_response):
        derived = derive(days, said, TRIAL._replace(confirmation_min_days=0), pd_day=dated)
        if derive is derive_best_response or best is PD:
            assert (derived.response, derived.index) == (best, at)
    began = first_response(days, said, TRIAL, confirm=False, pd_day=dated)
    assert began == (at if best in (CR, PR) else -1)


@pytest.mark.parametrize(
    ("therapy", "ends", "counted"),
    [(-1, True, 3), (0, True, 0), (55, True, 0), (56, True, 1), (112, True, 2), (56, False, 3)],
)
def test_a_scan_on_the_day_of_new_therapy_is_the_last_that_counts(therapy, ends, counted):
    policy = TRIAL._replace(therapy_ends_response=ends)

    assert last_counted(np.array([56, 112, 168], np.int32), therapy, policy) == counted


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ([CR, PR], (0, 1)),
        ([CR, CR, SD], (0, 2)),
        ([SD, CR, NE, NON], (1, 3)),
        ([CR, PD, SD], (-1, -1)),
        ([PD, CR, SD], (-1, -1)),
        ([CR, CR, NE], (-1, -1)),
        ([PR, SD], (-1, -1)),
    ],
)
def test_disease_after_a_complete_response_is_the_first_that_is_seen(said, seen):
    assert disease_after_cr(np.array(said, np.int8), len(said)) == seen
    assert first_progression(range(len(said)), said, TRIAL) == (
        seen[1] if seen[1] >= 0 else said.index(PD) if PD in said else -1
    )


@pytest.mark.parametrize(
    ("between", "cr_only", "policy", "may"),
    [
        ([], False, {}, True),
        ([NE], False, {}, True),
        ([NE, NE], False, {}, False),
        ([NE, NE], False, {"intervening_ne_allowed": 2}, True),
        ([SD], False, {}, False),
        ([SD], False, {"intervening_sd_allowed": True}, True),
        ([SD], True, {"intervening_sd_allowed": True}, False),
        ([PR], True, {}, False),
        ([PR], False, {}, True),
        ([NON], False, {"intervening_sd_allowed": True}, False),
        ([CR], True, {}, True),
        ([CR, PR], False, {}, True),
        ([CR, PR], False, {"after_cr": CR_WAS_PR}, True),
        ([CR, PR], False, {"after_cr": AS_RECORDED}, False),
        ([PR, CR], False, {"after_cr": AS_RECORDED}, True),
    ],
)
def test_what_may_stand_between_a_response_and_its_confirmation(between, cr_only, policy, may):
    ends = CR if cr_only else PR
    if policy.get("after_cr") == AS_RECORDED and between == [PR, CR]:
        ends = CR
    said = np.array([ends, *between, ends], np.int8)
    last = len(said) - 1

    assert may_stand_between(said, 0, last, cr_only, TRIAL._replace(**policy)) is may


@pytest.mark.parametrize(
    ("scans", "after_cr", "response", "at", "by"),
    [
        pytest.param([(56, CR), (84, PR)], CR_WAS_PR, PR, 0, 1, id="a CR that was a PR"),
        pytest.param([(56, CR), (84, PR)], AS_RECORDED, SD, 0, -1, id="a CR that stands"),
        pytest.param([(56, PR), (84, CR)], AS_RECORDED, PR, 0, 1, id="better confirms"),
        pytest.param([(56, CR), (84, CR)], CR_WAS_PR, CR, 0, 1, id="a CR confirmed as that"),
        pytest.param([(56, PR), (70, PR), (84, PR)], CR_WAS_TRUE, PR, 0, 2, id="late enough"),
        pytest.param([(56, CR), (84, CR), (112, PR)], CR_WAS_TRUE, CR, 0, 1, id="before disease"),
        pytest.param([(56, PR), (84, PD)], CR_WAS_TRUE, SD, 0, -1, id="progression confirms not"),
        pytest.param([(48, NON), (49, SD)], CR_WAS_TRUE, SD, 1, -1, id="SD before non-CR"),
        pytest.param([(49, NON), (60, SD)], CR_WAS_TRUE, SD, 1, -1, id="SD, though later"),
    ],
)
def test_which_response_is_confirmed_and_by_which(scans, after_cr, response, at, by):
    days, said = [day for day, _ in scans], [code for _, code in scans]
    best = derive_confirmed_best_response(days, said, TRIAL._replace(after_cr=after_cr))

    assert (best.response, best.index, best.confirmed_by) == (response, at, by)


def test_an_endpoint_names_each_response_once():
    assert mask_of([CR, CR]) == mask_of([CR]) == 1 << int(CR)
    assert mask_of([]) == 0
