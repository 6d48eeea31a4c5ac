"""What in a tumor assessment deserves a question? More targets than RECIST 1.1 asks for, another
method than declared or than before, a length finer than declared.

What was read is recorded as it is: the limits guide the choice of targets, and change no reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from equipoise.protocol.assessment import Assessment
from equipoise.protocol.form_records import Place
from equipoise.protocol.forms import Form
from equipoise.subject.records import TU
from equipoise.subject.state import Subject
from equipoise.terms.coded import coded
from equipoise.terms.codes import LesionRole
from equipoise.terms.lesions import LENGTHS, names_of
from equipoise.terms.locations import organ_of
from equipoise.terms.quantity import convert, decimal_of


class _Answer(NamedTuple):
    """Where something was typed, and the text."""

    where: str
    text: str


def doubts_about_tumors(
    assessment: Assessment,
    subject: Subject,
    form: Form,
    values: Mapping[str, Any],
    groups: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    """(field, question); `subject` as before the form."""
    identified = list(_rows(form, groups, "TU"))
    reader = form.evaluator(values)
    known = [tu for tu in subject.records(TU) if tu.evaluator == reader]
    yield from _too_many(assessment, known, identified)
    yield from _methods(assessment, known, identified)
    for row in _rows(form, groups, "TR"):
        yield from _too_fine(assessment, row)


def _rows(form: Form, groups: Mapping[str, Any], domain: str) -> Iterator[dict[str, _Answer]]:
    """What each row of a domain says, by SDTM variable."""
    for group in form.groups:
        if group.domain == domain:
            fixed = {name: _Answer("", value) for name, value in group.constants.items()}
            asked = [(Place(field, group).variable, field.id) for field in group.fields]
            for number, row in enumerate(groups.get(group.id, ()), start=1):
                said = {
                    variable: _Answer(f"{group.id}[{number}].{field}", row[field])
                    for variable, field in asked
                    if isinstance(row.get(field), str) and row[field]
                }
                yield fixed | said


def _too_many(
    assessment: Assessment, known: list[TU], identified: list[dict[str, _Answer]]
) -> Iterator[tuple[str, str]]:
    """The first target over the limit, and the first in its organ (RECIST 1.1 3.2)."""
    recist = assessment.recist
    targets = {
        tu.link: organ_of(tu.location) for tu in known if coded(tu.role) == LesionRole.TARGET
    }
    for row in identified:
        role, link = row.get("TUORRES"), row.get("TULNKID")
        if role is None or link is None or coded(role.text) != LesionRole.TARGET:
            continue
        if any(name in targets for name in names_of(coded(link.text))):
            continue
        organ = organ_of(row["TULOC"].text) if "TULOC" in row else ""
        targets[coded(link.text)] = organ
        inside = Counter(targets.values())[organ]
        if len(targets) > recist.max_targets:
            most = f"at most {recist.max_targets} are chosen"
            counted = f"{link.text} is target {len(targets)}, {most}"
            yield role.where, f"{counted}: a deviation, or NON-TARGET?"
        if inside > recist.max_per_organ:
            most = f"at most {recist.max_per_organ} in an organ are chosen"
            counted = f"{link.text} is target {inside} in {organ or 'one organ'}, {most}"
            yield role.where, f"{counted}: a deviation, or NON-TARGET?"


def _methods(
    assessment: Assessment, known: list[TU], identified: list[dict[str, _Answer]]
) -> Iterator[tuple[str, str]]:
    """A scan by a method that the protocol does not name, or of a lesion that was seen by another
    one before (RECIST 1.1 3.1.2: the same method at baseline and afterwards).
    """
    seen_by = {tu.link: (tu.method, f"before (entry {tu.source})") for tu in known if tu.method}
    for row in identified:
        method, link = row.get("TUMETHOD"), row.get("TULNKID")
        if method is None:
            continue
        if method.text not in assessment.modality:
            named = ", ".join(assessment.modality)
            yield method.where, f"found {method.text}, the protocol names {named}: please check"
        if link is None:
            continue
        here = (coded(method.text), "in this form")
        other, when = seen_by.setdefault(coded(link.text), here)
        if other != here[0]:
            earlier = f"{coded(link.text)} was seen by {other} {when}"
            yield method.where, f"found {method.text}, {earlier}: can the lengths be compared?"


def _too_fine(assessment: Assessment, row: Mapping[str, _Answer]) -> Iterator[tuple[str, str]]:
    """A length with more digits than are recorded by the protocol; nothing is rounded."""
    test, typed = row.get("TRTESTCD"), row.get("TRORRES")
    value = decimal_of(typed.text) if typed else None
    if test is None or typed is None or value is None or coded(test.text) not in LENGTHS:
        return
    step = assessment.recorded_precision
    unit = row["TRORRESU"].text if "TRORRESU" in row else step.unit
    length = convert(value, unit, step.unit, "")
    if length is not None and length % step.value:
        said = f"found {typed.text} {unit}, lengths are recorded to {step}: please check"
        yield typed.where, said
