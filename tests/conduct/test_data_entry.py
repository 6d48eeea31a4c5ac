"""When a form may be saved, and what takes the place of what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from asked import DAY, IN, READY, SCREENED, Asked, dose, ecog, once_told, therapy
from changed import shipped_with
from equipoise.conduct import data_entry, disposition, enrolment
from equipoise.conduct.asked import Context
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Consent
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

    assert outcome == Refused(("the ledger holds no protocol yet: adopt one first",))


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("SCREENING", None),
        ("SCREENING 1", "SCREENING"),
        ("SCREENING x", "SCREENING"),
        ("SCAN", "SCAN 1, 2, …"),
        ("SCAN x", "SCAN 1, 2, …"),
        ("SCAN 1", None),
        ("SCAN 12", None),
        ("SCAN 01", "SCAN 1, 2, …"),
        ("SCAN 0", "SCAN 1, 2, …"),
        ("SCAN １", "SCAN 1, 2, …"),
        ("SCAN 1 ", "SCAN 1, 2, …"),
        ("UNSCHEDULED", "UNSCHEDULED 1, 2, …"),
        ("UNSCHEDULED 2", None),
    ],
)
def test_a_visit_has_a_number_if_it_recurs(trial, visit, expected):
    said = trial.refused(data_entry.save_form, READY, ecog(visit, on="2021-03-09"))

    assert said == ([f"found the visit {visit!r}, expected {expected}"] if expected else [])


def test_a_visit_that_no_protocol_declares(trial):
    (said,) = trial.refused(data_entry.save_form, READY, ecog("PARTY 1"))

    assert said.startswith("there is no visit 'PARTY'; known are SCREENING, ")
    assert said.endswith(", UNSCHEDULED")


LATER = "lies in the future; at the site it is 2021-03-10"


@pytest.mark.parametrize(
    ("who", "typed", "reasons"),
    [
        (READY, ecog(on="2021-03-10"), []),
        (READY, ecog(on="2021-03-11"), [f"ECOG.date: 2021-03-11 {LATER}"]),
        (READY, ecog(on="1957-12-31"), ["ECOG.date: 1957-12-31 is before birth (1958-01-01)"]),
        (
            IN,
            therapy("2021-03-10", "2021-03-12"),
            [f"SUBSEQUENT_THERAPY.therapy[2].start: 2021-03-12 {LATER}"],
        ),
        (SCREENED, ecog(), ["no consent is recorded: entry before consent is refused"]),
    ],
)
def test_refused_is_what_cannot_be(trial, who, typed, reasons):
    assert trial.refused(data_entry.save_form, who, typed) == reasons


@pytest.mark.parametrize(
    ("who", "typed", "asks"),
    [
        (READY, ecog(on="2021-03-02"), []),
        (
            READY,
            ecog(on="2021-03-01"),
            ["2021-03-01 is before consent (2021-03-02): is it a standard-of-care result?"],
        ),
        (READY, ecog(on="2021-03-01", standard_of_care="Y"), []),
        (
            READY,
            dose("2021-03-10"),
            ["study treatment before randomization: a deviation, or another person?"],
        ),
        (IN, dose("2021-03-10"), []),
        (
            IN,
            dose("2021-03-09"),
            ["a dose of 2021-03-09 is before randomization (2021-03-10): a deviation?"],
        ),
    ],
)
def test_what_may_be_is_saved_and_asked_about(trial, who, typed, asks):
    assert trial.asks(data_entry.save_form, who, typed) == asks


def test_one_visit_has_one_current_form(trial):
    """A form that repeats has one of each day."""
    history = "MEDICAL_HISTORY"
    subject = trial.trial.subjects[READY]
    saved = {held.form: seq for seq, held in subject.forms.items()}
    typed = FormData(history, "SCREENING", {"date": "2021-03-09"}, {"condition": []})
    said = f"is saved as entry {saved[history]}: correct that entry, or record an unscheduled visit"

    assert trial.refused(data_entry.save_form, READY, typed) == [f"{history} of SCREENING {said}"]
    elsewhere = typed._replace(visit="UNSCHEDULED 1")
    assert trial.refused(data_entry.save_form, READY, elsewhere) == []
    correction = Correction(saved[history], "mistyped")
    assert trial.refused(data_entry.save_form, READY, typed, correction=correction) == []
    assert trial.refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == []
    (again,) = trial.refused(data_entry.save_form, READY, ecog(on="2021-03-08"))
    assert again.startswith(f"ECOG of SCREENING is saved as entry {saved['ECOG']}")


def test_a_stale_correction_is_refused_with_what_holds_instead():
    story = Story().begin().ready(READY, DAY)
    forms = story.session.trial.subjects[READY].forms
    first = next(seq for seq, held in forms.items() if held.form == "ECOG")

    def correct(seq: int) -> Any:
        again = {"correction": Correction(seq, "misread")}
        return story.do("2021-03-10", "coordinator", data_entry.save_form, READY, ecog(), **again)

    second = correct(first)
    third = correct(second.seq)
    stale = correct(first)

    assert isinstance(stale, Refused)
    assert stale.reasons[:1] == (
        (
            f"entry {first} was replaced by entry {second.seq} meanwhile: read that one, and"
            " correct it if it is wrong"
        ),
    )
    assert stale.current == (third.seq,)


def test_a_sample_is_dated_by_its_collection(trial):
    typed = FormData(
        "CTDNA",
        "SCREENING",
        {"sample": "P-2", "collected": "2021-03-01"},
        {"property": [{"property": "QC", "result": "PASS"}]},
    )

    (said,) = trial.asks(data_entry.save_form, READY, typed)

    assert said.startswith("2021-03-01 is before consent (2021-03-02)")


@pytest.mark.parametrize(
    ("died_on", "on", "late"),
    [
        ("2021-05-10", "2021-05-10", False),
        ("2021-05-10", "2021-05-11", True),
        ("2021-05", "2021-05-31", False),
        ("2021-05", "2021-06-01", True),
    ],
)
def test_what_is_entered_of_days_after_death_is_asked_about(died_on, on, late):
    story = Story().begin().ready(READY, DAY)
    died = {"died_on": died_on, "cause": "disease"}
    story.done("2021-07-01", "investigator", disposition.record_death, READY, **died)

    death = story.session.trial.subjects[READY].died_source

    said = Asked(story).asks(data_entry.save_form, READY, ecog("UNSCHEDULED 1", on))

    why = f"{on} is after the death of {died_on} (entry {death}): which is right?"
    assert said == ([why] if late else [])


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

    story.clock_from("2021-04-02")

    said = Asked(story).asks(data_entry.save_form, READY, typed)

    assert said == (
        [f"{on} is after the withdrawal of 2021-04-01 ({level.lower()}): allowed?"]
        if closed
        else []
    )


def test_the_earliest_consent_counts():
    story = Story().begin().ready(READY, DAY)
    again = Consent(DAY, "1.1")
    story.done("2021-03-10", "investigator", enrolment.record_consent, READY, again)

    assert Asked(story).asks(data_entry.save_form, READY, ecog(on="2021-03-09")) == []


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

    context = Context(subject=READY, reason=reason, supersedes=entry)

    found = list(unfit_correction(subject, saved, context))

    assert found == [text.format(entry) for text in said]


def test_a_decision_is_corrected_by_one_of_its_kind(trial):
    subject = trial.trial.subjects[READY]
    entry = next(seq for seq, kind in subject.decisions.items() if kind == "ConsentRecorded")
    ended = events.StudyEnded(ended_on=DAY, cause="choice")

    def unfit(reason: str | None, seq: int) -> list[str]:
        context = Context(subject=READY, reason=reason, supersedes=seq)
        return list(unfit_correction(subject, ended, context))

    assert unfit("mistyped", entry) == [f"entry {entry} is a ConsentRecorded, not a StudyEnded"]
    assert unfit(None, 1) == [
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
        "MEDICAL_HISTORY", "UNSCHEDULED 1", {"date": "2021-03-10"}, {"condition": [condition]}
    )

    assert trial.refused(data_entry.save_form, READY, typed) == said
