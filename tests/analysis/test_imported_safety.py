"""Adverse events of an imported package: sources that are no ledger positions, grades missing."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.analysis.results.endpoints import Term
from equipoise.analysis.safety import analyze_safety
from equipoise.protocol.yaml_file import load
from equipoise.subject.records import Source, read_record
from equipoise.subject.state import Subject

PROTOCOL = load("NCT04509635")
SAFETY = next(endpoint for endpoint in PROTOCOL.endpoints if endpoint.id == "SAFETY")
WHO, ARM, CUTOFF = "S01-001", "CHEMOTHERAPY", date(2021, 12, 31)
DOSE = {"EXTRT": "IRINOTECAN", "EXDOSE": "180", "EXSTDTC": "2021-03-10"}


def imported(place: int) -> Source:
    return ("PACKAGE", "AE", place)


def rash(*events: tuple[Source, str], term: str = "Rash") -> Term:
    """The row of a table for one term, from events with their source and grade."""
    rows = [read_record("EX", DOSE, 1)]
    for source, grade in events:
        event = {"AETERM": "rash", "AEDECOD": term, "AETOXGR": grade, "AESTDTC": "2021-03-12"}
        rows.append(read_record("AE", event, source))
    subject = Subject(id=WHO).with_records(rows)
    shown = analyze_safety(SAFETY, {WHO: subject}, {WHO: ARM}, PROTOCOL, CUTOFF)
    return shown.terms[term or "rash"][ARM]


@pytest.mark.parametrize(
    ("events", "grade", "source"),
    [
        pytest.param([(imported(2), "1"), (imported(1), "3")], 3, imported(1), id="the worst"),
        pytest.param(
            [(imported(2), "2"), (imported(9), "2")], 2, imported(9), id="of equal the last"
        ),
        pytest.param([(imported(10), "2"), (imported(9), "2")], 2, imported(10), id="9 before 10"),
        pytest.param([(7, "2"), (imported(1), "2")], 2, imported(1), id="after the ledger's own"),
        pytest.param(
            [(imported(1), ""), (imported(2), "1")], 1, imported(2), id="a grade over none"
        ),
        pytest.param([(imported(1), "")], None, imported(1), id="no grade at all"),
        pytest.param([(imported(1), "SEVERE")], None, imported(1), id="no grade of CTCAE"),
    ],
)
def test_the_worst_grade_and_the_record_that_says_so(events, grade, source):
    term = rash(*events)

    assert term.any == 1
    assert (term.subjects[WHO].value, term.subjects[WHO].source) == (grade, (source,))
    assert sum(term.by_grade.values()) == (grade is not None)


def test_an_event_without_a_grade_says_so():
    assert rash((imported(1), "")).subjects[WHO].why == "no grade recorded"
    assert rash((imported(1), "SEVERE")).subjects[WHO].why == "grade 'SEVERE' is no CTCAE grade"


def test_an_event_that_nobody_coded_stands_under_its_own_words():
    assert rash((imported(1), "2"), term="").any == 1
