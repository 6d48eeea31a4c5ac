"""Which questions stand beside which box of a form, and what is a field called that is asked about?

Edit checks and people name a field of an entry by its place: `date`, or `result[2].value` of the
second row that was saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from equipoise.protocol.forms import Form
from equipoise.subject.state import Query
from equipoise.web.asked_form import AskedForm, Box, Part, every_box
from equipoise.web.boxes import header_box, in_order, row_box

Groups = Mapping[str, Sequence[Mapping[str, Any]]]


class Questioned(NamedTuple):
    """A question that is not closed, and the groups of the entry that it is about: of an entry that
    was corrected since, those that it had.
    """

    query: Query
    groups: Groups


def places(form: Form, groups: Groups) -> dict[str, str]:
    """The place of each box that an entry fills, by the name of the box."""
    named = {header_box(each): each.id for each in form.header}
    for group in form.groups:
        rows = groups.get(group.id, ())
        saved = {id(row): number for number, row in enumerate(rows, start=1)}
        for shown, row in enumerate(in_order(group, rows)):
            if number := saved.get(id(row)):
                for each in group.fields:
                    named[row_box(group, shown, each)] = f"{group.id}[{number}].{each.id}"
    return named


def with_questions(
    shown: AskedForm, questioned: Iterable[Questioned], groups: Groups | None
) -> tuple[AskedForm, list[Query]]:
    """The form with each question beside its box, and those that have none there. `groups` are
    those of the entry that is shown: its fields can be asked about (None: nothing is saved yet).
    """
    asked: dict[str, list[Query]] = {}
    left: list[Query] = []
    on_page = {box.name for box in every_box(shown)}
    for query, held in questioned:
        boxes = {place: name for name, place in places(shown.form, held).items()}
        name = boxes.get(query.field, "")
        (asked.setdefault(name, []) if name in on_page else left).append(query)
    named = {} if groups is None else places(shown.form, groups)

    def told(box: Box) -> Box:
        place = "" if box.is_fixed else named.get(box.name, "")
        return replace(box, place=place, queries=tuple(asked.get(box.name, ())))

    parts = [Part(p.group, [[*map(told, row)] for row in p.rows], p.problems) for p in shown.parts]
    return replace(shown, header=[*map(told, shown.header)], parts=parts), left
