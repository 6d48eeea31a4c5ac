"""What can happen in a trial? One frozen class for each thing, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from equipoise.ledger.entry import Entry
from equipoise.ledger.members import (
    BadEvent,
    check,
    check_row,
    difference,
    members_of_class,
    plain,
    read,
)
from equipoise.terms.dates import parse_date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAdopted:
    """The trial began under this protocol, carried whole; always entry 1. SDTM: TS, TA, TE, TV,
    TI.
    """

    protocol: dict[str, Any]
    version: str
    hash: str
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolAmended:
    """From a day on, these sites work under a new version of the protocol. ICH E6(R3) 3.15; SDTM:
    TS, TI.
    """

    protocol: dict[str, Any]
    version: str
    hash: str
    sites: tuple[str, ...]
    effective_on: date
    reconsent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationCommitted:
    """The randomization list was fixed and its fingerprint published before the first subject. ICH
    E9 2.3.2.
    """

    commitment: str
    algorithm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationOpened:
    """The list was shown after closure, so that anyone can compare it with its fingerprint. ICH E9
    2.3.2.
    """

    seed: str
    salt: str
    list: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectScreened:
    """A person was given a subject number; a re-screened one is linked to the earlier number. SDTM:
    DM.
    """

    screened_on: date
    previous_subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded:
    """The subject consented, first or again after an amendment. ICH E6(R3) 2.8; SDTM: DS,
    DM.RFICDTC.
    """

    consented_on: date
    version: str
    kind: Literal["INITIAL", "RECONSENT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSaved:
    """A case report form was saved as typed; the protocol's mapping makes SDTM records of it. 21
    CFR 11.10(e).

    `values`: field to text, or to {"missing": reason}; `groups`: group to a list of such rows.
    """

    form: str
    visit: str
    values: dict[str, Any]
    groups: dict[str, Any]

    def __post_init__(self) -> None:
        check_row(self.values, f"form {self.form}")
        for group, rows in self.groups.items():
            if not isinstance(rows, list | tuple):
                raise BadEvent(
                    f"form {self.form}, group {group}: expected a list of rows, found {rows!r}"
                )
            for number, row in enumerate(rows, 1):
                check_row(row, f"form {self.form}, group {group}, row {number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSetAside:
    """An investigator decided, for the reason given, that a row of a form answers no criterion: the
    row of that number, from 1, among those of its domain in the entry. ICH E6(R3) 4.2.
    """

    about: int
    domain: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAttested:
    """An investigator answered a criterion that rests on judgement. SDTM: IE; ICH E6(R3) 2.2."""

    criterion: str
    answer: bool
    attested_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ChemotherapyIntended:
    """The multidisciplinary team chose the regimen before the arm was known. SDTM: DS."""

    regimen: str
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRandomized:
    """The subject was allocated to an arm; from here on intention-to-treat applies. SDTM: DS,
    DM.ARMCD.
    """

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    randomized_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningFailed:
    """The subject will not enter, for the criteria named. SDTM: DS, IE; CONSORT 2025 22a."""

    failed_on: date
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWithdrew:
    """The subject withdrew from treatment, visits, all contact or further use of data. SDTM: DS;
    ICH E6(R3) 2.9.
    """

    level: Literal["TREATMENT", "VISITS", "CONTACT", "DATA"]
    withdrew_on: date
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentEnded:
    """Study treatment stopped for good. SDTM: DS."""

    ended_on: date
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEnded:
    """The subject's time in the study ended. SDTM: DS."""

    ended_on: date
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathRecorded:
    """The subject died, on a day that may be known only by month or year. SDTM: DD, DM.DTHDTC."""

    died_on: str
    cause: str

    def __post_init__(self) -> None:
        try:
            parse_date(self.died_on)
        except ValueError as broken:
            raise BadEvent(f"DeathRecorded.died_on: {broken}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOpened:
    """Somebody asked the site about one field of one entry. ICH E6(R3) 4.2."""

    query: str
    about: int
    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswered:
    """The site answered a query. ICH E6(R3) 4.2."""

    query: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryClosed:
    """The one who asked accepted the answer. ICH E6(R3) 4.2."""

    query: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody signed entries, with a meaning, over the chain as it stood at `head`. 21 CFR 11.50,
    11.70.
    """

    meaning: str
    head: str
    about: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Entry was restricted for a scope while it is being reviewed. ICH E6(R3) 4.2."""

    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """Entry was closed for a scope before the final analysis. ICH E6(R3) 4.2."""

    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRedacted:
    """The content of an earlier entry was taken out, for the reason given; its hashes remain. ICH
    E6(R3) 4.2.
    """

    redacted: int


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
    | Frozen
    | Locked
    | EntryRedacted
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


def event_of(entry: Entry) -> Event:
    """The event an entry holds; `BadEvent` for an unknown type, a member too many or few, or one of
    the wrong type.
    """
    kind = EVENTS.get(entry.type)
    where = f"entry {entry.seq} ({entry.type})"
    if kind is None:
        raise BadEvent(f"{where}: unknown type; known are {', '.join(EVENTS)}")
    if entry.payload is None:
        raise BadEvent(f"{where} was redacted: it has no content to read")
    members = members_of_class(kind)
    if entry.payload.keys() != members.keys():
        raise BadEvent(f"{where}: {difference(members.keys(), entry.payload.keys())}")
    return kind(
        **{
            name: read(entry.payload[name], hint, f"{where}: {name}")
            for name, hint in members.items()
        }
    )
