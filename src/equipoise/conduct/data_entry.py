"""May this form be saved? Entry and correction of data: refused is only what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from equipoise.conduct.asked import Asked, about_subject, problems
from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.record import Outcome, impossible_day, record
from equipoise.ledger import events
from equipoise.protocol.base import found_once
from equipoise.protocol.forms import Form, FormField
from equipoise.protocol.forms import problems as form_problems
from equipoise.protocol.model import Protocol
from equipoise.subject.form_records import rows_of_saved
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import parse_date

UNSCHEDULED = "UNSCHEDULED"
BIRTH = "BRTHDTC"
_NUMBER = re.compile(r"[1-9]\d{0,3}", re.ASCII)
"""One way of writing each: `SCAN 01` would be a second form of `SCAN 1`."""


class FormData(NamedTuple):
    """A form as typed (ODM FormData): header fields in `values`, rows by group in `groups`."""

    form: str
    visit: str
    values: Mapping[str, Any]
    groups: Mapping[str, Any]


def save_form(
    trial: Trial,
    by: Attribution,
    subject_id: str,
    typed: FormData,
    *,
    correction: Correction | None = None,
) -> Outcome:
    """Save a form as typed, or correct an earlier entry, which stays in the ledger.

    Values and dates that deserve a question, or contradict others, are saved, and asked about
    (`conduct.questions`); refused is only what cannot be.
    """
    event = events.FormSaved(
        form=typed.form, visit=typed.visit, values=dict(typed.values), groups=dict(typed.groups)
    )
    return record(trial, by, event, about_subject(subject_id, correction))


@problems.register
def _form_saved(event: events.FormSaved, asked: Asked) -> Iterator[str]:
    protocol, subject = asked.protocol, asked.subject
    form = protocol.form(event.form)
    if form is None:
        declared = ", ".join(f.id for f in protocol.forms)
        yield f"there is no form {event.form!r}; known are {declared}"
        return
    wrong = [
        *no_such_visit(protocol, event.visit),
        *form_problems(form, event.values, event.groups),
    ]
    yield from wrong or _unreadable(form, event)
    if subject is not None:
        day = None
        if not wrong:
            day = form.day(event.values)
            yield from _saved_before(subject, form, event, asked.context.supersedes)
            yield from _impossible_dates(asked, subject, form, event)
        yield from _frozen(asked, subject, form, day.earliest if day else None)


def _saved_before(
    subject: Subject, form: Form, event: events.FormSaved, corrected: int | None
) -> Iterator[str]:
    """One visit has one current form of each reader, or one of each day where the form repeats."""
    on, reader = form.day(event.values), form.evaluator(event.values)
    for seq, held in subject.forms.items():
        if held.form != event.form or held.visit != event.visit or seq == corrected:
            continue
        if held.evaluator == reader and (held.on == on or not form.repeats):
            yield (
                f"{event.form} of {event.visit} is saved as entry {seq}: correct that entry, or"
                " record an unscheduled visit"
            )


def _frozen(asked: Asked, subject: Subject, form: Form, day: date | None) -> Iterator[str]:
    """A freeze restricts what it names, up to its cutoff."""
    for seq, freeze in asked.trial.freezes.items():
        if freeze.covers(subject.id, form.id, day):
            yield (
                f"{form.id} of {subject.id} up to {freeze.cutoff} is frozen (entry {seq}); what"
                " concerns safety is reported all the same"
            )


def _impossible_dates(
    asked: Asked, subject: Subject, form: Form, event: events.FormSaved
) -> Iterator[str]:
    """In the future, or before birth."""
    for where, text, variable in dates_of(form, event.values, event.groups):
        when = parse_date(text)
        born = None if variable == BIRTH else subject.born_after
        yield from impossible_day(where, when.earliest, when.latest, asked.today, born)


def _unreadable(form: Form, typed: events.FormSaved) -> list[str]:
    """What no rule could read later: it would be entered, and then never counted."""
    try:
        rows_of_saved(form, typed)
    except ValueError as error:
        return [f"{form.id}: {error}"]
    return []


def no_such_visit(protocol: Protocol, visit: str) -> list[str]:
    """Visits that recur are numbered (`SCAN 2`), so that two of them are never taken for one."""
    name, _, number = visit.partition(" ")
    recurs = {v.id: v.every_days is not None for v in protocol.schedule} | {UNSCHEDULED: True}
    if name not in recurs:
        return [f"there is no visit {name!r}; known are {', '.join(recurs)}"]
    is_number = _NUMBER.fullmatch(number) is not None
    if recurs[name] != is_number or (number and not is_number):
        return [
            f"found the visit {visit!r}, expected {name + ' 1, 2, …' if recurs[name] else name}"
        ]
    return []


class Dated(NamedTuple):
    """Where a date was typed, as what, and for which SDTM variable."""

    where: str
    text: str
    variable: str


def dates_of(form: Form, values: Mapping[str, Any], groups: Mapping[str, Any]) -> list[Dated]:
    """Every date that was typed."""
    header, of_groups = _date_fields(form)
    typed = [(f"{form.id}.{field.id}", field, values.get(field.id)) for field in header]
    for group, dates in of_groups.items():
        for number, row in enumerate(groups.get(group, ()), start=1):
            where = f"{form.id}.{group}[{number}]"
            typed += [(f"{where}.{field.id}", field, row.get(field.id)) for field in dates]
    return [
        Dated(where, text, field.variable or "")
        for where, field, text in typed
        if isinstance(text, str) and text
    ]


@found_once
def _date_fields(form: Form) -> tuple[tuple[FormField, ...], dict[str, tuple[FormField, ...]]]:
    """Those of the header, and those of each group that has any."""

    def dates(fields: Iterable[FormField]) -> tuple[FormField, ...]:
        return tuple(field for field in fields if field.type in ("date", "day"))

    of_groups = {group.id: dates(group.fields) for group in form.groups}
    return dates(form.header), {group: fields for group, fields in of_groups.items() if fields}
