"""What in a saved form deserves a question, and what does not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.conduct.edit_checks import doubts_about, implausible
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Randomized, Subject

PROTOCOL = load("NCT04509635")
HEMATOLOGY, TREATMENT = PROTOCOL.form("HEMATOLOGY"), PROTOCOL.form("TREATMENT")
START = date(2021, 3, 10)
RANDOMIZED = Randomized(
    arm="CHEMOTHERAPY", stratum=(), list_position=1, on=START, source=9, version="1.0"
)


def blood(test, value, unit="10*9/L"):
    return {"result": [{"test": test, "value": value, "unit": unit}]}


@pytest.mark.parametrize(
    ("test", "value", "unit", "asked"),
    [
        ("NEUT", "30", "10*9/L", False),
        ("NEUT", "30.1", "10*9/L", True),
        ("NEUT", "0.1", "10*9/L", False),
        ("NEUT", "0.09", "10*9/L", True),
        ("NEUT", "3100", "/uL", False),  # 3.1 in the unit of the check
        ("NEUT", "31000", "/uL", True),
        ("PLAT", "182", "10*9/L", False),  # each test has its own range
        ("HGB", "11.2", "g/dL", False),
        ("HGB", "112", "g/dL", True),
        ("NEUT", {"missing": "NOT DONE"}, "10*9/L", False),
        ("NEUT", "high", "10*9/L", False),  # no number: refused elsewhere, not asked about
        ("NEUT", "300", "mm", False),  # cannot be compared
    ],
)
def test_a_value_outside_of_its_range_is_asked_about(test, value, unit, asked):
    doubts = implausible(HEMATOLOGY, blood(test, value, unit))

    assert [field for field, _ in doubts] == (["result[1].value"] if asked else [])


def test_the_question_says_what_was_found_and_what_is_plausible():
    assert implausible(HEMATOLOGY, blood("NEUT", "310", "10*9/L")) == [
        (
            "result[1].value",
            "found 310 10*9/L, plausible is 0.1 to 30 10*9/L: please check",
        )
    ]


def treated(days: int, *, end: str = "", doses: int = 0):
    earlier = [("CM", {"CMCAT": "PRIOR ANTICANCER THERAPY", "CMENDTC": end})] if end else []
    given = [("EX", {"EXTRT": "IRINOTECAN", "EXDOSE": "180"})] * doses
    records = [read_record(domain, row, 1) for domain, row in (*earlier, *given)]
    subject = replace(Subject(id="S01-001"), randomized=RANDOMIZED).with_records(records)
    values = {"date": (START + timedelta(days)).isoformat()}
    return [text for _, text in doubts_about(PROTOCOL, subject, TREATMENT, values, {})]


def test_a_late_first_dose_is_asked_about_and_a_later_dose_is_not():
    assert treated(3) == []
    assert treated(4) == ["first dose 4 days after randomization, planned within 3: please check"]
    assert treated(4, doses=1) == []


def test_a_first_dose_within_the_washout_is_asked_about():
    assert treated(1, end="2021-02-25") == []  # 14 days
    assert treated(1, end="2021-02-26") == [
        "13 days since earlier treatment, washout is 14: please check"
    ]


def test_before_randomization_a_dose_is_no_first_dose():
    values = {"date": "2021-05-01"}

    assert doubts_about(PROTOCOL, Subject(id="S01-001"), TREATMENT, values, {}) == []
