"""What happened to one person, and to the trial? The only fold: entry by entry, each under its own
protocol version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from equipoise.ledger import events
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import ContentGone, Event, asked_by, event_of
from equipoise.protocol.model import Protocol
from equipoise.subject.changed import replace
from equipoise.subject.form_records import records_of_saved
from equipoise.subject.keys import Done, command_digest
from equipoise.subject.milestones import milestones
from equipoise.subject.shared_map import with_item
from equipoise.subject.state import (
    Attested,
    Classified,
    Consented,
    Ended,
    Query,
    Randomized,
    SafetyJudgement,
    SafetyReport,
    SafetySubmission,
    SavedForm,
    SetAside,
    Signature,
    Subject,
    Trial,
)
from equipoise.subject.trial_fold import step_about, step_trial
from equipoise.terms.codes import YesNo
from equipoise.terms.collector import uncollected
from equipoise.terms.dates import parse_date

SafetyEvent = events.SafetyReported | events.SafetyAssessed | events.SafetySubmitted

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
corrected, but may be cancelled."""


def replay(entries: Iterable[Entry], until: Callable[[Entry], bool] = lambda _: True) -> Trial:
    """The trial after all entries for which `until` holds."""
    trial = Trial()
    with uncollected():
        for entry in entries:
            if until(entry):
                trial = step(trial, entry)
    return trial


def step(trial: Trial, entry: Entry) -> Trial:
    """The trial after one more entry."""
    try:
        event: Event | None = event_of(entry)
    except ContentGone:
        event = None
    trial = replace(
        trial,
        head=entry,
        keys=trial.keys.with_key(entry.key, done(entry)),
        days=_days(trial, entry),
    )
    if entry.subject is None:
        after_all = step_trial(trial, entry, event) if event else trial
        return _unhold(after_all) if isinstance(event, events.Unlocked) else after_all
    subject = trial.subjects.get(entry.subject) or Subject(id=entry.subject, site=entry.site or "")
    if is_held(trial, subject, event):
        after = replace(subject, held=(*subject.held, entry))
    else:
        after = _after(subject, entry, event, trial)
    trial = replace(trial, subjects=with_item(trial.subjects, subject.id, after))
    if trial.site_of.get(subject.id) != after.site:
        trial = replace(trial, site_of={**trial.site_of, subject.id: after.site})
    trial = step_about(trial, entry, event, subject) if event else trial
    return _unhold(trial) if isinstance(event, events.Unlocked) else trial


def _days(trial: Trial, entry: Entry) -> tuple[tuple[int, str], ...]:
    if trial.head is not None and trial.head.at[:10] == entry.at[:10]:
        return trial.days
    return (*trial.days, (entry.seq, entry.at))


def _unhold(trial: Trial) -> Trial:
    """What was held back while results were locked counts once they are not."""
    free = [
        subject
        for subject in trial.subjects.values()
        if subject.held and not trial.locked and not subject.locked
    ]
    for subject in free:
        after = replace(subject, held=())
        for entry in subject.held:
            after = _after(after, entry, event_of(entry), trial)
        trial = replace(trial, subjects=with_item(trial.subjects, subject.id, after))
    return trial


def done(entry: Entry) -> Done:
    """The key of a command holds for what was asked: the same key with another content is another
    command, and is refused.
    """
    return Done(entry.seq, command_digest(entry, asked_by(entry), entry.type))


def is_held(trial: Trial, subject: Subject, event: Event | None) -> bool:
    """A death that is reported while results are locked changes none of them."""
    return isinstance(event, events.DeathRecorded) and (trial.locked or subject.locked)


def _after(subject: Subject, entry: Entry, event: Event | None, trial: Trial) -> Subject:
    """The subject after an entry, which takes the place of what it corrects. What an entry said
    whose content is gone is not known; what it replaced stays replaced.
    """
    before = subject
    if entry.supersedes is not None:
        before = subject.without_entry(entry.supersedes)
        before = replace(before, replaced={**before.replaced, entry.supersedes: entry.seq})
    if entry.gone:
        before = replace(before, redacted=(*before.redacted, entry.seq))
    if event is None:
        return before
    if isinstance(event, events.DeviationClassified):
        return _classify(before, entry, event, results_seen=trial.results_seen)
    after = step_subject(before, entry, event, trial.version(entry.protocol).protocol)
    after = after.with_records(milestones(event, entry.seq))
    if entry.type not in DECISIONS:
        return after
    return replace(after, decisions={**after.decisions, entry.seq: entry.type})


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
            return _consent(subject, entry, event)
        case events.CriterionAttested():
            said = Attested(
                event.criterion, event.answer, entry.actor, event.attested_on, entry.seq
            )
            return replace(subject, attestations=(*subject.attestations, said))
        case events.SubjectRandomized() | events.RandomizedOffline():
            return _randomize(subject, entry, event)
        case events.QueryOpened() | events.QueryAnswered() | events.QueryClosed():
            return _step_query(subject, entry, event)
        case events.Signed():
            signatures = (
                Signature(seq, entry.actor, entry.role, event.meaning, entry.seq)
                for seq in event.about
            )
            return replace(subject, signatures=(*subject.signatures, *signatures))
        case events.Locked() | events.Unlocked():
            return replace(subject, locked=isinstance(event, events.Locked))
        case events.EntryCancelled():
            return _cancel(subject, entry, event)
        case events.SafetyReported() | events.SafetyAssessed() | events.SafetySubmitted():
            return _report(subject, entry, event)
        case _:
            return _step_disposition(subject, entry.seq, event)


def _classify(
    subject: Subject, entry: Entry, event: events.DeviationClassified, *, results_seen: bool
) -> Subject:
    said = Classified(
        event.importance, event.excludes, entry.actor, entry.role, entry.seq, results_seen
    )
    return replace(subject, classified={**subject.classified, (event.about, event.row): said})


def _randomize(
    subject: Subject, entry: Entry, event: events.SubjectRandomized | events.RandomizedOffline
) -> Subject:
    allocation = Randomized(
        event.arm,
        event.stratum,
        event.list_position,
        event.randomized_on,
        entry.seq,
        entry.protocol,
        event.commitment,
        event.opened_at if isinstance(event, events.RandomizedOffline) else "",
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
        case events.SubjectTransferred():
            return replace(subject, site=event.to_site)
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
        query = Query(name, event.about, event.field, event.text, "OPEN", seq, event.contradicts)
    else:
        asked = subject.queries.get(name) or Query(name, 0, "", "redacted", "OPEN", seq)
        if isinstance(event, events.QueryAnswered):
            query = replace(asked, status="ANSWERED", answer=event.text, answered=seq)
        else:
            query = replace(asked, status="CLOSED")
    return replace(subject, queries={**subject.queries, name: query})


def _consent(subject: Subject, entry: Entry, event: events.ConsentRecorded) -> Subject:
    """A consent restores what an earlier withdrawal took (ICH E6(R3) 2.9)."""
    consent = Consented(event.consented_on, event.version, entry.seq)
    stands = tuple(left for left in subject.withdrawals if left.on > event.consented_on)
    return replace(subject, consents=(*subject.consents, consent), withdrawals=stands)


def _cancel(subject: Subject, entry: Entry, event: events.EntryCancelled) -> Subject:
    """As if the entry had not been, but for the trace of it."""
    seq = event.cancelled
    after = subject.without_entry(seq)
    after = replace(after, replaced={**after.replaced, seq: entry.seq})
    if subject.randomized is None or subject.randomized.source != seq:
        return after
    return replace(
        after,
        randomized=None,
        before_randomization=None,
        cancelled_randomizations=(*subject.cancelled_randomizations, subject.randomized),
    )


def _report(subject: Subject, entry: Entry, event: SafetyEvent) -> Subject:
    if isinstance(event, events.SafetyAssessed):
        said = SafetyJudgement(event.report, event.related, event.expected, entry.seq)
        return replace(subject, judgements=(*subject.judgements, said))
    if isinstance(event, events.SafetySubmitted):
        sent = SafetySubmission(event.report, event.authority, event.submitted_at, entry.seq)
        return replace(subject, submissions=(*subject.submissions, sent))
    report = SafetyReport(
        event.report,
        event.kind,
        event.term,
        event.aware_at,
        entry.at,
        entry.seq,
        event.follows,
        subject.locked or subject.left_with_data,
        event.criteria,
        tuple(event.causality.items()),
        tuple(event.action.items()),
        event.outcome,
        entry.site or "",
    )
    return replace(subject, safety=(*subject.safety, report))


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
    records = records_of_saved(form, event, entry.seq, first)
    labeled = event.values.get(protocol.conduct.earlier_results_label) == YesNo.YES
    reader = form.evaluator(event.values)
    saved = SavedForm(event.form, event.visit, form.day(event.values), labeled, reader)
    forms = {**subject.forms, entry.seq: saved}
    firsts = {**subject.first_entry, entry.seq: first}
    return subject.with_records(records, forms=forms, first_entry=firsts)
