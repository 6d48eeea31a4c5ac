"""Every kind of event: a role may record it, a command does, the fold knows it, and it was told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import equipoise.conduct
from equipoise.conduct import data_management, disposition, enrolment, randomization
from equipoise.conduct.data_management import Question
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.protocol_versions import amend_protocol
from equipoise.conduct.redaction import Redacted, redact
from equipoise.conduct.roles import MAY
from equipoise.conduct.set_aside import FormRow, set_row_aside
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import EVENTS
from equipoise.subject.fold import step
from equipoise.subject.state import Trial
from story import Story

DAY = date(2021, 3, 10)
CHANGE_NOTHING = {
    "EntryRedacted": "the content that is missing is its effect: the entry that it names folds to"
    " nothing"
}
"""Events without a fold of their own, each with its reason."""


@dataclass(frozen=True)
class House:
    """Names of events, as each part of the house knows them."""

    declared: AbstractSet[str]
    open_to_a_role: AbstractSet[str]
    recorded: AbstractSet[str]
    told: AbstractSet[str]
    folded: AbstractSet[str]


def gaps(house: House) -> list[str]:
    """What a kind of event still lacks, in sentences."""
    wanted = {
        "is open to no role (conduct/roles)": house.declared - house.open_to_a_role,
        "is recorded by no command of conduct": house.declared - house.recorded,
        "occurs in no story": house.declared - house.told,
        "changes nothing when it is folded": house.declared - house.folded - set(CHANGE_NOTHING),
        "is no event": house.open_to_a_role - house.declared,
    }
    return [f"{name} {lacks}" for lacks, names in wanted.items() for name in sorted(names)]


@cache
def story() -> tuple[Entry, ...]:
    """Everything that can happen, in one short trial."""
    told = Story().begin().ready("S01-001", DAY).ready("S01-002", DAY)
    on = "2021-03-10"
    forms = told.session.trial.subjects["S01-002"].forms
    history = next(seq for seq, saved in forms.items() if saved.form == "MEDICAL_HISTORY")
    about = FormRow(history, "MH", 2)
    told.done(on, "investigator", set_row_aside, "S01-002", about, reason="of another person")
    told.randomize("S01-001", DAY)
    told.done(
        on, "investigator", enrolment.fail_screening, "S01-002", failed_on=DAY, criteria=("I07",)
    )
    amended = told.protocol.model_copy(update={"version": "2.0"})
    told.done(on, "sponsor", amend_protocol, amended, sites=(), effective_on=DAY, reconsent=False)
    question = Question("Q1", 5, "date", "please check")
    told.done(on, "monitor", data_management.open_query, "S01-001", question)
    told.done(on, "coordinator", data_management.answer_query, "S01-001", "Q1", text="checked")
    told.done(on, "monitor", data_management.close_query, "S01-001", "Q1", text="fine")
    ended = {"ended_on": DAY, "cause": "toxicity"}
    told.done(on, "coordinator", disposition.end_treatment, "S01-001", **ended)
    leaves = Withdrawal("VISITS", DAY, "choice")
    told.done(on, "coordinator", disposition.withdraw, "S01-001", leaves)
    died = {"died_on": "2021-03", "cause": "disease"}
    told.done(on, "investigator", disposition.record_death, "S01-001", **died)
    told.done(on, "investigator", disposition.end_study, "S01-001", ended_on=DAY, cause="DEATH")
    told.done(on, "data_manager", data_management.freeze, None)
    told.done(on, "data_manager", data_management.lock, None)
    told.done(on, "statistician", randomization.open_allocation, told.sealed)
    by = told.attribution(on, "data_manager")
    asked = next(e.seq for e in told.storage.read() if e.type == "QueryOpened")
    redacted = redact(told.session.trial, by, told.storage.read(), asked, reason="a name")
    assert isinstance(redacted, Redacted)
    return tuple(told.storage.read()) + redacted.entries[-1:]


def folded() -> Iterator[str]:
    """Events whose fold changes more than the head and the keys."""
    trial = Trial()
    for entry in story():
        after = step(trial, entry)
        if _without_keys(after) != _without_keys(trial):
            yield entry.type
        trial = after


def _without_keys(trial: Trial) -> Trial:
    subjects = {name: replace(s, keys={}) for name, s in trial.subjects.items()}
    return replace(trial, head=None, keys={}, subjects=subjects)


def recorded() -> Iterator[str]:
    """Events that a file of conduct makes, by its syntax."""
    for path in Path(equipoise.conduct.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                made = node.func
                yield made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
    yield "AllocationOpened"  # made by the sealed list itself: conduct never sees what it holds


@cache
def house() -> House:
    return House(
        declared=set(EVENTS),
        open_to_a_role=set(MAY),
        recorded=set(recorded()),
        told={entry.type for entry in story()},
        folded=set(folded()),
    )


def test_no_event_lacks_anything():
    assert gaps(house()) == []


def test_the_gaps_that_are_named_are_gaps():
    assert set(CHANGE_NOTHING).isdisjoint(house().folded)
    assert set(CHANGE_NOTHING) <= set(EVENTS)


def test_a_new_event_lacks_everything():
    new = replace(house(), declared={*EVENTS, "SubjectTransferred"})

    assert gaps(new) == [
        "SubjectTransferred is open to no role (conduct/roles)",
        "SubjectTransferred is recorded by no command of conduct",
        "SubjectTransferred occurs in no story",
        "SubjectTransferred changes nothing when it is folded",
    ]


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize("part", ["open_to_a_role", "recorded", "told", "folded"])
def test_an_event_that_one_part_forgets_is_named(event, part):
    if part == "folded" and event in CHANGE_NOTHING:
        return
    forgotten = replace(house(), **{part: getattr(house(), part) - {event}})

    (gap,) = gaps(forgotten)

    assert gap.startswith(f"{event} ")
