"""How are data questioned, endorsed and closed? Queries, signatures, freeze and lock (ICH E6(R3)
4.2).
"""

from __future__ import annotations

from equipoise.conduct.attribution import Outcome, Stamp, outcome
from equipoise.ledger import events
from equipoise.subject.state import Trial


def open_query(
    trial: Trial, stamp: Stamp, subject_id: str, query: str, *, about: int, field: str, text: str
) -> Outcome:
    """Ask the site about one field of one entry."""
    event = events.QueryOpened(query=query, about=about, field=field, text=text)
    found = _no_subject(trial, subject_id)
    if not found and query in trial.subjects[subject_id].queries:
        found.append(f"there is a query {query} already")
    if trial.head is None or not 1 <= about <= trial.head.seq:
        found.append(f"there is no entry {about}")
    return outcome(trial, stamp, event, found, subject=subject_id)


def answer_query(trial: Trial, stamp: Stamp, subject_id: str, query: str, *, text: str) -> Outcome:
    """The site answers; a correction of the entry is a command of its own."""
    event = events.QueryAnswered(query=query, text=text)
    return outcome(
        trial, stamp, event, _not_in_status(trial, subject_id, query, "OPEN"), subject=subject_id
    )


def close_query(trial: Trial, stamp: Stamp, subject_id: str, query: str, *, text: str) -> Outcome:
    """Who asked accepts the answer."""
    event = events.QueryClosed(query=query, text=text)
    return outcome(
        trial,
        stamp,
        event,
        _not_in_status(trial, subject_id, query, "ANSWERED"),
        subject=subject_id,
    )


def sign(
    trial: Trial, stamp: Stamp, subject_id: str | None, *, meaning: str, about: tuple[int, ...]
) -> Outcome:
    """Sign entries; the signature carries the head of the chain, so it cannot be moved to another
    record.
    """
    head = trial.head.hash if trial.head else ""
    event = events.Signed(meaning=meaning, head=head, about=about)
    found = _no_subject(trial, subject_id) if subject_id else []
    last = trial.head.seq if trial.head else 0
    found += [f"there is no entry {one}" for one in about if not 1 <= one <= last]
    if not about:
        found.append("a signature is about at least one entry")
    return outcome(trial, stamp, event, found, subject=subject_id)


def freeze(trial: Trial, stamp: Stamp, subject_id: str | None) -> Outcome:
    """Restrict entry while the data are reviewed; without a subject, for the whole trial."""
    event = events.Frozen(scope=subject_id or "TRIAL")
    found = _no_subject(trial, subject_id) if subject_id else []
    return outcome(trial, stamp, event, found, subject=subject_id)


def lock(trial: Trial, stamp: Stamp, subject_id: str | None) -> Outcome:
    """Close entry before the analysis; open queries are in the way."""
    event = events.Locked(scope=subject_id or "TRIAL")
    found = _no_subject(trial, subject_id) if subject_id else []
    scope = (
        [trial.subjects[subject_id]] if subject_id and not found else list(trial.subjects.values())
    )
    pending = [
        query.id
        for subject in scope
        for query in subject.queries.values()
        if query.status != "CLOSED"
    ]
    if pending:
        found.append(f"open queries: {', '.join(pending)}")
    return outcome(trial, stamp, event, found, subject=subject_id)


def _no_subject(trial: Trial, subject_id: str | None) -> list[str]:
    return [] if subject_id in trial.subjects else [f"there is no subject {subject_id}"]


def _not_in_status(trial: Trial, subject_id: str, query: str, status: str) -> list[str]:
    if found := _no_subject(trial, subject_id):
        return found
    held = trial.subjects[subject_id].queries.get(query)
    if held is None:
        return [f"there is no query {query} for {subject_id}"]
    return (
        []
        if held.status == status
        else [f"query {query} is {held.status.lower()}, expected {status.lower()}"]
    )
