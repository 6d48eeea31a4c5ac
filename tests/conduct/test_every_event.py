"""Every kind of event: a role may record it, a command does, the fold knows it, and it was told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import equipoise.conduct
from equipoise.conduct import (
    data_management,
    deviations,
    disposition,
    enrolment,
    randomization,
    safety,
    trial_setup,
)
from equipoise.conduct.asked import problems
from equipoise.conduct.data_management import Question
from equipoise.conduct.deviations import Classification
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.emergency import (
    commit_emergency_list,
    count_envelopes,
    draw_emergency_list,
    randomize_offline,
)
from equipoise.conduct.guards import GUARDS
from equipoise.conduct.protocol_versions import amend_protocol
from equipoise.conduct.redaction import Redacted, RedactionRequest, redact
from equipoise.conduct.safety import Assessment, Report, Submission
from equipoise.conduct.set_aside import FormRow, set_row_aside
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import EVENTS
from equipoise.ledger.verified import Verified
from equipoise.subject.deviations import DeviationRow
from equipoise.subject.fold import step
from equipoise.subject.keys import Keys
from equipoise.subject.state import Trial
from happened import envelope
from story import Story

DAY = date(2021, 3, 10)
CHANGE_NOTHING = {
    "ClockCorrected": "the time of its own entry is its effect",
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
        "is open to no role (conduct/guards)": house.declared - house.open_to_a_role,
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
    _offline(told, on)
    amended = told.protocol.model_copy(update={"version": "2.0"})
    told.done(on, "sponsor", amend_protocol, amended, sites=(), effective_on=DAY, reconsent=False)
    question = Question("Q1", 5, "date", "please check")
    told.done(on, "monitor", data_management.open_query, "S01-001", question)
    told.done(on, "coordinator", data_management.answer_query, "S01-001", "Q1", text="checked")
    told.done(on, "monitor", data_management.close_query, "S01-001", "Q1", text="fine")
    ended = {"ended_on": DAY, "cause": "toxicity"}
    end = told.done(on, "coordinator", disposition.end_treatment, "S01-001", **ended)
    told.done(on, "investigator", disposition.cancel, "S01-001", end.seq, reason="of another")
    leaves = Withdrawal("VISITS", DAY, "choice")
    told.done(on, "coordinator", disposition.withdraw, "S01-001", leaves)
    report = Report(
        *("R1", "DEATH", "disease", "2021-03", (), "2021-03-10T18:00+08:00"),
        causality={"CETUXIMAB": "NOT RELATED"},
        action={"CETUXIMAB": "DRUG WITHDRAWN"},
        outcome="FATAL",
    )
    reported = told.done(on, "investigator", safety.report_safety, "S01-001", report)
    judged = Assessment(reported.seq, "NOT RELATED", True, "IB 3")
    told.done(on, "sponsor", safety.assess_safety, "S01-001", judged)
    sent = Submission(reported.seq, "NMPA", "2021-03-10T19:00+08:00")
    told.done(on, "safety", safety.submit_safety, "S01-001", sent)
    died = {"died_on": "2021-03", "cause": "disease"}
    told.done(on, "investigator", disposition.record_death, "S01-001", **died)
    told.done(on, "investigator", disposition.end_study, "S01-001", ended_on=DAY, cause="DEATH")
    _deviate(told, on)
    told.done(on, "sponsor", disposition.transfer, "S01-001", "S02", transferred_on=DAY)
    _manage(told, on)
    return _redacted(told, on)


def _offline(told: Story, on: str) -> None:
    """An envelope is opened, recorded and counted."""
    drawn = draw_emergency_list(told.protocol, "S01", np.random.default_rng(5), "cd" * 16)
    list_ = told.done(on, "statistician", commit_emergency_list, "S01", drawn)
    opened = envelope(drawn, 1, f"{on}T15:30+08:00")
    told.done(on, "investigator", randomize_offline, "S01-002", opened, drawn, reason="no network")
    commitment = list_.payload["commitment"]
    told.done(on, "monitor", count_envelopes, commitment, (7, 8, 8, 8))


def _deviate(told: Story, on: str) -> None:
    """A deviation is recorded and classified."""
    row = {"term": "a scan too late", "category": "VISIT", "date": on}
    saved = told.form(on, "S01-001", "DEVIATION", "UNSCHEDULED 1", {}, {"deviation": [row]})
    place, said = DeviationRow(saved.seq, 1), Classification("NOT IMPORTANT")
    command = deviations.classify_deviation
    told.done(on, "data_manager", command, "S01-001", place, said)


def _manage(told: Story, on: str) -> None:
    """What happens to the trial as a whole, up to the opened list."""
    freeze = {"forms": ("ECOG",), "subjects": (), "cutoff": DAY}
    frozen = told.done(on, "data_manager", data_management.freeze, **freeze)
    told.done(on, "data_manager", data_management.unfreeze, frozen.seq)
    told.done(on, "sponsor", trial_setup.publish_key, "ab" * 32)
    told.confirm_assumptions(on)
    given = next(iter(told.session.trial.delegations))
    told.done(on, "sponsor", trial_setup.end_delegation, given, ended_on=DAY)
    close = {"closed_from": DAY, "arm": "CHEMOTHERAPY"}
    told.done(on, "sponsor", randomization.close_allocation, **close)
    wrong = told.done(
        "2199-01-01", "sponsor", trial_setup.train, "x-1", training="x", trained_on=DAY
    )
    by = replace(told.attribution(on, "sponsor"), at=f"{on}T13:00:00Z")
    clock = told.session.do(trial_setup.correct_clock, by, wrong.seq, reason="the year")
    assert isinstance(clock, Entry)
    for subject in list(told.session.trial.subjects.values()):
        told.site = subject.site
        for query in [each for each in subject.queries.values() if each.status == "OPEN"]:
            about = subject.id, query.id
            told.done(on, "coordinator", data_management.answer_query, *about, text="yes")
            told.done(on, "monitor", data_management.close_query, *about, text="fine")
    told.close(on)
    wants = {"reason": "a scan is missing", "results_seen": False}
    opens = told.done(on, "data_manager", data_management.request_unlock, None, **wants)
    told.done(on, "statistician", data_management.unlock, opens.seq, reason="agreed")
    told.close(on)
    told.done(on, "statistician", randomization.open_allocation, told.sealed)


def _redacted(told: Story, on: str) -> tuple[Entry, ...]:
    by = told.attribution(on, "data_manager")
    asked = next(e.seq for e in told.storage.read() if e.type == "QueryOpened")
    request = RedactionRequest(asked, ("/text",), "IDENTIFIER", "GDPR 17", "sponsor-01")
    redacted = redact(
        told.session.trial,
        by,
        told.storage.read(),
        request,
        reason="a name",
        same_results=lambda before, after: True,
    )
    assert isinstance(redacted, Redacted), redacted
    return redacted.entries


def folded() -> Iterator[str]:
    """Events whose fold changes more than the head and the keys."""
    trial = Trial()
    for entry in story():
        after = step(trial, entry)
        if _without_keys(after) != _without_keys(trial):
            yield entry.type
        trial = after


def _without_keys(trial: Trial) -> Trial:
    return replace(trial, head=None, keys=Keys(), days=())


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
        open_to_a_role={name for name, guard in GUARDS.items() if guard.roles},
        recorded=set(recorded()),
        told={entry.type for entry in story()},
        folded=set(folded()),
    )


def test_no_event_lacks_anything():
    assert gaps(house()) == []


def test_every_event_has_rules_of_its_own_and_a_guard():
    assert set(GUARDS) == set(EVENTS)
    assert set(problems.registry) >= set(EVENTS.values())


def test_the_story_verifies():
    assert isinstance(verify_entries(story()), Verified)


def test_the_gaps_that_are_named_are_gaps():
    assert set(CHANGE_NOTHING).isdisjoint(house().folded)
    assert set(CHANGE_NOTHING) <= set(EVENTS)


def test_a_new_event_lacks_everything():
    new = replace(house(), declared={*EVENTS, "SubjectBlessed"})

    assert gaps(new) == [
        "SubjectBlessed is open to no role (conduct/guards)",
        "SubjectBlessed is recorded by no command of conduct",
        "SubjectBlessed occurs in no story",
        "SubjectBlessed changes nothing when it is folded",
    ]


@pytest.mark.parametrize("event", sorted(EVENTS))
@pytest.mark.parametrize("part", ["open_to_a_role", "recorded", "told", "folded"])
def test_an_event_that_one_part_forgets_is_named(event, part):
    if part == "folded" and event in CHANGE_NOTHING:
        return
    forgotten = replace(house(), **{part: getattr(house(), part) - {event}})

    (gap,) = gaps(forgotten)

    assert gap.startswith(f"{event} ")
