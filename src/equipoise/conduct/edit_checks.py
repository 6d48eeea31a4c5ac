"""What in a saved form deserves a question? Plausibility in the unit of the check, and order of dates.

An edit check never refuses an entry: what was measured is entered, and then asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.protocol.forms import Form, PlausibleRange
from equipoise.terms.quantity import convert, decimal_of


def implausible(form: Form, groups: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, question) for each value outside of its plausible range."""
    found = []
    for group in form.groups:
        for number, row in enumerate(groups.get(group.id, ()), start=1):
            for check in group.plausible:
                if all(row.get(name) == value for name, value in check.when.items()):
                    found += [(f"{group.id}[{number}].{check.field}", text) for text in _question(check, row)]
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
    return [f"found {typed} {unit}, plausible is {check.low} to {check.high} {check.unit or ''}: please check".rstrip()]
