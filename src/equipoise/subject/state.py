"""What happened to one person, and to the trial? The only fold: entry by entry, each under its own
protocol version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import event_of
from equipoise.protocol.forms import fold
from equipoise.protocol.model import Protocol
from equipoise.protocol.yaml_file import from_payload
from equipoise.subject.records import (
    DD,
    DS,
    AnyRecord,
    Record,
    Source,
    read_record,
    variables,
)
from equipoise.terms.dates import PartialDate, parse_date

SUBJECT_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
"""What a participant is called here; names never enter."""
MILESTONE = "PROTOCOL MILESTONE"
DISPOSITION = "DISPOSITION EVENT"
DECISIONS = frozenset(
    {
        "ConsentRecorded",
        "CriterionAttested",
        "ChemotherapyIntended",
        "ScreeningFailed",
        "SubjectWithdrew",
        "TreatmentEnded",
        "StudyEnded",
        "DeathRecorded",
    }
)
"""Events that a later one of the same kind may correct, with a reason. A randomization is never
corrected."""


@dataclass(frozen=True, slots=True)
class Attested:
    """A person's judgement about one criterion."""

    criterion: str
    answer: bool
    by: str
    on: date
    source: Source = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A question about an entry; `status` is OPEN, ANSWERED or CLOSED."""

    id: str
    about: int
    field: str
    text: str
    status: str
    source: int


@dataclass(frozen=True, slots=True)
class Randomized:
    """The arm and the stratum as they were allocated."""

    arm: str
    stratum: tuple[str, ...]
    list_position: int
    on: date
    source: Source
    version: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Something ended: treatment, study, or one level of participation."""

    what: str
    on: date
    cause: str
    source: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One participant as known at some entry of the ledger.

    `forms` and `decisions` name the entries that hold now, and so can be corrected; `first_entry`
    the one that a correction goes back to; `signed` those that an investigator endorsed; `keys`
    makes a repeated command harmless.
    """

    id: str
    site: str = ""
    screened_on: date | None = None
    previous: str | None = None
    by_domain: Mapping[type[Record], tuple[Any, ...]] = field(default_factory=dict)
    attestations: tuple[Attested, ...] = ()
    consents: tuple[tuple[date, str, int], ...] = ()
    randomized: Randomized | None = None
    before_randomization: Subject | None = None
    screening_failed: Ended | None = None
    withdrawals: tuple[Ended, ...] = ()
    treatment_ended: Ended | None = None
    study_ended: Ended | None = None
    died: PartialDate | None = None
    died_source: Source = 0
    queries: Mapping[str, Query] = field(default_factory=dict)
    signed: tuple[int, ...] = ()
    forms: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    frozen: bool = False
    locked: bool = False
    redacted: tuple[int, ...] = ()
    decisions: Mapping[int, str] = field(default_factory=dict)
    first_entry: Mapping[int, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)

    def records(self, domain: type[AnyRecord]) -> tuple[AnyRecord, ...]:
        """All current records of a domain, in the order in which they were entered."""
        return self.by_domain.get(domain, ())

    def with_records(self, added: Iterable[Record], without: int | None = None) -> Subject:
        """The subject with more records, and without those of the entry that a correction
        replaces.
        """
        found = dict(self.by_domain)
        if without is not None:
            found = {
                domain: tuple(r for r in rows if r.source != without)
                for domain, rows in found.items()
            }
        for record in added:
            found[type(record)] = (*found.get(type(record), ()), record)
        return replace(self, by_domain=found)


@dataclass(frozen=True, slots=True)
class Version:
    """A protocol version, and from when it holds at which sites (none named: at all)."""

    protocol: Protocol
    hash: str
    sites: tuple[str, ...]
    effective_on: date
    reconsent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The trial as known at some entry of the ledger."""

    versions: tuple[Version, ...] = ()
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    simulated: bool = False
    commitment: str | None = None
    opening: events.AllocationOpened | None = None
    allocated: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    frozen: bool = False
    locked: bool = False
    head: Entry | None = None

    @property
    def protocol(self) -> Protocol:
        """The latest version."""
        return self.versions[-1].protocol

    def version_at(self, site: str, on: date) -> Version:
        """The version in force at a site on a day."""
        held = [
            v for v in self.versions if (not v.sites or site in v.sites) and v.effective_on <= on
        ]
        return held[-1] if held else self.versions[0]

    def version(self, name: str) -> Version:
        """The version with this name."""
        return next(v for v in self.versions if v.protocol.version == name)


def replay(entries: Iterable[Entry], until: Callable[[Entry], bool] = lambda entry: True) -> Trial:
    """The trial after all entries for which `until` holds (for --as-of: those recorded by then)."""
    trial = Trial()
    for entry in entries:
        if until(entry):
            trial = step(trial, entry)
    return trial


def step(trial: Trial, entry: Entry) -> Trial:
    """The trial after one more entry."""
    trial = replace(trial, head=entry)
    if entry.subject is None:
        trial = replace(trial, keys={**trial.keys, entry.key: entry.seq})
        return _step_trial(trial, entry, event_of(entry)) if entry.payload is not None else trial
    subject = trial.subjects.get(entry.subject) or Subject(id=entry.subject, site=entry.site or "")
    keys = {**subject.keys, entry.key: entry.seq}
    if entry.payload is None:
        after = replace(_redacted(subject, entry), keys=keys)
        return replace(trial, subjects={**trial.subjects, subject.id: after})
    event, protocol = event_of(entry), trial.version(entry.protocol).protocol
    after = step_subject(_without(subject, entry.supersedes), entry, event, protocol)
    after = after.with_records(_milestones(event, entry.seq))
    decisions = (
        {**after.decisions, entry.seq: entry.type} if entry.type in DECISIONS else after.decisions
    )
    after = replace(after, keys=keys, decisions=decisions)
    allocated = trial.allocated
    if isinstance(event, events.SubjectRandomized):
        allocated = {**allocated, event.stratum: allocated.get(event.stratum, 0) + 1}
    return replace(trial, subjects={**trial.subjects, subject.id: after}, allocated=allocated)


def _redacted(subject: Subject, entry: Entry) -> Subject:
    """What the entry said is gone; what it replaced stays replaced."""
    after = _without(subject, entry.supersedes)
    return replace(after, redacted=(*after.redacted, entry.seq))


def _without(subject: Subject, seq: int | None) -> Subject:
    """The subject without what one entry said, because another replaced it."""
    if seq is None:
        return subject

    def other(ended: Ended | None) -> Ended | None:
        return None if ended and ended.source == seq else ended

    has_died = subject.died is not None and subject.died_source != seq
    return replace(
        subject.with_records((), seq),
        forms={one: what for one, what in subject.forms.items() if one != seq},
        decisions={one: what for one, what in subject.decisions.items() if one != seq},
        attestations=tuple(a for a in subject.attestations if a.source != seq),
        consents=tuple(c for c in subject.consents if c[2] != seq),
        withdrawals=tuple(w for w in subject.withdrawals if w.source != seq),
        screening_failed=other(subject.screening_failed),
        treatment_ended=other(subject.treatment_ended),
        study_ended=other(subject.study_ended),
        died=subject.died if has_died else None,
        died_source=subject.died_source if has_died else 0,
    )


def _step_trial(trial: Trial, entry: Entry, event: Any) -> Trial:
    match event:
        case events.ProtocolAdopted():
            start = date.fromisoformat(entry.at[:10])
            first = Version(from_payload(event.protocol), event.hash, (), start, False)
            return replace(trial, versions=(first,), simulated=event.simulated)
        case events.ProtocolAmended():
            amended = Version(
                from_payload(event.protocol),
                event.hash,
                event.sites,
                event.effective_on,
                event.reconsent,
            )
            return replace(trial, versions=(*trial.versions, amended))
        case events.AllocationCommitted():
            return replace(trial, commitment=event.commitment)
        case events.AllocationOpened():
            return replace(trial, opening=event)
        case events.Frozen():
            return replace(trial, frozen=True)
        case events.Locked():
            return replace(trial, locked=True)
        case _:
            return trial


def step_subject(subject: Subject, entry: Entry, event: Any, protocol: Protocol) -> Subject:
    """One subject after one more entry."""
    source = entry.seq
    match event:
        case events.SubjectScreened():
            return replace(
                subject,
                screened_on=event.screened_on,
                previous=event.previous_subject,
                site=entry.site or "",
            )
        case events.FormSaved():
            return _save_form(subject, entry, event, protocol)
        case events.ConsentRecorded():
            return replace(
                subject, consents=(*subject.consents, (event.consented_on, event.version, source))
            )
        case events.CriterionAttested():
            said = Attested(event.criterion, event.answer, entry.actor, event.attested_on, source)
            return replace(subject, attestations=(*subject.attestations, said))
        case events.SubjectRandomized():
            got = Randomized(
                event.arm,
                event.stratum,
                event.list_position,
                event.randomized_on,
                source,
                entry.protocol,
            )
            return replace(subject, randomized=got, before_randomization=subject)
        case events.ScreeningFailed():
            failed = Ended("SCREENING", event.failed_on, ", ".join(event.criteria), source)
            return replace(subject, screening_failed=failed)
        case events.SubjectWithdrew():
            withdrawal = Ended(event.level, event.withdrew_on, event.cause, source)
            return replace(subject, withdrawals=(*subject.withdrawals, withdrawal))
        case events.TreatmentEnded():
            return replace(
                subject, treatment_ended=Ended("TREATMENT", event.ended_on, event.cause, source)
            )
        case events.StudyEnded():
            return replace(subject, study_ended=Ended("STUDY", event.ended_on, event.cause, source))
        case events.DeathRecorded():
            return replace(subject, died=parse_date(event.died_on), died_source=source)
        case _:
            return _step_data_management(subject, entry, event)


def _step_data_management(subject: Subject, entry: Entry, event: Any) -> Subject:
    match event:
        case events.QueryOpened():
            opened = Query(event.query, event.about, event.field, event.text, "OPEN", entry.seq)
            return replace(subject, queries={**subject.queries, event.query: opened})
        case events.QueryAnswered() | events.QueryClosed():
            status = "ANSWERED" if isinstance(event, events.QueryAnswered) else "CLOSED"
            held = subject.queries.get(event.query) or Query(
                event.query, 0, "", "redacted", "OPEN", entry.seq
            )
            return replace(
                subject, queries={**subject.queries, event.query: replace(held, status=status)}
            )
        case events.Signed():
            endorsed = event.about if entry.role == "investigator" else ()
            return replace(subject, signed=(*subject.signed, *endorsed))
        case events.Frozen():
            return replace(subject, frozen=True)
        case events.Locked():
            return replace(subject, locked=True)
        case _:
            return subject


def _save_form(
    subject: Subject, entry: Entry, event: events.FormSaved, protocol: Protocol
) -> Subject:
    form = protocol.form(event.form)
    if form is None:
        raise ValueError(f"entry {entry.seq}: protocol {entry.protocol} has no form {event.form!r}")
    first = subject.first_entry.get(entry.supersedes or 0, entry.supersedes or entry.seq)
    added = []
    for domain, values in fold(form, event.visit, event.values, event.groups):
        if "VISIT" not in variables(domain):
            values.pop("VISIT")
        added.append(read_record(domain, values, entry.seq, first))
    return replace(
        subject.with_records(added),
        forms={**subject.forms, entry.seq: (event.form, event.visit)},
        first_entry={**subject.first_entry, entry.seq: first},
    )


def _milestones(event: Any, source: int) -> Iterable[Record]:
    """Decisions are events of their own; SDTM shows them as disposition (DS) and death details
    (DD).
    """

    def ds(decoded: str, term: str, on: date, category: str = DISPOSITION) -> DS:
        return DS(
            decoded=decoded,
            term=term,
            category=category,
            date=parse_date(on.isoformat()),
            source=source,
        )

    match event:
        case events.ConsentRecorded():
            yield ds("INFORMED CONSENT OBTAINED", event.version, event.consented_on, MILESTONE)
        case events.ChemotherapyIntended():
            yield ds("INTENDED CHEMOTHERAPY", event.regimen, event.decided_on, MILESTONE)
        case events.SubjectRandomized():
            yield ds("RANDOMIZED", event.arm, event.randomized_on, MILESTONE)
        case events.ScreeningFailed():
            yield ds("SCREEN FAILURE", ", ".join(event.criteria), event.failed_on)
        case events.SubjectWithdrew():
            yield ds("WITHDRAWAL BY SUBJECT", event.level, event.withdrew_on)
        case events.TreatmentEnded():
            yield ds("TREATMENT ENDED", event.cause, event.ended_on)
        case events.StudyEnded():
            yield ds("STUDY ENDED", event.cause, event.ended_on)
        case events.DeathRecorded():
            when = parse_date(event.died_on)
            yield DS(
                decoded="DEATH", term=event.cause, category=DISPOSITION, date=when, source=source
            )
            yield DD(test="PRCDTH", original=event.cause, date=when, source=source)
