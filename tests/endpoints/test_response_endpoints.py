"""Best response and its reasons, beyond the published cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.endpoints.best_response import (
    derive_best_response,
    derive_clinical_benefit,
    derive_confirmed_best_response,
    first_progression,
    first_response,
    reached,
)
from equipoise.endpoints.catalogue import DISEASE_CONTROL
from equipoise.endpoints.policies import ADMIRAL
from equipoise.endpoints.response_rules import CR_WAS_TRUE, ResponsePolicy
from equipoise.terms.response import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
TRIAL = ResponsePolicy(49, 28, 1, False, CR_WAS_TRUE, True)
RANK = {
    Response.NE: 0,
    Response.PD: 1,
    Response.NON_CR_NON_PD: 2,
    Response.SD: 3,
    Response.PR: 4,
    Response.CR: 5,
}


@pytest.mark.parametrize(
    ("days", "responses", "best", "scan", "why"),
    [
        pytest.param(
            [56, 112], [SD, PR], PR, 1, "partial response, before progression", id="the better one"
        ),
        pytest.param(
            [40, 80],
            [SD, PD],
            PD,
            1,
            "progression; control only before the minimum duration of stable disease",
            id="early",
        ),
        pytest.param(
            [63],
            [PD],
            PD,
            0,
            "progression at the first assessment; no stable disease before",
            id="PD at the first scan, after the minimum duration",
        ),
        pytest.param(
            [56, 112],
            [NE, PD],
            PD,
            1,
            "progression; nothing before it could be evaluated",
            id="PD after a scan that showed nothing",
        ),
        pytest.param([], [], NE, -1, "no response assessment counts", id="no scan"),
    ],
)
def test_the_best_response_says_why(days, responses, best, scan, why):
    got = derive_best_response(days, responses, TRIAL)

    assert (got.response, got.index, got.why) == (best, scan, why)


def test_a_confirmed_response_names_both_scans():
    got = derive_confirmed_best_response([56, 112, 168], [SD, PR, PR], TRIAL)

    assert (got.response, got.index, got.confirmed_by) == (PR, 1, 2)


def test_disease_control_repeats_the_reason():
    control = reached(derive_best_response([56], [NE], TRIAL), DISEASE_CONTROL.counted)

    assert not control.achieved
    assert control.why.startswith("best response NE: never evaluable")


def test_response_begins_at_the_first_response_even_if_a_better_one_follows():
    assert first_response([56, 112, 168], [PR, CR, CR], TRIAL, confirm=True) == 0


@pytest.mark.parametrize(
    ("days", "responses", "best", "confirmed", "benefit"),
    [
        pytest.param([41, 69], [PR, PD], PR, PD, False, id="PR before day 42, then PD"),
        pytest.param([56, 112], [CR, PR], CR, SD, True, id="CR then PR is SD when confirmed"),
        pytest.param([30, 57, 84], [PR, NE, CR], CR, PR, True, id="PR, NE, CR confirms a PR"),
        pytest.param(
            [42, 84, 126], [PR, CR, PR], CR, PR, True, id="the first later response confirms"
        ),
        pytest.param(
            [42, 63, 84], [PR, CR, PR], CR, SD, True, id="a PR after a CR confirms nothing"
        ),
        pytest.param([30], [CR], CR, NE, False, id="an unconfirmed CR before day 42"),
    ],
)
def test_the_policy_of_admiralonco(days, responses, best, confirmed, benefit):
    assert derive_best_response(days, responses, ADMIRAL).response is best
    assert derive_confirmed_best_response(days, responses, ADMIRAL).response is confirmed
    assert derive_clinical_benefit(days, responses, ADMIRAL, confirm=True).achieved is benefit


def test_progression_after_a_true_complete_response():
    assert first_progression([56, 112], [CR, PR], TRIAL) == 1
    assert first_progression([56, 112], [CR, PR], ADMIRAL) == -1


@pytest.mark.parametrize(
    ("days", "responses", "message"),
    [([1, 2], [CR], "2 days but 1 responses"), ([2, 1], [CR, CR], "not in order of time")],
)
def test_input_that_cannot_be_meant(days, responses, message):
    with pytest.raises(ValueError, match=message):
        derive_best_response(days, responses, TRIAL)


def test_two_scans_of_one_day_are_in_order():
    assert derive_best_response([56, 56], [SD, CR], TRIAL).response is CR


SCANS = st.lists(st.tuples(st.integers(20, 60), st.sampled_from(list(Response))), max_size=8)


@given(SCANS)
def test_a_later_progression_never_improves_the_best_response(scans):
    days, responses = list(np.cumsum([gap for gap, _ in scans], dtype=int)), [r for _, r in scans]
    for derive in (derive_best_response, derive_confirmed_best_response):
        before = derive(days, responses, TRIAL).response
        after = derive([*days, (days or [0])[-1] + 30], [*responses, PD], TRIAL).response
        assert after is before or (before is NE and after is PD)


@given(SCANS)
def test_confirmation_never_improves_and_after_progression_nothing_counts(scans):
    days, responses = list(np.cumsum([gap for gap, _ in scans], dtype=int)), [r for _, r in scans]
    plain = derive_best_response(days, responses, TRIAL)
    asked = derive_confirmed_best_response(days, responses, TRIAL)
    end = first_progression(days, responses, TRIAL) + 1 or len(days)

    assert RANK[asked.response] <= RANK[plain.response]
    assert derive_best_response(days[:end], responses[:end], TRIAL) == plain
    assert derive_confirmed_best_response(days[:end], responses[:end], TRIAL) == asked
