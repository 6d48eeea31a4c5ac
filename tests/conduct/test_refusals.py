"""Everything that a command says is in the way, in its exact words, and where it begins to say so.

Commands are pure: the trials of this file are told once, and asked often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from equipoise.conduct import (
    data_entry,
    data_management,
    disposition,
    edit_checks,
    enrolment,
    protocol_versions,
    randomization,
)
from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.data_management import Question, next_query
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Judgement
from equipoise.conduct.preconditions import closed_to_entry, unfit_correction
from equipoise.conduct.record import AlreadyDone, Outcome, Refused
from equipoise.conduct.redaction import Redacted, redact
from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.protocol.yaml_file import load
from equipoise.subject.state import Trial
from equipoise.terms.verdict import Verdict
from story import Story

DAY, NEXT = date(2021, 3, 10), date(2021, 3, 11)
READY, IN, FAILED, AGAIN = "S01-001", "S01-002", "S01-003", "S01-004"
SCREENED, NOBODY = "S01-005", "S01-099"
PROTOCOL = load("NCT04509635")


@dataclass
class Asked:
    """Commands about one trial; nothing is recorded."""

    story: Story

    @property
    def trial(self) -> Trial:
        return self.story.session.trial

    def ask(
        self,
        command: Callable[..., Outcome],
        *args: Any,
        role: str = "investigator",
        **details: Any,
    ) -> Outcome:
        return command(self.trial, self.by(role), *args, **details)

    def by(self, role: str, on: str = "2021-03-10") -> Attribution:
        return self.story.attribution(on, role)

    def refused(self, command: Callable[..., Outcome], *args: Any, **details: Any) -> list[str]:
        outcome = self.ask(command, *args, **details)
        return list(outcome.reasons) if isinstance(outcome, Refused) else []


@pytest.fixture(scope="module")
def trial():
    """One is ready, one randomized, one failed and was screened again, one has no consent."""
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    assert isinstance(story.randomize(IN, DAY), Entry)
    for who, previous in ((FAILED, None), (AGAIN, FAILED), (SCREENED, None)):
        details = {"screened_on": DAY, "previous_subject": previous}
        story.done("2021-03-10", "coordinator", enrolment.screen, who, **details)
        if who == FAILED:
            failed = {"failed_on": DAY, "criteria": ("I09",)}
            story.done("2021-03-10", "coordinator", enrolment.fail_screening, who, **failed)
    return Asked(story)


# ------------------------------------------------------------------ enrolment


@pytest.mark.parametrize(
    ("who", "previous", "reasons"),
    [
        ("S01-010", None, []),
        ("S01-010", FAILED, [f"re-screening of {FAILED}: this has been done; link to the latest"]),
        ("S01-010", NOBODY, [f"re-screening of {NOBODY}: there is no such subject"]),
        ("S01-010", IN, [f"re-screening of {IN}: already randomized"]),
        ("S01-010", READY, [f"re-screening of {READY}: that screening has not ended"]),
        (READY, None, [f"the code {READY} is in use"]),
        ("S", None, ["found 'S', expected a code of 2 to 20 capital letters"]),
        ("S1", None, []),
        ("S" * 20, None, []),
        ("S" * 21, None, [f"found '{'S' * 21}', expected a code of 2 to 20 capital letters"]),
    ],
)
def test_who_may_be_screened(trial, who, previous, reasons):
    said = trial.refused(enrolment.screen, who, screened_on=DAY, previous_subject=previous)

    assert_begins(said, reasons)


def test_a_failed_screening_is_followed_by_one_other():
    story = Story().begin()
    for who in (READY, FAILED):
        story.done("2021-03-10", "coordinator", enrolment.screen, who, screened_on=DAY)
    failed = {"failed_on": DAY, "criteria": ()}
    story.done("2021-03-10", "coordinator", enrolment.fail_screening, FAILED, **failed)

    again = {"screened_on": DAY, "previous_subject": FAILED}
    assert Asked(story).refused(enrolment.screen, AGAIN, **again) == []


def test_a_person_belongs_to_a_site(trial):
    by = replace(trial.by("coordinator"), site=None)
    outcome = enrolment.screen(trial.trial, by, "S01-010", screened_on=DAY)

    assert outcome == Refused(("a participant belongs to a site",))


@pytest.mark.parametrize(("who", "kind"), [(SCREENED, "INITIAL"), (READY, "RECONSENT")])
def test_consent_is_given_first_or_again(trial, who, kind):
    outcome = trial.ask(enrolment.record_consent, who, consented_on=DAY, version="1.0")

    assert outcome.payload["kind"] == kind


def test_consent_is_to_a_version_that_exists(trial):
    consent = {"consented_on": DAY, "version": "9.0"}

    assert trial.refused(enrolment.record_consent, READY, **consent) == [
        "there is no protocol version '9.0'"
    ]
    assert trial.refused(enrolment.record_consent, NOBODY, consented_on=DAY, version="1.0") == [
        f"there is no subject {NOBODY}; screen first"
    ]


@pytest.mark.parametrize(
    ("who", "criterion", "on", "reasons"),
    [
        (READY, "I02", DAY, []),
        (READY, "I02", NEXT, []),
        (READY, "I02", NEXT + timedelta(1), ["attested_on: 2021-03-12 lies in the future"]),
        (READY, "I09", DAY, ["criterion 'I09' asks for no judgement; those that do are I02, "]),
        (SCREENED, "I02", DAY, ["no consent is recorded: entry before consent is refused"]),
        (NOBODY, "I02", DAY, [f"there is no subject {NOBODY}; screen first"]),
    ],
)
def test_what_may_be_attested(trial, who, criterion, on, reasons):
    assert_begins(trial.refused(enrolment.attest, who, Judgement(criterion, True, on)), reasons)


def test_a_judgement_is_corrected_by_one_about_the_same_criterion(trial):
    held = {said.criterion: said.source for said in trial.trial.subjects[READY].attestations}
    judged = (enrolment.attest, READY, Judgement("I02", False, DAY))
    same, other = (Correction(held[name], "seen again") for name in ("I02", "I08"))

    assert trial.refused(*judged, correction=same) == []
    assert trial.refused(*judged, correction=other) == [
        f"entry {held['I08']} attests another criterion than I02"
    ]
    assert trial.refused(enrolment.attest, NOBODY, judged[2], correction=same) == [
        f"there is no subject {NOBODY}; screen first"
    ]


@pytest.mark.parametrize(
    ("who", "regimen", "reasons"),
    [
        (READY, "FOLFIRI", []),
        (READY, "ASPIRIN", ["found the regimen 'ASPIRIN', expected one of "]),
        (IN, "FOLFIRI", ["the arm is known: an intention cannot be recorded any more"]),
        (SCREENED, "FOLFIRI", ["no consent is recorded: entry before consent is refused"]),
    ],
)
def test_who_may_be_meant_to_have_a_regimen(trial, who, regimen, reasons):
    assert_begins(
        trial.refused(enrolment.intend_chemotherapy, who, regimen, decided_on=DAY), reasons
    )


@pytest.mark.parametrize(
    ("who", "criteria", "reasons"),
    [
        (READY, ("I09",), []),
        (READY, (), []),
        (READY, ("I09", "X1", "X2"), ["there is no criterion 'X1'", "there is no criterion 'X2'"]),
        (IN, (), ["already randomized: an ineligible participant stays in the"]),
        (NOBODY, (), [f"there is no subject {NOBODY}; screen first"]),
    ],
)
def test_whose_screening_may_fail(trial, who, criteria, reasons):
    said = trial.refused(enrolment.fail_screening, who, failed_on=DAY, criteria=criteria)

    assert_begins(said, reasons)


def assert_begins(said: list[str], reasons: list[str]) -> None:
    """As many reasons as expected, each with the words it begins with."""
    assert [text[: len(words)] for text, words in zip(said, reasons, strict=True)] == reasons


# ------------------------------------------------------------------ forms


def ecog(visit: str = "SCREENING", on: str = "2021-03-10", **more: str) -> FormData:
    return FormData("ECOG", visit, {"date": on, **more}, {"score": [{"score": "1"}]})


def dose(on: str) -> FormData:
    given = {"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}
    return FormData("TREATMENT", "FIRST_DOSE", {"date": on}, {"dose": [given]})


def therapy(*starts: str) -> FormData:
    rows = [{"therapy": "X", "class": "OTHER TARGETED", "start": start} for start in starts]
    return FormData("SUBSEQUENT_THERAPY", "UNSCHEDULED 1", {}, {"therapy": rows})


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
    again = {"consented_on": DAY, "version": "1.0"}
    story.done("2021-03-10", "investigator", enrolment.record_consent, READY, **again)

    assert Asked(story).refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == []


# ------------------------------------------------------------------ queries, signatures, closing


@pytest.fixture(scope="module")
def asked():
    """Two people; one has a query that is open, one that is answered, one that is closed."""
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    for name in ("Q1", "Q2", "Q3"):
        question = Question(name, 1, "date", "sure?")
        story.done("2021-03-10", "monitor", data_management.open_query, READY, question)
    for name in ("Q2", "Q3"):
        command = data_management.answer_query
        story.done("2021-03-10", "coordinator", command, READY, name, text="yes")
    story.done("2021-03-10", "monitor", data_management.close_query, READY, "Q3", text="fine")
    return Asked(story)


@pytest.mark.parametrize(
    ("command", "role", "query", "reasons"),
    [
        (data_management.answer_query, "coordinator", "Q1", []),
        (
            data_management.answer_query,
            "coordinator",
            "Q2",
            ["query Q2 is answered, expected open"],
        ),
        (
            data_management.answer_query,
            "coordinator",
            "Q9",
            [f"there is no query Q9 for {READY}"],
        ),
        (data_management.close_query, "monitor", "Q2", []),
        (data_management.close_query, "monitor", "Q1", ["query Q1 is open, expected answered"]),
        (
            data_management.close_query,
            "monitor",
            "Q3",
            ["query Q3 is closed, expected answered"],
        ),
    ],
)
def test_a_query_takes_its_steps_in_order(asked, command, role, query, reasons):
    assert asked.refused(command, READY, query, text="x", role=role) == reasons


@pytest.mark.parametrize("command", [data_management.answer_query, data_management.close_query])
def test_nobody_unknown_has_queries(asked, command):
    role = "coordinator" if command is data_management.answer_query else "monitor"

    assert asked.refused(command, NOBODY, "Q1", text="x", role=role) == [
        f"there is no subject {NOBODY}"
    ]


def test_a_question_is_about_an_entry_that_is_there_under_a_new_name(asked):
    last = asked.trial.head.seq

    def said(who: str, name: str, about: int) -> list[str]:
        question = Question(name, about, "date", "sure?")
        return asked.refused(data_management.open_query, who, question, role="monitor")

    assert said(READY, "Q4", 1) == said(READY, "Q4", last) == said(IN, "Q1", 1) == []
    assert said(READY, "Q4", 0) == ["there is no entry 0"]
    assert said(READY, "Q4", last + 1) == [f"there is no entry {last + 1}"]
    assert said(READY, "Q1", 1) == ["there is a query Q1 already"]
    assert said(NOBODY, "Q1", 1) == [f"there is no subject {NOBODY}"]


def test_of_an_empty_ledger_nothing_can_be_asked_or_signed(asked):
    question = Question("Q1", 1, "date", "sure?")

    assert data_management.open_query(Trial(), asked.by("monitor"), READY, question) == Refused(
        (f"there is no subject {READY}", "there is no entry 1")
    )
    signed = data_management.sign(Trial(), asked.by("sponsor"), None, meaning="x", about=(1,))
    assert signed == Refused(("there is no entry 1",))


def test_queries_are_numbered_with_the_entry_they_are_about(asked):
    assert next_query(asked.trial.subjects[READY], 7) == "Q4-7"
    assert next_query(asked.trial.subjects[IN], 7) == "Q1-7"


def test_a_saved_form_is_asked_about_under_the_next_names(asked):
    rows = [{"test": "NEUT", "value": "310", "unit": "10*9/L"}] * 2
    typed = FormData("HEMATOLOGY", "SCREENING", {"date": "2021-03-10"}, {"result": rows})
    saved = asked.ask(data_entry.save_form, READY, typed)
    text = "found 310 10*9/L, plausible is 0.1 to 30 10*9/L: please check"

    questions = edit_checks.questions(saved, asked.trial.subjects[READY], PROTOCOL)

    assert questions == (
        Question(f"Q4-{saved.seq}", saved.seq, "result[1].value", text),
        Question(f"Q5-{saved.seq}", saved.seq, "result[2].value", text),
    )


def test_only_a_form_that_the_protocol_has_is_asked_about(asked):
    signed = asked.ask(data_management.sign, READY, meaning="seen", about=(1,))
    saved = asked.ask(data_entry.save_form, READY, dose("2021-03-10")._replace(form="ECOG"))
    without = PROTOCOL.model_copy(update={"forms": ()})

    assert edit_checks.questions(signed, asked.trial.subjects[READY], PROTOCOL) == ()
    assert isinstance(saved, Refused)
    entry = asked.ask(data_entry.save_form, READY, ecog())
    assert edit_checks.questions(entry, asked.trial.subjects[READY], without) == ()


def test_a_signature_is_about_entries_that_are_there_and_carries_the_head(asked):
    head = asked.trial.head

    def sign(who: str | None, *about: int) -> Outcome:
        return asked.ask(data_management.sign, who, meaning="seen", about=about)

    assert sign(READY, 1, head.seq).payload["head"] == head.hash  # type: ignore[union-attr, index]
    assert sign(None, 0, head.seq + 1) == Refused(
        ("there is no entry 0", f"there is no entry {head.seq + 1}")
    )
    assert sign(NOBODY, 1) == Refused((f"there is no subject {NOBODY}",))
    assert sign(READY) == Refused(("a signature is about at least one entry",))


@pytest.mark.parametrize(
    ("who", "reasons"),
    [
        (READY, ["open queries: Q1, Q2"]),
        (None, ["open queries: Q1, Q2"]),
        (IN, []),
        (NOBODY, [f"there is no subject {NOBODY}", "open queries: Q1, Q2"]),
    ],
)
def test_open_queries_of_the_scope_are_in_the_way_of_the_lock(asked, who, reasons):
    assert asked.refused(data_management.lock, who, role="data_manager") == reasons


@pytest.mark.parametrize(
    ("who", "scope", "reasons"),
    [
        (READY, READY, []),
        (None, "TRIAL", []),
        (NOBODY, NOBODY, [f"there is no subject {NOBODY}"]),
    ],
)
def test_a_freeze_names_its_scope(asked, who, scope, reasons):
    outcome = asked.ask(data_management.freeze, who, role="data_manager")

    if reasons:
        assert outcome == Refused(tuple(reasons))
    else:
        assert (outcome.payload["scope"], outcome.subject) == (scope, who)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"frozen": True}, [f"the data of {READY} are frozen"]),
        ({"locked": True}, [f"the data of {READY} are locked"]),
        ({"frozen": True, "locked": True}, [f"the data of {READY} are locked"]),
    ],
)
def test_what_is_frozen_or_locked_is_closed(asked, changes, said):
    subjects = {**asked.trial.subjects}
    subjects[READY] = replace(subjects[READY], **changes)

    assert closed_to_entry(replace(asked.trial, subjects=subjects), READY) == said


def test_a_frozen_trial_closes_everybody(asked):
    frozen = replace(asked.trial, frozen=True)

    assert closed_to_entry(frozen, READY) == [f"the data of {READY} are frozen"]


def test_who_withdrew_the_data_is_closed(asked):
    by = asked.by("coordinator")
    for level, said in (
        ("VISITS", []),
        ("DATA", [f"{READY} withdrew from further use of data"]),
    ):
        story = Story().begin()
        story.done("2021-03-10", "coordinator", enrolment.screen, READY, screened_on=DAY)
        leaves = Withdrawal(level, DAY, "choice")  # type: ignore[arg-type]
        story.done("2021-03-10", by.role, disposition.withdraw, READY, leaves)

        assert closed_to_entry(story.session.trial, READY) == said


# ------------------------------------------------------------------ corrections


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
    entry = next((seq for seq, (form, _) in subject.forms.items() if form == held), 1)
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


# ------------------------------------------------------------------ ends


def test_treatment_ends_once_or_by_correction():
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    ended = {"ended_on": DAY, "cause": "toxicity"}
    first = story.done("2021-03-10", "investigator", disposition.end_treatment, READY, **ended)

    def said(correction: Correction | None) -> list[str]:
        return Asked(story).refused(
            disposition.end_treatment, READY, **ended, correction=correction
        )

    assert said(None) == [f"treatment ended on {DAY}, as entry {first.seq} says"]
    assert said(Correction(first.seq, "another day")) == []


def test_who_is_unknown_ends_nothing(trial):
    unknown = f"there is no subject {NOBODY}; screen first"

    assert trial.refused(disposition.end_treatment, NOBODY, ended_on=DAY, cause="x") == [
        unknown,
        f"{NOBODY} is not randomized",
    ]
    lost = {"ended_on": DAY, "cause": "LOST TO FOLLOW-UP"}
    assert trial.refused(disposition.end_study, NOBODY, **lost) == [unknown]
    died = {"died_on": "2021-03-10", "cause": "x"}
    assert trial.refused(disposition.record_death, NOBODY, **died) == [unknown]


def test_a_death_is_recorded_once_or_by_correction():
    story = Story().begin().ready(READY, DAY)
    died = {"died_on": "2021-03", "cause": "disease"}
    first = story.done("2021-04-10", "investigator", disposition.record_death, READY, **died)
    asked = Asked(story)

    assert asked.refused(disposition.record_death, READY, **died) == [
        f"death is recorded as of 2021-03 (entry {first.seq}); correct that entry"
    ]
    correction = Correction(first.seq, "another day")
    assert asked.refused(disposition.record_death, READY, **died, correction=correction) == []


def test_a_death_on_the_day_of_randomization_and_before(trial):
    before = {"died_on": "2021-03-09", "cause": "x"}
    same = {"died_on": "2021-03-10", "cause": "x"}

    assert trial.refused(disposition.record_death, IN, **before) == [
        "died_on: 2021-03-09 is before randomization (2021-03-10)"
    ]
    assert trial.refused(disposition.record_death, IN, **same) == []


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (ecog("UNSCHEDULED 1", "2021-04-10"), False),
        (ecog("UNSCHEDULED 1", "2021-04-11"), True),
        (ecog("UNSCHEDULED 1", "2021-04"), False),  # perhaps before
        (dose("2021-04-11"), True),
        (
            FormData(
                "SURVIVAL_CONTACT",
                "SURVIVAL 1",
                {"date": "2021-04-11"},
                {"contact": [{"status": "ALIVE", "contact": "TELEPHONE"}]},
            ),
            True,
        ),
        (
            FormData(
                "SURVIVAL_CONTACT",
                "SURVIVAL 1",
                {"date": "2021-04-11"},
                {"contact": [{"status": "DEAD", "contact": "TELEPHONE"}]},
            ),
            False,
        ),
        (
            FormData(
                "HEMATOLOGY",
                "UNSCHEDULED 1",
                {"date": "2021-04-11"},
                {"result": [{"test": "NEUT", "value": {"missing": "NOT DONE"}}]},
            ),
            False,
        ),
        (
            FormData(
                "HEMATOLOGY",
                "UNSCHEDULED 1",
                {"date": "2021-04-11"},
                {"result": [{"test": "NEUT", "value": "2", "unit": "10*9/L"}]},
            ),
            True,
        ),
        (therapy("2021-04-11"), False),  # a plan, perhaps: not a sign of life
    ],
)
def test_a_sign_of_life_after_the_death_contradicts_it(typed, seen):
    story = Story().begin().ready(READY, DAY)
    assert isinstance(story.randomize(READY, DAY), Entry)
    entry = story.done("2021-05-01", "coordinator", data_entry.save_form, READY, typed)
    died = {"died_on": "2021-04-10", "cause": "x"}

    said = Asked(story).refused(disposition.record_death, READY, **died)

    assert said == (
        [f"data of a later day are recorded: entry {entry.seq} (2021-04-11)"] if seen else []
    )


def test_five_signs_of_life_are_named():
    story = Story().begin().ready(READY, DAY)
    saved = [
        story.done(
            "2021-05-01",
            "coordinator",
            data_entry.save_form,
            READY,
            ecog(f"UNSCHEDULED {n}", f"2021-04-1{n}"),
        )
        for n in range(1, 7)
    ]
    died = {"died_on": "2021-04-10", "cause": "x"}

    (said,) = Asked(story).refused(disposition.record_death, READY, **died)

    named = ", ".join(f"entry {e.seq} (2021-04-1{n})" for n, e in enumerate(saved[:5], start=1))
    assert said == f"data of a later day are recorded: {named}"


# ------------------------------------------------------------------ the list and the arm


def test_the_list_is_as_long_as_the_trial_and_a_block(trial):
    needed = PROTOCOL.design.participants + max(PROTOCOL.randomization.block_sizes)
    lengths = {len(arms) for arms in trial.story.sealed.sequences}

    assert min(lengths) >= needed
    assert max(lengths) < needed + max(PROTOCOL.randomization.block_sizes)


def test_one_list_is_committed_and_before_the_first_arm(trial):
    sealed = trial.story.sealed
    both = [
        "a list is already committed",
        "somebody was randomized before the list was committed",
    ]

    def said(**changes: Any) -> list[str]:
        changed = replace(trial.trial, **changes)
        outcome = randomization.commit_allocation(changed, trial.by("statistician"), sealed)
        return list(outcome.reasons) if isinstance(outcome, Refused) else []

    assert said() == both
    assert said(commitment=None) == both[1:]
    assert said(commitment=None, allocated={}) == []


def test_a_commitment_names_its_method(trial):
    before = replace(trial.trial, commitment=None, allocated={})
    entry = randomization.commit_allocation(before, trial.by("statistician"), trial.story.sealed)

    assert isinstance(entry, Entry)
    assert entry.payload == {
        "commitment": trial.story.sealed.commitment,
        "algorithm": "stratified permuted blocks",
    }


def test_a_list_that_nobody_committed_is_not_opened(trial):
    state = replace(trial.trial, commitment=None)
    outcome = randomization.open_allocation(state, trial.by("statistician"), trial.story.sealed)

    assert outcome == Refused(
        (
            "the trial is not locked: an open list would show the arms to come",
            "no list was committed",
        )
    )


def test_arms_follow_the_list_in_the_order_of_randomization_not_of_screening():
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    for who in (IN, READY):
        assert isinstance(story.randomize(who, DAY), Entry)
    given = {who: story.session.trial.subjects[who].randomized for who in (IN, READY)}
    assert [given[who].list_position for who in (IN, READY)] == [1, 2]
    story.done("2021-03-10", "data_manager", data_management.lock, None)

    opened = story.do("2021-03-10", "statistician", randomization.open_allocation, story.sealed)

    assert isinstance(opened, Entry)


def randomized(trial: Asked, who: str, on: date = DAY) -> list[str]:
    return trial.refused(randomization.randomize, who, randomized_on=on, sealed=trial.story.sealed)


@pytest.mark.parametrize(
    ("days", "reasons"),
    [
        (-2, 1),
        (-1, 0),
        (0, 0),
        (1, 0),
        (2, 1),
    ],
)
def test_an_arm_is_given_on_the_day_it_is_recorded(trial, days, reasons):
    on = DAY + timedelta(days)
    said = [text for text in randomized(trial, READY, on) if text.startswith("randomized_on")]

    assert (
        said
        == [
            (
                f"randomized_on: {on} is not the day of recording (2021-03-10T12:00:00Z);"
                " randomization is neither back- nor post-dated"
            )
        ]
        * reasons
    )


def test_nobody_unknown_or_without_records_has_an_arm(trial):
    assert randomized(trial, READY) == []
    assert randomized(trial, NOBODY) == [f"there is no subject {NOBODY}"]
    said = randomized(trial, SCREENED)
    assert (
        "the intended chemotherapy is not recorded; the MDT decides before the arm is known" in said
    )
    assert "stratum ANTI_EGFR_FREE unknown (Anti-EGFR-free interval: nothing recorded)" in said


def test_a_list_has_to_be_committed_and_this_one(trial):
    other = randomization.draw_allocation(PROTOCOL, np.random.default_rng(99), "cd" * 16)

    def said(state: Trial, sealed: Any) -> Outcome:
        by = trial.by("investigator")
        return randomization.randomize(state, by, READY, randomized_on=DAY, sealed=sealed)

    missing = said(replace(trial.trial, commitment=None), trial.story.sealed)
    assert isinstance(missing, Refused)
    assert missing.reasons == ("no randomization list was committed",)
    assert all(finding.verdict is Verdict.MET for finding in missing.findings)
    assert len(missing.findings) == len(PROTOCOL.criteria)
    assert str(said(trial.trial, other)) == "this is not the randomization list that was committed"


def test_an_exhausted_list_says_so_with_the_findings(trial):
    subject = trial.trial.subjects[IN].randomized
    full = {**trial.trial.allocated, subject.stratum: 10_000}
    state = replace(trial.trial, allocated=full)

    outcome = randomization.randomize(
        state, trial.by("investigator"), READY, randomized_on=DAY, sealed=trial.story.sealed
    )

    assert isinstance(outcome, Refused)
    assert "is exhausted" in outcome.reasons[0]
    assert len(outcome.findings) == len(PROTOCOL.criteria)


def test_a_protocol_may_ask_for_no_intention():
    rules = PROTOCOL.randomization.model_copy(update={"requires_intended_chemotherapy": False})
    story = Story(protocol=PROTOCOL.model_copy(update={"randomization": rules})).begin()
    story.ready(READY, DAY, signed=False)

    assert isinstance(story.randomize(READY, DAY), Entry)


@pytest.mark.parametrize(
    ("sites", "effective_on", "asks", "asked"),
    [
        ((), DAY, True, True),
        (("S01",), DAY, True, True),
        (("S02",), DAY, True, False),
        ((), NEXT, True, False),
        ((), DAY, False, False),
    ],
)
def test_an_amendment_asks_for_consent_where_and_when_it_holds(sites, effective_on, asks, asked):
    story = amended(sites=sites, effective_on=effective_on, reconsent=asks)

    said = randomized(Asked(story), READY)

    assert said == (["version 2.0 asks for a new consent"] if asked else [])


@pytest.mark.parametrize(("on", "enough"), [(DAY, True), (NEXT, False)])
def test_a_consent_counts_from_its_day(on, enough):
    story = amended(sites=(), effective_on=DAY, reconsent=True)
    again = {"consented_on": on, "version": "2.0"}
    story.done("2021-03-10", "investigator", enrolment.record_consent, READY, **again)

    assert (randomized(Asked(story), READY) == []) is enough


def amended(**how: Any) -> Story:
    story = Story().begin().ready(READY, DAY)
    second = PROTOCOL.model_copy(update={"version": "2.0"})
    story.done("2021-03-10", "sponsor", protocol_versions.amend_protocol, second, **how)
    return story


OTHER = PROTOCOL.registration.model_copy(update={"id": "NCT00000000"})


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"version": "2.0"}, []),
        ({}, ["version 1.0 exists; an amendment needs a new version"]),
        (
            {"version": "2.0", "registration": OTHER},
            ["found the protocol of NCT00000000, expected NCT04509635"],
        ),
    ],
)
def test_an_amendment_is_a_new_version_of_the_same_protocol(trial, changes, reasons):
    how = {"sites": (), "effective_on": DAY, "reconsent": False, "role": "sponsor"}
    second = PROTOCOL.model_copy(update=changes)

    assert trial.refused(protocol_versions.amend_protocol, second, **how) == reasons


def test_a_protocol_is_adopted_once(trial):
    assert trial.refused(
        protocol_versions.adopt_protocol, PROTOCOL, simulated=True, role="sponsor"
    ) == ["the ledger already holds a protocol; amend it"]


# ------------------------------------------------------------------ every entry


def test_a_role_does_only_what_is_open_to_it(trial):
    assert trial.refused(data_entry.save_form, READY, ecog(), role="monitor") == [
        "FormSaved is not open to the role 'monitor'; it is to coordinator, investigator"
    ]


def test_a_site_has_its_own_people_and_the_center_has_all(trial):
    elsewhere = replace(trial.by("coordinator"), site="S02")
    monitor = replace(trial.by("monitor"), site="S02")
    question = Question("Q1", 1, "date", "sure?")

    assert data_entry.save_form(trial.trial, elsewhere, READY, ecog()) == Refused(
        (f"{READY} belongs to site S01, not to S02",)
    )
    assert isinstance(data_management.open_query(trial.trial, monitor, READY, question), Entry)


def test_the_clock_does_not_run_back(trial):
    head = trial.trial.head
    same = replace(trial.by("coordinator"), at=head.at)
    before = replace(same, at="2021-03-10T11:59:59Z")

    assert isinstance(data_entry.save_form(trial.trial, same, READY, ecog()), Entry)
    assert data_entry.save_form(trial.trial, before, READY, ecog()) == Refused(
        (f"the clock runs back: {before.at} is before the last entry, {head.at}",)
    )


def test_after_the_lock_only_what_changes_no_data(trial):
    locked = replace(trial.trial, locked=True)
    signed = data_management.sign(
        locked, trial.by("investigator"), READY, meaning="seen", about=(1,)
    )

    assert isinstance(signed, Entry)
    assert data_entry.save_form(locked, trial.by("coordinator"), READY, ecog()) == Refused(
        ("the trial is locked",)
    )


def test_a_refusal_reads_as_one_line():
    assert str(Refused(("one", "two"))) == "one; two"


def test_an_event_that_cannot_be_is_refused_by_the_session(trial):
    died = {"died_on": "in spring", "cause": "x"}
    by = trial.by("investigator")

    outcome = trial.story.session.do(disposition.record_death, by, READY, **died)

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].startswith("DeathRecorded.died_on: ")


# ------------------------------------------------------------------ redaction


def test_a_redaction_is_logged_with_the_person_it_is_about():
    story = Story().begin().ready(READY, DAY, signed=False)
    entries = story.storage.read()
    by = story.attribution("2021-03-10", "data_manager")

    def taken(seq: int) -> Redacted | Refused | AlreadyDone:
        return redact(story.session.trial, by, entries, seq, reason="a name")

    last = taken(len(entries))
    assert isinstance(last, Redacted)
    assert (last.entries[-1].subject, last.entries[-1].protocol) == (READY, "1.0")
    assert last.entries[-2].payload is None
    commitment = taken(2)
    assert isinstance(commitment, Refused)
    for seq in (0, len(entries) + 1):
        refused = taken(seq)
        assert isinstance(refused, Refused)
        assert f"{seq}" in str(refused)


def test_the_same_redaction_is_not_done_twice():
    story = Story().begin().ready(READY, DAY, signed=False)
    entries = story.storage.read()
    by = story.attribution("2021-03-10", "data_manager")
    subject = story.session.trial.subjects[READY]
    done = replace(subject, keys={**subject.keys, by.key: 77})
    trial = replace(story.session.trial, subjects={READY: done})

    assert redact(trial, by, entries, len(entries), reason="a name") == AlreadyDone(77)
