"""Every reason that a rule can give is given for what it says, and by the record it names."""

import pytest

from equipoise.endpoints import censoring, response_rules
from equipoise.endpoints.best_response import (
    derive_best_response,
    derive_clinical_benefit,
    derive_confirmed_best_response,
)
from equipoise.endpoints.catalogue import (
    EMA_2013,
    FDA_2018_A,
    FDA_2018_C,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
)
from equipoise.endpoints.censoring import CENSOR, EVENT, rules_for_schedule
from equipoise.endpoints.response_rules import AS_RECORDED, CR_WAS_TRUE, ResponsePolicy
from equipoise.endpoints.time_to_event import FollowUp, derive_time_to
from equipoise.terms.response import Response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
NON = Response.NON_CR_NON_PD
TRIAL = ResponsePolicy(49, 28, 1, False, CR_WAS_TRUE, True)

BEST = [
    ([], 0, -1),
    ([(56, CR)], 1, 0),
    ([(56, SD), (112, PR)], 2, 1),
    ([(48, SD), (49, SD)], 3, 1),
    ([(48, NON), (49, NON)], 4, 1),
    ([(48, SD), (63, PD)], 5, 1),
    ([(30, NE), (63, PD)], 11, 1),
    ([(48, SD), (60, NE)], 6, 0),
    ([(48, PD)], 10, 0),
    ([(63, PD)], 10, 0),
]
CONFIRMED = [
    ([(56, SD), (60, CR), (88, CR)], 7, 1, 2),
    ([(56, PR), (84, PR)], 8, 0, 1),
    ([(56, PR), (84, CR)], 8, 0, 1),
    ([(56, PR), (83, PR)], 3, 0, -1),  # a day short of four weeks
    ([(20, CR), (40, PR)], 9, 1, -1),
    ([(56, PR), (57, NE), (84, PR)], 8, 0, 2),
    ([(56, PR), (57, NE), (58, NE), (84, PR)], 3, 0, -1),
]


@pytest.mark.parametrize(("scans", "why", "at"), BEST)
def test_why_a_best_response_is_the_best(scans, why, at):
    best = derive_best_response([day for day, _ in scans], [said for _, said in scans], TRIAL)

    assert (best.why, best.index, best.confirmed_by) == (response_rules.WHY[why], at, -1)


@pytest.mark.parametrize(("scans", "why", "at", "by"), CONFIRMED)
def test_why_a_response_is_confirmed_and_by_which(scans, why, at, by):
    days, said = [day for day, _ in scans], [code for _, code in scans]
    best = derive_confirmed_best_response(days, said, TRIAL)

    assert (best.why, best.index, best.confirmed_by) == (response_rules.WHY[why], at, by)


def test_every_reason_of_a_best_response_was_given():
    assert {why for _, why, _ in BEST} | {why for _, why, _, _ in CONFIRMED} == set(
        response_rules.WHY
    )


def test_a_response_that_contradicts_a_recorded_cr_confirms_nothing():
    recorded = TRIAL._replace(after_cr=AS_RECORDED)
    best = derive_confirmed_best_response([56, 84, 112], [PR, CR, PR], recorded)

    assert (best.response, best.index, best.confirmed_by) == (PR, 0, 1)


@pytest.mark.parametrize(
    ("scans", "benefit", "at", "why"),
    [
        ([(49, SD)], True, 0, "SD on day 49"),
        ([(48, SD)], False, -1, "no response, and nothing lasting to the minimum duration"),
        ([(20, PR), (56, SD)], True, 0, "PR on day 20"),
        ([(30, SD), (50, NON)], True, 1, "NON-CR/NON-PD on day 50"),
        ([(50, NE)], False, -1, "no response"),
        ([(30, PD), (60, SD)], False, -1, "no response"),
    ],
)
def test_benefit_is_a_response_or_control_that_lasted(scans, benefit, at, why):
    days, said = [day for day, _ in scans], [code for _, code in scans]
    achieved = derive_clinical_benefit(days, said, TRIAL, confirm=False)

    assert (achieved.achieved, achieved.index) == (benefit, at)
    assert achieved.why.startswith(why)


RULES = {
    "A": rules_for_schedule(FDA_2018_A, interval_days=56, window_days=7),
    "C": rules_for_schedule(FDA_2018_C, interval_days=56, window_days=7),
    "EMA": rules_for_schedule(EMA_2013, interval_days=56, window_days=7),
}
RULES["composite"] = RULES["A"]._replace(new_therapy=EVENT)
RULES["without death"] = RULES["A"]._replace(death=CENSOR)
STABLE = {"scan_days": (56,), "responses": (int(SD),)}
PROGRESSED = {"scan_days": (56, 112), "responses": (int(SD), int(PD))}
TIMES = [
    ("A", PROGRESSED, 0, 113, "scan", 1),
    ("A", STABLE | {"death": 100}, 1, 101, "death", -1),
    ("C", STABLE | {"clinical_progression": 90}, 2, 91, "clinical_progression", -1),
    ("composite", STABLE | {"new_therapy": 80}, 3, 81, "new_therapy", -1),
    ("A", PROGRESSED | {"has_baseline": False}, 10, 1, "randomization", -1),
    ("A", STABLE, 11, 57, "scan", 0),
    ("A", {"scan_days": (56,), "responses": (int(NE),)}, 12, 1, "randomization", -1),
    ("A", PROGRESSED | {"new_therapy": 80}, 13, 57, "scan", 0),
    ("A", STABLE | {"death": 183}, 14, 57, "scan", 0),
    ("A", STABLE | {"death": 182}, 1, 183, "death", -1),
    ("A", STABLE | {"clinical_progression": 90}, 15, 57, "scan", 0),
    ("without death", STABLE | {"death": 100}, 16, 57, "scan", 0),
    # on one day the scan goes before the death, and death before new therapy
    ("A", PROGRESSED | {"death": 112}, 0, 113, "scan", 1),
    ("composite", STABLE | {"death": 80, "new_therapy": 80}, 1, 81, "death", -1),
    # what is known on the day of the cutoff counts
    ("A", PROGRESSED | {"cutoff": 112}, 0, 113, "scan", 1),
    ("A", PROGRESSED | {"cutoff": 111}, 11, 57, "scan", 0),
    ("EMA", STABLE | {"death": 400}, 1, 401, "death", -1),
    # a scan on the day before the event was no visit missed
    ("A", {"scan_days": (56, 182), "responses": (SD, SD), "death": 183}, 1, 184, "death", -1),
    # death on the day of randomization is an event, and who does not die is followed to the end
    ("A", {"scan_days": (), "responses": (), "death": 0}, 1, 1, "death", -1),
    ("without death", STABLE, 11, 57, "scan", 0),
    # a scan dated after death cannot be right, yet it documents the progression seen before
    ("A", PROGRESSED | {"death": 100, "clinical_progression": 90}, 1, 101, "death", -1),
]
SURVIVAL = [
    ({"death": 200}, 20, 201, "death"),
    ({"death": 0}, 20, 1, "death"),
    ({"last_known_alive": 150}, 21, 151, "last_known_alive"),
    ({"last_known_alive": 400}, 21, 401, "last_known_alive"),
    ({"last_known_alive": 401}, 22, 401, "last_known_alive"),
    ({"death": 401}, 22, 401, "last_known_alive"),
    ({"death": 400}, 20, 401, "death"),
    ({}, 23, 1, "randomization"),
    ({"last_known_alive": 0}, 21, 1, "last_known_alive"),
]


@pytest.mark.parametrize(("rules", "known", "why", "days", "kind", "index"), TIMES)
def test_why_a_time_ends(rules, known, why, days, kind, index):
    follow_up = FollowUp(**{"cutoff": 400} | known)
    end = PROGRESSION_FREE_SURVIVAL.derive(follow_up, -1, RULES[rules])

    assert end is not None
    assert (end.why, end.days) == (censoring.WHY[why], days)
    assert (end.source_kind, end.source_index) == (kind, index)
    assert end.event is (why < 10)


@pytest.mark.parametrize(("known", "why", "days", "kind"), SURVIVAL)
def test_why_survival_ends(known, why, days, kind):
    follow_up = FollowUp(scan_days=(), responses=(), cutoff=400, **known)
    end = OVERALL_SURVIVAL.derive(follow_up, -1, RULES["A"])

    assert end is not None
    assert (end.why, end.days, end.source_kind) == (censoring.WHY[why], days, kind)
    assert end.event is (why == 20)


def test_why_a_declared_event_ends_the_time():
    seen, unseen = derive_time_to(100, 150, 100), derive_time_to(101, 150, 100, start_day=10)

    assert (seen.why, seen.days, seen.source_kind) == (censoring.WHY[30], 101, "declared_event")
    assert (unseen.why, unseen.days, unseen.event) == (censoring.WHY[31], 91, False)


def test_every_reason_of_a_time_was_given():
    given = {row[2] for row in TIMES} | {row[1] for row in SURVIVAL} | {30, 31}

    assert given == set(censoring.WHY)
