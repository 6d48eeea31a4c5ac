"""When did it happen, as far as the dated records allow? New therapy, death and the last sign of
life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.subject.records import AE, CM, EX, LB, PR, QS, RS, SS, TR, VS, Source
from equipoise.subject.records.record import entry_number
from equipoise.subject.state import Subject
from equipoise.terms.codes import CompletionStatus, ResponseTest, SurvivalStatus
from equipoise.terms.dates import PartialDate

SUBSEQUENT = "SUBSEQUENT ANTICANCER THERAPY"

Begun = tuple[str, PartialDate | None, Source]
"""What began, when, and where it was recorded."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A day since randomization (-1: never), where it was recorded, what somebody has to ask about,
    and, of a partial date, which day was taken for it and by which rule.
    """

    day: int
    source: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()
    imputed: str = ""


def new_therapy(subject: Subject, start: date, cutoff: date) -> Dated:
    """The first anticancer therapy, or resection or ablation of a target, after randomization."""
    return _first(_therapies(subject), _treated_or_scanned(subject), start, cutoff)


def clinical_progression(subject: Subject, start: date, cutoff: date) -> Dated:
    """The first progression by clinical signs."""
    seen = [
        ("clinical progression", rs.date, rs.source)
        for rs in subject.records(RS)
        if rs.test == ResponseTest.CLINICAL_PROGRESSION
    ]
    return _first(seen, [], start, cutoff)


def last_known_alive(subject: Subject, start: date) -> Dated:
    """The last dated sign of life, whenever it was: the rules of survival apply the cutoff to it,
    once.

    Nothing is imputed, so only dates known to the day count. What is dated after the death
    contradicts it (somebody has to ask) and is no sign of life.
    """
    latest = subject.died.latest if subject.died else date.max
    days = [
        (when.exact, source)
        for when, source in _signs_of_life(subject)
        if when and when.exact and start <= when.exact <= latest
    ]
    if not days:
        return Dated(0, (subject.randomized.source,) if subject.randomized else ())
    last = max(days, key=lambda dated: dated[0])
    return Dated((last[0] - start).days, (last[1],))


def death(subject: Subject, start: date) -> Dated:
    """The day of death; of a partial date the earliest that the dated signs of life allow.

    Those after the cutoff speak too, else the day would move with it. A therapy whose start is
    itself partial does not.
    """
    died = subject.died
    if died is None:
        return Dated(-1, (subject.died_source,))
    alive = [*_signs_of_life(subject), *((when, by) for _, when, by in _therapies(subject))]
    known = [
        (when.exact, by)
        for when, by in alive
        if when and when.exact and died.earliest <= when.exact <= died.latest
    ]
    first = max(died.earliest, start)
    taken, *by = max(known, key=lambda dated: dated[0], default=(first,))
    day = (max(taken, first) - start).days
    if died.exact:
        return Dated(day, (subject.died_source,))
    rule = "the last dated sign of life within it" if by else "its first day on trial"
    imputed = f"known only as {died}: taken as {taken}, {rule}"
    return Dated(day, (subject.died_source, *by), (f"death {imputed}",), imputed)


def death_after_withdrawal(subject: Subject) -> str:
    """The sentence that says so, where a death is dated or was recorded after the withdrawal from
    further use of data; else nothing. A corrected death is of the time of its first entry.
    """
    if subject.died is None:
        return ""
    first = entry_number(subject.died_source)
    for old, new in sorted(subject.replaced.items(), reverse=True):
        first = old if new == first else first
    for left in subject.withdrawals:
        if left.what == "DATA" and (subject.died.earliest > left.on or first > left.source):
            return (
                f"death of {subject.died} (entry {subject.died_source}) came after the withdrawal"
                f" from further use of data of {left.on} (entry {left.source}): it stands in the"
                " safety record, and no endpoint knows of it, as the protocol declares"
            )
    return ""


def unrecorded_death(subject: Subject, cutoff: date) -> tuple[str, ...]:
    """Contacts that heard of a death which nobody recorded; the endpoints count a recorded death
    only.
    """
    if subject.died is not None:
        return ()
    told = [
        ss.date
        for ss in subject.records(SS)
        if ss.original == SurvivalStatus.DEAD and ss.date and ss.date.earliest <= cutoff
    ]
    return tuple(f"contact of {when} says dead, no death recorded" for when in told)


def _therapies(subject: Subject) -> list[Begun]:
    drugs: list[Begun] = [
        ("new therapy", cm.start, cm.source)
        for cm in subject.records(CM)
        if cm.category == SUBSEQUENT
    ]
    return drugs + [
        (pr.category.lower(), pr.date, pr.source)
        for pr in subject.records(PR)
        if pr.category.endswith("OF TARGET")
    ]


def _treated_or_scanned(subject: Subject) -> list[date]:
    """Days of study treatment and of scans: new therapy that is known to the month only began after
    them.
    """
    doses = [ex.start for ex in subject.records(EX) if ex.dose]
    scans = [rs.date for rs in subject.records(RS) if rs.test == ResponseTest.OVERALL]
    scans += [tr.date for tr in subject.records(TR) if tr.status != CompletionStatus.NOT_DONE]
    return [when.exact for when in (*doses, *scans) if when and when.exact]


def _first(begun: Iterable[Begun], seen: list[date], start: date, cutoff: date) -> Dated:
    """The first since randomization. What was over before it is told and not counted: clipped to
    day 0 it would end every endpoint there.
    """
    counted: list[tuple[int, Source, str]] = []
    problems = []
    for what, when, source in begun:
        if when is None:
            problems.append(f"start of {what} is not known")
        elif when.latest < start:
            problems.append(f"{what} of {when} is before randomization: not counted")
        else:
            day = _earliest_allowed(when, seen, start)
            taken = "" if when.exact else f"start of {what} known only as {when}: taken as {day}"
            counted.append(((day - start).days, source, taken))
            if taken and when.earliest <= cutoff:
                problems.append(taken)
    if not counted:
        return Dated(-1, (), tuple(problems))
    first, source, taken = min(counted, key=lambda event: event[0])
    rule = "the earliest day that treatment and scans within it allow"
    return Dated(first, (source,), tuple(problems), f"{taken}, {rule}" if taken else "")


def _earliest_allowed(when: PartialDate, seen: Iterable[date], start: date) -> date:
    """Of a partial date the earliest completion after randomization, and not before treatment or
    scans within it.
    """
    if when.exact:
        return when.exact
    within = [day for day in seen if when.earliest <= day <= when.latest]
    return max([when.earliest, start + timedelta(1), *within])


def _signs_of_life(subject: Subject) -> Iterator[tuple[PartialDate | None, Source]]:
    """Everything dated that a living person is needed for; what was planned and not done is no sign
    of life.
    """
    yield from (
        (ss.date, ss.source) for ss in subject.records(SS) if ss.original == SurvivalStatus.ALIVE
    )
    examined: tuple[LB | QS | TR, ...] = (
        *subject.records(LB),
        *subject.records(QS),
        *subject.records(TR),
    )
    yield from (
        (record.date, record.source)
        for record in examined
        if record.status != CompletionStatus.NOT_DONE
    )
    yield from (
        (vs.date, vs.source) for vs in subject.records(VS) if vs.status != CompletionStatus.NOT_DONE
    )
    yield from (
        (ex.start, ex.source) for ex in subject.records(EX) if ex.dose is not None and ex.dose > 0
    )
    yield from ((ae.start, ae.source) for ae in subject.records(AE))
