"""Which baseline has a laboratory value, and which abnormality has no adverse event yet?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from equipoise.assessments.ctcae.from_records import graded_results
from equipoise.assessments.ctcae.grade import Lacking
from equipoise.assessments.ctcae.proposed import proposed_events
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Subject

DOSED = "2021-03-10"
ALT = {"LBTESTCD": "ALT", "LBORRESU": "U/L", "LBORNRHI": "40"}
HGB = {"LBTESTCD": "HGB", "LBORRESU": "g/L", "LBORNRLO": "120", "LBORNRHI": "160"}


def person(*rows: tuple[str, dict[str, str]], dosed: str = DOSED) -> Subject:
    """Her records in the order in which they were recorded."""
    given = [("EX", {"EXTRT": "CETUXIMAB", "EXDOSE": "500", "EXSTDTC": dosed})] if dosed else []
    records = [
        read_record(domain, values, source)
        for source, (domain, values) in enumerate([*rows, *given], 1)
    ]
    return Subject(id="S01-001").with_records(records)


def alt(on: str, value: str, **more: str) -> tuple[str, dict[str, str]]:
    return "LB", {**ALT, "LBDTC": on, "LBORRES": value, **more}


def hgb(on: str, value: str, **more: str) -> tuple[str, dict[str, str]]:
    return "LB", {**HGB, "LBDTC": on, "LBORRES": value, **more}


def event(grade: str, begins: str, ends: str = "", term: str = "Anemia") -> tuple[str, Any]:
    return "AE", {
        "AETERM": "low", "AEDECOD": term, "AETOXGR": grade, "AESTDTC": begins, "AEENDTC": ends,
    }  # fmt: skip


def grades(subject: Subject, version: Any = "5.0") -> list[int | None]:
    """Of the first term of each value, in order of time."""
    return [result.grades[0].grade for result in graded_results(subject, version)]


@pytest.mark.parametrize(
    ("rows", "baseline"),
    [
        pytest.param([alt("2021-02-01", "30"), alt("2021-03-08", "60")], "60", id="the last"),
        pytest.param([alt("2021-03-08", "60"), alt("2021-02-01", "30")], "60", id="by its date"),
        pytest.param([alt(DOSED, "60")], "60", id="the day of the first dose counts"),
        pytest.param([alt("2021-03-11", "60")], None, id="the day after does not"),
        pytest.param([], None, id="none"),
        pytest.param(
            [alt("2021-03-08", "60"), alt("2021-03-09", "", LBSTAT="NOT DONE")],
            "60",
            id="what was not done is no value",
        ),
        pytest.param(
            [alt("2021-03-08", "30"), alt("2021-03-09", "60", LBORRESU="furlong")],
            None,
            id="an older one does not stand in for one that cannot be read",
        ),
        pytest.param(
            [alt("2021-03-09", "30"), alt("2021-03-09", "60")], None, id="two that differ"
        ),
        pytest.param(
            [alt("2021-03-09T08:00", "60"), alt("2021-03-09T07:00", "30")], "60", id="by time"
        ),
        pytest.param([alt("2021-03-09", "60"), alt("2021-03", "30")], None, id="perhaps later"),
        pytest.param([alt("2021-03-09", "60"), alt("2021-02", "30")], "60", id="surely earlier"),
        pytest.param([alt("2021-03-09", "60"), alt("", "30")], None, id="without a date"),
    ],
)
def test_the_baseline_is_the_last_value_before_the_first_dose(rows, baseline):
    results = graded_results(person(*rows, alt("2021-05-05", "130")), "5.0")

    (last,) = [each for each in results if each.lab.original == "130"]
    before = last.baseline if last.baseline is None or last.baseline.value is not None else None
    assert (before.original if before else None) == baseline
    assert last.grades[0].grade == {None: None, "60": 1, "30": 2}[baseline]
    assert last.on_treatment


def test_on_the_first_day_times_tell():
    rows = alt("2021-03-10T08:00", "30"), alt("2021-03-10T15:00", "130")

    told = graded_results(person(*rows, dosed="2021-03-10T10:00"), "5.0")

    assert [(each.on_treatment, each.grades[0].grade) for each in told] == [
        (False, None),
        (True, 2),
    ]


def test_before_the_treatment_there_is_nothing_to_compare_with():
    (told,) = graded_results(person(alt("2021-03-01", "130"), dosed=""), "5.0")

    assert not told.on_treatment
    assert told.grades[0].lacking == (Lacking.BASELINE,)
    (anemia,) = graded_results(person(hgb("2021-03-01", "95"), dosed=""), "5.0")
    assert anemia.grades[0].grade == 2  # takes no baseline


def test_a_protocol_that_names_no_version_grades_nothing():
    assert graded_results(person(hgb("2021-05-05", "95")), None) == ()
    assert proposed_events(person(hgb("2021-05-05", "95")), None) == ()
    assert load("NCT04509635").ctcae == "5.0"


@pytest.mark.parametrize(
    "more",
    [
        {"LBORRES": "<95"},
        {"LBORRES": "HEMOLYZED"},
        {"LBORRESU": "10*9/L"},
        {"LBORRES": "5"},  # outside of the possible
        {"LBLOINC": "777-3"},  # of platelets
        {"LBSPEC": "XYZ"},
        {"LBSTAT": "NOT DONE"},
    ],
)
def test_what_cannot_be_read_is_unknown_and_not_passed_over(more):
    (told,) = graded_results(person(hgb("2021-05-05", "95", **more)), "5.0")

    assert told.grades[0].grade is None
    assert told.grades[0].lacking == (Lacking.VALUE,)


def test_another_specimen_is_another_test():
    urine = hgb("2021-05-05", "95", LBSPEC="URINE")

    assert graded_results(person(urine), "5.0") == ()


def test_each_version_names_its_own_term():
    plat = "LB", {
        "LBTESTCD": "PLAT", "LBORRES": "20", "LBORRESU": "10*9/L", "LBDTC": "2021-05-05"
    }  # fmt: skip

    told = {v: graded_results(person(plat), v)[0].grades[0] for v in ("5.0", "6.0")}

    assert (told["5.0"].term, told["5.0"].grade) == ("Platelet count decreased", 4)
    assert (told["6.0"].term, told["6.0"].grade) == ("Thrombocytopenia", 3)


# ------------------------------------------------------------------ proposals


def proposals(*rows: tuple[str, Any]) -> list[tuple[str, int, str, int]]:
    return [
        (each.term, each.grade, str(each.begins), len(each.labs))
        for each in proposed_events(person(*rows), "5.0")
    ]


def test_values_that_follow_each_other_are_one_event_at_the_worst_grade():
    rows = (
        hgb("2021-04-01", "110"),
        hgb("2021-04-15", "95"),
        hgb("2021-04-20", "HEMOLYZED"),
        hgb("2021-04-29", "105"),
        hgb("2021-05-13", "125"),
        hgb("2021-06-10", "78"),
    )

    assert proposals(*reversed(rows)) == [
        ("Anemia", 2, "2021-04-01", 3),
        ("Anemia", 3, "2021-06-10", 1),
    ]


@pytest.mark.parametrize(
    ("recorded", "left"),
    [
        pytest.param([event("2", "2021-04-10")], 0, id="covered, and goes on"),
        pytest.param([event("3", "2021-04-10", "2021-04-20")], 0, id="worse"),
        pytest.param([event("1", "2021-04-10")], 1, id="recorded as milder"),
        pytest.param([event("2", "2021-04-10", "2021-04-14")], 1, id="ended before"),
        pytest.param([event("2", "2021-04-16")], 1, id="began after"),
        pytest.param([event("2", "2021-04")], 0, id="may have begun before"),
        pytest.param([event("2", "2021-04-10", term="Nausea")], 1, id="another term"),
        pytest.param([event("2", "2021-04-10", term="ANEMIA ")], 0, id="spelt otherwise"),
        pytest.param([event("", "2021-04-10")], 1, id="without a grade"),
    ],
)
def test_what_has_an_adverse_event_is_not_proposed_again(recorded, left):
    assert len(proposals(hgb("2021-04-15", "95"), *recorded)) == left


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(hgb("2021-03-05", "95"), id="before the treatment"),
        pytest.param(hgb(DOSED, "95"), id="on its first day"),
        pytest.param(hgb("2021-04-15", "125"), id="normal"),
        pytest.param(hgb("2021-04-15", "110", LBORNRLO=""), id="unknown"),
        pytest.param(hgb("", "95"), id="without a day"),
    ],
)
def test_what_is_no_abnormality_under_treatment_is_not_proposed(row):
    assert proposals(row) == []


def test_both_directions_of_one_test_are_proposed_apart():
    def potassium(on: str, value: str) -> tuple[str, Any]:
        limits = {"LBORNRLO": "3.5", "LBORNRHI": "5.1", "LBORRESU": "mmol/L"}
        return "LB", {"LBTESTCD": "K", "LBORRES": value, "LBDTC": on, **limits}

    assert proposals(potassium("2021-04-01", "2.9"), potassium("2021-04-08", "5.7")) == [
        ("Hypokalemia", 3, "2021-04-01", 1),
        ("Hyperkalemia", 2, "2021-04-08", 1),
    ]
    first, second = proposed_events(
        person(potassium("2021-04-01", "2.9"), potassium("2021-04-08", "5.7")), "5.0"
    )
    assert first.key != second.key
    assert first.begins.exact == date(2021, 4, 1)


@pytest.mark.parametrize(
    ("baseline", "before"),
    [
        pytest.param([hgb("2021-03-05", "110")], 1, id="abnormal already"),
        pytest.param([hgb("2021-03-05", "130")], 0, id="normal"),
        pytest.param([hgb("2021-03-05", "110", LBORNRLO="")], None, id="not told"),
        pytest.param([], None, id="none"),
    ],
)
def test_a_proposal_says_what_was_there_before(baseline, before):
    (event,) = proposed_events(person(*baseline, hgb("2021-04-15", "95")), "5.0")

    assert (event.grade, event.before) == (2, before)
