"""How are data questioned, endorsed, frozen and locked? (ICH E6(R3) 4.2; 21 CFR 11.50, 11.70)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from equipoise.conduct.asked import Asked, Context, about_subject, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.deviations import in_the_way_of_results
from equipoise.conduct.preconditions import no_such_entries, without_reason
from equipoise.conduct.record import Outcome, record
from equipoise.conduct.roles import SITE
from equipoise.ledger import events
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import PHYSICIANS, Subject, Trial
from equipoise.subject.trial_fold import TRIAL

ELIGIBILITY = "ELIGIBILITY CONFIRMED"
TREATMENT = "TREATMENT DECISION"
MEANINGS = {
    ELIGIBILITY: PHYSICIANS,
    TREATMENT: PHYSICIANS,
    "DATA ENDORSED": PHYSICIANS,
    "REVIEWED": PHYSICIANS | {"statistician", "sponsor"},
    "APPROVED": frozenset({"statistician", "sponsor"}),
}
"""What a signature can mean, and in which roles (21 CFR 11.50(a)(3))."""


class Question(NamedTuple):
    """What the site is asked about one field of one entry, under the name of its query, and the
    entries that cannot all be true.
    """

    query: str
    about: int
    field: str
    text: str
    contradicts: tuple[int, ...] = ()


def next_query(subject: Subject, about: int) -> str:
    """The name of the next query of a subject, which is about this entry."""
    return query_name(len(subject.queries) + 1, about)


def query_name(number: int, about: int) -> str:
    """Queries of a subject are numbered; the entry they are about follows."""
    return f"Q{number}-{about}"


def open_query(trial: Trial, by: Attribution, subject_id: str, question: Question) -> Outcome:
    """Ask the site about one field of one entry."""
    query, about, field, text, contradicts = question
    event = events.QueryOpened(
        query=query, about=about, field=field, text=text, contradicts=contradicts
    )
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _query_opened(event: events.QueryOpened, asked: Asked) -> Iterator[str]:
    if asked.subject and event.query in asked.subject.queries:
        yield f"there is a query {event.query} already"
    if not event.text.strip():
        yield "text: nothing found, expected a question"
    yield from no_such_entries(asked, (event.about, *event.contradicts))


def answer_query(
    trial: Trial, by: Attribution, subject_id: str, query: str, *, text: str
) -> Outcome:
    """The site answers; a correction of the entry is a command of its own."""
    event = events.QueryAnswered(query=query, text=text)
    return record(trial, by, event, about_subject(subject_id))


def close_query(
    trial: Trial, by: Attribution, subject_id: str, query: str, *, text: str
) -> Outcome:
    """Who asked accepts the answer."""
    event = events.QueryClosed(query=query, text=text)
    return record(trial, by, event, about_subject(subject_id))


@problems.register
def _query_answered(event: events.QueryAnswered, asked: Asked) -> Iterator[str]:
    yield from _not_in_status(asked, event.query, "OPEN")


@problems.register
def _query_closed(event: events.QueryClosed, asked: Asked) -> Iterator[str]:
    yield from _not_in_status(asked, event.query, "ANSWERED")


def _not_in_status(asked: Asked, query: str, status: str) -> Iterator[str]:
    if asked.subject is None:
        return
    held = asked.subject.queries.get(query)
    if held is None:
        yield f"there is no query {query} for {asked.subject.id}"
    elif held.status != status:
        yield f"query {query} is {held.status.lower()}, expected {status.lower()}"


def sign(
    trial: Trial, by: Attribution, subject_id: str | None, *, meaning: str, about: tuple[int, ...]
) -> Outcome:
    """Sign entries; the signature carries the head of the chain, so it cannot be moved to another
    record.
    """
    head = trial.head.hash if trial.head else ""
    event = events.Signed(meaning=meaning, head=head, about=about)
    return record(trial, by, event, Context(subject=subject_id))


@problems.register
def _signed(event: events.Signed, asked: Asked) -> Iterator[str]:
    by, subject = asked.by, asked.subject
    if event.meaning not in MEANINGS:
        yield f"meaning: found {event.meaning!r}, expected one of {', '.join(MEANINGS)}"
    elif by.role not in MEANINGS[event.meaning]:
        yield f"{event.meaning} is not signed in the role {by.role!r}"
    if asked.context.subject is not None and subject is None:
        yield f"there is no subject {asked.context.subject}"
    elif subject and by.role in SITE and by.site != subject.site:
        yield f"{subject.id} belongs to site {subject.site}, not to {by.site}"
    elif by.role in SITE and subject is None:
        yield f"the {by.role} signs for a participant of the site"
    yield from no_such_entries(asked, event.about)
    yield from _not_hers(subject, event.about)
    if not event.about:
        yield "a signature is about at least one entry"
    if event.head != (asked.trial.head.hash if asked.trial.head else ""):
        yield "the signature is over another head than that of the ledger"


def _not_hers(subject: Subject | None, about: tuple[int, ...]) -> Iterator[str]:
    """What holds of her now can be signed, nothing else."""
    if subject is None:
        return
    hers = {*subject.forms, *subject.decisions, *(report.source for report in subject.safety)}
    if subject.randomized:
        hers.add(entry_number(subject.randomized.source))
    for seq in about:
        if seq in subject.replaced:
            yield f"entry {seq} was replaced by entry {subject.replaced[seq]}: sign that one"
        elif seq not in hers:
            yield f"entry {seq} is nothing of {subject.id} that can be signed"


def freeze(
    trial: Trial,
    by: Attribution,
    *,
    forms: tuple[str, ...],
    subjects: tuple[str, ...],
    cutoff: date,
) -> Outcome:
    """Restrict forms of participants up to a day while they are reviewed. It is never of the whole
    trial: urgent safety measures and amendments stay possible.
    """
    event = events.Frozen(forms=forms, subjects=subjects, cutoff=cutoff)
    return record(trial, by, event)


@problems.register
def _frozen(event: events.Frozen, asked: Asked) -> Iterator[str]:
    if not event.forms and not event.subjects:
        yield "a freeze names forms or participants, never the whole trial"
    known = {form.id for held in asked.trial.versions for form in held.protocol.forms}
    yield from (f"there is no form {form!r}" for form in event.forms if form not in known)
    yield from (
        f"there is no subject {name}" for name in event.subjects if name not in asked.trial.subjects
    )


def unfreeze(trial: Trial, by: Attribution, frozen: int) -> Outcome:
    """Lift a freeze, named by its entry."""
    return record(trial, by, events.Unfrozen(frozen=frozen))


@problems.register
def _unfrozen(event: events.Unfrozen, asked: Asked) -> Iterator[str]:
    if event.frozen not in asked.trial.freezes:
        yield f"entry {event.frozen} is no freeze that holds"


def request_lock(trial: Trial, by: Attribution, subject_id: str | None, *, reason: str) -> Outcome:
    """Ask for the lock of one participant, or (None) of the trial; another person carries it
    out.
    """
    event = events.LockRequested(scope=subject_id or TRIAL)
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


def lock(trial: Trial, by: Attribution, requested: int, *, reason: str) -> Outcome:
    """Close entry before the analysis, as somebody else has asked; open queries are in the way."""
    scope = _scope_of(trial, requested)
    event = events.Locked(scope=scope, requested=requested)
    return record(trial, by, event, _context(scope, reason))


def request_unlock(
    trial: Trial, by: Attribution, subject_id: str | None, *, reason: str, results_seen: bool
) -> Outcome:
    """Ask to open a lock, and say whether results by arm had been seen."""
    event = events.UnlockRequested(scope=subject_id or TRIAL, results_seen=results_seen)
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


def unlock(trial: Trial, by: Attribution, requested: int, *, reason: str) -> Outcome:
    """Open a lock, as somebody else has asked."""
    scope = _scope_of(trial, requested)
    event = events.Unlocked(scope=scope, requested=requested)
    return record(trial, by, event, _context(scope, reason))


def _context(scope: str, reason: str) -> Context:
    return Context(subject=None if scope == TRIAL else scope, reason=reason or None)


def _scope_of(trial: Trial, requested: int) -> str:
    request = trial.requests.get(requested)
    return request.scope if request else TRIAL


@problems.register
def _lock_requested(event: events.LockRequested, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "it is to be locked")
    yield from _not_in_scope(asked, event.scope)
    yield from _open_queries(asked, event.scope)
    yield from in_the_way_of_results(asked.trial, event.scope)


@problems.register
def _unlock_requested(event: events.UnlockRequested, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "it is to be unlocked")
    yield from _not_in_scope(asked, event.scope)
    if not _is_locked(asked, event.scope):
        yield f"{event.scope} is not locked"


@problems.register
def _locked(event: events.Locked, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "it is locked")
    yield from _unasked(asked, event.scope, event.requested, opens=False)
    yield from _open_queries(asked, event.scope)
    yield from in_the_way_of_results(asked.trial, event.scope)


@problems.register
def _unlocked(event: events.Unlocked, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "it is unlocked")
    yield from _unasked(asked, event.scope, event.requested, opens=True)


def _unasked(asked: Asked, scope: str, requested: int, *, opens: bool) -> Iterator[str]:
    """Two people: one asks, another does it."""
    request = asked.trial.requests.get(requested)
    if request is None or request.opens != opens or request.scope != scope:
        what = "unlock" if opens else "lock"
        yield f"entry {requested} is no open request to {what} {scope}"
    elif request.by == asked.by.actor:
        yield f"{request.by} asked for it; another person must carry it out"


def _is_locked(asked: Asked, scope: str) -> bool:
    if scope == TRIAL:
        return asked.trial.locked
    subject = asked.trial.subjects.get(scope)
    return subject is not None and subject.locked


def _not_in_scope(asked: Asked, scope: str) -> Iterator[str]:
    if scope != TRIAL and scope not in asked.trial.subjects:
        yield f"there is no subject {scope}"
    if scope != (asked.context.subject or TRIAL):
        yield f"the scope is {scope}, and the entry is about {asked.context.subject or TRIAL}"


def _open_queries(asked: Asked, scope: str) -> Iterator[str]:
    """Open queries, contradictions among them, are in the way of a lock."""
    trial = asked.trial
    held = trial.subjects.values() if scope == TRIAL else [trial.subjects.get(scope)]
    pending = [
        query.id
        for subject in held
        if subject is not None
        for query in subject.queries.values()
        if query.status != "CLOSED"
    ]
    if pending:
        yield f"open queries: {', '.join(pending)}"
