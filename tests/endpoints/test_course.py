"""What the course of one person says of scans and lesions, and what it only asks about."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from person import START, measured, person, response

from equipoise.endpoints.choices import choices_of
from equipoise.endpoints.course import Reading, course_by, progression_after_cr
from equipoise.endpoints.response_rules import AS_RECORDED, CR_WAS_TRUE, ResponsePolicy
from equipoise.protocol.yaml_file import load
from equipoise.terms.response import Response

CHOICES = choices_of(load("NCT04509635"))
CUTOFF = date(2021, 12, 31)
CR, PR, SD, PD, NE = (int(Response[name]) for name in ("CR", "PR", "SD", "PD", "NE"))
TRIAL = ResponsePolicy(49, 28, 1, False, CR_WAS_TRUE, True)


def on(days: int) -> str:
    return (START + timedelta(days)).isoformat()


def lesion(mm: str, role: str = "TARGET"):
    """One lesion of this length a week before randomization, and of 30 mm on day 56."""
    reader = {"TREVAL": "LOCAL MDT", "TRLNKID": "T1", "TRTESTCD": "LDIAM", "TRORRESU": "mm"}
    identified = {"TULNKID": "T1", "TUORRES": role, "TULOC": "LIVER", "TUEVAL": "LOCAL MDT"}
    return [
        ("TU", identified | {"TUDTC": on(-7), "VISIT": "SCREENING"}),
        ("TR", reader | {"TRORRES": mm, "TRDTC": on(-7), "VISIT": "SCREENING"}),
        ("TR", reader | {"TRORRES": "30", "TRDTC": on(56), "VISIT": "SCAN 1"}),
    ]


@pytest.mark.parametrize(
    ("responses", "counted"),
    [
        ((CR, SD, SD, PR), (CR, PD, SD, PR)),
        ((SD, CR, NE, PR), (SD, CR, NE, PD)),
        ((CR, PD, SD), (CR, PD, SD)),
        ((SD, PR), (SD, PR)),
    ],
)
def test_disease_after_a_true_complete_response_counts_as_progression(responses, counted):
    places = range(len(responses))
    reading = Reading(tuple(places), responses, tuple(-1 for _ in places), ((),) * len(responses))

    assert progression_after_cr(reading, TRIAL) == replace(reading, responses=counted)
    assert progression_after_cr(reading, TRIAL._replace(after_cr=AS_RECORDED)) is reading


@pytest.mark.parametrize(
    ("after_cr", "told"),
    [(CR_WAS_TRUE, "it counts as progression"), (AS_RECORDED, "it stands as read")],
)
def test_the_query_says_how_it_counts(after_cr, told):
    choices = replace(CHOICES, response=CHOICES.response._replace(after_cr=after_cr))
    known = course_by(person(response(on(56), "CR"), response(on(112), "SD")), choices, CUTOFF)

    assert [text.endswith(told) for text in known.problems if "after CR" in text] == [True]


def test_a_target_that_is_too_small_is_told_and_assessed_only_as_selected_by_others():
    subject = person(*lesion("9"))
    refused = course_by(subject, CHOICES, CUTOFF)
    selected = course_by(subject, replace(CHOICES, targets_as_selected=True), CUTOFF)

    assert (refused.lesions, refused.assessed, refused.derived.days) == (None, None, ())
    assert len(refused.problems) == 1
    assert "measures 9.0 mm at baseline" in refused.problems[0]
    assert selected.derived.days == (56,)
    assert selected.problems == (f"{refused.problems[0]} (assessed as selected)",)


def test_lesions_that_cannot_be_assessed_at_all_are_told_once():
    known = course_by(
        person(*lesion("9", role="?")), replace(CHOICES, targets_as_selected=True), CUTOFF
    )

    assert known.lesions is None
    assert [text.startswith("TU record 1: role is") for text in known.problems] == [True]


def test_only_overall_responses_of_the_reader_after_randomization_are_read():
    other = response(on(60), "PD")
    rows = [
        response(on(0), "PD"),
        response(on(112), "PR"),
        response(on(1), "SD"),
        response(on(58), "PD", test="TRGRESP"),
        (other[0], other[1] | {"RSEVAL": "CENTRAL"}),
        response("2021-06", "PD"),
        response("2021-12-31", "CR"),
        response("2022-01-01", "PD"),
    ]
    known = course_by(person(*rows), CHOICES, CUTOFF)

    assert known.read.responses == (SD, PR, CR)
    assert known.read.sources == ((3,), (2,), (7,))
    assert known.read.pd_days == (-1, -1, -1)


@pytest.mark.parametrize(("day", "is_baseline"), [(-7, True), (0, True), (1, False)])
def test_a_scan_on_the_day_of_randomization_is_a_baseline(day, is_baseline):
    course = course_by(person(measured(on(day))), CHOICES, CUTOFF)

    assert course.has_baseline is is_baseline
