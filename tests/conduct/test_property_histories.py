"""Whatever random people do, no accepted history breaks an invariant, `verify` accepts it, and
finds every edit, deletion, insertion, reordering, roll-back and forgery of it
(docs/ledger-proof.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from equipoise.conduct import (
    data_entry,
    data_management,
    disposition,
    enrolment,
    protocol_versions,
    randomization,
    safety,
    trial_setup,
)
from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.carry_out import Session
from equipoise.conduct.data_entry import FormData
from equipoise.conduct.disposition import Withdrawal
from equipoise.conduct.enrolment import Consent
from equipoise.conduct.guards import GUARDS
from equipoise.conduct.record import Outcome, Refused
from equipoise.conduct.verify import verify_entries
from equipoise.ledger.entry import Entry, line_of
from equipoise.ledger.events import event_of
from equipoise.ledger.salted import Gone, Kept
from equipoise.ledger.verified import Broken, Verified
from equipoise.store.memory import Memory
from equipoise.subject.fold import replay
from equipoise.subject.state import Subject, Trial
from forgery import chained, told
from story import Story

DAY, SCAN = date(2021, 3, 10), "TUMOR_ASSESSMENT"
PEOPLE = ("S01-001", "S01-002", "S01-003")
ROLES = ("coordinator", "investigator", "data_manager", "statistician", "monitor", "sponsor")


@cache
def begun() -> tuple[tuple[Entry, ...], Any]:
    """A trial that recruits: one ready to be randomized, one randomized, one screened."""
    story = Story(sites=("S01",)).begin().ready("S01-001", DAY).ready("S01-002", DAY)
    assert isinstance(story.randomize("S01-002", DAY), Entry)
    screen = {"screened_on": DAY}
    story.done("2021-03-10", "coordinator", enrolment.screen, "S01-003", **screen)
    return tuple(story.storage.read()), story.sealed


@dataclass(frozen=True)
class Act:
    """Somebody tries something, some days later."""

    command: Callable[..., Outcome]
    args: tuple[Any, ...]
    details: dict[str, Any]
    role: str
    person: int
    days: int
    key: int


def _days(draw: Callable[..., Any]) -> date:
    return DAY + timedelta(draw(st.integers(-8, 3)))


@st.composite
def acts(draw: Callable[..., Any]) -> Act:
    who, on = draw(st.sampled_from(PEOPLE)), _days(draw)
    number = draw(st.integers(1, 3))
    seq = draw(st.integers(1, 140))
    text = draw(st.sampled_from(["x", "", "a name"]))
    kinds: list[tuple[Callable[..., Outcome], tuple[Any, ...], dict[str, Any]]] = [
        (data_entry.save_form, (who, _ecog(number, on)), {}),
        (data_entry.save_form, (who, _scan(number, on, draw)), {}),
        (data_entry.save_form, (who, _dose(number, on)), {}),
        (
            data_entry.save_form,
            (who, _ecog(number, on)),
            {"correction": Correction(seq, text)},
        ),
        (enrolment.record_consent, (who, Consent(on, draw(st.sampled_from(["1.1", "2.0"])))), {}),
        (enrolment.fail_screening, (who,), {"failed_on": on, "criteria": ()}),
        (enrolment.screen, ("S01-004",), {"screened_on": on, "previous_subject": who}),
        (randomization.randomize, (who,), {"randomized_on": on, "sealed": begun()[1]}),
        (disposition.record_death, (who,), {"died_on": on.isoformat(), "cause": text}),
        (disposition.end_treatment, (who,), {"ended_on": on, "cause": text}),
        (disposition.end_study, (who,), {"ended_on": on, "cause": text}),
        (disposition.withdraw, (who, Withdrawal(_level(draw), on, text)), {}),
        (disposition.cancel, (who, seq), {"reason": text}),
        (data_management.sign, (who,), {"meaning": "ELIGIBILITY CONFIRMED", "about": (seq,)}),
        (data_management.answer_query, (who, f"Q{number}-{seq}"), {"text": text}),
        (data_management.request_lock, (None,), {"reason": text}),
        (data_management.lock, (seq,), {"reason": text}),
        (data_management.request_unlock, (None,), {"reason": text, "results_seen": True}),
        (data_management.unlock, (seq,), {"reason": text}),
        (
            data_management.freeze,
            (),
            {"forms": ("ECOG",), "subjects": (who,), "cutoff": on},
        ),
        (trial_setup.change_status, (_status(draw),), {"reason": text}),
        (trial_setup.change_site, ("S01", _site(draw)), {"since": on, "reason": text}),
        (trial_setup.end_delegation, (seq,), {"ended_on": on}),
        (trial_setup.correct_clock, (seq,), {"reason": text}),
        (safety.report_safety, (who, _report(on)), {}),
        (protocol_versions.amend_protocol, (_amended(),), _how(on, draw)),
    ]
    command, args, details = draw(st.sampled_from(kinds))
    role = draw(st.sampled_from(_likely(command)))
    return Act(command, args, details, role, draw(st.integers(1, 2)), draw(st.integers(-1, 4)), seq)


def _likely(command: Callable[..., Outcome]) -> tuple[str, ...]:
    """Mostly somebody who may, sometimes anybody."""
    room = command.__module__.rsplit(".", 1)[-1]
    likely = {
        "trial_setup": ("sponsor",),
        "protocol_versions": ("sponsor",),
        "data_management": ("data_manager", "statistician", "investigator", "coordinator"),
    }.get(room, ("coordinator", "investigator"))
    return (*likely * 4, *ROLES)


def _level(draw: Callable[..., Any]) -> Any:
    return draw(st.sampled_from(["TREATMENT", "VISITS", "CONTACT", "DATA"]))


def _status(draw: Callable[..., Any]) -> Any:
    return draw(st.sampled_from(["RECRUITING", "PAUSED", "CLOSED TO ACCRUAL", "ARCHIVED"]))


def _site(draw: Callable[..., Any]) -> Any:
    return draw(st.sampled_from(["ACTIVE", "PAUSED", "CLOSED"]))


def _how(on: date, draw: Callable[..., Any]) -> dict[str, Any]:
    return {"sites": (), "effective_on": on, "reconsent": draw(st.booleans())}


@cache
def _amended() -> Any:
    return Story().protocol.model_copy(update={"version": "2.0"})


def _ecog(number: int, on: date) -> FormData:
    visit = f"UNSCHEDULED {number}"
    return FormData("ECOG", visit, {"date": on.isoformat()}, {"score": [{"score": "1"}]})


def _scan(number: int, on: date, draw: Callable[..., Any]) -> FormData:
    response = draw(st.sampled_from(["SD", "PD"]))
    values = {"date": on.isoformat(), "evaluator": "LOCAL MDT"}
    rows = {"response": [{"response": response, "blinded": "N"}]}
    return FormData(SCAN, f"SCAN {number}", values, rows)


def _dose(number: int, on: date) -> FormData:
    given = [{"drug": "IRINOTECAN", "dose": "180", "unit": "mg/m2"}]
    return FormData("TREATMENT", f"CYCLE {number}", {"date": on.isoformat()}, {"dose": given})


def _report(on: date) -> safety.Report:
    aware = f"{on.isoformat()}T08:00+08:00"
    criteria = ("HOSPITALIZATION",)
    kind: Any = "SERIOUS ADVERSE EVENT"
    return safety.Report("R1", kind, "sepsis", on.isoformat(), criteria, aware, "RELATED")


def played(history: list[Act]) -> tuple[list[Entry], list[Outcome]]:
    """What of the attempts was recorded."""
    entries, _ = begun()
    session = Session(Memory(entries))
    outcomes = []
    today = DAY
    for number, act in enumerate(history):
        today += timedelta(act.days)
        site = "S01" if act.role in ("coordinator", "investigator") else None
        by = Attribution(
            at=f"{today.isoformat()}T{8 + number % 10:02}:00:00Z",
            actor=f"{act.role}-0{act.person}",
            role=act.role,
            site=site,
            key=f"k-{act.key % 40}" if act.key % 3 == 0 else f"act-{number}",
            salt=f"{number:032x}",
        )
        before = session.trial
        outcome = session.do(act.command, by, *act.args, **act.details)
        if not isinstance(outcome, Entry):
            assert session.trial is before  # a refusal changes nothing
        outcomes.append(outcome)
    return session.storage.read(), outcomes


HISTORIES = st.lists(acts(), min_size=8, max_size=30)
FAST = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def invariants(entries: list[Entry], trial: Trial) -> Iterator[str]:
    """The list of docs/ledger-proof.md that can be told from the outcome, broken ones."""
    if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
        yield "numbers"
    if len({entry.key for entry in entries}) != len(entries):
        yield "keys"
    for before, after in pairwise(entries):
        if after.at < before.at and after.type != "ClockCorrected":
            yield f"the clock at {after.seq}"
    for entry in entries:
        if entry.role not in GUARDS[entry.type].roles:
            yield f"the role of {entry.seq}"
    yield from (why for person in trial.subjects.values() for why in _of(person, entries))
    for lock in (e for e in entries if e.type in ("Locked", "Unlocked")):
        asked = entries[lock.payload["requested"] - 1]
        if asked.actor == lock.actor or not lock.reason:
            yield f"one person alone made {lock.seq}"


def _of(person: Subject, entries: list[Entry]) -> Iterator[str]:
    given = sum(e.type == "SubjectRandomized" and e.subject == person.id for e in entries)
    if given != len(person.cancelled_randomizations) + (person.randomized is not None):
        yield f"{person.id} was randomized {given} times"
    if person.randomized and not person.consents:
        yield f"{person.id} has an arm and no consent"
    visits = [
        (
            held.form,
            held.visit,
            held.evaluator,
            held.on if held.form != "TUMOR_ASSESSMENT" else 0,
        )
        for held in person.forms.values()
    ]
    if len(set(visits)) != len(visits):
        yield f"{person.id} has two current forms of one visit"


@settings(FAST, max_examples=40)
@given(HISTORIES)
def test_no_accepted_history_breaks_an_invariant_and_each_verifies(history):
    entries, _ = played(history)
    trial = replay(entries)

    assert list(invariants(entries, trial)) == []
    finding = verify_entries(entries)
    assert isinstance(finding, Verified), finding


def test_enough_is_accepted_and_enough_is_refused():
    """A property over histories in which nothing happens would hold nothing."""
    seen: dict[str, int] = {}

    @settings(FAST, max_examples=60, derandomize=True)
    @given(HISTORIES)
    def play(history: list[Act]) -> None:
        for outcome in played(history)[1]:
            name = outcome.type if isinstance(outcome, Entry) else type(outcome).__name__
            seen[name] = seen.get(name, 0) + 1

    play()

    accepted = set(seen) - {"Refused", "AlreadyDone"}
    assert seen["Refused"] > 200
    assert sum(seen[name] for name in accepted) > 100
    assert len(accepted) >= 12, seen


@settings(FAST, max_examples=25)
@given(HISTORIES, st.data())
def test_any_change_of_the_stored_bytes_is_found(history, data):
    """Without writing the chain anew: an edit, a deletion, an insertion, another order."""
    entries, _ = played(history)
    head = entries[-1].hash
    place = data.draw(st.integers(0, len(entries) - 1))
    kind = data.draw(st.sampled_from(["edit", "content", "delete", "insert", "swap", "cut"]))
    changed = list(entries)
    match kind:
        case "edit":
            changed[place] = replace(changed[place], actor="somebody-else")
        case "content":
            field, *others = changed[place].fields
            assert isinstance(field, Kept)
            fields = (Gone(field.path, field.digest.hex()), *others)
            changed[place] = replace(changed[place], fields=fields)
        case "delete":
            del changed[place]
        case "insert":
            changed.insert(place, changed[data.draw(st.integers(0, len(entries) - 1))])
        case "swap":
            other = (place + 1) % len(entries)
            changed[place], changed[other] = changed[other], changed[place]
        case "cut":
            changed = changed[:place]

    assert isinstance(verify_entries(changed, anchor=head), Broken)


@settings(FAST, max_examples=25)
@given(HISTORIES, st.data())
def test_a_chain_written_anew_is_found_by_its_rules_or_by_a_witness(history, data):
    """Whatever one entry says otherwise: no byte of the file is as it was, so a head that somebody
    keeps is gone; what also breaks a rule is found without one.
    """
    entries, _ = played(history)
    said = told(entries)
    place = data.draw(st.integers(1, len(said) - 1))
    header, event = said[place]
    breaks = {
        "role": replace(header, role="auditor"),
        "actor": replace(header, actor="ghost-01") if header.role != "system" else None,
        "key": replace(header, key=said[0][0].key),
        "at": replace(header, at="1999-01-01T00:00:00Z"),
    }
    name = data.draw(st.sampled_from(sorted(name for name, held in breaks.items() if held)))
    changed = breaks[name]
    assert changed is not None
    if name == "at" and entries[place].type == "ClockCorrected":
        name = "still refused: it is before the clock was right"

    forged = chained([*said[:place], (changed, event), *said[place + 1 :]], careful=True)

    assert isinstance(verify_entries(forged), Broken), name
    assert entries[-1].hash not in {entry.hash for entry in forged}


@pytest.mark.soak
@settings(FAST, max_examples=3000)
@given(HISTORIES)
def test_many_histories(history):
    entries, _ = played(history)

    assert list(invariants(entries, replay(entries))) == []
    assert isinstance(verify_entries(entries), Verified)
    assert [event_of(entry) for entry in entries]
    assert all(line_of(entry) for entry in entries)


def test_a_refusal_says_why():
    _, outcomes = played([Act(data_management.lock, (1,), {"reason": "x"}, "monitor", 1, 0, 1)])

    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].reasons
