"""What in a saved form deserves a question? Plausibility in the unit of the check, and order of
dates.

An edit check never refuses an entry: what was measured is entered, and then asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from equipoise.protocol.forms import Form, PlausibleRange
from equipoise.protocol.model import Protocol
from equipoise.subject.records import CM, EX
from equipoise.subject.state import Subject
from equipoise.terms.dates import parse_date
from equipoise.terms.quantity import convert, decimal_of


def questions(
    protocol: Protocol,
    subject: Subject,
    form: Form,
    values: Mapping[str, Any],
    groups: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """(field, question) for everything in a form that deserves one; `subject` as before the
    form.
    """
    found = implausible(form, groups)
    if any(group.domain == "EX" for group in form.groups) and isinstance(values.get("date"), str):
        found += _first_dose(protocol, subject, parse_date(values["date"]).latest)
    return found


def _first_dose(protocol: Protocol, subject: Subject, given: date) -> list[tuple[str, str]]:
    """The first dose comes soon after randomization, and not too soon after earlier chemotherapy (a
    safety rule).
    """
    if subject.randomized is None or subject.records(EX):
        return []
    found = []
    late = (given - subject.randomized.on).days
    if late > (allowed := protocol.randomization.first_dose_within_days):
        found.append(
            (
                "date",
                (
                    f"first dose {late} days after randomization, planned within {allowed}: please"
                    " check"
                ),
            )
        )
    earlier = [
        cm.end.latest
        for cm in subject.records(CM)
        if cm.category == "PRIOR ANTICANCER THERAPY" and cm.end
    ]
    free = (given - max(earlier)).days if earlier else None
    if free is not None and free < protocol.conduct.washout_days:
        found.append(
            (
                "date",
                (
                    f"{free} days since earlier treatment, washout is"
                    f" {protocol.conduct.washout_days}: please check"
                ),
            )
        )
    return found


def implausible(form: Form, groups: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, question) for each value outside of its plausible range."""
    found = []
    for group in form.groups:
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            for check in group.plausible:
                if all(row.get(name) == value for name, value in check.when.items()):
                    found += [
                        (f"{group.id}[{number}].{check.field}", text)
                        for text in _question(check, row)
                    ]
    return found


def _question(check: PlausibleRange, row: Mapping[str, Any]) -> list[str]:
    typed = row.get(check.field)
    value = decimal_of(typed) if isinstance(typed, str) else None
    if value is None:
        return []
    unit = row.get("unit") or check.unit or ""
    compared = convert(value, unit, check.unit, check.when.get("test", "")) if check.unit else value
    if compared is None or check.low <= compared <= check.high:
        return []
    return [
        f"found {typed} {unit}, plausible is {check.low} to {check.high} {check.unit or ''}: please"
        " check".rstrip()
    ]
