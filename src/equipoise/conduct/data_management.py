"""How are data questioned, endorsed and closed? Queries, signatures, freeze and lock (ICH E6(R3)
4.2).
"""

from __future__ import annotations

from typing import NamedTuple

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import Context, Outcome, record
from equipoise.ledger import events
from equipoise.subject.state import Subject, Trial


class Question(NamedTuple):
    """What the site is asked about one field of one entry, under the name of its query."""

    query: str
    about: int
    field: str
    text: str


def next_query(subject: Subject, about: int) -> str:
    """The name of the next query of a subject, which is about this entry."""
    return query_name(len(subject.queries) + 1, about)


def query_name(number: int, about: int) -> str:
    """Queries of a subject are numbered; the entry they are about follows."""
    return f"Q{number}-{about}"


def open_query(trial: Trial, by: Attribution, subject_id: str, question: Question) -> Outcome:
    """Ask the site about one field of one entry."""
    query, about, field, text = question
    event = events.QueryOpened(query=query, about=about, field=field, text=text)
    problems = _no_subject(trial, subject_id)
    if not problems and query in trial.subjects[subject_id].queries:
        problems.append(f"there is a query {query} already")
    if trial.head is None or not 1 <= about <= trial.head.seq:
        problems.append(f"there is no entry {about}")
    return record(trial, by, event, problems, Context(subject=subject_id))


def answer_query(
    trial: Trial, by: Attribution, subject_id: str, query: str, *, text: str
) -> Outcome:
    """The site answers; a correction of the entry is a command of its own."""
    event = events.QueryAnswered(query=query, text=text)
    return record(
        trial,
        by,
        event,
        _not_in_status(trial, subject_id, query, "OPEN"),
        Context(subject=subject_id),
    )


def close_query(
    trial: Trial, by: Attribution, subject_id: str, query: str, *, text: str
) -> Outcome:
    """Who asked accepts the answer."""
    event = events.QueryClosed(query=query, text=text)
    return record(
        trial,
        by,
        event,
        _not_in_status(trial, subject_id, query, "ANSWERED"),
        Context(subject=subject_id),
    )


def sign(
    trial: Trial, by: Attribution, subject_id: str | None, *, meaning: str, about: tuple[int, ...]
) -> Outcome:
    """Sign entries; the signature carries the head of the chain, so it cannot be moved to another
    record.
    """
    head = trial.head.hash if trial.head else ""
    event = events.Signed(meaning=meaning, head=head, about=about)
    problems = _no_subject(trial, subject_id) if subject_id else []
    last = trial.head.seq if trial.head else 0
    problems += [f"there is no entry {seq}" for seq in about if not 1 <= seq <= last]
    if not about:
        problems.append("a signature is about at least one entry")
    return record(trial, by, event, problems, Context(subject=subject_id))


def freeze(trial: Trial, by: Attribution, subject_id: str | None) -> Outcome:
    """Restrict entry while the data are reviewed; without a subject, for the whole trial."""
    event = events.Frozen(scope=subject_id or "TRIAL")
    problems = _no_subject(trial, subject_id) if subject_id else []
    return record(trial, by, event, problems, Context(subject=subject_id))


def lock(trial: Trial, by: Attribution, subject_id: str | None) -> Outcome:
    """Close entry before the analysis; open queries are in the way."""
    event = events.Locked(scope=subject_id or "TRIAL")
    problems = _no_subject(trial, subject_id) if subject_id else []
    scope = (
        [trial.subjects[subject_id]]
        if subject_id and not problems
        else list(trial.subjects.values())
    )
    pending = [
        query.id
        for subject in scope
        for query in subject.queries.values()
        if query.status != "CLOSED"
    ]
    if pending:
        problems.append(f"open queries: {', '.join(pending)}")
    return record(trial, by, event, problems, Context(subject=subject_id))


def _no_subject(trial: Trial, subject_id: str | None) -> list[str]:
    return [] if subject_id in trial.subjects else [f"there is no subject {subject_id}"]


def _not_in_status(trial: Trial, subject_id: str, query: str, status: str) -> list[str]:
    if problems := _no_subject(trial, subject_id):
        return problems
    held = trial.subjects[subject_id].queries.get(query)
    if held is None:
        return [f"there is no query {query} for {subject_id}"]
    return (
        []
        if held.status == status
        else [f"query {query} is {held.status.lower()}, expected {status.lower()}"]
    )
