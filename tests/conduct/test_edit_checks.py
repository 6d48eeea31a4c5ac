"""What in a saved form deserves a question, and what does not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.conduct.edit_checks import doubts_about, implausible
from equipoise.protocol.forms import PlausibleRange, problems
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import EX, read_record
from equipoise.subject.state import Randomized, Subject
from story import Story

PROTOCOL = load("NCT04509635")
HEMATOLOGY, TREATMENT = PROTOCOL.form("HEMATOLOGY"), PROTOCOL.form("TREATMENT")
START = date(2021, 3, 10)
RANDOMIZED = Randomized(
    arm="CHEMOTHERAPY", stratum=(), list_position=1, on=START, source=9, version="1.1"
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


def prior(*rows: tuple[str, str]) -> Subject:
    """Somebody randomized with medications of these categories and ends."""
    records = [read_record("CM", {"CMCAT": kind, "CMENDTC": end}, 1) for kind, end in rows]
    return replace(Subject(id="S01-001"), randomized=RANDOMIZED).with_records(records)


ANTICANCER = "PRIOR ANTICANCER THERAPY"


@pytest.mark.parametrize(
    ("rows", "free"),
    [
        ([(ANTICANCER, "2021-03-01")], 9),
        ([(ANTICANCER, "2021-01-01"), (ANTICANCER, "2021-03-02"), (ANTICANCER, "2021-02-01")], 8),
        ([(ANTICANCER, "")], None),
        ([("CONCOMITANT", "2021-03-09")], None),
        ([], None),
    ],
)
def test_the_washout_runs_from_the_last_earlier_treatment(rows, free):
    doubts = doubts_about(PROTOCOL, prior(*rows), TREATMENT, {"date": "2021-03-10"}, {})

    said = f"{free} days since earlier treatment, washout is 14: please check"
    assert doubts == ([("date", said)] if free is not None else [])


@pytest.mark.parametrize(
    ("form", "values"), [(TREATMENT, {}), (HEMATOLOGY, {"date": "2021-03-20"})]
)
def test_only_a_dated_dose_is_a_first_dose(form, values):
    assert doubts_about(PROTOCOL, prior((ANTICANCER, "2021-03-01")), form, values, {}) == []


def test_a_value_without_unit_is_in_that_of_the_check_and_rows_are_counted():
    rows = {"result": [{"test": "NEUT", "value": "3"}, {"test": "NEUT", "value": "310"}]}

    assert implausible(HEMATOLOGY, rows) == [
        ("result[2].value", "found 310 10*9/L, plausible is 0.1 to 30 10*9/L: please check")
    ]


@pytest.mark.parametrize(
    ("value", "asked"), [("29", True), ("30", False), ("40", False), ("41", True)]
)
def test_a_range_without_unit_compares_the_number(value, asked):
    check = {"field": "value", "when": {"test": "TEMP"}, "low": "30", "high": "40"}
    group = HEMATOLOGY.groups[0]
    form = HEMATOLOGY.model_copy(
        update={
            "groups": (
                group.model_copy(update={"plausible": (PlausibleRange.model_validate(check),)}),
            )
        }
    )

    doubts = implausible(form, {"result": [{"test": "TEMP", "value": value}]})

    assert [field for field, _ in doubts] == (["result[1].value"] if asked else [])


# ------------------------------------------------------------------ another drug, another method


def intending(regimen: str, arm: str = "CHEMOTHERAPY") -> Subject:
    chosen = {"DSDECOD": "INTENDED CHEMOTHERAPY", "DSTERM": regimen}
    she = replace(Subject(id="S01-001"), randomized=replace(RANDOMIZED, arm=arm))
    return she.with_records([read_record("DS", chosen, 1)] if regimen else [])


def asked_about(subject: Subject, *drugs: str, protocol: Protocol = PROTOCOL) -> list[str]:
    rows = {"dose": [{"drug": drug, "dose": "1", "unit": "mg"} for drug in drugs]}
    doubts = doubts_about(protocol, subject, TREATMENT, {"date": "2021-03-11"}, rows)
    return [field for field, text in doubts if "neither in the regimen" in text]


@pytest.mark.parametrize(
    ("regimen", "arm", "drugs", "asked"),
    [
        ("FOLFIRI", "CHEMOTHERAPY", ["IRINOTECAN", "FLUOROURACIL"], []),
        ("FOLFIRI", "CHEMOTHERAPY", ["IRINOTECAN", "OXALIPLATIN"], ["dose[2].drug"]),
        ("FOLFIRI", "CHEMOTHERAPY", ["CETUXIMAB"], ["dose[1].drug"]),  # the other arm's drug
        ("FOLFIRI", "CHEMOTHERAPY", ["ERBITUX"], ["dose[1].drug"]),  # by its brand
        ("FOLFIRI", "CHEMOTHERAPY", ["IRINOTECAN + ERBITUX"], ["dose[1].drug"]),
        ("FOLFIRI", "CHEMOTHERAPY", ["5-FU"], []),
        ("FOLFIRI", "CETUXIMAB_CHEMOTHERAPY", ["CETUXIMAB", "IRINOTECAN"], []),
        ("FOLFIRI", "CETUXIMAB_CHEMOTHERAPY", ["PANITUMUMAB"], ["dose[1].drug"]),
        ("FOLFIRI", "CHEMOTHERAPY", [" irinotecan "], []),
        ("", "CHEMOTHERAPY", ["OXALIPLATIN"], []),  # no regimen is recorded: any of them
        ("", "CHEMOTHERAPY", ["CETUXIMAB"], ["dose[1].drug"]),
    ],
)
def test_a_drug_of_neither_the_regimen_nor_the_arm_is_asked_about(regimen, arm, drugs, asked):
    assert asked_about(intending(regimen, arm), *drugs) == asked


def test_where_no_drug_is_declared_none_is_asked_about():
    bare = PROTOCOL.model_copy(update={"regimens": (), "treatment": ()})

    assert asked_about(intending(""), "ANYTHING", protocol=bare) == []


def test_a_scan_by_another_method_is_saved_and_asked_about():
    scan = PROTOCOL.form("TUMOR_ASSESSMENT")
    lesion = {"role": "TARGET", "location": "LIVER"}
    by = {"T1": "CT SCAN", "T2": "ULTRASOUND"}
    rows = {"lesion": [{**lesion, "lesion": name, "method": how} for name, how in by.items()]}
    values = {"date": "2021-03-11", "evaluator": "LOCAL MDT"}

    assert problems(scan, values, rows) == []
    assert doubts_about(PROTOCOL, Subject(id="S01-001"), scan, values, rows) == [
        ("lesion[2].method", "found ULTRASOUND, the protocol names CT SCAN, MRI: please check")
    ]


def test_the_other_arms_drug_is_saved_and_opens_a_query():
    story = Story().begin()
    for number in range(1, 9):
        code = f"S01-{number:03d}"
        story.ready(code, START)
        story.randomize(code, START)
        before = story.session.trial.subjects[code]
        if before.randomized.arm == "CHEMOTHERAPY":
            break
    dose = {"drug": "CETUXIMAB", "dose": "500", "unit": "mg/m2"}
    values = {"date": "2021-03-11"}
    saved = story.form("2021-03-11", code, "TREATMENT", "FIRST_DOSE", values, {"dose": [dose]})

    after = story.session.trial.subjects[code]
    (question,) = after.queries.values()
    assert [ex.treatment for ex in after.records(EX)] == ["CETUXIMAB"]
    assert (question.about, question.field) == (saved.seq, "dose[1].drug")
    assert question.status == "OPEN"
