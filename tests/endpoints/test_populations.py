"""Who belongs to which population, by the records of one person."""

from datetime import date

import pytest
from person import CONTROL, EXPERIMENTAL, dose, measured, person, response

from equipoise.endpoints.populations import members, received
from equipoise.protocol.yaml_file import load
from equipoise.subject.state import Trial, Version

PROTOCOL = load("NCT04509635")
ADOPTED = Version(
    protocol=PROTOCOL, hash="", sites=(), effective_on=date(2021, 1, 4), reconsent=False
)
TRIAL = Trial(versions=(ADOPTED,))
POPULATIONS = {population.id: population for population in PROTOCOL.populations}
CUTOFF = date(2021, 12, 31)


def arm_in(population: str, *rows, arm=EXPERIMENTAL, cutoff=CUTOFF):
    """The arm that the person counts in, or None who is not in the population."""
    subject = person(*rows, arm=arm)
    return members(POPULATIONS[population], TRIAL, [subject], cutoff).get(subject.id)


BASELINE, LATER = measured("2021-03-08"), response("2021-05-05")


@pytest.mark.parametrize(
    ("rows", "evaluable"),
    [
        pytest.param([BASELINE, LATER], True, id="a scan before and one after"),
        pytest.param([BASELINE], False, id="no scan after"),
        pytest.param([LATER], False, id="no scan before"),
        pytest.param([measured("2021-03-10"), LATER], True, id="baseline on the day itself"),
        pytest.param([measured("2021-03-11"), LATER], False, id="measured the day after"),
        pytest.param([measured("2021-03"), LATER], False, id="some day of that month"),
        pytest.param([BASELINE, response("2021-03-10")], False, id="read on the day itself"),
        pytest.param([BASELINE, response("2021-03-11")], True, id="read the day after"),
        pytest.param([BASELINE, response("2021-12-31")], True, id="read on the cutoff"),
        pytest.param([BASELINE, response("2022-01-01")], False, id="read after the cutoff"),
        pytest.param(
            [BASELINE, response("2021-05-05", test="TRGRESP")], False, id="no overall response"
        ),
    ],
)
def test_evaluable_needs_a_scan_before_and_an_overall_response_after(rows, evaluable):
    assert (arm_in("EVALUABLE", *rows) is not None) is evaluable


@pytest.mark.parametrize(
    ("rows", "treated"),
    [
        pytest.param([dose("2021-03-12")], True, id="a dose"),
        pytest.param([dose("2021-03-12", given="0.5")], True, id="a small dose"),
        pytest.param([dose("2021-03-12", given="0")], False, id="a dose of nothing"),
        pytest.param(
            [("EX", {"EXTRT": "CETUXIMAB", "EXSTDTC": "2021-03-12"})], False, id="no dose"
        ),
        pytest.param([("EX", {"EXTRT": "CETUXIMAB", "EXDOSE": "500"})], False, id="no day"),
        pytest.param([dose("2021-12-31")], True, id="on the cutoff"),
        pytest.param([dose("2022-01-01")], False, id="after the cutoff"),
        pytest.param([dose("2021-12")], True, id="perhaps before the cutoff"),
    ],
)
def test_treated_is_who_received_something_by_the_cutoff(rows, treated):
    assert received(person(*rows), None, CUTOFF) is treated
    assert (arm_in("SAFETY", *rows) is not None) is treated


@pytest.mark.parametrize(
    ("drug", "arm", "counted_in"),
    [
        ("CETUXIMAB", EXPERIMENTAL, EXPERIMENTAL),
        (" cetuximab ", CONTROL, EXPERIMENTAL),
        ("IRINOTECAN", EXPERIMENTAL, CONTROL),
        ("ERBITUX", EXPERIMENTAL, EXPERIMENTAL),
    ],
)
def test_safety_counts_by_what_was_received(drug, arm, counted_in):
    assert arm_in("SAFETY", dose("2021-03-12", drug), arm=arm) == counted_in


@pytest.mark.parametrize(
    ("drug", "arm", "as_planned"),
    [
        ("CETUXIMAB", EXPERIMENTAL, True),
        ("IRINOTECAN", EXPERIMENTAL, False),
        ("CETUXIMAB", CONTROL, False),
        ("IRINOTECAN", CONTROL, True),
    ],
)
def test_per_protocol_is_who_was_treated_as_allocated(drug, arm, as_planned):
    rows = [dose("2021-03-12", drug)]

    assert arm_in("PER_PROTOCOL", *rows, arm=arm) == (arm if as_planned else None)
    assert arm_in("PER_PROTOCOL", arm=arm) is None  # not treated at all


def test_per_protocol_leaves_out_whom_a_criterion_now_excludes():
    minor = ("DM", {"BRTHDTC": "2010-01-01"})

    assert arm_in("PER_PROTOCOL", dose("2021-03-12"), minor) is None


def test_itt_is_everybody_randomized_by_the_cutoff():
    assert arm_in("ITT") == EXPERIMENTAL
    assert arm_in("ITT", cutoff=date(2021, 3, 10)) == EXPERIMENTAL
    assert arm_in("ITT", cutoff=date(2021, 3, 9)) is None
