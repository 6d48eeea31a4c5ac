"""May this form be saved? Entry and correction of data, under consent, withdrawal and the
calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from equipoise.conduct.attribution import Attribution, Correction
from equipoise.conduct.preconditions import closed_to_entry, without_consent
from equipoise.conduct.record import Outcome, about_subject, record, version_for
from equipoise.ledger import events
from equipoise.protocol.forms import Form, problems
from equipoise.protocol.model import Protocol
from equipoise.subject.form_records import records_of_form
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import parse_date

UNSCHEDULED = "UNSCHEDULED"


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
    """Save a form as typed, or correct an earlier entry, which stays in the ledger."""
    event = events.FormSaved(
        form=typed.form, visit=typed.visit, values=dict(typed.values), groups=dict(typed.groups)
    )
    in_the_way = closed_to_entry(trial, subject_id) + without_consent(trial, subject_id)
    version = version_for(trial, subject_id, by.day) if trial.versions else None
    protocol = trial.version(version).protocol if version else None
    form = protocol.form(typed.form) if protocol else None
    if protocol is None or form is None:
        declared = ", ".join(f.id for f in protocol.forms) if protocol else "none"
        in_the_way.append(f"there is no form {typed.form!r}; known are {declared}")
        return record(trial, by, event, in_the_way)
    in_the_way += no_such_visit(protocol, typed.visit)
    in_the_way += problems(form, typed.values, typed.groups)
    in_the_way += [] if in_the_way else _unreadable(form, typed)
    subject = trial.subjects.get(subject_id)
    if subject is not None and not in_the_way:
        in_the_way += _untimely(by, subject, form, typed, protocol)
    return record(
        trial, by, event, in_the_way, about_subject(trial, subject_id, by.day, correction)
    )


def _unreadable(form: Form, typed: FormData) -> list[str]:
    """What no rule could read later: it would be entered, and then never counted."""
    try:
        for _ in records_of_form(form, typed.visit, typed.values, typed.groups, 0):
            continue
    except ValueError as error:
        return [f"{form.id}: {error}"]
    return []


def no_such_visit(protocol: Protocol, visit: str) -> list[str]:
    """Visits that recur are numbered (`SCAN 2`), so that two of them are never taken for one."""
    name, _, number = visit.partition(" ")
    recurs = {v.id: v.every_days is not None for v in protocol.schedule} | {UNSCHEDULED: True}
    if name not in recurs:
        return [f"there is no visit {name!r}; known are {', '.join(recurs)}"]
    if recurs[name] != number.isdigit() or (number and not number.isdigit()):
        return [
            f"found the visit {visit!r}, expected {name + ' 1, 2, …' if recurs[name] else name}"
        ]
    return []


def _untimely(
    by: Attribution, subject: Subject, form: Form, typed: FormData, protocol: Protocol
) -> list[str]:
    """Dates in the future, before consent without label, before randomization, after withdrawal or
    after death.
    """
    untimely = []
    for where, text in _dates(form, typed):
        when = parse_date(text)
        if when.earliest > by.today:
            untimely.append(f"{where}: {text} lies in the future")
        if subject.died and when.earliest > subject.died.latest:
            untimely.append(f"{where}: {text} is after death ({subject.died})")
        untimely += _after_withdrawal(subject, form, where, when.earliest)
    main = typed.values.get("date") or typed.values.get("collected")
    if isinstance(main, str):
        labeled = typed.values.get(protocol.conduct.earlier_results_label) == "Y"
        untimely += _too_early(subject, form, parse_date(main).latest, labeled=labeled)
    return untimely


def _too_early(subject: Subject, form: Form, when: date, *, labeled: bool) -> list[str]:
    """Results from before consent only as standard of care; study treatment only after
    randomization.
    """
    too_early = []
    consented = min((on for on, _, _ in subject.consents), default=None)
    if consented and when < consented and not labeled:
        too_early.append(
            f"{form.id}: {when} is before consent ({consented}); enter it only as a"
            " standard-of-care result"
        )
    if any(group.domain == "EX" for group in form.groups):
        if subject.randomized is None:
            too_early.append(f"{form.id}: study treatment before randomization")
        elif when < subject.randomized.on:
            too_early.append(f"{form.id}: {when} is before randomization ({subject.randomized.on})")
    return too_early


_CLOSES = {"TREATMENT": ("TREATMENT",), "VISITS": None, "CONTACT": None, "DATA": None}
_STILL_OPEN = {"VISITS": ("SURVIVAL_CONTACT", "SUBSEQUENT_THERAPY")}


def _after_withdrawal(subject: Subject, form: Form, where: str, when: date) -> list[str]:
    """Data until the withdrawal stay; after it, only what its level leaves open (ICH E6(R3)
    2.9).
    """
    closed = []
    for withdrawal in subject.withdrawals:
        only = _CLOSES[withdrawal.what]
        is_closed = form.id in only if only else form.id not in _STILL_OPEN.get(withdrawal.what, ())
        if when > withdrawal.on and is_closed:
            closed.append(
                f"{where}: {when} is after the withdrawal of {withdrawal.on}"
                f" ({withdrawal.what.lower()})"
            )
    return closed


def _dates(form: Form, typed: FormData) -> list[tuple[str, str]]:
    """(where, text) of every date that was typed."""
    dates = [
        (f"{form.id}.{field.id}", typed.values.get(field.id))
        for field in form.header
        if field.type in ("date", "day")
    ]
    for group in form.groups:
        for number, row in enumerate(typed.groups.get(group.id, ()), start=1):
            dates += [
                (f"{form.id}.{group.id}[{number}].{field.id}", row.get(field.id))
                for field in group.fields
                if field.type in ("date", "day")
            ]
    return [(where, text) for where, text in dates if isinstance(text, str) and text]
