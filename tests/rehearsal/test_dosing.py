"""The treatment rules of the protocol, kept by virtual participants: rash, reactions, rhythm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from equipoise.protocol.model import DrugGiven
from equipoise.protocol.yaml_file import load
from equipoise.rehearsal.adverse_events import Event
from equipoise.rehearsal.dosing import Dosing, drugs_under_test, infusion_days, next_dosing
from equipoise.rehearsal.screening_forms import Desk
from equipoise.rehearsal.treatment_forms import draw_cycles
from equipoise.virtual.parameters import read_parameters
from equipoise.virtual.person import draw_person, intended_regimen

PROTOCOL = load("NCT04509635")
CERTAIN = {"rash_stays": 0.0, "cycle_delayed": 0.0, "rash_again": 0.0, "stops_early": 0.0}


def desk(seed: int = 1, **shares: float) -> Desk:
    drawn = read_parameters(PROTOCOL.id)
    numbers = {**drawn.numbers, **CERTAIN, **shares}
    parameters = replace(drawn, numbers=numbers, tables={**drawn.tables})
    rng = np.random.default_rng(seed)
    person = draw_person(rng, PROTOCOL, parameters, date(2021, 1, 4))
    return Desk(person, rng, PROTOCOL, parameters)


def event(category: str, grade: int, related: str = "CETUXIMAB") -> Event:
    kind = {"category": category, "decoded": category.title()}
    return Event(kind, related, cycle=1, grade=grade, after=0, days=5)


RASH = event("SKIN REACTION", 3)


def test_a_severe_rash_delays_keeps_the_full_dose_once_then_reduces_and_the_fourth_stops():
    at, dosing = desk(), Dosing(tested=True)
    told = []
    for _ in range(4):
        dosing = next_dosing(at, dosing, [RASH])
        assert 7 <= dosing.delay <= 14
        told.append((dosing.tested, dosing.level))

    assert told == [(True, 0), (True, 1), (True, 2), (False, 3)]
    (cetuximab,) = drugs_under_test(PROTOCOL)
    assert [str(dose) for dose in cetuximab.doses] == ["500 mg/m2", "400 mg/m2", "300 mg/m2"]


def test_a_cycle_without_a_rash_leaves_the_level_where_it_is():
    reduced = Dosing(tested=True, level=1, rashes=2)

    assert next_dosing(desk(), reduced, []) == reduced
    assert next_dosing(desk(), reduced, [event("SKIN REACTION", 2)]) == reduced


def test_a_rash_that_stays_stops_the_drug():
    assert not next_dosing(desk(rash_stays=1.0), Dosing(tested=True), [RASH]).tested
    assert next_dosing(desk(rash_stays=1.0), Dosing(tested=True), []).tested


@pytest.mark.parametrize(
    ("category", "grade", "goes_on"),
    [
        ("INFUSION REACTION", 2, True),
        ("INFUSION REACTION", 3, False),
        ("INTERSTITIAL LUNG DISEASE", 1, False),
        ("OTHER", 3, True),
    ],
)
def test_what_stops_the_drug_under_test(category, grade, goes_on):
    assert next_dosing(desk(), Dosing(tested=True), [event(category, grade)]).tested is goes_on


def test_in_the_control_arm_a_rash_reduces_nothing():
    after = next_dosing(desk(), Dosing(tested=False), [replace(RASH, related="CHEMOTHERAPY")])

    assert (after.tested, after.level, after.rashes, after.delay) == (False, 0, 0, 7)


@pytest.mark.parametrize(
    ("every", "cycle", "number", "days"),
    [
        (14, 14, 1, [0]),
        (14, 28, 1, [0, 14]),
        (14, 28, 2, [0, 14]),
        (7, 14, 1, [0, 7]),
        (28, 14, 1, [0]),
        (28, 14, 2, []),
        (14, 21, 1, [0, 14]),
        (14, 21, 2, [7]),
        (None, 21, 2, [0]),
    ],
)
def test_the_drug_under_test_keeps_its_own_rhythm(every, cycle, number, days):
    given = DrugGiven(drug="X", doses=(), every_days=every)

    assert infusion_days(given, cycle, number) == days


def test_cetuximab_is_given_twice_in_a_cycle_of_four_weeks():
    at = desk()
    at.parameters.tables["adverse_events"] = []
    regimen = PROTOCOL.regimen("FTD/TPI")
    cycles, _ = draw_cycles(at, regimen, True, date(2021, 3, 11), date(2021, 6, 1))

    treated = [form for form in cycles[0].forms if form.form == "TREATMENT"]
    assert [(form.day.isoformat(), form.visit) for form in treated] == [
        ("2021-03-11", "FIRST_DOSE"),
        ("2021-03-25", "FIRST_DOSE"),
    ]
    assert [[row["drug"] for row in form.groups["dose"]] for form in treated] == [
        ["CETUXIMAB", "TRIFLURIDINE/TIPIRACIL"],
        ["CETUXIMAB"],
    ]
    assert 26 <= (cycles[1].day - cycles[0].day).days <= 30
    assert cycles[0].last_dose == date(2021, 3, 25)


@pytest.mark.parametrize(
    ("had", "regimens"),
    [
        ({"OXALIPLATIN", "FLUOROURACIL"}, {"FOLFIRI"}),
        ({"IRINOTECAN", "FLUOROURACIL"}, {"MFOLFOX6"}),
        ({"IRINOTECAN", "OXALIPLATIN", "FLUOROURACIL"}, {"IRINOTECAN", "FTD/TPI"}),
    ],
)
def test_the_intended_regimen_goes_by_the_drugs_that_she_had(had, regimens):
    at = desk()
    person = replace(at.person, had=frozenset(had))
    renamed = tuple(r.model_copy(update={"id": f"R-{r.id}"}) for r in PROTOCOL.regimens)
    protocol = PROTOCOL.model_copy(update={"regimens": renamed})

    chosen = {intended_regimen(at.rng, protocol, at.parameters, person) for _ in range(40)}
    assert chosen == {f"R-{name}" for name in regimens}
