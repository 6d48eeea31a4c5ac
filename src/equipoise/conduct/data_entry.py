"""May this form be saved? Entry and correction of data, under consent, withdrawal and the
calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from equipoise.conduct.attribution import Outcome, Stamp, outcome, version_for
from equipoise.conduct.preconditions import for_subject, no_consent, not_open
from equipoise.ledger import events
from equipoise.protocol.forms import Form, problems
from equipoise.protocol.model import Protocol
from equipoise.subject.state import Subject, Trial
from equipoise.terms.dates import parse_date

UNSCHEDULED = "UNSCHEDULED"


def save_form(
    trial: Trial,
    stamp: Stamp,
    subject_id: str,
    form_id: str,
    visit: str,
    values: Mapping[str, Any],
    groups: Mapping[str, Any],
    *,
    supersedes: int | None = None,
    reason: str | None = None,
) -> Outcome:
    """Save a form as typed. With `supersedes` and a reason it corrects an earlier entry, which
    stays in the ledger.
    """
    event = events.FormSaved(form=form_id, visit=visit, values=dict(values), groups=dict(groups))
    subject = trial.subjects.get(subject_id)
    found = not_open(trial, subject_id) + no_consent(trial, subject_id)
    protocol = (
        trial.version(version_for(trial, subject_id, stamp.day)).protocol
        if trial.versions
        else None
    )
    form = protocol.form(form_id) if protocol else None
    if protocol is None or form is None:
        known = ", ".join(f.id for f in protocol.forms) if protocol else "none"
        return outcome(
            trial, stamp, event, [*found, f"there is no form {form_id!r}; known are {known}"]
        )
    found += _no_such_visit(protocol, visit)
    found += problems(form, values, groups)
    if subject is not None and not found:
        found += _untimely(stamp, subject, form, values, groups, protocol)
    return for_subject(trial, stamp, subject_id, event, found, stamp.day, reason, supersedes)


def _no_such_visit(protocol: Protocol, visit: str) -> list[str]:
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
    stamp: Stamp,
    subject: Subject,
    form: Form,
    values: Mapping[str, Any],
    groups: Mapping[str, Any],
    protocol: Protocol,
) -> list[str]:
    """Dates in the future, before consent without label, before randomization, after withdrawal or
    after death.
    """
    found = []
    for where, text in _dates(form, values, groups):
        when = parse_date(text)
        if when.earliest > stamp.today:
            found.append(f"{where}: {text} lies in the future")
        if subject.died and when.earliest > subject.died.latest:
            found.append(f"{where}: {text} is after death ({subject.died})")
        found += _after_withdrawal(subject, form, where, when.earliest)
    main = values.get("date") or values.get("collected")
    if isinstance(main, str):
        found += _too_early(subject, form, values, parse_date(main).latest, protocol)
    return found


def _too_early(
    subject: Subject, form: Form, values: Mapping[str, Any], when: date, protocol: Protocol
) -> list[str]:
    """Results from before consent only as standard of care; study treatment only after
    randomization.
    """
    found = []
    consented = min(on for on, _, _ in subject.consents)
    if when < consented and values.get(protocol.conduct.earlier_results_label) != "Y":
        found.append(
            f"{form.id}: {when} is before consent ({consented}); enter it only as a"
            " standard-of-care result"
        )
    if any(group.domain == "EX" for group in form.groups):
        if subject.randomized is None:
            found.append(f"{form.id}: study treatment before randomization")
        elif when < subject.randomized.on:
            found.append(f"{form.id}: {when} is before randomization ({subject.randomized.on})")
    return found


_CLOSES = {"TREATMENT": ("TREATMENT",), "VISITS": None, "CONTACT": None, "DATA": None}
_STILL_OPEN = {"VISITS": ("SURVIVAL_CONTACT", "SUBSEQUENT_THERAPY")}


def _after_withdrawal(subject: Subject, form: Form, where: str, when: date) -> list[str]:
    """Data until the withdrawal stay; after it, only what its level leaves open (ICH E6(R3)
    2.9).
    """
    found = []
    for withdrawal in subject.withdrawals:
        closed = _CLOSES[withdrawal.what]
        is_closed = (
            form.id in closed if closed else form.id not in _STILL_OPEN.get(withdrawal.what, ())
        )
        if when > withdrawal.on and is_closed:
            found.append(
                f"{where}: {when} is after the withdrawal of {withdrawal.on}"
                f" ({withdrawal.what.lower()})"
            )
    return found


def _dates(
    form: Form, values: Mapping[str, Any], groups: Mapping[str, Any]
) -> list[tuple[str, str]]:
    found = [
        (f"{form.id}.{f.id}", values.get(f.id)) for f in form.header if f.type in ("date", "day")
    ]
    for group in form.groups:
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            found += [
                (f"{form.id}.{group.id}[{number}].{f.id}", row.get(f.id))
                for f in group.fields
                if f.type in ("date", "day")
            ]
    return [(where, text) for where, text in found if isinstance(text, str) and text]
