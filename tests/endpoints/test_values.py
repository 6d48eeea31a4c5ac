"""The value of an endpoint for one person, why, and from which record."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from person import RANDOMIZATION, START, contact, measured, person, response, therapy

from equipoise.endpoints.course import course_of
from equipoise.endpoints.values import (
    best_response,
    binary_values,
    is_missing,
    late_control,
    time_values,
)
from equipoise.protocol.assessment import Confirmation, micrometers
from equipoise.protocol.yaml_file import load
from equipoise.terms.quantity import Quantity

PROTOCOL = load("NCT04509635")
ENDPOINTS = {endpoint.id: endpoint for endpoint in PROTOCOL.endpoints}
CUTOFF = date(2021, 12, 31)
BASELINE = measured("2021-03-08")


def on(days: int) -> str:
    return (START + timedelta(days)).isoformat()


def course(*rows, died="", cutoff=CUTOFF):
    return course_of(person(BASELINE, *rows, died=died), PROTOCOL, cutoff)


def scans(*seen):
    """Day and response of each scan; the first has position 2 in the ledger."""
    return [response(on(day), said) for day, said in seen]


def test_a_best_response_names_day_and_record():
    known = course(*scans((56, "SD"), (112, "PR"), (168, "PD")))
    best = best_response(known, PROTOCOL, known.read)

    assert best.value == "PR"
    assert best.why == "partial response, before progression, day 112"
    assert best.source == (3,)


def test_the_first_scan_may_be_the_best():
    known = course(*scans((56, "SD")))
    best = best_response(known, PROTOCOL, known.read)

    assert best.why.endswith(", day 56")
    assert best.source == (2,)


def test_without_a_scan_the_randomization_is_the_record():
    known = course()
    best = best_response(known, PROTOCOL, known.read)

    assert (best.value, best.source) == ("NE", (RANDOMIZATION,))
    assert best.why == "no response assessment counts"


@pytest.mark.parametrize(
    ("seen", "controlled", "responded"),
    [
        ([(56, "CR")], True, True),
        ([(56, "PR")], True, True),
        ([(56, "SD")], True, False),
        ([(48, "SD")], False, False),
        ([(56, "PD")], False, False),
        ([(56, "NE")], False, False),
        ([(56, "NON-CR/NON-PD")], False, False),  # not among those that the protocol names
        ([], False, False),
    ],
)
def test_reached_is_what_the_protocol_counts(seen, controlled, responded):
    courses = {"S01-001": course(*scans(*seen))}

    for endpoint, reached in (("DCR", controlled), ("ORR", responded)):
        value = binary_values(ENDPOINTS[endpoint], courses, PROTOCOL)["S01-001"]
        assert value.value is reached
        assert value.why.startswith("best response ")


# The window of the first scan closes on day 63: 56 and 7.
@pytest.mark.parametrize(
    ("rows", "died", "missing"),
    [
        pytest.param([], "", True, id="no scan, and nothing says why"),
        pytest.param([], on(63), False, id="died in the window"),
        pytest.param([], on(64), True, id="died later: had a scan to miss"),
        pytest.param([therapy(on(63))], "", False, id="another therapy in the window"),
        pytest.param([therapy(on(64))], "", True, id="another therapy later"),
        pytest.param([therapy(on(0))], "", False, id="another therapy at once"),
        pytest.param(scans((56, "NE")), "", True, id="a scan that could not be evaluated"),
        pytest.param(scans((56, "SD")), "", False, id="stable"),
    ],
)
def test_missing_is_what_nothing_explains(rows, died, missing):
    known = course(*rows, died=died)

    assert is_missing(known, best_response(known, PROTOCOL, known.read), PROTOCOL) is missing


def test_a_death_after_the_cutoff_explains_nothing_yet():
    known = course(died=on(60), cutoff=date.fromisoformat(on(59)))

    assert is_missing(known, best_response(known, PROTOCOL, known.read), PROTOCOL)


@pytest.mark.parametrize(
    ("rows", "lasting", "source"),
    [
        pytest.param(scans((56, "SD"), (105, "SD")), True, (3,), id="on the very day"),
        pytest.param(scans((56, "SD"), (104, "SD")), False, (RANDOMIZATION,), id="a day short"),
        pytest.param(scans((112, "NE")), False, (RANDOMIZATION,), id="not evaluable"),
        pytest.param(scans((56, "PD"), (112, "SD")), False, (RANDOMIZATION,), id="after PD"),
        pytest.param(scans((112, "PD")), False, (RANDOMIZATION,), id="PD itself"),
        pytest.param([*scans((112, "SD")), therapy(on(112))], True, (2,), id="therapy on that day"),
        pytest.param(
            [*scans((112, "SD")), therapy(on(111))], False, (RANDOMIZATION,), id="therapy before"
        ),
    ],
)
def test_control_that_lasts(rows, lasting, source):
    known = course(*rows)
    value = late_control(ENDPOINTS["DCR"], known, PROTOCOL)

    assert (value.value, value.source) == (lasting, source)


def test_control_that_lasts_says_what_was_seen():
    known = course(*scans((105, "PR")))

    assert late_control(ENDPOINTS["DCR"], known, PROTOCOL).why == "PR on day 105"


@pytest.mark.parametrize(
    ("analysis", "rows", "died", "days", "event", "source"),
    [
        ("FDA", scans((56, "SD"), (112, "PD")), "", 113, True, (3,)),
        ("FDA", [*scans((56, "SD"), (112, "PD")), therapy(on(80))], "", 57, False, (2,)),
        ("EMA", [*scans((56, "SD"), (112, "PD")), therapy(on(80))], "", 113, True, (3,)),
        ("FDA", scans((56, "SD")), on(100), 101, True, (99,)),
        ("FDA", [], "", 1, False, (RANDOMIZATION,)),
        ("OS", [contact(on(150))], "", 151, False, (2,)),
        ("OS", [], on(100), 101, True, (99,)),
        ("DOR", scans((56, "PR"), (112, "PR"), (168, "PD")), "", 113, True, (4,)),
        ("FDA", scans((56, "CR"), (112, "SD")), "", 113, True, (3,)),  # disease after CR
    ],
)
def test_a_time_ends_with_the_record_that_decided(analysis, rows, died, days, event, source):
    courses = {"S01-001": course(*rows, died=died)}
    value = time_values(analysis, courses, PROTOCOL)["S01-001"]

    assert (value.value, value.source) == ({"days": days, "event": event}, source)


def test_with_confirmation_declared_a_duration_begins_with_a_confirmed_response():
    confirmed = Confirmation(min_days=28, intervening_ne_allowed=1, intervening_sd_allowed=False)
    assessment = PROTOCOL.assessment.model_copy(update={"confirmation": confirmed})
    declared = PROTOCOL.model_copy(update={"assessment": assessment})
    once = {"S01-001": course(*scans((56, "PR"), (112, "PD")))}

    assert time_values("DOR", once, declared) == {}
    assert time_values("DOR", once, PROTOCOL)["S01-001"].value["days"] == 57


def test_duration_is_of_those_who_responded():
    courses = {"S01-001": course(*scans((56, "SD")))}

    assert time_values("DOR", courses, PROTOCOL) == {}


@pytest.mark.parametrize(
    ("length", "expected"),
    [(Quantity(Decimal(5), "mm"), 5_000), (Quantity(Decimal("1.5"), "cm"), 15_000)],
)
def test_a_declared_length_in_micrometers(length, expected):
    assert micrometers(length) == expected


@pytest.mark.parametrize("length", [Quantity(Decimal(5), "kg"), Quantity(Decimal("5.0005"), "mm")])
def test_what_is_no_length_or_falls_between_two_thousandths_is_refused(length):
    with pytest.raises(ValueError, match="expected a length in mm or cm"):
        micrometers(length)


def test_disease_after_a_complete_response_is_asked_about():
    known = course(*scans((56, "CR"), (112, "SD")))

    assert "SD on day 112 after CR on day 56: a query; it counts as progression" in known.problems
    assert not any("query" in told for told in course(*scans((56, "CR"), (112, "PD"))).problems)
