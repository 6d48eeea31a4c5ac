"""Random commands of random people, as hypothesis draws them, and what a trial records of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, settings
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
from equipoise.conduct.ports import Storage
from equipoise.conduct.record import Outcome
from equipoise.ledger.entry import Entry
from equipoise.store.memory import Memory
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
    causality = {"CETUXIMAB": "RELATED"}
    return safety.Report("R1", kind, "sepsis", on.isoformat(), criteria, aware, causality)


def played(history: list[Act], storage: Storage | None = None) -> tuple[list[Entry], list[Outcome]]:
    """What of the attempts was recorded, in a storage that holds what `begun` gives."""
    session = Session(storage or Memory(begun()[0]))
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
