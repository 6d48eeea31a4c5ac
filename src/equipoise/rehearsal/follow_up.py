"""What becomes of a virtual participant once her arm is known? All she does, in the order in which
it is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from equipoise.conduct import disposition
from equipoise.endpoints.event_dates import SUBSEQUENT
from equipoise.protocol.model import Regimen
from equipoise.protocol.schedule import Due, occurrences
from equipoise.rehearsal.planned import Planned, decided, entered
from equipoise.rehearsal.screening_forms import Desk, lab_form
from equipoise.rehearsal.story import BEYOND, Story
from equipoise.rehearsal.survival import (
    contact_days,
    death,
    leaving,
    some_day,
    told_at_contacts,
)
from equipoise.rehearsal.treatment_forms import Cycle, draw_cycles, event_forms
from equipoise.subject.records import CM, DV, RS
from equipoise.terms.codes import ResponseTest
from equipoise.terms.dates import exact


def plan(desk: Desk, story: Story, horizon: date) -> list[Planned]:
    """Everything that will be recorded of the story, up to the horizon."""
    given = _given(desk, story, horizon)
    contacts = contact_days(desk, story, given.last, horizon)
    steps = [
        *given.steps,
        *_scans(desk, story),
        *told_at_contacts(desk, contacts, _therapies(desk, story)),
        *leaving(desk, story, given.ended),
        *death(desk, story),
    ]
    return sorted((step for step in steps if step.day <= horizon), key=lambda step: step.entered)


# ------------------------------------------------------------------ treatment


class Given(NamedTuple):
    """What is recorded of treatment; the day it ended, and the last dose (or the day it was known
    that there will be none), BEYOND while it goes on.
    """

    steps: list[Planned]
    ended: date
    last: date


def _given(desk: Desk, story: Story, horizon: date) -> Given:
    stops, cause = story.treatment_stops()
    within = desk.protocol.randomization.first_dose_within_days
    late = desk.chance("first_dose_late")
    low, high = (within + 1, within + 4) if late else (0, within + 1)
    first = story.start + timedelta(days=int(desk.rng.integers(low, high)))
    if desk.chance("never_treated") or first >= stops:
        ended = min(stops, story.start + timedelta(days=within + 4))
        return Given([_ended(ended, cause if ended == stops else "NEVER STARTED")], ended, ended)
    cycles, toxic = draw_cycles(
        desk, _regimen(desk, story), story.experimental, first, min(stops, horizon)
    )
    steps = [entered(desk, form.day, form) for cycle in cycles for form in cycle.forms]
    steps += _after_treatment(desk, story, cycles)
    if late:
        words = f"first dose later than {within} days after randomization"
        steps.append(_deviation(desk, first, "TREATMENT", words))
    ended = min(cycles[-1].day + timedelta(days=10), stops) if toxic else stops
    if ended == BEYOND:
        return Given(steps, BEYOND, BEYOND)
    steps.append(_ended(ended, toxic if ended < stops else cause))
    return Given(steps, ended, cycles[-1].last_dose)


def _regimen(desk: Desk, story: Story) -> Regimen:
    regimen = desk.protocol.regimen(story.regimen)
    assert regimen is not None
    return regimen


def _ended(ended: date, cause: str) -> Planned:
    return decided(ended, disposition.end_treatment, ended_on=ended, cause=cause)


def _after_treatment(desk: Desk, story: Story, cycles: list[Cycle]) -> Iterator[Planned]:
    """Adverse events as they are told, the safety follow-up, and magnesium after cetuximab."""
    last = cycles[-1].last_dose
    days = desk.protocol.conduct.adverse_events_days_after_last_dose
    until = min(last + timedelta(days=days + int(desk.rng.integers(0, 8))), story.visits_end)
    for seen, form in event_forms(desk, cycles, until):
        yield entered(desk, seen, form)
    for due in _chemistry_after(desk, last):
        day = some_day(desk, due)
        if story.experimental and day < story.visits_end:
            yield entered(desk, day, lab_form(desk, "CHEMISTRY", due.visit, day, ("CREAT", "MG")))
    if desk.chance("prohibited_medication"):
        yield _deviation(
            desk, last, "PROHIBITED MEDICATION", "bevacizumab given with study treatment"
        )


def _chemistry_after(desk: Desk, last: date) -> Iterator[Due]:
    """Blood that the protocol asks for once after the last dose of those given a certain drug."""
    for visit in desk.protocol.schedule:
        once = visit.anchor == "last_dose" and visit.every_days is None
        if once and visit.drug and "CHEMISTRY" in visit.forms:
            yield from occurrences(visit, last, date.max)


def _deviation(desk: Desk, day: date, category: str, term: str) -> Planned:
    told = DV(term=term, category=category, date=exact(day))
    form = desk.form("DEVIATION", f"UNSCHEDULED {int(desk.rng.integers(1, 1000))}", [told])
    return Planned(day, day + timedelta(days=7), form)


# ------------------------------------------------------------------ scans and progression


def _scans(desk: Desk, story: Story) -> Iterator[Planned]:
    window = timedelta(days=desk.protocol.scans.after)
    before = 0
    for scan in story.scans:
        yield entered(desk, scan.day, scan.form)
        marker = lab_form(desk, "TUMOR_MARKER", scan.form.visit, scan.day, ("CEA",))
        yield entered(desk, scan.day, marker)
        if scan.day > scan.planned + window:
            yield _deviation(desk, scan.day, "VISIT", f"{scan.form.visit} after its window")
        if scan.number > before + 1:
            yield _deviation(
                desk,
                min(scan.planned, scan.day),  # she may have left between the two
                "VISIT",
                f"{scan.number - before - 1} scan(s) before it not done",
            )
        before = scan.number
    if story.clinical < story.visits_end:
        told = RS(
            test=ResponseTest.CLINICAL_PROGRESSION.value,
            original="worsening liver function and symptoms",
            evaluator="INVESTIGATOR",
            date=exact(story.clinical),
        )
        form = desk.form("CLINICAL_PROGRESSION", "UNSCHEDULED 1", [told])
        yield entered(desk, story.clinical, form)


def _therapies(desk: Desk, story: Story) -> Iterator[CM]:
    """Later anticancer therapy."""
    if story.therapy < BEYOND:
        yield _therapy(story.therapy, "CHEMOTHERAPY")
    after = min(story.progression, story.clinical)
    has, crosses = desk.chance("new_therapy_after_progression"), desk.chance("crossover")
    wait = timedelta(days=int(desk.rng.integers(14, 61)))
    if has and after < BEYOND and after + wait < min(story.death, story.contact_ends):
        kind = "ANTI-EGFR" if crosses and not story.experimental else "CHEMOTHERAPY"
        yield _therapy(after + wait, kind)


def _therapy(day: date, kind: str) -> CM:
    return CM(
        category=SUBSEQUENT,
        treatment={"ANTI-EGFR": "CETUXIMAB", "CHEMOTHERAPY": "REGORAFENIB"}[kind],
        drug_class=kind if kind == "ANTI-EGFR" else "OTHER TARGETED",
        start=exact(day),
    )
