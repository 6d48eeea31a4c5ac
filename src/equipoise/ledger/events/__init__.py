"""What can happen in a trial? One frozen class for each thing, in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, get_args

from equipoise.ledger.entry import Entry
from equipoise.ledger.events.allocation import (
    AllocationClosed,
    AllocationCommitted,
    AllocationOpened,
    EmergencyListCommitted,
    EnvelopesCounted,
    RandomizedOffline,
    SubjectRandomized,
)
from equipoise.ledger.events.participant import (
    ChemotherapyIntended,
    ConsentRecorded,
    CriterionAttested,
    DeathRecorded,
    DeviationClassified,
    EntryCancelled,
    FormSaved,
    QueryAnswered,
    QueryClosed,
    QueryOpened,
    RowSetAside,
    SafetyAssessed,
    SafetyReported,
    SafetySubmitted,
    ScreeningFailed,
    Signed,
    StudyEnded,
    SubjectScreened,
    SubjectTransferred,
    SubjectWithdrew,
    TreatmentEnded,
)
from equipoise.ledger.events.trial import (
    AssumptionsConfirmed,
    ClockCorrected,
    DelegationEnded,
    EntryRedacted,
    Frozen,
    KeyPublished,
    Locked,
    LockRequested,
    ProtocolAdopted,
    ProtocolAmended,
    RoleDelegated,
    SiteOpened,
    SiteStatusChanged,
    StaffTrained,
    TrialStatusChanged,
    Unfrozen,
    Unlocked,
    UnlockRequested,
)
from equipoise.ledger.members import BadEvent, check, difference, members_of_class, plain, read
from equipoise.ledger.salted import REASON, REDACTED, Gone, paths_of

__all__ = [
    "EVENTS",
    "AllocationClosed",
    "AllocationCommitted",
    "AllocationOpened",
    "AssumptionsConfirmed",
    "BadEvent",
    "ChemotherapyIntended",
    "ClockCorrected",
    "ConsentRecorded",
    "ContentGone",
    "CriterionAttested",
    "DeathRecorded",
    "DelegationEnded",
    "DeviationClassified",
    "EmergencyListCommitted",
    "EntryCancelled",
    "EntryRedacted",
    "EnvelopesCounted",
    "Event",
    "FormSaved",
    "Frozen",
    "KeyPublished",
    "LockRequested",
    "Locked",
    "ProtocolAdopted",
    "ProtocolAmended",
    "QueryAnswered",
    "QueryClosed",
    "QueryOpened",
    "RandomizedOffline",
    "RoleDelegated",
    "RowSetAside",
    "SafetyAssessed",
    "SafetyReported",
    "SafetySubmitted",
    "ScreeningFailed",
    "Signed",
    "SiteOpened",
    "SiteStatusChanged",
    "StaffTrained",
    "StudyEnded",
    "SubjectRandomized",
    "SubjectScreened",
    "SubjectTransferred",
    "SubjectWithdrew",
    "TreatmentEnded",
    "TrialStatusChanged",
    "Unfrozen",
    "UnlockRequested",
    "Unlocked",
    "asked_by",
    "asked_of",
    "event_from",
    "event_of",
    "payload_of",
]


class ContentGone(BadEvent):
    """So much was taken out of an entry that it tells no event any more."""


Event = (
    ProtocolAdopted
    | ProtocolAmended
    | AllocationCommitted
    | AllocationOpened
    | SubjectScreened
    | ConsentRecorded
    | FormSaved
    | RowSetAside
    | CriterionAttested
    | ChemotherapyIntended
    | SubjectRandomized
    | ScreeningFailed
    | SubjectWithdrew
    | TreatmentEnded
    | StudyEnded
    | DeathRecorded
    | QueryOpened
    | QueryAnswered
    | QueryClosed
    | Signed
    | EntryCancelled
    | SubjectTransferred
    | SafetyReported
    | SafetyAssessed
    | TrialStatusChanged
    | SiteOpened
    | SiteStatusChanged
    | AllocationClosed
    | StaffTrained
    | RoleDelegated
    | DelegationEnded
    | Frozen
    | Unfrozen
    | LockRequested
    | Locked
    | UnlockRequested
    | Unlocked
    | ClockCorrected
    | KeyPublished
    | EntryRedacted
    | AssumptionsConfirmed
    | SafetySubmitted
    | DeviationClassified
    | EmergencyListCommitted
    | RandomizedOffline
    | EnvelopesCounted
)

EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""Every event class by the name that `Entry.type` carries."""


def payload_of(event: Event) -> dict[str, Any]:
    """The event as JSON members: dates as ISO text, tuples as lists; a copy that shares nothing
    with the event.
    """
    kind = type(event)
    payload = {}
    for name, hint in members_of_class(kind).items():
        value = getattr(event, name)
        check(value, hint, f"{kind.__name__}.{name}")
        payload[name] = plain(value)
    return payload


_last: ContextVar[tuple[Entry, Event] | None] = ContextVar("last", default=None)
"""The entry that was asked about last, which is asked about several times."""


def event_of(entry: Entry) -> Event:
    """The event an entry holds; `BadEvent` for an unknown type, a member too many or few, or one of
    the wrong type.
    """
    known = _last.get()
    if known is not None and known[0] is entry:
        return known[1]
    where = f"entry {entry.seq} ({entry.type})"
    said = entry.payload
    if entry.gone:
        said = _with_marks(entry, said, _members(entry.type, where))
    event = event_from(entry.type, said, where)
    _last.set((entry, event))
    return event


def event_from(name: str, said: Mapping[str, Any], where: str) -> Event:
    """The event of this type with these JSON members; `BadEvent`, which says where, for an unknown
    type, a member too many or few, or one of the wrong type.
    """
    members = _members(name, where)
    if said.keys() != members.keys():
        raise BadEvent(f"{where}: {difference(members.keys(), said.keys())}")
    values = {
        each: said[each] if type(said[each]) is hint else read(said[each], hint, where, each)
        for each, hint in members.items()
    }
    return EVENTS[name](**values)


def _members(name: str, where: str) -> dict[str, Any]:
    if name not in EVENTS:
        raise BadEvent(f"{where}: unknown type; known are {', '.join(EVENTS)}")
    return members_of_class(EVENTS[name])


def asked_of(event: Event) -> dict[str, Any]:
    """What somebody asked for, by the paths of its fields."""
    return _asked(paths_of(payload_of(event), event.by_field()), event.computed())


def asked_by(entry: Entry) -> dict[str, Any]:
    """As `asked_of`, of a recorded event; of what was taken out the digest."""
    values = {
        field.path: {"digest": field.hex_digest} if isinstance(field, Gone) else field.value
        for field in entry.fields
        if field.path != REASON
    }
    return _asked(values, EVENTS[entry.type].computed() if entry.type in EVENTS else ())


def _asked(values: dict[str, Any], computed: tuple[str, ...]) -> dict[str, Any]:
    if not computed:
        return values
    return {path: value for path, value in values.items() if path.split("/")[1] not in computed}


def _with_marks(entry: Entry, said: dict[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """What is left, with a mark where text was taken out. Raises `ContentGone`."""
    for name in members.keys() - said.keys():
        if name not in EVENTS[entry.type].free_text() or f"/{name}" not in entry.gone:
            raise ContentGone(f"entry {entry.seq} ({entry.type}): {name} was redacted")
        said[name] = REDACTED
    return said
