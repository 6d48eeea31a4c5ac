"""May a row be set aside? An investigator says, with a reason, that it is about another test."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from equipoise.conduct.attribution import Attribution
from equipoise.conduct.preconditions import closed_to_entry, without_consent
from equipoise.conduct.record import Outcome, about_subject, record, version_for
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
    in_the_way = closed_to_entry(trial, subject_id) + without_consent(trial, subject_id)
    if not reason.strip():
        in_the_way.append("reason: nothing found, expected why the row is about another test")
    subject = trial.subjects.get(subject_id)
    if subject is not None and not in_the_way:
        in_the_way += _unfit(trial, by, subject, SetAside(*place, by.actor, reason))
    context = replace(about_subject(trial, subject_id, by.day), reason=reason)
    return record(trial, by, event, in_the_way, context)


def _unfit(trial: Trial, by: Attribution, subject: Subject, aside: SetAside) -> list[str]:
    if aside.about not in subject.forms:
        return [f"entry {aside.about} is no form of {subject.id} that holds now"]
    if aside.place in {one.place for one in subject.set_aside}:
        return [f"{aside.domain}[{aside.row}] of entry {aside.about} is set aside already"]
    if subject.row(*aside.place) is None:
        return [f"entry {aside.about} has no row {aside.domain}[{aside.row}]"]
    protocol = trial.version(version_for(trial, subject.id, by.day)).protocol
    before = evaluate_all(protocol, subject, by.day)
    after = evaluate_all(protocol, subject.without_row(aside), by.day)
    return [
        f"{aside.domain}[{aside.row}] of entry {aside.about} shows {was.id} not to be met"
        f" ({was.detail}); if it is wrong, correct it"
        for was, now in zip(before, after, strict=True)
        if was.verdict is Verdict.NOT_MET and now.verdict is not Verdict.NOT_MET
    ]
