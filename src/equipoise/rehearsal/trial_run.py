"""Can virtual participants fill in the forms, answer the criteria and be put in a stratum?

A few of them are drawn and nothing is recorded: their forms are filled in, checked as a command
would check them, and folded into records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from equipoise.allocation.strata import levels
from equipoise.conduct.data_entry import no_such_visit
from equipoise.eligibility import evaluate_all
from equipoise.eligibility.finding import Finding
from equipoise.ledger import events
from equipoise.protocol.form_records import NotOfThisForm
from equipoise.protocol.forms import problems
from equipoise.protocol.model import Criterion, Protocol
from equipoise.rehearsal.filled import Filled
from equipoise.rehearsal.follow_up import plan
from equipoise.rehearsal.screening_forms import (
    Desk,
    ctdna_form,
    first_forms,
    scan_form,
    visit_forms,
)
from equipoise.rehearsal.story import draw_story
from equipoise.subject.form_records import records_of_form
from equipoise.subject.milestones import milestones
from equipoise.subject.records import Record
from equipoise.subject.state import Attested, Subject
from equipoise.terms.verdict import Verdict
from equipoise.virtual.parameters import read_parameters
from equipoise.virtual.person import draw_person, intended_regimen

PERSONS, MOST = 16, 200
"""How many are drawn: about half of them can enter the trial that they were made for; and how many
before nobody is thought to.
"""
FOLLOWED = 3
"""How many of them are followed, in either arm."""
ARRIVES = date(2021, 3, 1)
"""Any day does: criteria look back from the day on which they are asked."""
ASKED = ARRIVES + timedelta(days=10)
FOLLOWED_UNTIL = ASKED + timedelta(days=730)

Found = tuple[str, str]
"""A field, and why it cannot be played."""


def tried(protocol: Protocol) -> Iterator[Found]:
    """What virtual participants cannot play: forms and visits first, then who may enter."""
    desks = list(_desks(protocol, range(PERSONS)))
    try:
        screened = [list(_screening(desk)) for desk in desks]
        followed = [form for desk in desks[:FOLLOWED] for form in _follow_up(desk)]
    except (NotOfThisForm, LookupError) as error:
        yield "forms", f"{error}; virtual sites enter it"
        return
    forms = [*(form for its in screened for form in its), *followed]
    if wrong := dict(_wrong(protocol, forms)):
        yield from wrong.items()
        return
    pairs = zip(desks, screened, strict=True)
    persons = [_answered(protocol, _folded(desk, its)) for desk, its in pairs]
    if not any(person.may_enter for person in persons):
        more = _desks(protocol, range(PERSONS, MOST))
        persons += [_answered(protocol, _folded(desk, list(_screening(desk)))) for desk in more]
    yield from _entry(protocol, persons)


def _desks(protocol: Protocol, numbers: Iterable[int]) -> Iterator[Desk]:
    parameters = read_parameters(protocol.id)
    for number in numbers:
        rng = np.random.default_rng([0, number])
        yield Desk(draw_person(rng, protocol, parameters, ARRIVES), rng, protocol, parameters)


def _screening(desk: Desk) -> Iterator[Filled]:
    yield from first_forms(desk, ARRIVES)
    yield ctdna_form(desk, 1, ARRIVES, ASKED - timedelta(days=1))
    yield from visit_forms(desk, ASKED)
    yield scan_form(desk, ASKED - timedelta(days=2), ARRIVES)


def _follow_up(desk: Desk) -> Iterator[Filled]:
    for experimental in (False, True):
        regimen = _regimen(desk)
        story = draw_story(desk, regimen, ASKED, experimental=experimental)
        yield from (step.form for step in plan(desk, story, FOLLOWED_UNTIL) if step.form)


def _regimen(desk: Desk) -> str:
    return intended_regimen(desk.rng, desk.protocol, desk.parameters, desk.person)


# ------------------------------------------------------------------ forms


def _wrong(protocol: Protocol, forms: Iterable[Filled]) -> Iterator[Found]:
    """What a command would say of the forms; the last of each form and visit."""
    for filled in forms:
        declared = protocol.form(filled.form)
        assert declared is not None
        for problem in problems(declared, filled.values, filled.groups):
            yield f"forms.{filled.form}", f"{problem}, as virtual sites fill it in"
        for problem in no_such_visit(protocol, filled.visit):
            yield "schedule", f"{problem}, where virtual sites enter {filled.form}"


def _folded(desk: Desk, forms: Sequence[Filled]) -> Subject:
    """She as she would be known on the day on which she is asked about."""
    protocol = desk.protocol
    records: list[Record] = []
    for seq, filled in enumerate(forms, 1):
        form = protocol.form(filled.form)
        assert form is not None
        records += records_of_form(form, filled.visit, filled.values, filled.groups, seq)
    for decision in (
        events.ConsentRecorded(
            consented_on=ARRIVES,
            version=protocol.version,
            kind="INITIAL",
            given_by="PARTICIPANT",
            witnessed=False,
            sub_consents=(),
        ),
        events.ChemotherapyIntended(regimen=_regimen(desk), decided_on=ASKED),
    ):
        records += milestones(decision, len(forms) + 1)
    judged = desk.person.judgements
    attested = tuple(Attested(name, judged[name], "virtual", ASKED, 1) for name in judged)
    return Subject(id="S", attestations=attested).with_records(records)


# ------------------------------------------------------------------ who may enter


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody, and the findings about the criteria in their order."""

    subject: Subject
    findings: tuple[Finding, ...]

    @property
    def may_enter(self) -> bool:
        return all(finding.verdict is Verdict.MET for finding in self.findings)


def _answered(protocol: Protocol, subject: Subject) -> _Person:
    return _Person(subject, evaluate_all(protocol, subject, ASKED))


def _entry(protocol: Protocol, persons: Sequence[_Person]) -> Iterator[Found]:
    """Criteria that nobody meets, or not all of them together; strata that are not known."""
    impossible = dict(_impossible(protocol, persons))
    yield from impossible.items()
    first = next((person for person in persons if person.may_enter), None)
    if first is None and not impossible:
        yield "eligibility", f"none of {len(persons)} virtual participants meets every criterion"
    for level in levels(protocol.randomization.strata, first.subject, ASKED) if first else ():
        if level.value is None:
            field = f"randomization.strata.{level.stratum}"
            yield field, f"not known of virtual participants: {level.detail}"


def _impossible(protocol: Protocol, persons: Sequence[_Person]) -> Iterator[Found]:
    for place, criterion in enumerate(protocol.criteria):
        of_all = [person.findings[place] for person in persons]
        if not any(finding.verdict is Verdict.MET for finding in of_all):
            why = f"no virtual participant meets it: {of_all[0].detail}"
            yield _place(protocol, criterion), why


def _place(protocol: Protocol, criterion: Criterion) -> str:
    part = next(
        name
        for name in ("inclusion", "exclusion", "added")
        if criterion in getattr(protocol.eligibility, name)
    )
    return f"eligibility.{part}.{criterion.id}"
