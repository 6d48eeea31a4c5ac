"""The same virtual people, through forms, commands and ledger, and through the compiled loop: the
same endpoints.
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from changed import CONFIRMED, DERIVED, shipped_with
from equipoise.analysis.analyze import courses_of
from equipoise.assessments.recist.rules import no_results
from equipoise.endpoints.best_response import derive_best_response
from equipoise.endpoints.choices import choices_of
from equipoise.endpoints.time_to_event import derive_os, derive_pfs
from equipoise.endpoints.values import binary_values, time_values
from equipoise.protocol.yaml_file import load
from equipoise.rehearsal import rehearse as rehearsal
from equipoise.simulation.followed import (
    Behavior,
    follow_participant,
    room_for_participants,
)
from equipoise.simulation.full_trial import trial_of
from equipoise.simulation.judged import DOR, OS
from equipoise.simulation.judging_rules import (
    collect_times,
    room_for_outcomes,
    write_responses,
)
from equipoise.store.memory import Memory
from equipoise.subject.fold import replay
from equipoise.terms.response import Response
from equipoise.virtual.parameters import read_parameters
from equipoise.virtual.person import tumor_parameters
from equipoise.virtual.tumor_rules import BEYOND, MAX_TARGETS, room_for

PROTOCOL = load("NCT04509635")
TRIAL = trial_of(PROTOCOL)
BY_LESIONS = shipped_with(DERIVED)
STAYS = Behavior(leaves_per_day=0.0, crossover=0.0, crossover_after=0, crossover_within=0)
# What only the rehearsal knows of: slips of the pen, a reader's own mind, and other ways out of the
# trial.
QUIET = dict.fromkeys(
    [
        "slip",
        "reader_differs",
        "clinical_progression",
        "new_therapy_before_progression",
        "death_known_to_month",
    ],
    0.0,
) | {"leaves_per_month": 1e-4}
SEED = 9
"""Among its people is one whose new lesion was equivocal first: read, she progressed on the second
scan, and by the lesions on the first.
"""


@pytest.fixture(scope="module")
def people():
    """The courses that the ledger gives, and (person, arm) of each of them, in order of entry."""
    drawn, storage = [], Memory()
    parameters = read_parameters(PROTOCOL.id)
    draw = rehearsal.draw_story

    def noting(desk, regimen, start, *, experimental):
        drawn.append((desk.person, experimental))
        return draw(desk, regimen, start, experimental=experimental)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "draw_story", noting)
        patch.setattr(
            rehearsal,
            "read_parameters",
            lambda _: replace(parameters, numbers={**parameters.numbers, **QUIET}),
        )
        sealed = rehearsal.draw_sealed_list(PROTOCOL, participants=40, seed=SEED)
        rehearsal.rehearse(PROTOCOL, storage, sealed, participants=40, seed=SEED)
    entries = storage.read()
    cutoff = date.fromisoformat(entries[-1].at[:10]) + timedelta(days=1)
    courses = courses_of(replay(entries), cutoff)
    return sorted(courses.values(), key=lambda course: course.sources["randomization"]), drawn


def followed(course, person, experimental, trial=TRIAL):
    """Days and responses after baseline, days of PD, and the day of death or -1, from the compiled
    loop, as far as her record goes: nobody is followed beyond her last contact.
    """
    planned = np.array(trial.scan_days, np.int32)
    room, results = room_for(len(planned), MAX_TARGETS), no_results(len(planned) + 1, MAX_TARGETS)
    rng = np.random.default_rng(person.tumor_seed)
    tumor = tumor_parameters(person, PROTOCOL, read_parameters(PROTOCOL.id))
    v, dies, leaves = follow_participant(
        rng, experimental, tumor, STAYS, trial.rules, planned, room, results
    )
    assert leaves == BEYOND
    ended = course.subject.study_ended
    until = (ended.on - course.start).days if ended.cause == "END OF STUDY" else course.cutoff
    v = 1 + int(np.count_nonzero(room.days[1:v] <= until))
    seen = [array[1:v].tolist() for array in (room.days, results.response, results.pd_day)]
    return seen, max(dies, 1) if dies <= until else -1


@pytest.mark.parametrize("protocol", [PROTOCOL, BY_LESIONS], ids=["as read", "by the lesions"])
def test_the_same_people_have_the_same_scans_and_responses(people, protocol):
    dated_back = 0
    for course, (person, experimental) in zip(*people, strict=True):
        (days, responses, pd_days), _ = followed(course, person, experimental, trial_of(protocol))
        reading = counted(course, protocol).primary

        assert (
            course.subject.randomized.arm
            == (PROTOCOL.experimental if experimental else PROTOCOL.control).id
        )
        assert list(reading.days) == days
        assert list(reading.responses) == responses
        assert list(reading.pd_days) == pd_days
        dated_back += any(0 <= dated < day for dated, day in zip(pd_days, days, strict=True))
    assert dated_back == (1 if protocol is BY_LESIONS else 0)


def test_the_same_people_have_the_same_endpoints(people):
    deaths = 0
    for course, (person, experimental) in zip(*people, strict=True):
        (days, responses, pd_days), death = followed(course, person, experimental)
        known = replace(
            course.follow_up(course.primary),
            scan_days=tuple(days),
            responses=tuple(responses),
            pd_days=tuple(pd_days),
            death=death,
        )
        deaths += death > 0

        assert course.death == death
        assert derive_os(course.follow_up(course.primary)) == derive_os(known)
        pfs = derive_pfs(known, TRIAL.rules.time_to_event)
        assert derive_pfs(course.follow_up(course.primary), TRIAL.rules.time_to_event) == pfs
        best = derive_best_response(days, responses, TRIAL.rules.response)
        reading = course.primary
        assert (
            derive_best_response(reading.days, reading.responses, TRIAL.rules.response).response
            == best.response
        )
    assert deaths > 20


@pytest.mark.parametrize(
    "changes",
    [(), (CONFIRMED,), (DERIVED,), (CONFIRMED, DERIVED)],
    ids=["as shipped", "confirmed", "by the lesions", "confirmed by the lesions"],
)
def test_the_loop_judges_them_as_the_analysis_does(people, changes):
    """Every binary endpoint, and every time but OS, whose last day alive the loop does not draw."""
    protocol = shipped_with(*changes)
    trial = trial_of(protocol)
    reached, lasting = dict.fromkeys([binary.endpoint for binary in trial.counted], 0), 0
    for course, (person, experimental) in zip(*people, strict=True):
        (days, responses, pd_days), _ = followed(course, person, experimental, trial)
        one = alone(course, trial, days, responses, pd_days)
        courses = {"she": counted(course, protocol)}
        judged, outcomes = trial.judged(), room_for_outcomes(1)
        row = np.zeros(2 * (1 + len(trial.counted)))
        write_responses(one, 1, course.cutoff, trial.rules, judged, 2, row)
        for place, binary in enumerate(trial.counted):
            endpoint = next(each for each in protocol.endpoints if each.id == binary.endpoint)
            value = binary_values(endpoint, courses, protocol)["she"].value
            assert row[2 * (1 + place) :][:2].sum() == value
            reached[binary.endpoint] += value
        for place, times in enumerate(trial.times):
            if times.kind == OS:
                continue
            switches = judged.switches[place]
            n = collect_times(one, course.cutoff, trial.rules, times.kind, switches, outcomes)
            values = time_values(times.analysis, courses, protocol)
            assert n == len(values)
            for value in values.values():
                lasting += times.kind == DOR
                assert (outcomes.time[0], outcomes.event[0]) == tuple(value.value.values())
    assert 20 < reached["DCR"] < 35
    assert reached["ORR"] == lasting > (0 if CONFIRMED in changes else 2)


def counted(course, protocol):
    """Her course as a protocol counts it that rests on another reading."""
    return replace(course, derived_counts=choices_of(protocol).derived_counts)


def alone(course, trial, days, responses, pd_days):
    """A trial of one, entered on day 0."""
    one = room_for_participants(1, len(trial.scan_days))
    one.scans[0], one.death[0] = len(days), course.death
    one.day[0, : len(days)], one.response[0, : len(days)] = days, responses
    one.pd_day[0, : len(days)] = pd_days
    return one


def test_the_people_are_of_many_kinds(people):
    seen = {response for course in people[0] for response in course.derived.responses}

    assert {Response.PR, Response.SD, Response.PD} <= seen
    assert max(len(course.derived.days) for course in people[0]) > 4
