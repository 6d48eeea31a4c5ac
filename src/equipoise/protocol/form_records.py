"""Which SDTM variable holds the answer? The mapping of a form's fields, read both ways.

`fold` turns a saved form into records, `fill` prints a form from records, for importers and virtual
participants; `Place` alone knows where an answer stands. `--DTC` in a header stands for the date
variable of each group's own domain, as CDISC writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.protocol.base import found_once
from equipoise.protocol.forms import Form, FormField, FormGroup, Values

NOT_DONE = "NOT DONE"
Variables = Mapping[str, str]
"""SDTM variables of one record, as text."""
VISIT = "VISIT"
"""Stands in the entry and not in the form."""


class NotOfThisForm(ValueError):
    """A record that a form cannot hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer to one field stands in the records of one group; what has no variable stays
    in the ledger.
    """

    field: FormField
    group: FormGroup

    @property
    def variable(self) -> str:
        """The SDTM variable, with `--` replaced by the group's domain; empty without one."""
        return (self.field.variable or "").replace("--", self.group.domain)

    def write(self, answer: Any) -> dict[str, str]:
        """The variables that hold an answer: text, or the reason why it is missing."""
        if not self.variable or answer in (None, ""):
            return {}
        if not isinstance(answer, Mapping):
            return {self.variable: answer}
        status, reason = self.group.status_variable, self.group.reason_variable
        why = {reason: answer["missing"]} if reason else {}
        return {**why, **({status: NOT_DONE} if status else {})}

    def read(self, record: Variables) -> Any:
        """The answer that a record holds, None where it holds none."""
        if not self.variable:
            return None
        if self.variable in record:
            return record[self.variable]
        if self.field.missing and record.get(self.group.status_variable or "") == NOT_DONE:
            return {"missing": record.get(self.group.reason_variable or "", self.field.missing[0])}
        return None


def places(form: Form, group: FormGroup) -> list[Place]:
    """The places of the header, which hold for every record of the form, and of the group."""
    return [Place(field, group) for field in (*form.header, *group.fields)]


def fold(
    form: Form, visit: str, values: Values, groups: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, str]]]:
    """(domain, SDTM variables) for each row of a saved form."""
    for group, header, fields in _columns(form):
        for row in groups.get(group.id, ()):
            record = {**group.constants, VISIT: visit}
            for answers, columns in ((values, header), (row, fields)):
                for place, name, variable in columns:
                    answer = answers.get(name)
                    if type(answer) is str and answer:
                        record[variable] = answer
                    elif answer is not None:
                        record.update(place.write(answer))
            yield group.domain, record


_Columns = tuple[tuple[Place, str, str], ...]


@found_once
def _columns(form: Form) -> list[tuple[FormGroup, _Columns, _Columns]]:
    """Each group with the places, fields and variables of the header and of its rows; what has no
    variable stays in the ledger.
    """
    return [
        (group, _of_group(form.header, group), _of_group(group.fields, group))
        for group in form.groups
    ]


def _of_group(fields: Iterable[FormField], group: FormGroup) -> _Columns:
    places = [Place(field, group) for field in fields]
    return tuple((place, place.field.id, place.variable) for place in places if place.variable)


def fill(
    form: Form, records: Iterable[tuple[str, Variables]]
) -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """(values, groups) of a form that holds these records, of (domain, SDTM variables): `fold`
    gives them back.

    A record belongs to the group of its domain whose constants it has, the most of them first.
    Raises NotOfThisForm for a record that no group can hold whole, or whose header says otherwise
    than that of another.
    """
    values: dict[str, str] = {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for domain, record in records:
        group = _group_of(form, domain, record)
        for field in form.header:
            answer = Place(field, group).read(record)
            if answer is not None and values.setdefault(field.id, answer) != answer:
                raise NotOfThisForm(
                    f"{form.id}.{field.id}: found {answer!r} beside {values[field.id]!r}; a form"
                    " says it once for all its records"
                )
        answers = {field.id: Place(field, group).read(record) for field in group.fields}
        row = {name: answer for name, answer in answers.items() if answer is not None}
        groups.setdefault(group.id, []).append(row)
    return values, {group.id: groups[group.id] for group in form.groups if group.id in groups}


def _group_of(form: Form, domain: str, record: Variables) -> FormGroup:
    fitting = [
        group
        for group in form.groups
        if group.domain == domain and group.constants.items() <= record.items()
    ]
    if not fitting:
        raise NotOfThisForm(f"{form.id} has no group for a record of {domain}: {dict(record)}")
    group = max(fitting, key=lambda group: len(group.constants))
    holds = {place.variable for place in places(form, group)} | {*group.constants, VISIT}
    holds |= {group.status_variable or "", group.reason_variable or ""}
    if left := sorted(record.keys() - holds):
        raise NotOfThisForm(f"{form.id}.{group.id} has no field for {', '.join(left)}")
    return group
