"""Where does Enter lead on a form, and which form comes after it?

Enter goes to the next box that is empty and waits for an answer. It goes over what was left empty
the last time as well and need not be answered, and over the spare rows of a form whose other rows
came filled in. Tab goes to every box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from equipoise.ledger.entry import Entry
from equipoise.protocol.forms import Form
from equipoise.protocol.model import Protocol
from equipoise.protocol.schedule import numbered
from equipoise.subject.records import DM
from equipoise.subject.state import Subject
from equipoise.web.asked_form import AskedForm, Box, Part, every_box
from equipoise.web.boxes import Raw, comes_again, header_box, named_by


def with_way(shown: AskedForm, before: Raw, *, begins: bool) -> AskedForm:
    """The form with the boxes marked that Enter goes over; `before` is what stood in the last form
    of its kind. With `begins` the first box that needs an answer has the
    focus.
    """
    follows = any(
        comes_again(p.group) and any(_is_filled(row) for row in p.rows) for p in shown.parts
    )
    parts = [
        Part(
            part.group, [_row(part, row, before, spare=follows) for row in part.rows], part.problems
        )
        for part in shown.parts
    ]
    marked = replace(shown, header=[_marked(box, before) for box in shown.header], parts=parts)
    waits = [b for b in every_box(marked) if not (b.value or b.missing or b.is_passed)]
    needed = [box.name for box in waits if box.field.required]
    return replace(marked, first=needed[0]) if begins and needed else marked


def _row(part: Part, row: Sequence[Box], before: Raw, *, spare: bool) -> list[Box]:
    is_spare = spare and part.group.repeats and not _is_filled(row) and not named_by(part.group)
    return [replace(box, is_passed=True) if is_spare else _marked(box, before) for box in row]


def _is_filled(row: Sequence[Box]) -> bool:
    return any(box.value or box.missing for box in row)


def _marked(box: Box, before: Raw) -> Box:
    left_out = bool(before) and not before.get(box.name) and not box.field.required
    return replace(box, is_passed=left_out)


def next_form(protocol: Protocol, her: Subject, visit: str, form_id: str) -> str:
    """The form of a visit that is filled in after this one: the next that nobody has saved, from
    here on and then from the top; empty where none is left.
    """
    name = numbered(visit).visit
    declared = next((each.forms for each in protocol.schedule if each.id == name), ())
    if form_id not in declared:
        return ""
    here = declared.index(form_id)
    saved = {form.form for form in her.forms.values() if form.visit == visit}
    in_turn = (*declared[here + 1 :], *declared[:here])
    return next(
        (each for each in in_turn if each not in saved and _is_asked(protocol, her, each)), ""
    )


def _is_asked(protocol: Protocol, her: Subject, form_id: str) -> bool:
    form = protocol.form(form_id)
    sex = next((dm.sex for dm in her.records(DM) if dm.sex), None)
    return form is not None and form.sex in (None, sex)


def same_day(form: Form, other: Form, entry: Entry) -> dict[str, str]:
    """What a form asks in the same words as the one that was filled in just before at the same
    visit: the day of the sample.
    """
    given: Mapping[str, Any] = entry.payload.get("values", {})
    days = {each.label: given.get(each.id) for each in other.header if _is_day(each.type)}
    found = {header_box(each): days.get(each.label) for each in form.header if _is_day(each.type)}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _is_day(kind: str) -> bool:
    return kind in ("date", "day")
