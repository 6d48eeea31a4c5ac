"""May a row be set aside? An investigator says, with a reason, that it is about another test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from equipoise.conduct.asked import Asked, Context, problems
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.preconditions import without_reason
from equipoise.conduct.record import Outcome, record
from equipoise.eligibility import evaluate_all
from equipoise.ledger import events
from equipoise.subject.state import SetAside, Subject, Trial
from equipoise.terms.verdict import Verdict


class FormRow(NamedTuple):
    """A row of a saved form: its entry, its domain, and its number among the rows of that domain,
    from 1.
    """

    entry: int
    domain: str
    row: int


def set_row_aside(
    trial: Trial, by: Attribution, subject_id: str, place: FormRow, *, reason: str
) -> Outcome:
    """Let a row answer no criterion: it stays in the ledger and in every other analysis, and is
    listed as not used with the reason.

    A row that shows a criterion not to be met is not set aside; if it is wrong, it is corrected.
    """
    event = events.RowSetAside(about=place.entry, domain=place.domain, row=place.row)
    return record(trial, by, event, Context(subject=subject_id, reason=reason or None))


@problems.register
def _row_set_aside(event: events.RowSetAside, asked: Asked) -> Iterator[str]:
    yield from without_reason(asked, "the row is about another test")
    if asked.subject is not None:
        reason = asked.context.reason or ""
        aside = SetAside(event.about, event.domain, event.row, asked.by.actor, reason)
        yield from _unfit(asked, asked.subject, aside)


def _unfit(asked: Asked, subject: Subject, aside: SetAside) -> list[str]:
    if aside.about not in subject.forms:
        return [f"entry {aside.about} is no form of {subject.id} that holds now"]
    if aside.place in {one.place for one in subject.set_aside}:
        return [f"{aside.domain}[{aside.row}] of entry {aside.about} is set aside already"]
    if subject.row(*aside.place) is None:
        return [f"entry {aside.about} has no row {aside.domain}[{aside.row}]"]
    protocol = asked.protocol
    before = evaluate_all(protocol, subject, asked.today)
    after = evaluate_all(protocol, subject.without_row(aside), asked.today)
    return [
        f"{aside.domain}[{aside.row}] of entry {aside.about} shows {was.id} not to be met"
        f" ({was.detail}); if it is wrong, correct it"
        for was, now in zip(before, after, strict=True)
        if was.verdict is Verdict.NOT_MET and now.verdict is not Verdict.NOT_MET
    ]
