"""What becomes of a virtual participant once her arm is known? All she does, in the order in which
it is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import wraps
from typing import Concatenate, NamedTuple, cast

from equipoise.arrays import NEVER
from equipoise.conduct import disposition
from equipoise.conduct.attribution import Attribution
from equipoise.conduct.carry_out import Details
from equipoise.conduct.disposition import Withdrawal, WithdrawalLevel
from equipoise.conduct.record import Outcome
from equipoise.rehearsal.filled import Filled, Row, dated
from equipoise.rehearsal.screening_forms import Desk, lab_form
from equipoise.rehearsal.treatment_forms import Cycle, draw_cycles, event_forms, weighted
from equipoise.rehearsal.tumor_forms import Scan, draw_scans
from equipoise.subject.state import Trial
from equipoise.terms.dates import DAYS_PER_MONTH
from equipoise.terms.response import Response
from equipoise.virtual.person import tumor_course

BEYOND = date.max
_NO_VISITS = ("VISITS", "CONTACT", "DATA", "LOST")
_NO_CONTACT = ("CONTACT", "DATA", "LOST")


Decision = Callable[[Trial, Attribution, str], Outcome]
"""A command with everything but the subject."""


class StudyEnd(NamedTuple):
    """The day and the cause of the end of somebody's study."""

    on: date
    cause: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Something about one participant: the day it is about, the day it is recorded, and a form, a
    decision or the end of the study.
    """

    day: date
    entered: date
    form: Filled | None = None
    decision: Decision | None = None
    study_end: StudyEnd | None = None
    role: str = "coordinator"
    """Who decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The turning points of one participant; a day that does not come is `BEYOND`."""

    start: date
    regimen: str
    experimental: bool
    scans: tuple[Scan, ...]
    progression: date
    clinical: date
    leaves: date
    level: str
    therapy: date
    death: date

    @property
    def visits_end(self) -> date:
        """From this day on she is not seen at the site."""
        return min(self.death, self.leaves if self.level in _NO_VISITS else BEYOND)

    @property
    def contact_ends(self) -> date:
        """From this day on nobody hears of her."""
        return self.leaves if self.level in _NO_CONTACT else BEYOND

    @property
    def off_protocol(self) -> date:
        """When survival contacts begin: after progression, or when visits end."""
        quits = self.leaves if self.level == "VISITS" else BEYOND
        return min(self.progression, self.clinical, quits)

    def treatment_stops(self) -> tuple[date, str]:
        """The first thing that ends treatment, other than what the drugs do."""
        ends = [
            (self.progression, "PROGRESSION"),
            (self.clinical, "CLINICAL PROGRESSION"),
            (self.leaves, "LOST TO FOLLOW-UP" if self.level == "LOST" else "WITHDRAWAL BY SUBJECT"),
            (self.therapy, "OTHER ANTICANCER THERAPY"),
            (self.death, "DEATH"),
        ]
        return min(ends, key=lambda end: end[0])


def draw_story(desk: Desk, regimen: str, start: date, *, experimental: bool) -> Story:
    """Draw the turning points of one participant in her arm."""
    rng, p = desk.rng, desk.parameters
    course = tumor_course(desk.person, desk.protocol, p, experimental=experimental)
    death = (
        BEYOND if course.death_day == NEVER else start + timedelta(days=max(course.death_day, 1))
    )
    leaves = start + timedelta(
        days=1 + int(rng.exponential(DAYS_PER_MONTH / p["leaves_per_month"]))
    )
    level = weighted(rng, p.tables["leaving"])
    ends = min(death, leaves if level in _NO_VISITS else BEYOND)
    scans = draw_scans(rng, course, desk.protocol, p, desk.person.site, start)
    seen = [scan for scan in scans if scan.day < ends]
    clinical = BEYOND
    if desk.chance("clinical_progression") and seen and seen[-1].response is Response.PD:
        clinical = max(
            seen.pop().day - timedelta(days=int(rng.integers(3, 15))), start + timedelta(days=5)
        )
    progressed = bool(seen) and seen[-1].response is Response.PD
    therapy = start + timedelta(days=int(rng.integers(60, 200)))
    early = desk.chance("new_therapy_before_progression")
    return Story(
        start=start,
        regimen=regimen,
        experimental=experimental,
        scans=tuple(seen),
        progression=seen[-1].day if progressed else BEYOND,
        clinical=clinical,
        leaves=leaves if leaves < death else BEYOND,
        level=level if leaves < death else "",
        therapy=therapy if early and therapy < ends else BEYOND,
        death=death,
    )


def plan(desk: Desk, story: Story, horizon: date) -> list[Planned]:
    """Everything that will be recorded of the story, up to the horizon."""
    treatment = list(_treatment(desk, story, horizon))
    treated_until = min((step.day for step in treatment if step.decision), default=BEYOND)
    steps = [
        *treatment,
        *_scans(desk, story),
        *_therapies(desk, story),
        *_contacts(desk, story, horizon),
    ]
    steps += [*_leaving(story, treated_until), *_death(desk, story)]
    return sorted((step for step in steps if step.day <= horizon), key=lambda step: step.entered)


def _entered(desk: Desk, day: date, form: Filled) -> Planned:
    """Sites enter a form within days."""
    return Planned(day, day + timedelta(days=int(desk.rng.integers(0, 4))), form)


def _decided(
    day: date,
    command: Callable[Concatenate[Trial, Attribution, str, Details], Outcome],
    *args: Details.args,
    **details: Details.kwargs,
) -> Planned:
    """A decision is recorded on the day it is about."""

    @wraps(command)
    def decide(trial: Trial, by: Attribution, subject_id: str) -> Outcome:
        return command(trial, by, subject_id, *args, **details)

    return Planned(day, day, decision=decide)


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
        yield _decided(ended, disposition.end_treatment, ended_on=ended, cause=cause)
        return
    if late:
        yield _deviation(
            desk, first, "TREATMENT", f"first dose later than {within} days after randomization"
        )
    cycles, toxic = draw_cycles(desk, story.regimen, story.experimental, first, min(stops, horizon))
    for cycle in cycles:
        for form in cycle.forms:
            yield _entered(desk, cycle.day, form)
    yield from _after_treatment(desk, story, cycles)
    ended = min(cycles[-1].day + timedelta(days=10), stops) if toxic else stops
    if ended < BEYOND:
        yield _decided(
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
        yield _entered(desk, seen, form)
    visit = desk.protocol.visit("MAGNESIUM")
    day = last + timedelta(
        days=visit.day + int(desk.rng.integers(-visit.before_days, visit.after_days + 1))
    )
    if story.experimental and day < story.visits_end:
        yield _entered(desk, day, lab_form(desk, "CHEMISTRY", "MAGNESIUM", day, ("CREAT", "MG")))
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
        yield _entered(desk, scan.day, scan.form)
        marker = lab_form(desk, "TUMOR_MARKER", scan.form.visit, scan.day, ("CEA",))
        yield _entered(desk, scan.day, marker)
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
        yield _entered(desk, story.clinical, form)


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
    return _entered(desk, day + timedelta(days=10), form)


# ------------------------------------------------------------------ survival


def contact(day: date, visit: str, status: str, how: str = "TELEPHONE") -> Filled:
    """A dated contact about survival."""
    return dated("SURVIVAL_CONTACT", visit, day, contact=[{"status": status, "contact": how}])


def _contacts(desk: Desk, story: Story, horizon: date) -> Iterator[Planned]:
    visit = desk.protocol.visit("SURVIVAL")
    number, target = 1, story.off_protocol
    while target < BEYOND:
        target += timedelta(days=visit.day if number == 1 else visit.every_days or visit.day)
        day = target + timedelta(
            days=int(desk.rng.integers(-visit.before_days, visit.after_days + 1))
        )
        if day >= min(story.death, story.contact_ends) or target > horizon:
            return
        yield _entered(desk, day, contact(day, f"{visit.id} {number}", "ALIVE"))
        number += 1


def _leaving(story: Story, treated_until: date) -> Iterator[Planned]:
    """Who has no treatment left withdraws from none, and after progression there are no visits to
    leave.
    """
    day, level = story.leaves, story.level
    had = {"TREATMENT": treated_until, "VISITS": min(story.progression, story.clinical)}
    if day == BEYOND or had.get(level, BEYOND) < day:
        return
    if level == "LOST":
        for number, wait in ((101, 21), (102, 42)):
            tried = day + timedelta(days=wait)
            yield Planned(tried, tried, contact(tried, f"UNSCHEDULED {number}", "NOT REACHED"))
        gone = day + timedelta(days=60)
        yield Planned(gone, gone, study_end=StudyEnd(gone, "LOST TO FOLLOW-UP"))
        return
    if level in _NO_CONTACT:  # before the withdrawal, which closes the record
        yield Planned(day, day, study_end=StudyEnd(day, "WITHDRAWAL BY SUBJECT"))
    withdrawal = Withdrawal(cast(WithdrawalLevel, level), day, "participant's wish")
    yield _decided(day, disposition.withdraw, withdrawal)


def _death(desk: Desk, story: Story) -> Iterator[Planned]:
    if story.death == BEYOND or story.death >= story.contact_ends:
        return
    learned = story.death + timedelta(days=int(desk.rng.integers(0, 15)))
    known = (
        f"{story.death:%Y-%m}" if desk.chance("death_known_to_month") else story.death.isoformat()
    )
    yield from death_steps(story.death, learned, known)


def death_steps(death: date, learned: date, known: str) -> list[Planned]:
    """The contact that told of it comes first: nothing is dated after a recorded death."""
    told = contact(learned, "UNSCHEDULED 103", "DEAD", "RECORD")
    died = _decided(learned, disposition.record_death, died_on=known, cause="colorectal cancer")
    return [
        Planned(learned, learned, told),
        replace(died, role="investigator"),
        Planned(learned, learned, study_end=StudyEnd(death, "DEATH")),
    ]
