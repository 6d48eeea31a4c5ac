"""What is a virtual participant given, what does it do to her, and what does the site enter about
it?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, Row, dated
from equipoise.rehearsal.screening_forms import (
    CHEMISTRY,
    HEMATOLOGY,
    Desk,
    body_form,
    lab_form,
    surface,
)
from equipoise.terms.quantity import decimal_of

SEVERE, STOPS = 3, 4
CETUXIMAB = "CETUXIMAB"
_STOPS_CETUXIMAB = ("INFUSION REACTION", "INTERSTITIAL LUNG DISEASE")


@dataclass(frozen=True, slots=True)
class Event:
    """An adverse event to come: in which cycle it starts, how bad it gets and how long it lasts."""

    kind: Mapping[str, Any]
    related: str
    cycle: int
    grade: int
    after: int
    days: int

    @property
    def ends_cetuximab(self) -> bool:
        """Protocol, treatment rules: reactions of grade 3 or 4 and lung disease of any grade."""
        category = self.kind["category"]
        return category in _STOPS_CETUXIMAB and (
            self.grade >= SEVERE or category == _STOPS_CETUXIMAB[1]
        )

    @property
    def ends_treatment(self) -> bool:
        """Grade 4 of what the drugs do, except blood counts, which recover."""
        counts = self.kind["decoded"] in ("Neutrophil count decreased", "Anemia", "Hypomagnesemia")
        return self.grade >= STOPS and not counts and self.related != "NOT RELATED"

    @property
    def delays(self) -> bool:
        """Severe reactions postpone the next cycle."""
        return self.grade >= SEVERE and not self.ends_treatment


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle as given, with its forms."""

    number: int
    day: date
    forms: tuple[Filled, ...]
    events: tuple[Event, ...]


def draw_events(desk: Desk, experimental: bool) -> list[Event]:
    """All adverse events she would have if treated long enough."""
    rng, events = desk.rng, []
    for kind in desk.parameters.tables["adverse_events"]:
        has = rng.random() < kind["experimental" if experimental else "control"]
        grade = 1 + int(rng.choice(4, p=kind["grades"]))
        cycle = int(rng.geometric(1 / kind["cycle"]))
        after, days = int(rng.integers(0, 9)), 1 + int(rng.exponential(kind["days"]))
        if has:
            at_infusion = kind["category"] == "INFUSION REACTION"
            by_drug = kind["related"] != "NOT RELATED" and not experimental
            related = "CHEMOTHERAPY" if by_drug else kind["related"]
            events.append(Event(kind, related, cycle, grade, 0 if at_infusion else after, days))
    return events


def draw_cycles(
    desk: Desk, regimen: str, experimental: bool, first: date, stops: date
) -> tuple[list[Cycle], str]:
    """Cycles from the first dose to the day treatment stops for other reasons, and `TOXICITY` when
    that came first.
    """
    events = draw_events(desk, experimental)
    patience = int(desk.rng.integers(2, 9)) if desk.chance("stops_early") else 10_000
    cycles: list[Cycle] = []
    day, delay, level, weight = first, 0, 0, desk.person.weight
    cetuximab = experimental
    while day < stops:
        number = len(cycles) + 1
        now = tuple(event for event in events if event.cycle == number)
        before = tuple(event for event in events if event.cycle == number - 1)
        weight = max(weight + float(desk.rng.normal(-0.2, 0.6)), 38.0)
        doses = _doses(desk, regimen, weight, Dosing(level, delay, cetuximab))
        treatment = dated("TREATMENT", _visit(number), day, dose=doses)
        cycles.append(
            Cycle(number, day, (treatment, *_visit_forms(desk, number, day, weight, before)), now)
        )
        if any(event.ends_treatment for event in now) or number >= patience:
            return cycles, "TOXICITY"
        cetuximab = cetuximab and not any(event.ends_cetuximab for event in now)
        delay = 7 if any(e.delays for e in now) or desk.chance("cycle_delayed") else 0
        rash = any(e.delays and e.kind["category"] == "SKIN REACTION" for e in now)
        level = min(level + int(rash), 2)
        day += timedelta(
            days=desk.protocol.conduct.cycle_days + delay + int(desk.rng.integers(-1, 3))
        )
    return cycles, ""


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
        body_form(desk.person, visit, day, weight),
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


class Dosing(NamedTuple):
    """How a cycle is given: the reduction level and delay in days, with cetuximab or without."""

    level: int
    delay: int
    cetuximab: bool


def _doses(desk: Desk, regimen: str, weight: float, dosing: Dosing) -> list[Row]:
    level, delay, cetuximab = dosing
    area = surface(desk.person, weight)
    drugs = next(r.drugs for r in desk.protocol.regimens if r.id == regimen)
    rows = [_dose(drug, desk.parameters.tables["doses"][drug], area, 0, delay) for drug in drugs]
    if cetuximab:
        rows.insert(0, _dose(CETUXIMAB, _cetuximab(desk.protocol, level), area, level, delay))
    return rows


def _cetuximab(protocol: Protocol, level: int) -> float:
    """mg/m2 at a reduction level, from the treatment rules of the protocol."""
    values = {key: text for rule in protocol.treatment for key, text in rule.values.items()}
    number = decimal_of(values["dose" if level == 0 else f"level_{level}"].split(" ")[0])
    return float(number or 0)


def _dose(drug: str, per_area: float, area: float, level: int, delay: int) -> Row:
    """Doses are rounded to 5 mg; what is planned at a level is what is given."""
    amount = f"{5 * round(per_area * area / 5)}"
    row = {
        "drug": drug,
        "planned": amount,
        "dose": amount,
        "unit": "mg",
        "level": str(level),
        "delay": str(delay),
    }
    return row | ({"reason": "toxicity or organization"} if delay or level else {})


# ------------------------------------------------------------------ adverse events


def event_row(event: Event, cycle: date, seen: date, last: bool) -> tuple[Row, date]:
    """The event as entered on the day `seen`, and the day it started."""
    start = cycle + timedelta(days=event.after)
    end = start + timedelta(days=event.days)
    over = end <= seen
    action = (
        "STOPPED" if event.ends_treatment else "DELAYED" if event.delays and not last else "NONE"
    )
    row = {
        "term": event.kind["term"],
        "decoded": event.kind["decoded"],
        "category": event.kind["category"],
        "grade": str(event.grade),
        "serious": "Y" if event.grade >= STOPS else "N",
        "related": event.related,
        "action": action,
        "outcome": "RECOVERED" if over else "NOT RECOVERED",
        "start": start.isoformat(),
    }
    return row | ({"end": end.isoformat()} if over else {}), start


def event_forms(cycles: list[Cycle], until: date) -> list[tuple[date, Filled]]:
    """(day of entry, form) for the events of each cycle: asked at the next cycle, or at the safety
    follow-up, where the answer may be that there were none.
    """
    asked = []
    for cycle, following in zip(cycles, [*cycles[1:], None], strict=True):
        seen = following.day if following else until
        visit = f"CYCLE {cycle.number}" if following else "SAFETY_FOLLOW_UP"
        told = [event_row(event, cycle.day, seen, following is None) for event in cycle.events]
        rows = [row for row, start in told if start <= seen]
        asked.append((seen, dated("ADVERSE_EVENTS", visit, seen, event=rows)))
    return asked


def weighted(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One of the names, by its share."""
    names = list(shares)
    return names[int(rng.choice(len(names), p=[shares[name] for name in names]))]
