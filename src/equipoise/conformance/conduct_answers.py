"""How do we answer the published cases of conduct? Their steps are events that we are asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import equipoise.conduct.every_rule  # noqa: F401  (any event may be asked for)
from equipoise.allocation.sealed_list import SealedList, seal
from equipoise.allocation.strata import cells
from equipoise.conduct import emergency, protocol_versions, randomization
from equipoise.conduct.asked import Context
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Session
from equipoise.conduct.ports import Head
from equipoise.conduct.record import AlreadyDone, Outcome, record
from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import EVENTS, Event, event_from
from equipoise.ledger.members import BadEvent, members_of_class
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import protocol_hash, to_payload
from equipoise.protocol.yaml_file import load
from equipoise.subject.state import Trial

TRIAL = "NCT04509635"


def answer_conduct(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Topic `conduct`: a state, told by the steps that led to it, and one command."""
    told = _begun(json.dumps(inputs["before"]["steps"])).copy()
    for step in inputs["then"]:
        told = told.after(step)
    before = told.session.trial
    outcome = told.ask(inputs["command"])
    trial = told.session.trial
    name = inputs["command"].get("subject") or inputs["command"].get("about")
    subject = trial.subjects.get(name) if name else None
    earlier = before.subjects.get(name) if name else None
    opened = [
        query
        for key, query in (subject.queries if subject else {}).items()
        if earlier is None or key not in earlier.queries
    ]
    return {
        "answer": _word(outcome),
        "asks": bool(opened),
        "contradicts": any(query.contradicts for query in opened),
        "version": outcome.protocol if isinstance(outcome, Entry) else None,
        "subject": str(subject.status) if subject else None,
        "trial": str(trial.status),
    }


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Entry):
        return "recorded"
    return "done before" if isinstance(outcome, AlreadyDone) else "refused"


@dataclass(slots=True)
class _Kept:
    """Entries in memory, for one who asks at a time (`ports.Storage`)."""

    entries: list[Entry] = field(default_factory=list)

    def read(self, after: int = 0, most: int | None = None) -> list[Entry]:
        return self.entries[after : None if most is None else after + most]

    def head(self) -> Head:
        last = self.entries[-1] if self.entries else None
        return Head(last.seq, last.hash) if last else Head()

    @contextmanager
    def writing(self) -> Iterator[_Kept]:
        yield self

    def append(self, entries: Iterable[Entry]) -> None:
        self.entries += entries

    def redact(self, log: Entry) -> None:
        raise NotImplementedError(f"a case carries no redaction out: {log.type}")


@dataclass(slots=True)
class _Told:
    """A trial as far as it was told, and the names of steps, each with its entry."""

    session: Session
    names: dict[str, int]
    count: int = 0

    def copy(self) -> _Told:
        """The same trial, to be told on."""
        session = self.session.over(_Kept(self.session.storage.read()))
        return _Told(session, dict(self.names), self.count)

    def after(self, step: Mapping[str, Any]) -> _Told:
        """With one step more, which must be recorded."""
        outcome = self.ask(step)
        if not isinstance(outcome, Entry):
            raise ValueError(f"a step that leads to the case is not recorded: {step}: {outcome}")
        if name := step.get("name"):
            self.names[name] = outcome.seq
        return self

    def ask(self, step: Mapping[str, Any]) -> Outcome:
        """Ask for the event of a step."""
        self.count += 1
        role, site = step["role"], step.get("site")
        by = Attribution(
            at=step["at"],
            actor=step.get("actor") or (f"{role}-{site}" if site else role),
            role=role,
            site=site,
            key=step.get("key") or f"step {self.count}",
            salt=hashlib.sha256(f"{self.count}".encode()).hexdigest()[:32],
        )
        context = Context(
            subject=step.get("subject"),
            reason=step.get("reason"),
            supersedes=self._number(step.get("supersedes")),
        )
        payload = self._resolved(step["payload"])
        return self.session.do(_carry_out, by, step["type"], payload, context)

    def _resolved(self, value: Any) -> Any:
        """With the numbers of the entries that are named."""
        if isinstance(value, Mapping):
            if value.keys() == {"entry"}:
                return self.names[value["entry"]]
            return {name: self._resolved(part) for name, part in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._resolved(part) for part in value]
        return value

    def _number(self, value: Any) -> int | None:
        return None if value is None else int(self._resolved(value))


@cache
def _begun(steps: str) -> _Told:
    """The trial after the steps of a named state, which many cases share."""
    told = _Told(Session(_Kept()), {})
    for step in json.loads(steps):
        told.after(step)
    return told


def _carry_out(
    trial: Trial, by: Attribution, kind: str, payload: Mapping[str, Any], context: Context
) -> Outcome:
    """The command that records such an event; what a command computes is not in the payload."""
    match kind:
        case "ProtocolAdopted":
            adopt = protocol_versions.adopt_protocol
            return adopt(trial, by, _protocol(), simulated=payload["simulated"])
        case "ProtocolAmended":
            return record(trial, by, _amended(payload), context)
        case "AllocationCommitted":
            return randomization.commit_allocation(trial, by, _list())
        case "AllocationOpened":
            site = payload.get("site")
            return randomization.open_allocation(trial, by, _envelopes(site) if site else _list())
        case "EmergencyListCommitted" | "RandomizedOffline" | "EnvelopesCounted":
            return _envelope(trial, by, kind, payload, context)
        case "SubjectRandomized":
            asked = event_from(kind, _filled(trial, kind, payload, context), "command")
            assert isinstance(asked, events.SubjectRandomized)
            subject = context.subject or ""
            on = asked.randomized_on
            return randomization.randomize(trial, by, subject, randomized_on=on, sealed=_list())
    return record(trial, by, _event(trial, kind, payload, context), context)


def _envelope(
    trial: Trial, by: Attribution, kind: str, payload: Mapping[str, Any], context: Context
) -> Outcome:
    if kind == "EmergencyListCommitted":
        site = payload["for_site"]
        return emergency.commit_emergency_list(trial, by, site, _envelopes(site))
    if kind == "RandomizedOffline":
        return _offline(trial, by, payload, context)
    counted = {"commitment": _envelopes(by.site or "S01").commitment, **payload}
    return record(trial, by, event_from(kind, counted, "command"), context)


def _offline(
    trial: Trial, by: Attribution, payload: Mapping[str, Any], context: Context
) -> Outcome:
    """With what stands on the card, unless the case says otherwise."""
    held = _envelopes(payload.get("list") or by.site or "")
    stratum, number = tuple(payload["stratum"]), payload["list_position"]
    sequences = dict(zip(held.strata, held.sequences, strict=True))
    there = 0 < number <= len(sequences.get((by.site or "", *stratum), ()))
    card = held.position((by.site or "", *stratum), number) if there else None
    opened = emergency.Envelope(
        stratum,
        number,
        payload.get("arm") or (card.arm if card else ""),
        payload.get("salt") or (card.salt if card else ""),
        payload["opened_at"],
        payload["opened_by"],
        payload["eligibility"],
        payload["judged_by"],
    )
    subject, reason = context.subject or "", context.reason or ""
    return emergency.randomize_offline(trial, by, subject, opened, held, reason=reason)


def _event(trial: Trial, kind: str, payload: Mapping[str, Any], context: Context) -> Event:
    return event_from(kind, _filled(trial, kind, payload, context), "command")


_COMPUTED: Mapping[str, Any] = {
    "arm": "",
    "stratum": [],
    "list_position": 0,
    "commitment": "",
    "salt": "",
    "leaf": 0,
    "proof": [],
}


def _filled(
    trial: Trial, kind: str, payload: Mapping[str, Any], context: Context
) -> dict[str, Any]:
    """With what a command works out: the head of a signature, the kind of a consent."""
    subject = trial.subjects.get(context.subject or "")
    computed = {
        **_COMPUTED,
        "head": trial.head.hash if trial.head else "",
        "kind": "RECONSENT" if subject and subject.consents else "INITIAL",
    }
    if kind not in EVENTS:
        raise BadEvent(f"there is no event {kind!r}")
    missing = members_of_class(EVENTS[kind]).keys() - payload.keys()
    return {**payload, **{name: computed[name] for name in missing if name in computed}}


def _amended(payload: Mapping[str, Any]) -> Event:
    changed = _protocol().model_copy(update={"version": payload["version"]})
    whole = {
        **payload,
        "protocol": to_payload(changed),
        "hash": protocol_hash(changed),
    }
    return event_from("ProtocolAmended", whole, "command")


@cache
def _protocol() -> Protocol:
    return load(TRIAL)


@cache
def _list() -> SealedList:
    """The arms in turn, in every stratum."""
    protocol = _protocol()
    sequence = tuple(arm.id for arm in protocol.arms) * 20
    return seal(dict.fromkeys(cells(protocol.randomization.strata), sequence), salt="5a" * 16)


@cache
def _envelopes(site: str) -> SealedList:
    """Four envelopes for each stratum, the arms in turn, the control first."""
    protocol = _protocol()
    arms = tuple(arm.id for arm in reversed(protocol.arms)) * 2
    strata = cells(protocol.randomization.strata)
    return seal({(site, *stratum): arms for stratum in strata}, salt="5b" * 16)
