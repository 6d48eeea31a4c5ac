"""What is a virtual participant given, cycle by cycle, and what does the site enter about it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from equipoise.protocol.model import DrugGiven, Regimen
from equipoise.rehearsal.adverse_events import TESTED, Event, draw_events, reported
from equipoise.rehearsal.dosing import Dosing, drugs_under_test, infusion_days, next_dosing
from equipoise.rehearsal.filled import Filled
from equipoise.rehearsal.screening_forms import (
    CHEMISTRY,
    HEMATOLOGY,
    Desk,
    body_form,
    lab_form,
    surface,
)
from equipoise.subject.records import EX
from equipoise.terms.dates import exact

FORM = "TREATMENT"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle as given, with its forms."""

    number: int
    day: date
    forms: tuple[Filled, ...]
    events: tuple[Event, ...]

    @property
    def last_dose(self) -> date:
        """The day of its last dose."""
        return max(form.day for form in self.forms if form.form == FORM)


def draw_cycles(
    desk: Desk, regimen: Regimen, experimental: bool, first: date, stops: date
) -> tuple[list[Cycle], str]:
    """Cycles from the first dose to the day treatment stops for other reasons, and `TOXICITY` when
    that came first.
    """
    events = draw_events(desk, experimental)
    patience = int(desk.rng.integers(2, 9)) if desk.chance("stops_early") else 10_000
    cycles: list[Cycle] = []
    day, dosing, weight = first, Dosing(tested=experimental), desk.person.weight
    before: tuple[Event, ...] = ()
    while day < stops:
        number = len(cycles) + 1
        now = _of_cycle(events, number, dosing)
        weight = max(weight + float(desk.rng.normal(-0.2, 0.6)), 38.0)
        toxic = any(event.ends_treatment for event in now) or number >= patience
        begun = Begun(number, day, regimen, surface(desk.person, weight), dosing)
        severe = toxic or any(event.delays or event.ends_tested for event in now)
        doses = [form for form in _dose_forms(desk, begun) if form.day == day or not severe]
        forms = (*doses, *_visit_forms(desk, number, day, weight, before))
        cycles.append(Cycle(number, day, tuple(form for form in forms if form.day < stops), now))
        if toxic:
            return cycles, "TOXICITY"
        dosing, before = next_dosing(desk, dosing, now), now
        late = dosing.delay + int(desk.rng.integers(-1, 3))
        day += timedelta(days=regimen.cycle_days + late)
    return cycles, ""


def _of_cycle(events: Iterable[Event], number: int, dosing: Dosing) -> tuple[Event, ...]:
    """What happens in a cycle; a drug that is no longer given does nothing."""
    here = (event for event in events if event.cycle == number)
    return tuple(event for event in here if dosing.tested or event.related != TESTED)


def _visit_forms(
    desk: Desk, number: int, day: date, weight: float, before: Iterable[Event]
) -> list[Filled]:
    """From the second cycle on: blood that shows what the cycle before did, weight, and its adverse
    events.
    """
    if number == 1:
        return []
    at = _values_with_grades(desk, before)
    visit = _visit(number)
    return [
        lab_form(desk, "HEMATOLOGY", visit, day, HEMATOLOGY, at),
        lab_form(desk, "CHEMISTRY", visit, day, CHEMISTRY, at),
        body_form(desk, visit, day, weight),
    ]


def _values_with_grades(desk: Desk, events: Iterable[Event]) -> dict[str, float]:
    table = desk.parameters.tables["graded_values"]
    values = {}
    for event in events:
        if graded := table.get(event.kind["decoded"]):
            low, high = graded["values"][event.grade - 1]
            values[graded["test"]] = float(desk.rng.uniform(low, high))
    return values


def _visit(number: int) -> str:
    return "FIRST_DOSE" if number == 1 else f"CYCLE {number - 1}"


@dataclass(frozen=True, slots=True)
class Begun:
    """A cycle that begins: its number, day and regimen, the body surface in square meters, and how
    it is given.
    """

    number: int
    day: date
    regimen: Regimen
    area: float
    dosing: Dosing


def _dose_forms(desk: Desk, begun: Begun) -> list[Filled]:
    """One form for each day of the cycle on which something is given, the first day first."""
    per_area: Mapping[str, float] = desk.parameters.tables["doses"]
    delay = begun.dosing.delay
    days: dict[int, list[EX]] = {0: []}
    for given in drugs_under_test(desk.protocol) if begun.dosing.tested else ():
        for day in infusion_days(given, begun.regimen.cycle_days, begun.number):
            late = 0 if day else delay
            days.setdefault(day, []).append(_tested(given, begun, late))
    days[0] += [_dose(drug, per_area[drug] * begun.area, 0, delay) for drug in begun.regimen.drugs]
    return [
        desk.form(
            FORM,
            _visit(begun.number),
            [replace(dose, start=exact(begun.day + timedelta(day))) for dose in doses],
        )
        for day, doses in sorted(days.items())
    ]


def _tested(given: DrugGiven, begun: Begun, delay: int) -> EX:
    """The drug under test, at the dose that the protocol gives for the reduction level."""
    level = begun.dosing.level
    return _dose(given.drug or "", float(given.doses[level].value) * begun.area, level, delay)


def _dose(drug: str, milligrams: float, level: int, delay: int) -> EX:
    """Doses are rounded to 5 mg; what is planned at a level is what is given."""
    amount = Decimal(5 * round(milligrams / 5))
    return EX(
        treatment=drug,
        planned=amount,
        dose=amount,
        unit="mg",
        level=str(level),
        delay=Decimal(delay),
        adjustment="toxicity or organization" if delay or level else "",
    )


# ------------------------------------------------------------------ adverse events


def event_forms(desk: Desk, cycles: list[Cycle], until: date) -> list[tuple[date, Filled]]:
    """(day of entry, form) for the events of each cycle: asked at the next cycle, or at the safety
    follow-up, where the answer may be that there were none.
    """
    asked = []
    for cycle, following in zip(cycles, [*cycles[1:], None], strict=True):
        seen = following.day if following else until
        visit = f"CYCLE {cycle.number}" if following else "SAFETY_FOLLOW_UP"
        told = [reported(event, cycle.day, seen, following is None) for event in cycle.events]
        begun = [ae for ae in told if ae.start and ae.start.earliest <= seen]
        form = desk.form("ADVERSE_EVENTS", visit, begun, date=seen.isoformat())
        asked.append((seen, form))
    return asked


def weighted(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One of the names, by its share."""
    names = list(shares)
    return names[int(rng.choice(len(names), p=[shares[name] for name in names]))]
