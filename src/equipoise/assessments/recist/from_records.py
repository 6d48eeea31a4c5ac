"""What do the tumor records of one subject say? From TU and TR to the arrays of the rules, and back
to the sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from equipoise.assessments.recist.markers import with_markers
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.series import LesionSeries, build_series
from equipoise.assessments.recist.sightings import (
    FITTING,
    NEW,
    NON_TARGET,
    ROLES,
    STATES,
    TARGET,
    LesionError,
    Sighting,
)
from equipoise.subject.records import LB, TR, TU
from equipoise.terms.lesions import LENGTHS, names_of
from equipoise.terms.locations import lymph_node, organ_of
from equipoise.terms.verdict import Verdict

ONE_VISIT_DAYS = 14
"""Scans of one visit name that lie further apart are two visits; a window of 7 days to either
side."""


def lesion_series(
    tu: Iterable[TU],
    tr: Iterable[TR],
    start: date,
    policy: RecistPolicy,
    evaluator: str | None = None,
    *,
    markers: Iterable[LB] | None = None,
    one_visit_days: int = ONE_VISIT_DAYS,
) -> LesionSeries:
    """The lesions of one subject; `start` is randomization (day 0), what was scanned until then is
    baseline.

    Args:
        tu, tr: all tumor records of the subject.
        evaluator: take only the records of this reader (TUEVAL, TREVAL); None takes all.
        markers: laboratory records; while CEA is raised there is no complete response. None:
        nothing is asked of it.
        one_visit_days: how far apart the scans of one visit may lie, by the windows of the
        schedule.

    Raises LesionError naming the record's source.

    """
    tumors = [t for t in tu if evaluator is None or t.evaluator == evaluator]
    readings = [t for t in tr if evaluator is None or t.evaluator == evaluator]
    tumors, readings, notes = _visits_apart(tumors, readings, start, one_visit_days)
    lesions = {t.link: t for t in tumors}
    readers = sorted({t.evaluator for t in readings})
    if len(readers) > 1:
        raise LesionError(
            f"the lesions were read by {' and '.join(map(repr, readers))}; name one evaluator,"
            " never mix two"
        )
    days = _visit_days([*lesions.values(), *readings])
    seen = [
        _sighting(_lesion(t, lesions), t, _day(t, days), policy)
        for t in readings
        if _says_something(t)
    ]
    measured = {s.lesion for s in seen}
    seen += [
        _new(t, _day(t, days))
        for t in lesions.values()
        if t.role.upper() == NEW and t.link not in measured
    ]
    notes += _measured_twice(seen)
    series = replace(
        build_series(_baseline_as_one(_diameter_first(seen), start), start, policy), notes=notes
    )
    return series if markers is None else with_markers(series, markers, start, policy)


def _visits_apart(
    tumors: list[TU], readings: list[TR], start: date, days: int
) -> tuple[list[TU], list[TR], tuple[str, ...]]:
    """Scans further apart than one visit lasts are visits of their own, whatever their name, and a
    note says so.

    Merged, the second scan would vanish behind the first; refused, both would. Of baseline there is
    only one.
    """
    records: list[TU | TR] = [*tumors, *readings]
    scans = [(t.date.exact, t) for t in records if t.date and t.date.exact]
    began: dict[str, tuple[date, TU | TR]] = {}
    called: dict[str, str] = {}
    named: dict[int, str] = {}
    notes = []
    for day, record in sorted(scans, key=lambda scan: scan[0]):
        before, first = began.setdefault(record.visit, (day, record))
        if (day - before).days > days:
            began[record.visit] = (day, record)
            if day > start:
                notes.append(
                    f"{_where(first)} and {_where(record)}: visit {record.visit!r} is named for"
                    f" scans of {before} and {day}; taken as two visits, correct one name"
                )
            called[record.visit] = f"{record.visit} ({day})"
        named[id(record)] = called.get(record.visit, record.visit)
    return (
        [replace(t, visit=named.get(id(t), t.visit)) for t in tumors],
        [replace(t, visit=named.get(id(t), t.visit)) for t in readings],
        tuple(notes),
    )


def _measured_twice(seen: Iterable[Sighting]) -> tuple[str, ...]:
    """One lesion with two lengths at one visit: the first stands, and somebody has to say which is
    right.
    """
    known: dict[tuple[str, str], Sighting] = {}
    notes = []
    for s in seen:
        first = known.setdefault((s.visit, s.lesion), s) if s.length is not None else s
        if first.length != s.length:
            notes.append(
                f"{first.where} and {s.where}: {s.lesion} measures {_mm(first)} and {_mm(s)} mm in"
                f" visit {s.visit}; the first is taken"
            )
    return tuple(notes)


def _mm(s: Sighting) -> float:
    return (s.length or 0) / 1000


def _visit_days(records: Iterable[TU | TR]) -> dict[str, date]:
    """The first day known of each visit: a record without an exact date was made on it."""
    days: dict[str, date] = {}
    for record in records:
        if record.date and record.date.exact:
            days[record.visit] = min(days.get(record.visit, record.date.exact), record.date.exact)
    return days


def _day(record: TU | TR, days: dict[str, date]) -> date:
    if record.date and record.date.exact:
        return record.date.exact
    if record.visit in days:
        return days[record.visit]
    raise LesionError(
        f"{_where(record)}: the day of visit {record.visit!r} is not known; give the date of its"
        " scan"
    )


def _where(record: TU | TR) -> str:
    if isinstance(record.source, tuple):
        return f"{record.source[1]} record {record.source[2]} of {record.source[0]}"
    return f"{type(record).__name__} record {record.source}"


def _lesion(reading: TR, lesions: dict[str, TU]) -> TU:
    """The lesion that was measured; parts (T1.1) and merged ones (T1/T2) belong to the lesion they
    came from.
    """
    for name in names_of(reading.link):
        if name in lesions:
            return lesions[name]
    raise LesionError(
        f"{_where(reading)}: lesion {reading.link!r} is not identified; add its TU record"
    )


def _says_something(reading: TR) -> bool:
    return reading.test in (*LENGTHS, "TUMSTATE")


def _sighting(lesion: TU, reading: TR, day: date, policy: RecistPolicy) -> Sighting:
    role = lesion.role.upper()
    if role not in ROLES:
        raise LesionError(
            f"{_where(lesion)}: role is {lesion.role!r}; write one of: {', '.join(ROLES)}"
        )
    node = _is_node(lesion, reading)
    length, state = _finding(reading, role)
    if role == NON_TARGET and length is not None:  # a measured non-target: a normal node is gone
        gone = length < policy.node_normal_um if node else length == 0
        length, state = None, "GONE" if gone else "PRESENT"
    return Sighting(
        visit=reading.visit,
        date=day,
        lesion=reading.link,
        role=role,
        organ=organ_of(lesion.location),
        node=node,
        length=length,
        state=state,
        source=reading.source,
        where=_where(reading),
    )


def _is_node(lesion: TU, reading: TR) -> bool:
    """By its location; where that does not tell, by the axis that was measured."""
    node = lymph_node(lesion.location)
    return node is Verdict.MET or (node is Verdict.UNKNOWN and reading.test == "SAXIS")


def _finding(reading: TR, role: str) -> tuple[int | None, str]:
    if reading.status.upper() == "NOT DONE":
        return None, "NOT EVALUATED"
    if reading.test in LENGTHS:
        return _length(reading, role)
    state = STATES.get(reading.original.strip().upper(), "")
    if role == TARGET and state == "PRESENT":
        return None, "NOT EVALUATED"  # seen, but without a diameter it adds nothing to the sum
    if state not in FITTING[role]:
        raise LesionError(
            f"{_where(reading)}: state of {reading.link} is {reading.original!r}; "
            f"write one of: {', '.join(FITTING[role])}"
        )
    return None, state


def _length(reading: TR, role: str) -> tuple[int | None, str]:
    if role == NEW:
        return None, "UNEQUIVOCAL"
    if reading.value is None:
        state = STATES.get(reading.original.strip().upper(), "NOT EVALUATED")
        return None, state if state in FITTING[role] else "NOT EVALUATED"
    if reading.value < 0:
        raise LesionError(
            f"{_where(reading)}: {reading.link} measures {reading.value} mm; a length cannot be"
            " negative"
        )
    length = reading.value * 1000
    if length != int(length):
        raise LesionError(
            f"{_where(reading)}: {reading.link} measures {reading.value} mm; expected at most three"
            " digits after the point, and nothing is rounded here"
        )
    return int(length), ""


def _new(lesion: TU, day: date) -> Sighting:
    """A new lesion that was identified and not described: equivocal only when its record says
    so.
    """
    state = "EQUIVOCAL" if lesion.lesion.strip().upper() == "EQUIVOCAL" else "UNEQUIVOCAL"
    return Sighting(
        visit=lesion.visit,
        date=day,
        lesion=lesion.link,
        role=NEW,
        state=state,
        source=lesion.source,
        where=_where(lesion),
    )


def _diameter_first(seen: Iterable[Sighting]) -> list[Sighting]:
    """One sighting for each lesion and visit: a state explains a missing diameter, a diameter goes
    before a state.
    """
    best: dict[tuple[str, str], Sighting] = {}
    for s in seen:
        known = best.get((s.visit, s.lesion))
        if known is None or _rank(s) > _rank(known):
            best[s.visit, s.lesion] = s
    return list(best.values())


def _rank(s: Sighting) -> int:
    return 2 if s.length is not None else 1 if s.state != "NOT EVALUATED" else 0


def _baseline_as_one(seen: Iterable[Sighting], start: date) -> list[Sighting]:
    """All scans until randomization are one baseline visit; of a lesion scanned twice the later one
    counts.
    """
    rows = sorted(seen, key=lambda s: s.date)
    before = {s.lesion: s for s in rows if s.date <= start}
    if not before:
        return rows
    name = max(before.values(), key=lambda s: s.date).visit
    return [replace(s, visit=name) for s in before.values()] + [s for s in rows if s.date > start]
