"""When something happened and where it was recorded, by the records of one person."""

from datetime import date

import pytest
from person import (
    RANDOMIZATION,
    START,
    contact,
    dose,
    measured,
    person,
    response,
    therapy,
)

from equipoise.endpoints import event_dates

CUTOFF = date(2021, 12, 31)


def day(text: str) -> int:
    return (date.fromisoformat(text) - START).days


def test_nothing_recorded_is_known_alive_at_randomization():
    alive = event_dates.last_known_alive(person(), START)

    assert (alive.day, alive.source) == (0, (RANDOMIZATION,))


def test_the_last_sign_of_life_names_its_record():
    alive = event_dates.last_known_alive(
        person(contact("2021-06-01"), dose("2021-07-01"), measured("2021-05-05")), START
    )

    assert (alive.day, alive.source) == (day("2021-07-01"), (2,))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(contact("2021-07-01", "DEAD"), id="heard to be dead"),
        pytest.param(dose("2021-07-01", given="0"), id="a dose of nothing"),
        pytest.param(measured("2021-07-01", "NOT DONE"), id="a scan not done"),
        pytest.param(contact("2021-07"), id="a month: nothing is imputed"),
        pytest.param(contact("2021-03-01"), id="before randomization"),
    ],
)
def test_no_sign_of_life(row):
    alive = event_dates.last_known_alive(person(contact("2021-06-01"), row), START)

    assert (alive.day, alive.source) == (day("2021-06-01"), (1,))


def test_on_the_day_of_randomization_one_is_known_alive_by_that_record():
    assert event_dates.last_known_alive(person(contact("2021-03-10")), START).source == (1,)


@pytest.mark.parametrize(
    ("rows", "taken"),
    [
        pytest.param([therapy("2021-05")], "2021-05-01", id="a month"),
        pytest.param([therapy("2021-05"), response("2021-05-20")], "2021-05-20", id="a scan read"),
        pytest.param(
            [therapy("2021-05"), response("2021-05-20", test="TRGRESP")],
            "2021-05-01",
            id="of the targets alone: no scan of its own",
        ),
        pytest.param([therapy("2021-05"), measured("2021-05-20")], "2021-05-20", id="measured"),
        pytest.param(
            [therapy("2021-05"), measured("2021-05-20", "NOT DONE")],
            "2021-05-01",
            id="not measured",
        ),
        pytest.param([therapy("2021-05"), response("2021-05")], "2021-05-01", id="a scan of it"),
        pytest.param([therapy("2021-05"), response("")], "2021-05-01", id="a scan without a day"),
        pytest.param([therapy("2021-05"), dose("2021-05-31")], "2021-05-31", id="the last dose"),
        pytest.param([therapy("2021-03")], "2021-03-11", id="the day after randomization"),
        pytest.param([therapy("2021-06-02"), therapy("2021-06-01")], "2021-06-01", id="the first"),
        pytest.param([therapy("2021-03-10")], "2021-03-10", id="the day of randomization"),
    ],
)
def test_new_therapy_begins_no_earlier_than_the_records_allow(rows, taken):
    assert event_dates.new_therapy(person(*rows), START, CUTOFF).day == day(taken)


def test_new_therapy_names_its_record_and_what_was_assumed():
    begun = event_dates.new_therapy(
        person(therapy("2021-02"), therapy("2021-06"), therapy("")), START, CUTOFF
    )

    assert begun.source == (2,)
    assert begun.problems == (
        "new therapy of 2021-02 is before randomization: not counted",
        "start of new therapy known only as 2021-06: taken as 2021-06-01",
        "start of new therapy is not known",
    )


def test_a_therapy_after_the_cutoff_is_nothing_to_ask_about_yet():
    assert event_dates.new_therapy(person(therapy("2022")), START, CUTOFF).problems == ()
    assert event_dates.new_therapy(person(therapy("2021-12")), START, CUTOFF).problems != ()
    assert event_dates.new_therapy(person(therapy("2022")), START, date(2022, 1, 1)).problems != ()


def test_without_therapy_there_is_no_day_and_no_source():
    none = event_dates.new_therapy(person(), START, CUTOFF)

    assert (none.day, none.source) == (-1, ())


@pytest.mark.parametrize(
    ("died", "rows", "taken", "by"),
    [
        pytest.param("2021-10-05", [], "2021-10-05", (), id="a day"),
        pytest.param("2021-10", [], "2021-10-01", (), id="a month"),
        pytest.param("2021-10", [contact("2021-10-20")], "2021-10-20", (1,), id="seen later in it"),
        pytest.param(
            "2021-10", [therapy("2021-10-21")], "2021-10-21", (1,), id="treated later in it"
        ),
        pytest.param(
            "2021-10", [therapy("2021-10")], "2021-10-01", (), id="the therapy is partial too"
        ),
        pytest.param(
            "2021-10", [contact("2021-11-02")], "2021-10-01", (), id="seen after it: a query"
        ),
        pytest.param("2021", [], "2021-03-10", (), id="not before randomization"),
    ],
)
def test_death_of_a_partial_date_is_the_earliest_that_the_signs_of_life_allow(
    died, rows, taken, by
):
    death = event_dates.death(person(*rows, died=died), START)

    assert (death.day, death.source) == (day(taken), (99, *by))
    assert death.imputed.startswith(
        "" if len(died) == 10 else f"known only as {died}: taken as {taken}"
    )
    assert bool(death.imputed) == (len(died) < 10)


def test_nobody_is_seen_alive_after_the_death():
    told = person(contact("2021-10-01"), contact("2021-11-02"), died="2021-10")

    assert event_dates.last_known_alive(told, START).day == day("2021-10-01")


def test_a_death_that_only_a_contact_heard_of_is_told():
    heard = person(contact("2021-09-01", "DEAD"))

    assert event_dates.unrecorded_death(heard, CUTOFF) == (
        "contact of 2021-09-01 says dead, no death recorded",
    )
    assert event_dates.unrecorded_death(heard, date(2021, 9, 1)) != ()
    assert event_dates.unrecorded_death(heard, date(2021, 8, 31)) == ()
    assert event_dates.death(heard, START).day == -1


def test_clinical_progression_is_that_and_no_response():
    seen = person(response("2021-05-05"), response("2021-06-01", "Y", "CLINPROG"))

    assert event_dates.clinical_progression(seen, START, CUTOFF).day == day("2021-06-01")
    assert event_dates.clinical_progression(seen, START, CUTOFF).source == (2,)
