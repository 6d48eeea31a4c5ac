"""Queries, signatures, freeze and lock: what is in the way of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asked import DAY, IN, NOBODY, PROTOCOL, READY, Asked, dose, ecog
from equipoise.conduct import data_entry, data_management, disposition, edit_checks, enrolment
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.data_management import Question, next_query
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.preconditions import closed_to_entry
from equipoise.conduct.record import Outcome, Refused
from equipoise.subject.state import Trial
from story import Story

NO_PROTOCOL = "the ledger holds no protocol yet: adopt one first"


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
        (f"there is no subject {READY}", "there is no entry 1", NO_PROTOCOL)
    )
    signed = data_management.sign(Trial(), asked.by("sponsor"), None, meaning="x", about=(1,))
    assert signed == Refused(("there is no entry 1", NO_PROTOCOL))


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
