"""Queries, signatures, freeze and lock: what is in the way of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from asked import DAY, IN, NOBODY, READY, Asked, ecog
from equipoise.conduct import data_entry, data_management, disposition, enrolment
from equipoise.conduct.asked import about_subject
from equipoise.conduct.attribution import Correction
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.data_management import Question, next_query
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Consent
from equipoise.conduct.questions import questions
from equipoise.conduct.record import Outcome, Refused, record
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.events import Signed
from equipoise.ledger.verified import Verified
from equipoise.subject.fold import step
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
        f"there is no subject {NOBODY}; screen first"
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
    assert said(NOBODY, "Q1", 1) == [f"there is no subject {NOBODY}; screen first"]


def test_of_an_empty_ledger_nothing_can_be_asked_or_signed(asked):
    question = Question("Q1", 1, "date", "sure?")

    assert data_management.open_query(Trial(), asked.by("monitor"), READY, question) == Refused(
        (NO_PROTOCOL,)
    )
    signed = data_management.sign(Trial(), asked.by("sponsor"), None, meaning="x", about=(1,))
    assert signed == Refused((NO_PROTOCOL,))


def test_queries_are_numbered_with_the_entry_they_are_about(asked):
    assert next_query(asked.trial.subjects[READY], 7) == "Q4-7"
    assert next_query(asked.trial.subjects[IN], 7) == "Q1-7"


def test_a_saved_form_is_asked_about_under_the_next_names(asked):
    rows = [{"test": "NEUT", "value": "310", "unit": "10*9/L"}] * 2
    typed = FormData("HEMATOLOGY", "SCREENING", {"date": "2021-03-10"}, {"result": rows})
    saved = asked.ask(data_entry.save_form, READY, typed)
    text = "found 310 10*9/L, plausible is 0.1 to 30 10*9/L: please check"

    assert questions(asked.trial, saved, step(asked.trial, saved)) == (
        Question(f"Q4-{saved.seq}", saved.seq, "result[1].value", text),
        Question(f"Q5-{saved.seq}", saved.seq, "result[2].value", text),
    )


def test_what_was_asked_of_an_entry_is_not_asked_again_of_its_correction():
    story = Story().begin().ready(READY, DAY)
    rows = [{"test": "NEUT", "value": "310", "unit": "10*9/L"}]
    typed = FormData("HEMATOLOGY", "SCREENING", {"date": "2021-03-10"}, {"result": rows})
    saved = story.done("2021-03-10", "coordinator", data_entry.save_form, READY, typed)
    again = {"correction": Correction(saved.seq, "typed twice")}
    story.done("2021-03-10", "coordinator", data_entry.save_form, READY, typed, **again)

    assert len(story.session.trial.subjects[READY].queries) == 1


def test_a_signature_is_about_entries_that_are_there_and_carries_the_head(asked):
    head = asked.trial.head
    hers, *_ = asked.trial.subjects[READY].forms
    others, *_ = asked.trial.subjects[IN].forms

    def sign(who: str | None, *about: int, role: str = "investigator") -> Outcome:
        return asked.ask(data_management.sign, who, meaning="REVIEWED", about=about, role=role)

    assert sign(READY, hers).payload["head"] == head.hash  # type: ignore[union-attr]
    assert sign(None, 0, head.seq + 1, role="sponsor") == Refused(
        ("there is no entry 0", f"there is no entry {head.seq + 1}")
    )
    assert sign(None, hers) == Refused(("the investigator signs for a participant of the site",))
    assert sign(NOBODY, hers) == Refused((f"there is no subject {NOBODY}",))
    assert sign(READY) == Refused(("a signature is about at least one entry",))
    assert sign(READY, others) == Refused(
        (f"entry {others} is nothing of {READY} that can be signed",)
    )


def test_nobody_signs_for_another_site(asked):
    hers, *_ = asked.trial.subjects[READY].forms
    by = replace(asked.by("investigator"), site="S02")

    outcome = data_management.sign(asked.trial, by, READY, meaning="REVIEWED", about=(hers,))

    assert outcome == Refused((f"{READY} belongs to site S01, not to S02",))


def test_a_signature_over_another_head_is_no_signature(asked):
    hers, *_ = asked.trial.subjects[READY].forms
    event = Signed(meaning="REVIEWED", head="00" * 32, about=(hers,))

    outcome = record(asked.trial, asked.by("investigator"), event, about_subject(READY))

    assert outcome == Refused(("the signature is over another head than that of the ledger",))


@pytest.mark.parametrize(
    ("who", "reasons"),
    [
        (READY, ["open queries: Q1, Q2"]),
        (None, ["open queries: Q1, Q2"]),
        (IN, []),
        (NOBODY, [f"there is no subject {NOBODY}"]),
    ],
)
def test_open_queries_of_the_scope_are_in_the_way_of_the_lock(asked, who, reasons):
    lock = {"reason": "clean", "role": "data_manager"}

    assert asked.refused(data_management.request_lock, who, **lock) == reasons


@pytest.mark.parametrize(
    ("forms", "subjects", "reasons"),
    [
        (("ECOG",), (), []),
        ((), (READY,), []),
        ((), (), ["a freeze names forms or participants, never the whole trial"]),
        ((), (NOBODY,), [f"there is no subject {NOBODY}"]),
        (("HOROSCOPE",), (), ["there is no form 'HOROSCOPE'"]),
    ],
)
def test_a_freeze_names_its_scope(asked, forms, subjects, reasons):
    freeze = {"forms": forms, "subjects": subjects, "cutoff": DAY, "role": "data_manager"}

    assert asked.refused(data_management.freeze, **freeze) == reasons


@pytest.mark.parametrize(
    ("who", "typed", "is_frozen"),
    [
        (READY, ecog(on="2021-03-09"), False),
        (READY, ecog(on="2021-03-07"), True),
        (IN, ecog(on="2021-03-07"), False),
        (READY, FormData("DEMOGRAPHICS", "UNSCHEDULED 1", {}, {"subject": []}), False),
    ],
)
def test_what_is_frozen_is_closed_up_to_the_cutoff_until_it_is_lifted(who, typed, is_frozen):
    story = Story().begin().ready(READY, DAY).ready(IN, DAY)
    scope = {"forms": ("ECOG",), "subjects": (READY,), "cutoff": date(2021, 3, 7)}
    freeze = story.done("2021-03-10", "data_manager", data_management.freeze, **scope)
    asked = Asked(story)
    said = f"ECOG of {READY} up to 2021-03-07 is frozen (entry {freeze.seq})"

    reasons = asked.refused(data_entry.save_form, who, typed)
    assert any(reason.startswith(said) for reason in reasons) is is_frozen

    story.done("2021-03-10", "data_manager", data_management.unfreeze, freeze.seq)
    assert asked.refused(data_entry.save_form, who, typed) == []
    assert asked.refused(data_management.unfreeze, freeze.seq, role="data_manager") == [
        f"entry {freeze.seq} is no freeze that holds"
    ]


def test_a_lock_takes_two_people_and_a_reason_and_so_does_opening_it():
    story = Story().begin().ready(READY, DAY)
    manager = ("2021-03-10", "data_manager")
    statistician = ("2021-03-10", "statistician")
    assert "expected why it is to be locked" in str(
        story.do(*manager, data_management.request_lock, None, reason=" ")
    )
    asked = story.done(*manager, data_management.request_lock, None, reason="clean")
    for who, details, said in (
        (manager, {"reason": "clean"}, "data_manager-01 asked for it; another person must"),
        (statistician, {"reason": ""}, "expected why it is locked"),
    ):
        assert said in str(story.do(*who, data_management.lock, asked.seq, **details))
    assert "is no open request to lock TRIAL" in str(
        story.do(*statistician, data_management.lock, 1, reason="clean")
    )
    story.done(*statistician, data_management.lock, asked.seq, reason="clean")
    assert story.session.trial.locked

    wants = {"reason": "a scan was missed", "results_seen": True}
    opens = story.done(*manager, data_management.request_unlock, None, **wants)
    assert "another person must" in str(
        story.do(*manager, data_management.unlock, opens.seq, reason="agreed")
    )
    story.done(*statistician, data_management.unlock, opens.seq, reason="agreed")

    assert story.session.trial.status == "UNLOCKED"
    assert story.session.trial.unlocks[0].results_seen
    assert isinstance(verify_entries(story.storage.read()), Verified)


def test_who_withdrew_the_data_is_closed_but_for_safety():
    story = Story().begin().ready(READY, DAY)
    leaves = Withdrawal("DATA", DAY, "choice")
    story.done("2021-03-10", "coordinator", disposition.withdraw, READY, leaves)
    asked = Asked(story)

    assert asked.refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == [
        f"{READY} withdrew from further use of data"
    ]
    died = {"died_on": "2021-03-10", "cause": "x"}
    assert asked.refused(disposition.record_death, READY, **died) == []
    again = Consent(DAY, "1.1")
    story.done("2021-03-10", "coordinator", enrolment.record_consent, READY, again)
    assert asked.refused(data_entry.save_form, READY, ecog(on="2021-03-09")) == []
