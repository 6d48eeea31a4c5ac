"""What happened to one person, and to the trial? The only fold: entry by entry, each under its own
protocol version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import Event, event_of
from equipoise.protocol.model import Protocol
from equipoise.protocol.payload import from_payload
from equipoise.subject.form_records import records_of_form
from equipoise.subject.milestones import milestones
from equipoise.subject.state import (
    Attested,
    Consented,
    Ended,
    Query,
    Randomized,
    SavedForm,
    SetAside,
    Subject,
    Trial,
    Version,
)
from equipoise.terms.codes import YesNo
from equipoise.terms.dates import parse_date

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


def replay(entries: Iterable[Entry], until: Callable[[Entry], bool] = lambda _: True) -> Trial:
    """The trial after all entries for which `until` holds."""
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
    event = event_of(entry) if entry.payload is not None else None
    after = _after(subject, entry, event, trial) if event else _redacted(subject, entry)
    after = replace(after, keys={**subject.keys, entry.key: entry.seq})
    allocated = trial.allocated
    if isinstance(event, events.SubjectRandomized):
        allocated = {**allocated, event.stratum: allocated.get(event.stratum, 0) + 1}
    return replace(trial, subjects={**trial.subjects, subject.id: after}, allocated=allocated)


def _after(subject: Subject, entry: Entry, event: Event, trial: Trial) -> Subject:
    """The subject after an entry that says something, and takes the place of what it corrects."""
    before = subject if entry.supersedes is None else subject.without_entry(entry.supersedes)
    after = step_subject(before, entry, event, trial.version(entry.protocol).protocol)
    after = after.with_records(milestones(event, entry.seq))
    if entry.type not in DECISIONS:
        return after
    return replace(after, decisions={**after.decisions, entry.seq: entry.type})


def _redacted(subject: Subject, entry: Entry) -> Subject:
    """What the entry said is gone; what it replaced stays replaced."""
    after = subject if entry.supersedes is None else subject.without_entry(entry.supersedes)
    return replace(after, redacted=(*after.redacted, entry.seq))


def _step_trial(trial: Trial, entry: Entry, event: Event) -> Trial:
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


def step_subject(subject: Subject, entry: Entry, event: Event, protocol: Protocol) -> Subject:
    """One subject after one more entry."""
    match event:
        case events.SubjectScreened():
            return replace(
                subject,
                screened_on=event.screened_on,
                previous=event.previous_subject,
                site=entry.site or "",
            )
        case events.FormSaved() | events.RowSetAside():
            return _step_form(subject, entry, event, protocol)
        case events.ConsentRecorded():
            consent = Consented(event.consented_on, event.version, entry.seq)
            return replace(subject, consents=(*subject.consents, consent))
        case events.CriterionAttested():
            said = Attested(
                event.criterion, event.answer, entry.actor, event.attested_on, entry.seq
            )
            return replace(subject, attestations=(*subject.attestations, said))
        case events.SubjectRandomized():
            return _randomize(subject, entry, event)
        case events.QueryOpened() | events.QueryAnswered() | events.QueryClosed():
            return _step_query(subject, entry, event)
        case events.Signed() | events.Frozen() | events.Locked():
            return _step_closing(subject, entry, event)
        case _:
            return _step_disposition(subject, entry.seq, event)


def _randomize(subject: Subject, entry: Entry, event: events.SubjectRandomized) -> Subject:
    allocation = Randomized(
        event.arm,
        event.stratum,
        event.list_position,
        event.randomized_on,
        entry.seq,
        entry.protocol,
    )
    return replace(subject, randomized=allocation, before_randomization=subject)


def _step_disposition(subject: Subject, source: int, event: Event) -> Subject:
    match event:
        case events.ScreeningFailed():
            failed = Ended("SCREENING", event.failed_on, ", ".join(event.criteria), source)
            return replace(subject, screening_failed=failed)
        case events.SubjectWithdrew():
            withdrawal = Ended(event.level, event.withdrew_on, event.cause, source)
            return replace(subject, withdrawals=(*subject.withdrawals, withdrawal))
        case events.TreatmentEnded():
            ended = Ended("TREATMENT", event.ended_on, event.cause, source)
            return replace(subject, treatment_ended=ended)
        case events.StudyEnded():
            return replace(subject, study_ended=Ended("STUDY", event.ended_on, event.cause, source))
        case events.DeathRecorded():
            return replace(subject, died=parse_date(event.died_on), died_source=source)
        case _:
            return subject


def _step_query(
    subject: Subject,
    entry: Entry,
    event: events.QueryOpened | events.QueryAnswered | events.QueryClosed,
) -> Subject:
    """An answer to a query whose question was redacted keeps its place."""
    name, seq = event.query, entry.seq
    if isinstance(event, events.QueryOpened):
        query = Query(name, event.about, event.field, event.text, "OPEN", seq)
    else:
        status = "ANSWERED" if isinstance(event, events.QueryAnswered) else "CLOSED"
        asked = subject.queries.get(name) or Query(name, 0, "", "redacted", "OPEN", seq)
        query = replace(asked, status=status)
    return replace(subject, queries={**subject.queries, name: query})


def _step_closing(
    subject: Subject, entry: Entry, event: events.Signed | events.Frozen | events.Locked
) -> Subject:
    match event:
        case events.Signed():
            endorsed = event.about if entry.role == "investigator" else ()
            return replace(subject, signed=(*subject.signed, *endorsed))
        case events.Frozen():
            return replace(subject, frozen=True)
        case events.Locked():
            return replace(subject, locked=True)


def _step_form(
    subject: Subject, entry: Entry, event: events.FormSaved | events.RowSetAside, protocol: Protocol
) -> Subject:
    if isinstance(event, events.FormSaved):
        return _save_form(subject, entry, event, protocol)
    place = event.about, event.domain, event.row
    return subject.without_row(SetAside(*place, entry.actor, entry.reason or ""))


def _save_form(
    subject: Subject, entry: Entry, event: events.FormSaved, protocol: Protocol
) -> Subject:
    form = protocol.form(event.form)
    if form is None:
        raise ValueError(f"entry {entry.seq}: protocol {entry.protocol} has no form {event.form!r}")
    corrected = entry.supersedes
    first = entry.seq if corrected is None else subject.first_entry.get(corrected, corrected)
    records = records_of_form(form, event.visit, event.values, event.groups, entry.seq, first)
    labeled = event.values.get(protocol.conduct.earlier_results_label) == YesNo.YES
    saved = SavedForm(event.form, event.visit, form.day(event.values), labeled)
    return replace(
        subject.with_records(records),
        forms={**subject.forms, entry.seq: saved},
        first_entry={**subject.first_entry, entry.seq: first},
    )
