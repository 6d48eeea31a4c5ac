"""What did each scan show of each lesion, as arrays for the rules, with the way back to where it
was recorded?
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.arrays import NEVER
from equipoise.assessments.recist.allowed import check_baseline, check_later
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.rules import Lesions, VisitDays, VisitResults, assess_dated_visits
from equipoise.assessments.recist.sightings import (
    NEW,
    NON_TARGET,
    TARGET,
    LesionError,
    Sighting,
)
from equipoise.assessments.recist.target_rules import GONE, NOT_EVALUATED, TOO_SMALL
from equipoise.compiled import at
from equipoise.terms.lesions import wholes
from equipoise.terms.response import NewLesion, NonTarget

SPLIT, MERGED = "SPLIT", "MERGED"


@dataclass(frozen=True, slots=True)
class LesionSeries:
    """The lesions of one subject over time: visit 0 is baseline, days count from `start`."""

    visits: tuple[str, ...]
    dates: tuple[date, ...]
    lesions: tuple[str, ...]  # the targets, in the order of the columns of `length`
    day: NDArray[np.int32]
    last_day: NDArray[np.int32]
    new_day: NDArray[np.int32]
    length: NDArray[np.int32]
    node: NDArray[np.int8]
    organ: NDArray[np.int32]
    nontarget: NDArray[np.int8]
    new: NDArray[np.int8]
    sources: tuple[tuple[Any, ...], ...]  # of all records of each visit
    target_sources: tuple[tuple[Any, ...], ...]  # [visit][lesion], None where nothing was recorded
    new_seen: tuple[
        NewLesion, ...
    ]  # as recorded; `new` keeps equivocal findings only when they are confirmed
    notes: tuple[
        str, ...
    ] = ()  # what somebody has to ask about, though the lesions can be assessed


def combine(parts: Sequence[int], how: str, policy: RecistPolicy) -> int:
    """A target that split or merged, as one value (RECIST 1.1 4.3.2, ambiguity 13).

    Parts of a split lesion are added; merged lesions have one longest diameter. A part that was not
    evaluated leaves the whole not evaluated.
    """
    if NOT_EVALUATED in parts:
        return NOT_EVALUATED
    if all(part == TOO_SMALL for part in parts):
        return TOO_SMALL
    lengths = [policy.too_small_um if part == TOO_SMALL else part for part in parts]
    return sum(lengths) if how == SPLIT and policy.split_lesions_are_added else max(lengths)


def build_series(
    sightings: Iterable[Sighting], start: date | None, policy: RecistPolicy
) -> LesionSeries:
    """Arrays from sightings. The earliest visit is baseline; days count from `start`, else from
    baseline.

    Raises LesionError for lesions RECIST 1.1 does not allow as targets, or a target without a
    baseline.
    """
    rows = sorted(sightings, key=lambda s: s.date)
    if not rows:
        raise LesionError("no lesions: at least a baseline visit is needed")
    visits = tuple(dict.fromkeys(s.visit for s in rows))
    of_visit: dict[str, list[Sighting]] = {visit: [] for visit in visits}
    for s in rows:
        of_visit[s.visit].append(s)
    at = list(of_visit.values())
    targets = tuple(dict.fromkeys(s.lesion for s in at[0] if s.role == TARGET))
    check_baseline([s for s in at[0] if s.role == TARGET], policy)
    check_later(rows, targets, at[0])
    first = {s.lesion: s for s in at[0] if s.role == TARGET}
    organs = list(dict.fromkeys(s.place for s in first.values()))
    origin = start or at[0][0].date
    cells = [[_cell(seen, lesion, policy) for lesion in targets] for seen in at]
    new, new_day = _new_lesions(at, origin)
    dates = [[s.date for s in seen if s.role != NEW] or [s.date for s in seen] for seen in at]
    return LesionSeries(
        visits=visits,
        dates=tuple(min(d) for d in dates),
        lesions=targets,
        day=np.array([(min(d) - origin).days for d in dates], np.int32),
        last_day=np.array([(max(d) - origin).days for d in dates], np.int32),
        new_day=np.array(new_day, np.int32),
        length=np.array([[value for value, _ in row] for row in cells], np.int32).reshape(
            len(visits), len(targets)
        ),
        node=np.array([first[t].node for t in targets], np.int8),
        organ=np.array(
            [organs.index(first[t].place) for t in targets],
            np.int32,
        ),
        nontarget=np.array(_non_targets(at), np.int8),
        new=np.array(new, np.int8),
        sources=tuple(tuple(s.source for s in seen) for seen in at),
        target_sources=tuple(tuple(source for _, source in row) for row in cells),
        new_seen=tuple(_new_as_seen(seen) for seen in at),
    )


def assess_series(
    series: LesionSeries, policy: RecistPolicy, assessable_until: int = NEVER
) -> VisitResults:
    """RECIST 1.1 at every visit; `assessable_until` is the day of new therapy or resection of a
    target, or NEVER.
    """
    # An estimate: it decides when compiling pays, never an answer.
    steps = 3 * (len(series.day) + series.length.size)
    results: VisitResults = at(assess_dated_visits, steps)(
        VisitDays(series.day, series.last_day, series.new_day),
        Lesions(series.length, series.node, series.nontarget, series.new),
        assessable_until,
        policy,
    )
    return results


def _cell(seen: Sequence[Sighting], lesion: str, policy: RecistPolicy) -> tuple[int, Any]:
    """The value of one target at one visit, and its record; a target nobody mentions was not
    evaluated.
    """
    rows = [s for s in seen if s.role == TARGET and lesion in wholes(s.lesion, (lesion,))]
    if not rows:
        return NOT_EVALUATED, None
    if rows[0].lesion == lesion:
        return rows[0].code, rows[0].source
    if (
        "/" in rows[0].lesion
    ):  # the one diameter counts under the first name, the others add nothing
        longest = combine([s.code for s in rows], MERGED, policy)
        return (longest if rows[0].lesion.split("/")[0] == lesion else GONE), rows[0].source
    return combine([s.code for s in rows], SPLIT, policy), rows[0].source


def _non_targets(at: Sequence[Sequence[Sighting]]) -> list[int]:
    """RECIST 1.1 4.3.3 at each visit; a lesion that nobody mentions was not evaluated."""
    lesions = {s.lesion for s in at[0] if s.role == NON_TARGET}
    if not lesions:
        return [NonTarget.NONE] * len(at)
    states = [{s.lesion: s.state for s in seen if s.role == NON_TARGET} for seen in at]
    return [
        _non_target({state.get(lesion, "NOT EVALUATED") for lesion in lesions}) for state in states
    ]


def _non_target(states: set[str]) -> NonTarget:
    if "PROGRESSION" in states:
        return NonTarget.PD
    if "NOT EVALUATED" in states:
        return NonTarget.NE
    return NonTarget.CR if states == {"GONE"} else NonTarget.NON_CR_NON_PD


def _new_as_seen(seen: Sequence[Sighting]) -> NewLesion:
    states = {s.state for s in seen if s.role == NEW}
    if "UNEQUIVOCAL" in states:
        return NewLesion.UNEQUIVOCAL
    return NewLesion.EQUIVOCAL if "EQUIVOCAL" in states else NewLesion.NONE


def _new_lesions(at: Sequence[Sequence[Sighting]], origin: date) -> tuple[list[int], list[int]]:
    """State and day of new lesions at each visit. An equivocal one counts only if that same lesion
    is confirmed.
    """
    new, day = [int(NewLesion.NONE)] * len(at), [(seen[0].date - origin).days for seen in at]
    seen_new = [{s.lesion: s for s in reversed(seen) if s.role == NEW} for seen in at]
    for lesion in dict.fromkeys(s.lesion for seen in at for s in seen if s.role == NEW):
        track = [by_lesion.get(lesion) for by_lesion in seen_new]
        for v, code in _confirmed(track):
            sighting = track[v]
            here = (sighting.date - origin).days if sighting else day[v]
            day[v] = min(day[v], here) if new[v] == code else here
            if new[v] != NewLesion.UNEQUIVOCAL:
                new[v] = code
    return new, day


def _confirmed(track: Sequence[Sighting | None]) -> list[tuple[int, int]]:
    """From the last visit back: unequivocal, and the unbroken run of equivocal or unseen visits
    before it.
    """
    counted: list[tuple[int, int]] = []
    first = min(
        (v for v, s in enumerate(track) if s and s.state in ("EQUIVOCAL", "UNEQUIVOCAL")),
        default=len(track),
    )
    confirmed = False
    for v in range(len(track) - 1, first - 1, -1):
        s = track[v]
        if s and s.state == "UNEQUIVOCAL":
            confirmed = True
            counted.append((v, int(NewLesion.UNEQUIVOCAL)))
        elif s and s.state == "GONE":
            confirmed = False
        elif confirmed:
            counted.append((v, int(NewLesion.EQUIVOCAL)))
    return counted
