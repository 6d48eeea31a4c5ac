"""Which answers of the declared forms would no record hold?"""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.protocol.form_records import Place, places
from equipoise.protocol.forms import Form, FormGroup
from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use
from equipoise.subject.records import DOMAINS, variables
from equipoise.subject.records.variables import READ

TYPES = {
    "date": ("date", "day"),
    "number": ("decimal", "integer"),
    "integer": ("integer", "code"),
}
"""Kind of an SDTM variable -> the types of a question whose answers it holds; text holds any."""


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Domains and variables that there are not, and answers that their variable cannot hold."""
    return tuple(
        Refusal(Use.ANALYZED, f"forms.{form.id}", why)
        for form in protocol.forms
        for why in _unheld(form)
    )


def _unheld(form: Form) -> Iterator[str]:
    for group in form.groups:
        if group.domain not in DOMAINS:
            yield (
                f"group {group.id}: found the domain {group.domain!r}, expected one of"
                f" {', '.join(DOMAINS)}"
            )
            continue
        for place in places(form, group):
            yield from _of_answer(place)
        for name, value in group.constants.items():
            yield from _of_variable(group, name, value, f"constant {name}")
        for variable in (group.status_variable, group.reason_variable):
            if variable:
                yield from _of_variable(group, variable, "NOT DONE", "a reason for missing")


def _of_answer(place: Place) -> Iterator[str]:
    field, name = place.field, place.variable
    if not name:
        return
    kind = _kind(place.group, name)
    if kind is None:
        yield _no_variable(place.group, name, f"field {field.id}")
    elif field.type not in TYPES.get(kind, (field.type,)):
        yield (
            f"field {field.id}: found the type {field.type!r}, expected"
            f" {' or '.join(TYPES[kind])}: {name} is a {kind}"
        )


def _of_variable(group: FormGroup, name: str, value: str, what: str) -> Iterator[str]:
    kind = _kind(group, name)
    if kind is None:
        yield _no_variable(group, name, what)
    elif not _holds(kind, value):
        yield f"{what}: found {value!r}, expected a {kind}, which {name} is"


def _no_variable(group: FormGroup, name: str, what: str) -> str:
    there = ", ".join(variables(group.domain))
    return f"{what}: {group.domain} has no variable {name!r}; known are {there}"


def _kind(group: FormGroup, name: str) -> str | None:
    """The kind of a variable of the group's domain, None where it has no such variable."""
    return variables(group.domain).get(name, (None, None))[1]


def _holds(kind: str, value: str) -> bool:
    try:
        READ[kind](value)
    except ValueError:
        return False
    return True
