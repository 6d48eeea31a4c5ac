"""Which visits were expected of one person by a day, and what became of each?

The schedule says when each visit may happen; the forms saved say what did. Both are compared as of
a day: a form about a later day has not been filled in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from equipoise.protocol.forms import Form
from equipoise.protocol.schedule import Due, Number, Visit, numbered, occurrences
from equipoise.subject.changed import replace
from equipoise.subject.participation import End, Participation, is_asked, participation
from equipoise.subject.regimen import cycle_days
from equipoise.subject.state import SavedForm, Subject, Trial, Version

UNSCHEDULED = "UNSCHEDULED"
"""How a visit beside the schedule is recorded (SDTM: a visit without SVPRESP)."""


class Status(StrEnum):
    """What became of a visit.

    SDTM's subject visits know planned (SVPRESP) and occurred (SVOCCUR). A monitor (ICH E6(R3)
    3.11.4) also asks whether it was complete and in time, and what can still be mended.
    """

    DONE = "done"
    """Every form of the visit is there, each about a day within the window: SVOCCUR is Y."""
    OUTSIDE = "done outside the window"
    """Every form is there, at least one about a day outside: SVOCCUR is Y, and it is a deviation.
    """
    PARTLY = "partly done"
    """Some forms of the visit are there and others are not, in time or not: SVOCCUR is Y. A scan
    that could not be evaluated is done: what it shows is NE, not missing."""
    DUE = "due"
    """The window is open and nothing is there: there is time."""
    OVERDUE = "overdue"
    """The window has closed, nothing is there, and it can still be made up or entered: the next of
    its kind has not begun, the person has not left, entry is open. Somebody has to ask."""
    MISSED = "missed"
    """The window has closed, nothing is there, nor can be any more: SVOCCUR is N."""
    NOT_EXPECTED = "not expected"
    """What it waited for ended while its window was open and nothing was there; or it was recorded
    although the schedule does not ask for it, such as an unscheduled scan: SVPRESP is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStatus:
    """One visit of one person, `recorded` as its entries name it (`SCAN 2`).

    `due` is its window, None for what the schedule does not ask for. `on` is the day it took
    place: when its forms are about several, the one farthest outside, else the first; `off` is that
    day less the target. `missing` are declared forms that are not there, `unscheduled` forms there
    that the visit does not declare; `sources` are the entries of all forms.
    """

    visit: str
    recorded: str
    status: Status
    due: Due | None = None
    on: date | None = None
    off: int | None = None
    missing: tuple[str, ...] = ()
    unscheduled: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()
    why: str = ""


class _Saved(NamedTuple):
    """A form that was saved, and its entry."""

    seq: int
    form: SavedForm


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one subject on a day: how long she takes part, whether entry is closed, the
    forms of each visit, and the dated ones of unscheduled visits in order of time; of one visit
    `only`, if it names one.
    """

    subject: Subject
    on: date
    closed: bool
    part: Participation
    saved: Mapping[Number, Sequence[_Saved]]
    beside: Sequence[tuple[date, _Saved]]
    only: str | None


class _Plan(NamedTuple):
    """A visit, its window, whether the next of its kind has begun, and what ended it by the day."""

    visit: Visit
    forms: Mapping[str, Form]
    due: Due
    is_past: bool
    end: End | None


def visits_of(trial: Trial, subject: Subject, on: date) -> tuple[VisitStatus, ...]:
    """Every visit of a randomized subject whose window opens by the day, and everything recorded
    beside them, in order of time; nothing of somebody who is not randomized by then.

    The version of the protocol that is in force at her site on the target day governs a visit; a
    cycle is that of the regimen intended for her, and without one nothing is expected by it.
    Missed visits count from the schedule: an entry at another visit stands for one only where the
    schedule declares it. What was superseded or redacted is not there.
    """
    if subject.randomized is None or subject.randomized.on > on:
        return ()
    known = _known(trial, subject, on)
    expected = [_status(known, plan) for plan in _plans(trial, known)]
    return tuple(sorted([*expected, *_not_asked_for(known, expected)], key=_in_time))


def _known(trial: Trial, subject: Subject, on: date, *, only: str | None = None) -> _Known:
    """What is known of a subject on a day; `only` leaves out all visits but one."""
    by_visit: dict[Number, list[_Saved]] = {}
    beside = []
    for seq, form in subject.forms.items():
        if only is not None and not form.visit.startswith(only):
            continue
        if form.on and form.on.earliest > on:
            continue
        number = numbered(form.visit)
        by_visit.setdefault(number, []).append(_Saved(seq, form))
        if number.visit == UNSCHEDULED and form.on:
            beside.append((form.on.earliest, _Saved(seq, form)))
    closed = trial.locked or subject.locked
    beside.sort(key=lambda dated: dated[0])
    return _Known(subject, on, closed, participation(subject, on), by_visit, beside, only)


class OffWindow(NamedTuple):
    """The window of a visit, and how many days after it, or before it if negative, a form is."""

    due: Due
    days: int


def off_window(trial: Trial, subject: Subject, entry: int) -> OffWindow | None:
    """How far a saved form lies outside of the window of the visit that it names; None where it may
    be within, is not dated, stands beside another of its kind that lies nearer, or where no such
    visit is expected of her: before randomization, after what ends the visit, beside the schedule.
    """
    form = subject.forms[entry]
    if form.on is None or subject.randomized is None or form.on.latest < subject.randomized.on:
        return None
    number = numbered(form.visit)
    known = _known(trial, subject, form.on.latest, only=number.visit)
    for visit, _, due, *_ in _plans(trial, known, at_least=number.number):
        if due.number == number.number and _declares(visit, form):
            counted = _of_each_form(known.saved[number], due)[form.form]
            days = _days_outside(form, due)
            if days and counted is form:
                return OffWindow(due, -days if form.on.latest < due.opens else days)
    return None


# ------------------------------------------------------------------ what was expected


def _plans(trial: Trial, known: _Known, *, at_least: int = 0) -> Iterator[_Plan]:
    """Each occurrence under the version that governs its day, numbered as it is recorded; so many
    at least of what has not ended.
    """
    counted: dict[str, int] = {}
    for version in trial.versions:
        for visit in version.protocol.schedule:
            if known.only not in (None, visit.id):
                continue
            for plan in _occurrences(visit, version, known, at_least):
                if trial.version_at(known.subject.site, plan.due.target) is version:
                    number = counted[visit.id] = counted.get(visit.id, 0) + 1
                    yield plan._replace(due=replace(plan.due, number=number))


def _occurrences(visit: Visit, version: Version, known: _Known, at_least: int) -> Iterator[_Plan]:
    forms = {name: form for name in visit.forms if (form := version.protocol.form(name))}
    start = known.part.start_of(visit, forms.values())
    if start is None:
        return
    end = known.part.end_of(visit, forms.values())
    until = min(known.on, end.on) if end else known.on
    cycle, done = cycle_days(known.subject, version.protocol), _days_done(visit.id, known)
    beyond = 0 if end else at_least
    every = list(occurrences(visit, start, until, cycle_days=cycle, done=done, at_least=beyond))
    for due in every:
        yield _Plan(visit, forms, due, due is not every[-1], end)


def _days_done(visit: str, known: _Known) -> dict[int, date]:
    """The first day of each occurrence that took place, by number."""
    days: dict[int, date] = {}
    for number, entries in known.saved.items():
        dated = [saved.form.on.earliest for saved in entries if saved.form.on]
        if number.visit == visit and dated:
            days[number.number] = min(dated)
    return days


# ------------------------------------------------------------------ what became of it


def _status(known: _Known, plan: _Plan) -> VisitStatus:
    visit, due = plan.visit, plan.due
    entries = known.saved.get(Number(due.visit, due.number), ())
    own = [saved for saved in entries if _declares(visit, saved.form)]
    others = [saved for saved in entries if not _declares(visit, saved.form)]
    if not own and visit.unscheduled_fills:
        own = _within(due, visit, known)
    counted = _of_each_form(own, due)
    missing = _missing(known, plan, counted) if own else ()
    status = _done(counted.values(), due, missing) if own else _not_done(known, plan)
    on = _day_of(counted.values(), due)
    return VisitStatus(
        visit=due.visit,
        recorded=visit.name(due.number),
        status=status,
        due=due,
        on=on,
        off=(on - due.target).days if on else None,
        missing=missing,
        unscheduled=_names(others),
        sources=tuple(sorted(saved.seq for saved in (*own, *others))),
        why=str(plan.end) if status is Status.NOT_EXPECTED else "",
    )


def _within(due: Due, visit: Visit, known: _Known) -> list[_Saved]:
    """Forms of the visit that an unscheduled one has within its window."""
    first = bisect_left(known.beside, due.opens, key=lambda dated: dated[0])
    inside = takewhile(lambda dated: dated[0] <= due.closes, known.beside[first:])
    return [saved for _, saved in inside if _declares(visit, saved.form)]


def _declares(visit: Visit, form: SavedForm) -> bool:
    """Whether a form belongs to the visit; one without forms is done by whatever is entered."""
    return not visit.forms or form.form in visit.forms


def _of_each_form(own: Iterable[_Saved], due: Due) -> dict[str, SavedForm]:
    """Of several entries of one form the one nearest to the window: a sample drawn again."""
    nearest: dict[str, SavedForm] = {}
    for _, form in own:
        held = nearest.get(form.form)
        if held is None or _days_outside(form, due) < _days_outside(held, due):
            nearest[form.form] = form
    return nearest


def _days_outside(form: SavedForm, due: Due) -> int:
    """How many days a form is outside the window; 0 when it may be within, is not dated, or is a
    result from before consent, which was collected at the visit and not made there.
    """
    when = form.on
    if when is None or form.earlier:
        return 0
    return max((due.opens - when.latest).days, (when.earliest - due.closes).days, 0)


def _missing(known: _Known, plan: _Plan, there: Container[str]) -> tuple[str, ...]:
    return tuple(
        name
        for name, form in plan.forms.items()
        if name not in there and is_asked(form, known.subject)
    )


def _done(forms: Iterable[SavedForm], due: Due, missing: Sequence[str]) -> Status:
    if missing:
        return Status.PARTLY
    return Status.OUTSIDE if any(_days_outside(form, due) for form in forms) else Status.DONE


def _not_done(known: _Known, plan: _Plan) -> Status:
    closes, end = plan.due.closes, plan.end
    if end and end.on <= closes:
        return Status.NOT_EXPECTED
    if known.on <= closes:
        return Status.DUE
    return Status.MISSED if plan.is_past or end or known.closed else Status.OVERDUE


def _day_of(forms: Iterable[SavedForm], due: Due) -> date | None:
    """The day farthest outside the window, else the first."""
    dated = [
        (-_days_outside(form, due), form.on.earliest)
        for form in forms
        if form.on and not form.earlier
    ]
    return min(dated)[1] if dated else None


def _names(entries: Iterable[_Saved]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(saved.form.form for saved in entries))


# ------------------------------------------------------------------ what nobody asked for


def _not_asked_for(known: _Known, expected: Iterable[VisitStatus]) -> Iterator[VisitStatus]:
    """Visits that were recorded and stand for none that was expected."""
    told = {source for status in expected for source in status.sources}
    for number, entries in known.saved.items():
        left = [saved for saved in entries if saved.seq not in told]
        days = [saved.form.on.earliest for saved in left if saved.form.on]
        if left:
            yield VisitStatus(
                visit=number.visit,
                recorded=left[0].form.visit,
                status=Status.NOT_EXPECTED,
                on=min(days, default=None),
                unscheduled=_names(left),
                sources=tuple(saved.seq for saved in left),
                why="" if number.visit == UNSCHEDULED else "not in the schedule of the day",
            )


def _in_time(status: VisitStatus) -> tuple[date, date, str]:
    due, on = status.due, status.on or date.min
    return (due.target, due.opens, status.recorded) if due else (on, on, status.recorded)
