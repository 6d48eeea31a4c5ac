"""May the content of an entry be taken out? Logged with who and why; every hash stays valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.record import AlreadyDone, Context, Refused, record
from equipoise.ledger import chain
from equipoise.ledger.entry import Entry
from equipoise.ledger.events import EntryRedacted
from equipoise.subject.state import Trial


@dataclass(frozen=True, slots=True)
class Redacted:
    """The ledger without the content, to take the place of the one stored; its last entry is the
    log.
    """

    entries: tuple[Entry, ...]


def redact(
    trial: Trial, by: Attribution, entries: Sequence[Entry], seq: int, *, reason: str
) -> Redacted | Refused | AlreadyDone:
    """Take out the content of entry `seq` (ICH E6(R3) 4.2); `entries` are all of the trial."""
    why = chain.not_redactable(entries, seq, reason)
    context = Context(
        subject=next((entry.subject for entry in entries if entry.seq == seq), None),
        version=trial.head.protocol if trial.head else None,
        reason=reason,
    )
    decided = record(trial, by, EntryRedacted(redacted=seq), [why] if why else [], context)
    if isinstance(decided, Entry):
        return Redacted(tuple(chain.without_content(entries, decided)))
    return decided
