"""How does a participant go out of sight? Contacts about survival, leaving, and death."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import cast

from equipoise.conduct import disposition
from equipoise.conduct.disposition import Withdrawal, WithdrawalLevel
from equipoise.protocol.schedule import Due, occurrences
from equipoise.rehearsal.filled import Filled
from equipoise.rehearsal.planned import Planned, StudyEnd, decided, entered
from equipoise.rehearsal.screening_forms import Desk
from equipoise.rehearsal.story import BEYOND, NO_CONTACT, Story
from equipoise.subject.records import CM, SS
from equipoise.terms.dates import exact


def contact(desk: Desk, day: date, visit: str, status: str, how: str = "TELEPHONE") -> Filled:
    """A dated contact about survival."""
    told = SS(test="SURVSTAT", original=status, contact=how, date=exact(day))
    return desk.form("SURVIVAL_CONTACT", visit, [told])


def contact_days(desk: Desk, story: Story, last: date, horizon: date) -> list[tuple[date, str]]:
    """The days, and the visits, of the contacts in which she is alive, counted from the last
    dose.
    """
    visit = desk.protocol.visit("SURVIVAL")
    days: list[tuple[date, str]] = []
    until = min(story.death, story.contact_ends, horizon)
    if last == BEYOND:
        return days
    for due in occurrences(visit, last, until):
        day = some_day(desk, due)
        if day >= until:
            break
        days.append((day, visit.name(due.number)))
    return days


def some_day(desk: Desk, due: Due) -> date:
    """A day within the window."""
    return due.opens + timedelta(days=int(desk.rng.integers(0, (due.closes - due.opens).days + 1)))


def told_at_contacts(
    desk: Desk, contacts: list[tuple[date, str]], therapies: Iterable[CM]
) -> Iterator[Planned]:
    """Each contact, with the therapies begun since the one before; what begins after the last is
    learned by other ways.
    """
    untold = list(therapies)
    for day, visit in contacts:
        yield entered(desk, day, contact(desk, day, visit, "ALIVE"))
        begun = [cm for cm in untold if cm.start and cm.start.earliest <= day]
        asked = desk.form("SUBSEQUENT_THERAPY", visit, begun, date=day.isoformat())
        yield entered(desk, day, asked)
        untold = [cm for cm in untold if cm not in begun]
    for number, cm in enumerate(untold, start=2):
        assert cm.start is not None
        learned = cm.start.earliest + timedelta(days=10)
        yield entered(desk, learned, desk.form("SUBSEQUENT_THERAPY", f"UNSCHEDULED {number}", [cm]))


def leaving(desk: Desk, story: Story, treated_until: date) -> Iterator[Planned]:
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
            yield Planned(
                tried, tried, contact(desk, tried, f"UNSCHEDULED {number}", "NOT REACHED")
            )
        gone = day + timedelta(days=60)
        yield Planned(gone, gone, study_end=StudyEnd(gone, "LOST TO FOLLOW-UP"))
        return
    if level in NO_CONTACT:  # before the withdrawal, which closes the record
        yield Planned(day, day, study_end=StudyEnd(day, "WITHDRAWAL BY SUBJECT"))
    withdrawal = Withdrawal(cast("WithdrawalLevel", level), day, "participant's wish")
    yield decided(day, disposition.withdraw, withdrawal)


def death(desk: Desk, story: Story) -> Iterator[Planned]:
    """What is recorded of a death that somebody hears of."""
    if story.death == BEYOND or story.death >= story.contact_ends:
        return
    learned = story.death + timedelta(days=int(desk.rng.integers(0, 15)))
    to_month = desk.chance("death_known_to_month")
    told = f"{story.death:%Y-%m}" if to_month else story.death.isoformat()
    yield from death_steps(desk, story.death, learned, told)


def death_steps(desk: Desk, died: date, learned: date, died_on: str) -> list[Planned]:
    """The contact that told of it comes first: nothing is dated after a recorded death."""
    told = contact(desk, learned, "UNSCHEDULED 103", "DEAD", "RECORD")
    death = decided(learned, disposition.record_death, died_on=died_on, cause="colorectal cancer")
    return [
        Planned(learned, learned, told),
        replace(death, role="investigator"),
        Planned(learned, learned, study_end=StudyEnd(died, "DEATH")),
    ]
