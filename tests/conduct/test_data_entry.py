"""When a form may be saved, and what takes the place of what."""

from __future__ import annotations

from datetime import date

import pytest

from asked import DAY, IN, READY, SCREENED, Asked, dose, ecog, once_told, therapy
from changed import shipped_with
from equipoise.conduct import data_entry, disposition, enrolment
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.preconditions import unfit_correction
from equipoise.conduct.record import Refused
from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.subject.state import Trial
from story import Story


@pytest.fixture
def trial():
    return once_told()


def test_a_form_that_no_protocol_declares(trial):
    (said,) = trial.refused(
        data_entry.save_form, READY, ecog()._replace(form="HOROSCOPE"), role="coordinator"
    )
    assert said.startswith("there is no form 'HOROSCOPE'; known are DEMOGRAPHICS, ")


def test_before_there_is_a_protocol_there_is_no_form(trial):
    outcome = data_entry.save_form(Trial(), trial.by("coordinator"), READY, ecog())

    assert outcome == Refused(
        (
            f"there is no subject {READY}; screen first",
            "there is no form 'ECOG'; known are none",
            "the ledger holds no protocol yet: adopt one first",
        )
    )


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("SCREENING", None),
        ("SCREENING 1", "SCREENING"),
        ("SCREENING x", "SCREENING"),
        ("SCAN", "SCAN 1, 2, …"),
        ("SCAN x", "SCAN 1, 2, …"),
        ("SCAN 1", None),
        ("UNSCHEDULED", "UNSCHEDULED 1, 2, …"),
        ("UNSCHEDULED 2", None),
    ],
)
def test_a_visit_has_a_number_if_it_recurs(trial, visit, expected):
    said = trial.refused(data_entry.save_form, READY, ecog(visit))

    assert said == ([f"found the visit {visit!r}, expected {expected}"] if expected else [])


def test_a_visit_that_no_protocol_declares(trial):
    (said,) = trial.refused(data_entry.save_form, READY, ecog("PARTY 1"))

    assert said.startswith("there is no visit 'PARTY'; known are SCREENING, ")
    assert said.endswith(", UNSCHEDULED")


@pytest.mark.parametrize(
    ("who", "typed", "reasons"),
    [
        (READY, ecog(on="2021-03-11"), []),
        (READY, ecog(on="2021-03-12"), ["ECOG.date: 2021-03-12 lies in the future"]),
        (READY, ecog(on="2021-03-02"), []),
        (
            READY,
            ecog(on="2021-03-01"),
            [
                (
                    "ECOG: 2021-03-01 is before consent (2021-03-02); enter it only as a"
                    " standard-of-care result"
                )
            ],
        ),
        (READY, ecog(on="2021-03-01", standard_of_care="Y"), []),
        (READY, dose("2021-03-10"), ["TREATMENT: study treatment before randomization"]),
        (IN, dose("2021-03-10"), []),
        (IN, dose("2021-03-09"), ["TREATMENT: 2021-03-09 is before randomization (2021-03-10)"]),
        (
            IN,
            therapy("2021-03-10", "2021-03-12"),
            ["SUBSEQUENT_THERAPY.therapy[2].start: 2021-03-12 lies in the future"],
        ),
        (SCREENED, ecog(), ["no consent is recorded: entry before consent is refused"]),
    ],
)
def test_a_form_comes_at_its_time(trial, who, typed, reasons):
    assert trial.refused(data_entry.save_form, who, typed) == reasons


def test_a_sample_is_dated_by_its_collection(trial):
    typed = FormData(
        "CTDNA",
        "SCREENING",
        {"sample": "P-2", "collected": "2021-03-01"},
        {"property": [{"property": "QC", "result": "PASS"}]},
    )

    (said,) = trial.refused(data_entry.save_form, READY, typed)

    assert said.startswith("CTDNA: 2021-03-01 is before consent (2021-03-02)")


@pytest.mark.parametrize(
    ("died_on", "on", "late"),
    [
        ("2021-05-10", "2021-05-10", False),
        ("2021-05-10", "2021-05-11", True),
        ("2021-05", "2021-05-31", False),
        ("2021-05", "2021-06-01", True),
    ],
)
def test_nothing_is_entered_of_days_after_death(died_on, on, late):
    story = Story().begin().ready(READY, DAY)
    died = {"died_on": died_on, "cause": "disease"}
    story.done("2021-07-01", "investigator", disposition.record_death, READY, **died)

    said = Asked(story).refused(data_entry.save_form, READY, ecog("UNSCHEDULED 1", on))

    assert said == ([f"ECOG.date: {on} is after death ({died_on})"] if late else [])


@pytest.mark.parametrize(
    ("level", "on", "closed"),
    [
        ("TREATMENT", "2021-04-02", False),
        ("VISITS", "2021-04-01", False),
        ("VISITS", "2021-04-02", True),
        ("CONTACT", "2021-04-02", True),
    ],
)
def test_data_until_the_withdrawal_stay_welcome(level, on, closed):
    story = Story().begin().ready(READY, DAY)
    leaves = Withdrawal(level, date(2021, 4, 1), "choice")
    story.done("2021-04-01", "investigator", disposition.withdraw, READY, leaves)
    typed = ecog("UNSCHEDULED 1", on)

    said = Asked(story).refused(data_entry.save_form, READY, typed)

    assert said == (
        [f"ECOG.date: {on} is after the withdrawal of 2021-04-01 ({level.lower()})"]
        if closed
        else []
    )


def test_the_earliest_consent_counts():
    story = Story().begin().ready(READY, DAY)
    again = {"consented_on": DAY, "version": "1.1"}
    story.done("2021-03-10", "investigator", enrolment.record_consent, READY, **again)

    assert Asked(story).refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == []


@pytest.mark.parametrize(
    ("held", "event", "reason", "said"),
    [
        ("ECOG", ecog(), "mistyped", []),
        ("ECOG", ecog(), "", ["a correction needs a reason"]),
        ("HEMATOLOGY", ecog(), "mistyped", ["entry {} is a HEMATOLOGY, not a ECOG"]),
        (None, ecog(), "mistyped", ["entry {} is no current ECOG of this participant"]),
    ],
)
def test_a_form_is_corrected_by_the_same_form(trial, held, event, reason, said):
    subject = trial.trial.subjects[READY]
    entry = next((seq for seq, saved in subject.forms.items() if saved.form == held), 1)
    saved = events.FormSaved(
        form=event.form, visit=event.visit, values=event.values, groups=event.groups
    )

    assert unfit_correction(subject, saved, entry, reason) == [text.format(entry) for text in said]


def test_a_decision_is_corrected_by_one_of_its_kind(trial):
    subject = trial.trial.subjects[READY]
    entry = next(seq for seq, kind in subject.decisions.items() if kind == "ConsentRecorded")
    ended = events.StudyEnded(ended_on=DAY, cause="choice")

    assert unfit_correction(subject, ended, entry, "mistyped") == [
        f"entry {entry} is a ConsentRecorded, not a StudyEnded"
    ]
    assert unfit_correction(subject, ended, 1, None) == [
        "a correction needs a reason",
        "entry 1 is no current StudyEnded of this participant",
    ]


def test_a_date_left_blank_is_no_date(trial):
    typed = therapy("2021-03-10")
    rows = [{**row, "end": ""} for row in typed.groups["therapy"]]
    entry = trial.ask(
        data_entry.save_form,
        IN,
        typed._replace(groups={"therapy": rows}),
        role="coordinator",
    )

    assert isinstance(entry, Entry), entry


def test_without_consent_before_entry_a_date_is_not_held_to_a_consent():
    """A trial may declare it, and then nobody has consented when the first form is saved."""
    story = Story(protocol=shipped_with(("before_entry: true", "before_entry: false"))).begin()
    story.done("2021-03-10", "coordinator", enrolment.screen, READY, screened_on=DAY)

    assert isinstance(story.form("2021-03-10", READY, *ecog()), Entry)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("C18.７", ["MEDICAL_HISTORY: MH.MHDECOD: found 'C18.７', expected the digits 0 to 9"]),
        ("C18.7", []),
        ("  c18.7 ", []),
    ],
)
def test_what_no_rule_could_read_is_not_entered(trial, code, said):
    condition = {"category": "PRIMARY DIAGNOSIS", "occurred": "Y", "code": code}
    typed = FormData(
        "MEDICAL_HISTORY", "SCREENING", {"date": "2021-03-10"}, {"condition": [condition]}
    )

    assert trial.refused(data_entry.save_form, READY, typed) == said
