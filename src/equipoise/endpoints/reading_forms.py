"""Which forms would record a reading of a scan that no rule can read?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from equipoise.protocol.form_records import places
from equipoise.protocol.forms import FormField, FormGroup
from equipoise.protocol.model import Protocol
from equipoise.terms.codes import ResponseTest
from equipoise.terms.response import Response

RESPONSES = tuple(response.cdisc for response in Response)


def unreadable_readings(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """(field, why) of each form that asks for an overall response and could be saved without one,
    with another word, or without the day of the scan: the endpoints rest on both.
    """
    for form in protocol.forms:
        for group in form.groups:
            asked = {place.variable: place.field for place in places(form, group)}
            if _asks_for_a_reading(group, asked):
                for why in _wanting(asked):
                    yield f"forms.{form.id}", f"group {group.id}: {why}"


def _asks_for_a_reading(group: FormGroup, asked: Mapping[str, FormField]) -> bool:
    test = asked.get("RSTESTCD")
    may_be = test.codes or (ResponseTest.OVERALL,) if test else ()
    return ResponseTest.OVERALL in (group.constants.get("RSTESTCD"), *may_be)


def _wanting(asked: Mapping[str, FormField]) -> Iterator[str]:
    response, day = asked.get("RSORRES"), asked.get("RSDTC")
    if response is None or not _is_answered(response) or not {*response.codes} <= {*RESPONSES}:
        yield (
            f"expected a field for RSORRES that is required, with codes out of"
            f" {', '.join(RESPONSES)}: it is read as a response of RECIST 1.1"
        )
    if day is None or not _is_answered(day) or day.type != "day":
        yield "expected a field for RSDTC that is required and a `day`, by which scans are ordered"


def _is_answered(field: FormField) -> bool:
    return field.required and not field.missing
