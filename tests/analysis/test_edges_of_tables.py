"""What the tables of a report do at their edges: doses without a plan, events on the first day,
grades that cannot be told, deviations of every kind.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from equipoise.analysis.laboratory import shifts_of
from equipoise.analysis.quality import deviations_of
from equipoise.analysis.results.quality import Deviations
from equipoise.analysis.safety import analyze_safety
from equipoise.analysis.treatment import exposure_of
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import read_record
from equipoise.subject.state import Classified, Subject

PROTOCOL = load("NCT04509635")
SAFETY = next(endpoint for endpoint in PROTOCOL.endpoints if endpoint.id == "SAFETY")
WHO, ARM, CUTOFF = "S01-001", "CHEMOTHERAPY", date(2021, 12, 31)


def subject(*rows: tuple[str, dict[str, str]]) -> Subject:
    return Subject(id=WHO).with_records(
        [read_record(domain, row, seq) for seq, (domain, row) in enumerate(rows, start=1)]
    )


def dose(on: str, given: str, planned: str = "", **more: str) -> tuple[str, dict[str, str]]:
    row = {"EXTRT": "IRINOTECAN", "EXDOSE": given, "EXDOSU": "mg", "EXSTDTC": on, **more}
    return "EX", row | ({"EXPDOSE": planned} if planned else {})


def exposed(*doses: tuple[str, dict[str, str]]):
    return exposure_of({WHO: subject(*doses)}, {WHO: ARM}, PROTOCOL, CUTOFF)[ARM]


def test_a_dose_without_a_plan_is_a_day_and_no_share():
    told = exposed(dose("2021-03-01", "150", "300"), dose("2021-03-15", "300"))
    drug = told.drugs["IRINOTECAN"][WHO]

    assert (drug.days, drug.share) == (2, 0.5)
    assert exposed(dose("2021-03-01", "150")).drugs["IRINOTECAN"][WHO].share is None


def test_nothing_is_exposed_by_a_dose_of_0_or_after_the_cutoff():
    assert exposed(dose("2021-03-01", "0", "300")).days == {}
    assert exposed(dose("2022-03-01", "300", "300")).days == {}


def test_a_delay_of_0_days_and_level_0_are_none():
    told = exposed(
        dose("2021-03-01", "300", "300", EXDELAY="0", EXLEVEL="0"),
        dose("2021-03-20", "200", "300", EXDELAY="5", EXLEVEL="1", EXADJ="neutropenia"),
    )

    assert told.delayed == told.reduced == (WHO,)
    assert told.reasons == {"neutropenia": (WHO,)}
    nothing = exposed(dose("2021-03-01", "300", "300", EXDELAY="0", EXLEVEL="0"))
    assert nothing.delayed == nothing.reduced == ()


# ------------------------------------------------------------------ events


def kinds(**event: str):
    row = {"AETERM": "nausea", "AEDECOD": "Nausea", "AETOXGR": "1", "AESTDTC": "2021-03-01"}
    her = subject(dose("2021-03-01", "300"), ("AE", row | event))
    told = analyze_safety(SAFETY, {WHO: her}, {WHO: ARM}, PROTOCOL, CUTOFF).kinds
    return {kind for kind, each in told.items() if each.arms[ARM]}


@pytest.mark.parametrize(
    ("event", "of"),
    [
        ({}, {"any"}),
        ({"AETOXGR": "2"}, {"any"}),
        ({"AETOXGR": "3"}, {"any", "severe"}),
        ({"AETOXGR": "5"}, {"any", "severe", "fatal"}),
        ({"AEOUT": "FATAL"}, {"any", "fatal"}),
        ({"AESER": "Y"}, {"any", "serious"}),
        ({"AESER": "N"}, {"any"}),
        ({"AEREL": "CETUXIMAB"}, {"any", "related"}),
        ({"AEREL": "NOT RELATED"}, {"any"}),
        ({"AEACN": "STOPPED"}, {"any", "stopped"}),
        ({"AEACN": "DRUG WITHDRAWN"}, {"any", "stopped"}),
        ({"AEACN": "DELAYED"}, {"any"}),
        ({"AESTDTC": "2021-02-28"}, set()),
        ({"AESTDTC": "2021-03-31"}, {"any"}),
        ({"AESTDTC": "2021-04-01"}, set()),
    ],
)
def test_an_event_is_of_the_kinds_that_it_says(event, of):
    """The first day counts, and so do thirty after the last dose."""
    assert kinds(**event) == of


# ------------------------------------------------------------------ laboratory


def platelets(on: str, value: str, unit: str = "10*9/L") -> tuple[str, dict[str, str]]:
    return "LB", {
        "LBTESTCD": "PLAT", "LBORRES": value, "LBORRESU": unit, "LBORNRLO": "150",
        "LBORNRHI": "400", "LBDTC": on,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "grades"),
    [
        ([("2021-03-01", "200"), ("2021-03-20", "140"), ("2021-03-28", "60")], (0, 2)),
        ([("2021-03-01", "120"), ("2021-03-20", "180")], (1, 0)),
        ([("2021-03-20", "20")], (None, 4)),
        ([("2021-03-01", "200"), ("2021-03-20", "60"), ("2021-03-28", "60", "furlong")], (0, None)),
        ([("2021-03-01", "200"), ("2021-03-20", "20"), ("2021-03-28", "60", "furlong")], (0, 4)),
        ([("2021-03-01", "200"), ("2021-03-20", "140"), ("2021-05-02", "20")], (0, 1)),
    ],
)
def test_the_worst_grade_on_treatment_beside_the_one_before(rows, grades):
    """CTCAE 5.0, platelets: 150, 75, 50 and 25. What has no unit leaves the worst one open, unless
    another reaches 4; what comes later than thirty days after the last dose is not on treatment.
    """
    her = subject(dose("2021-03-01", "300"), *(platelets(*row) for row in rows))
    told = shifts_of({WHO: her}, {WHO: ARM}, PROTOCOL, "5.0", CUTOFF)

    assert told["Platelet count decreased"][ARM].subjects == {WHO: grades}


# ------------------------------------------------------------------ deviations


def test_deviations_by_kind_and_by_what_was_said_of_them():
    her = subject(
        ("DV", {"DVTERM": "scan late", "DVCAT": "VISIT", "DVSTDTC": "2021-04-01"}),
        ("DV", {"DVTERM": "wrong drug", "DVCAT": "PROHIBITED MEDICATION", "DVSTDTC": "2021-04-02"}),
        ("DV", {"DVTERM": "not said", "DVCAT": "", "DVSTDTC": "2021-04-03"}),
    )

    def told(**said: tuple[str, bool]) -> Deviations:
        classified = {
            (int(entry[1:]), 1): Classified(importance, excludes, "dm", "data_manager", 9, False)
            for entry, (importance, excludes) in said.items()
        }
        course: Any = SimpleNamespace(subject=replace(her, classified=classified))
        return deviations_of({WHO: course}, {WHO: ARM}, PROTOCOL)[ARM]

    no = ("NOT IMPORTANT", False)
    nothing = told()
    assert nothing.kinds == dict.fromkeys(("OTHER", "PROHIBITED MEDICATION", "VISIT"), (WHO,))
    assert (nothing.important, nothing.excluding, nothing.unclassified) == ((), (), (WHO,))
    minor = told(e1=no, e2=no, e3=no)
    assert (minor.important, minor.excluding, minor.unclassified) == ((), (), ())
    grave = told(e1=("IMPORTANT", False), e2=no, e3=no)
    assert (grave.important, grave.excluding) == ((WHO,), ())
    out = told(e1=no, e2=("IMPORTANT", True), e3=no)
    assert (out.important, out.excluding) == ((WHO,), (WHO,))
