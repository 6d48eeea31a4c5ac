"""What becomes of a virtual participant once her arm is known? All she does, in the order in which
it is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from equipoise.conduct import disposition
from equipoise.rehearsal.filled import Filled, Row, dated
from equipoise.rehearsal.planned import Planned, decided, entered
from equipoise.rehearsal.screening_forms import Desk, lab_form
from equipoise.rehearsal.story import BEYOND, Story
from equipoise.rehearsal.survival import contacts, death, leaving
from equipoise.rehearsal.treatment_forms import Cycle, draw_cycles, event_forms


def plan(desk: Desk, story: Story, horizon: date) -> list[Planned]:
    """Everything that will be recorded of the story, up to the horizon."""
    treatment = list(_treatment(desk, story, horizon))
    treated_until = min((step.day for step in treatment if step.decision), default=BEYOND)
    steps = [
        *treatment,
        *_scans(desk, story),
        *_therapies(desk, story),
        *contacts(desk, story, horizon),
    ]
    steps += [*leaving(story, treated_until), *death(desk, story)]
    return sorted((step for step in steps if step.day <= horizon), key=lambda step: step.entered)


# ------------------------------------------------------------------ treatment


def _treatment(desk: Desk, story: Story, horizon: date) -> Iterator[Planned]:
    stops, cause = story.treatment_stops()
    within = desk.protocol.randomization.first_dose_within_days
    late = desk.chance("first_dose_late")
    first = story.start + timedelta(
        days=int(
            desk.rng.integers(within + 1, within + 4) if late else desk.rng.integers(0, within + 1)
        )
    )
    if desk.chance("never_treated") or first >= stops:
        ended = min(stops, story.start + timedelta(days=within + 4))
        cause = cause if ended == stops else "NEVER STARTED"
        yield decided(ended, disposition.end_treatment, ended_on=ended, cause=cause)
        return
    if late:
        yield _deviation(
            desk, first, "TREATMENT", f"first dose later than {within} days after randomization"
        )
    cycles, toxic = draw_cycles(desk, story.regimen, story.experimental, first, min(stops, horizon))
    for cycle in cycles:
        for form in cycle.forms:
            yield entered(desk, cycle.day, form)
    yield from _after_treatment(desk, story, cycles)
    ended = min(cycles[-1].day + timedelta(days=10), stops) if toxic else stops
    if ended < BEYOND:
        yield decided(
            ended,
            disposition.end_treatment,
            ended_on=ended,
            cause=toxic if ended < stops else cause,
        )


def _after_treatment(desk: Desk, story: Story, cycles: list[Cycle]) -> Iterator[Planned]:
    """Adverse events as they are told, the safety follow-up, and magnesium after cetuximab."""
    last = cycles[-1].day
    days = desk.protocol.conduct.adverse_events_days_after_last_dose
    until = min(last + timedelta(days=days + int(desk.rng.integers(0, 8))), story.visits_end)
    for seen, form in event_forms(cycles, until):
        yield entered(desk, seen, form)
    visit = desk.protocol.visit("MAGNESIUM")
    day = last + timedelta(
        days=visit.day + int(desk.rng.integers(-visit.before_days, visit.after_days + 1))
    )
    if story.experimental and day < story.visits_end:
        yield entered(desk, day, lab_form(desk, "CHEMISTRY", "MAGNESIUM", day, ("CREAT", "MG")))
    if desk.chance("prohibited_medication"):
        yield _deviation(
            desk, last, "PROHIBITED MEDICATION", "bevacizumab given with study treatment"
        )


def _deviation(desk: Desk, day: date, category: str, term: str) -> Planned:
    row = {"term": term, "category": category, "date": day.isoformat()}
    number = int(desk.rng.integers(1, 1000))
    form = Filled(
        form="DEVIATION", visit=f"UNSCHEDULED {number}", values={}, groups={"deviation": [row]}
    )
    return Planned(day, day + timedelta(days=7), form)


# ------------------------------------------------------------------ scans and progression


def _scans(desk: Desk, story: Story) -> Iterator[Planned]:
    window = timedelta(days=desk.protocol.visit(desk.protocol.assessment.scan_visit).after_days)
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
                scan.planned,
                "VISIT",
                f"{scan.number - before - 1} scan(s) before it not done",
            )
        before = scan.number
    if story.clinical < story.visits_end:
        basis: list[Row] = [
            {"basis": "worsening liver function and symptoms", "evaluator": "INVESTIGATOR"}
        ]
        form = dated("CLINICAL_PROGRESSION", "UNSCHEDULED 1", story.clinical, progression=basis)
        yield entered(desk, story.clinical, form)


def _therapies(desk: Desk, story: Story) -> Iterator[Planned]:
    if story.therapy < BEYOND:
        yield _therapy(desk, story.therapy, "UNSCHEDULED 2", "CHEMOTHERAPY")
    after = min(story.progression, story.clinical)
    has, crosses = desk.chance("new_therapy_after_progression"), desk.chance("crossover")
    wait = timedelta(days=int(desk.rng.integers(14, 61)))
    if has and after < BEYOND and after + wait < min(story.death, story.contact_ends):
        kind = "ANTI-EGFR" if crosses and not story.experimental else "CHEMOTHERAPY"
        yield _therapy(desk, after + wait, "SURVIVAL 1", kind)


def _therapy(desk: Desk, day: date, visit: str, kind: str) -> Planned:
    name = {"ANTI-EGFR": "CETUXIMAB", "CHEMOTHERAPY": "REGORAFENIB"}[kind]
    row = {
        "therapy": name,
        "class": kind if kind == "ANTI-EGFR" else "OTHER TARGETED",
        "start": day.isoformat(),
    }
    form = Filled(form="SUBSEQUENT_THERAPY", visit=visit, values={}, groups={"therapy": [row]})
    return entered(desk, day + timedelta(days=10), form)
