"""What one series of responses comes to, parameter by parameter, with the scan that decided it."""

import pytest

from equipoise.endpoints.policies import RECIST_RESPONSE
from equipoise.endpoints.response_parameters import PARAMETERS, derive_response_parameters
from equipoise.terms.response import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE


def parameters(*scans, therapy_day=-1):
    days, responses = [day for day, _ in scans], [response for _, response in scans]
    derived = derive_response_parameters(days, responses, RECIST_RESPONSE, therapy_day=therapy_day)
    return {one.code: (one.value, one.index) for one in derived}


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        pytest.param(
            [(56, PR), (84, PR), (112, PD)],
            {
                "RSP": ("Y", 0),
                "CB": ("Y", 0),
                "BOR": ("PR", 0),
                "CRSP": ("Y", 0),
                "CCB": ("Y", 0),
                "CBOR": ("PR", 0),
                "PD": ("Y", 2),
                "LSTA": ("PD", 2),
            },
            id="a response that is confirmed, then progression",
        ),
        pytest.param(
            [(30, SD), (56, PR)],
            {
                "RSP": ("Y", 1),
                "CB": ("Y", 1),
                "BOR": ("PR", 1),
                "CRSP": ("N", -1),
                "CCB": ("Y", 1),
                "CBOR": ("SD", 1),
                "LSTA": ("PR", 1),
            },
            id="a response that nothing confirms",
        ),
        pytest.param(
            [(30, PD)],
            {
                "RSP": ("N", -1),
                "CB": ("N", -1),
                "BOR": ("PD", 0),
                "CRSP": ("N", -1),
                "CCB": ("N", -1),
                "CBOR": ("PD", 0),
                "PD": ("Y", 0),
                "LSTA": ("PD", 0),
            },
            id="progression at the first scan",
        ),
        pytest.param(
            [],
            {
                "RSP": ("N", -1),
                "CB": ("N", -1),
                "BOR": ("NE", -1),
                "CRSP": ("N", -1),
                "CCB": ("N", -1),
                "CBOR": ("NE", -1),
            },
            id="no scan: no last one either",
        ),
    ],
)
def test_the_parameters_of_a_series(scans, expected):
    assert parameters(*scans) == expected


def test_they_come_in_the_order_of_the_tables():
    derived = parameters((56, PR), (84, PR), (112, PD))

    assert list(derived) == list(PARAMETERS)


def test_what_comes_after_new_therapy_is_the_last_scan_and_nothing_else():
    derived = parameters((56, SD), (112, PD), therapy_day=80)

    assert "PD" not in derived
    assert (derived["BOR"], derived["LSTA"]) == (("SD", 0), ("PD", 1))


def test_each_says_why():
    derived = derive_response_parameters([56, 84], [PR, CR], RECIST_RESPONSE)
    why = {one.code: one.why for one in derived}

    assert why["RSP"] == "first PR"
    assert why["CRSP"] == "first PR, confirmed"
    assert why["LSTA"] == "the last of all"
    none = derive_response_parameters([56], [NE], RECIST_RESPONSE)
    assert none[0].why == none[3].why == "no response before progression"
