"""Each decision shows in SDTM as disposition, a death as death details too."""

from datetime import date

import pytest

from equipoise.ledger import events
from equipoise.subject.milestones import milestones
from equipoise.subject.records import DD, DS
from equipoise.terms.dates import parse_date
from happened import locked, randomized

DAY = date(2021, 3, 10)
MILESTONE, END = "PROTOCOL MILESTONE", "DISPOSITION EVENT"


@pytest.mark.parametrize(
    ("event", "category", "decoded", "term"),
    [
        (
            events.ConsentRecorded(consented_on=DAY, version="1.1", kind="INITIAL"),
            MILESTONE,
            "INFORMED CONSENT OBTAINED",
            "1.1",
        ),
        (
            events.ChemotherapyIntended(regimen="FOLFIRI", decided_on=DAY),
            MILESTONE,
            "INTENDED CHEMOTHERAPY",
            "FOLFIRI",
        ),
        (
            randomized("A", (), 1, DAY),
            MILESTONE,
            "RANDOMIZED",
            "A",
        ),
        (
            events.ScreeningFailed(failed_on=DAY, criteria=("I07", "I09")),
            END,
            "SCREEN FAILURE",
            "I07, I09",
        ),
        (
            events.SubjectWithdrew(level="VISITS", withdrew_on=DAY, cause="choice"),
            END,
            "WITHDRAWAL BY SUBJECT",
            "VISITS",
        ),
        (
            events.TreatmentEnded(ended_on=DAY, cause="toxicity"),
            END,
            "TREATMENT ENDED",
            "toxicity",
        ),
        (events.StudyEnded(ended_on=DAY, cause="choice"), END, "STUDY ENDED", "choice"),
    ],
)
def test_a_decision_is_one_record_of_its_day(event, category, decoded, term):
    expected = DS(
        decoded=decoded, term=term, category=category, date=parse_date("2021-03-10"), source=7
    )

    assert list(milestones(event, 7)) == [expected]


def test_a_death_keeps_its_partial_date():
    event = events.DeathRecorded(died_on="2021-03", cause="disease")
    when = parse_date("2021-03")

    assert list(milestones(event, 7)) == [
        DS(decoded="DEATH", term="disease", category=END, date=when, source=7),
        DD(test="PRCDTH", original="disease", date=when, source=7),
    ]


@pytest.mark.parametrize(
    "event",
    [
        events.SubjectScreened(screened_on=DAY, previous_subject=None),
        events.FormSaved(form="ECOG", visit="SCREENING", values={}, groups={}),
        events.CriterionAttested(criterion="I02", answer=True, attested_on=DAY),
        locked("S01-001"),
    ],
)
def test_what_decides_nothing_makes_no_record(event):
    assert list(milestones(event, 7)) == []
