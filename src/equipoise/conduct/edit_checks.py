"""What in a saved form deserves a question? Plausibility in the unit of the check, order of dates,
another drug than declared, and what is asked of tumor assessments.

An edit check never refuses an entry: what was measured is entered, and then asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from equipoise.conduct.impossible import impossible
from equipoise.conduct.tumor_checks import doubts_about_tumors
from equipoise.protocol.forms import Form, PlausibleRange
from equipoise.protocol.model import Protocol
from equipoise.subject.records import CM, EX
from equipoise.subject.regimen import intended_regimen
from equipoise.subject.state import Subject
from equipoise.terms.drugs import named
from equipoise.terms.quantity import convert, decimal_of

Doubt = tuple[str, str]
"""A field, and what deserves a question about it."""


def doubts_about(
    protocol: Protocol,
    subject: Subject,
    form: Form,
    values: Mapping[str, Any],
    groups: Mapping[str, Any],
) -> list[Doubt]:
    """Everything in a form that deserves a question; `subject` as before the form."""
    doubts = implausible(form, groups)
    asked = {field for field, _ in doubts}
    doubts += [doubt for doubt in impossible(form, groups) if doubt[0] not in asked]
    doubts += _other_drugs(protocol, subject, form, groups)
    doubts += doubts_about_tumors(protocol.assessment, subject, form, values, groups)
    given = form.day(values)
    if given and "EX" in form.domains:
        doubts += _first_dose(protocol, subject, given.latest)
    return doubts


def _answers(
    form: Form, groups: Mapping[str, Any], domain: str, variable: str
) -> Iterator[tuple[str, str]]:
    """(field, text) of every answer that a form gives to one SDTM variable."""
    for group in form.groups:
        asked = [field.id for field in group.fields if field.variable == variable]
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            if group.domain == domain:
                for field in asked:
                    if isinstance(row.get(field), str) and row[field]:
                        yield f"{group.id}[{number}].{field}", row[field]


def _other_drugs(
    protocol: Protocol, subject: Subject, form: Form, groups: Mapping[str, Any]
) -> Iterator[Doubt]:
    """A dose of what is neither in the regimen intended nor of the arm: perhaps the other arm's
    drug. Of whom no regimen is recorded the drugs of all regimens are.
    """
    regimen = intended_regimen(subject, protocol)
    regimens = [regimen] if regimen else protocol.regimens
    own = {drug for declared in regimens for drug in declared.drugs}
    if subject.randomized and subject.randomized.arm == protocol.experimental.id:
        own |= {rule.values.drug for rule in protocol.treatment if rule.values.drug}
    for field, drug in _answers(form, groups, "EX", "EXTRT"):
        if own and not _are_all_of(own, drug):
            yield (
                field,
                f"{drug} is neither in the regimen intended nor a drug of the arm: please check",
            )


def _are_all_of(own: Iterable[str], given: str) -> bool:
    """Is every part of what was given one of these drugs? `A + B` asks about B where A alone is."""
    known = {part for each in own for part in named(each)}
    return all(part in known for part in named(given))


def _first_dose(protocol: Protocol, subject: Subject, given: date) -> list[Doubt]:
    """The first dose comes soon after randomization, and not too soon after earlier chemotherapy (a
    safety rule).
    """
    if subject.randomized is None or subject.records(EX):
        return []
    doubts = []
    late = (given - subject.randomized.on).days
    if late > (allowed := protocol.randomization.first_dose_within_days):
        doubts.append(
            f"first dose {late} days after randomization, planned within {allowed}: please check"
        )
    earlier = [
        cm.end.latest
        for cm in subject.records(CM)
        if cm.category == "PRIOR ANTICANCER THERAPY" and cm.end
    ]
    free = (given - max(earlier)).days if earlier else None
    if free is not None and free < (washout := protocol.conduct.washout_days):
        doubts.append(f"{free} days since earlier treatment, washout is {washout}: please check")
    return [("date", doubt) for doubt in doubts]


def implausible(form: Form, groups: Mapping[str, Any]) -> list[Doubt]:
    """(field, question) for each value outside of its plausible range."""
    doubts = []
    for group in form.groups:
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            for check in group.plausible:
                if all(row.get(name) == value for name, value in check.when.items()):
                    doubts += [
                        (f"{group.id}[{number}].{check.field}", text)
                        for text in _question(check, row)
                    ]
    return doubts


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
