"""Which values of a form cannot be: outside the limits of the possible, whatever its protocol calls
plausible?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.protocol.forms import Form, FormGroup
from equipoise.terms.laboratory import Measured, limits
from equipoise.terms.quantity import convert, decimal_of

_MEASURED = ("LB", "VS")


def impossible(form: Form, groups: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, question) for each laboratory value and vital sign that cannot be (the tables of
    `terms`); the criteria leave it open, and somebody is asked.
    """
    for group in form.groups:
        asked = {field.variable: field.id for field in group.fields if field.variable}
        value = asked.get(f"{group.domain}ORRES")
        if group.domain in _MEASURED and value:
            for number, row in enumerate(groups.get(group.id, ()), start=1):
                if text := _question(group, asked, row):
                    yield f"{group.id}[{number}].{value}", text


def _question(group: FormGroup, asked: Mapping[str, str], row: Mapping[str, Any]) -> str:
    test, typed, unit = (
        group.constants.get(variable) or row.get(asked.get(variable, ""))
        for variable in (f"{group.domain}{part}" for part in ("TESTCD", "ORRES", "ORRESU"))
    )
    found = limits(test) if isinstance(test, str) else None
    if found is None or not isinstance(typed, str) or _can_be(found, typed, unit):
        return ""
    return (
        f"found {typed} {unit or found.unit}, possible is {found.low} to {found.high} {found.unit}:"
        " a slip of the unit?"
    )


def _can_be(found: Measured, typed: str, unit: Any) -> bool:
    value = decimal_of(typed)
    if value is None or found.low is None or found.high is None:
        return True
    written = unit if isinstance(unit, str) and unit else found.unit
    if written != found.unit:
        value = convert(value, written, found.unit, found.code)
    return value is None or found.low <= value <= found.high
