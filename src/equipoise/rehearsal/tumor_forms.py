"""How does a site record the scans of a virtual tumor, and how does its MDT read them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from equipoise.arrays import NEVER
from equipoise.assessments.recist.rules import Lesions, assess_visits
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, filled
from equipoise.subject.records import RS, TR, TU
from equipoise.terms.codes import CompletionStatus, LesionRole, LesionTest, ResponseTest, YesNo
from equipoise.terms.dates import exact
from equipoise.terms.response import Response
from equipoise.virtual.parameters import Parameters, Site
from equipoise.virtual.tumor import (
    EQUIVOCAL_LESION,
    GONE,
    LIVER,
    LUNG,
    NO_NEW_LESION,
    NO_NON_TARGET,
    NODE,
    NON_TARGET_GONE,
    NON_TARGET_PD,
    NON_TARGET_PRESENT,
    NOT_EVALUATED,
    OTHER,
    TOO_SMALL,
    VirtualTumor,
)

FORM = "TUMOR_ASSESSMENT"
_METHOD = "CT SCAN"
_PLACES = {LIVER: "LIVER", LUNG: "LUNG", NODE: "LYMPH NODE", OTHER: "PERITONEUM"}
_NON_TARGET = {
    NON_TARGET_GONE: "ABSENT",
    NON_TARGET_PRESENT: "PRESENT",
    NON_TARGET_PD: "UNEQUIVOCAL PROGRESSION",
}
_NEAR = {
    Response.CR: Response.PR,
    Response.PR: Response.SD,
    Response.SD: Response.PD,
    Response.PD: Response.SD,
}
"""What a reader who differs says instead; he never overlooks a new lesion."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as recorded: its number in the schedule, the day, the reading that stands in the
    end, and its form.
    """

    number: int
    day: date
    planned: date
    response: Response
    form: Filled


def baseline_form(course: VirtualTumor, protocol: Protocol, site: Site, day: date) -> Filled:
    """The lesions before randomization, named and measured; nothing to respond yet."""
    lesions = [
        TU(link=f"T{i + 1}", role=LesionRole.TARGET.value, location=_PLACES[int(organ)])
        for i, organ in enumerate(course.organ)
    ]
    if course.nontarget[0] != NO_NON_TARGET:
        lesions.append(TU(link="NT1", role=LesionRole.NON_TARGET.value, location="LUNG"))
    found = [replace(lesion, method=_METHOD) for lesion in lesions]
    return _form("SCREENING", day, protocol, [*found, *_measurements(course, 0, site)])


def draw_scans(
    rng: np.random.Generator,
    course: VirtualTumor,
    protocol: Protocol,
    parameters: Parameters,
    site: Site,
    start: date,
) -> list[Scan]:
    """The scans up to the first that the MDT reads as progression."""
    scans: list[Scan] = []
    derived = _derived(course, protocol)
    visit, first = protocol.visit(protocol.assessment.scan_visit), protocol.scans.first
    every = protocol.scans.every or first
    for v in range(1, len(course.days)):
        after = int(course.days[v])
        number = max(round((after - first) / every) + 1, scans[-1].number + 1 if scans else 1)
        response, typed = _reading(rng, derived[v], bool(course.new[v]), parameters)
        day = start + timedelta(days=after)
        form, at_first = (
            _form(
                visit.name(number),
                day,
                protocol,
                [*_scan_records(course, v, site), _read_as(protocol, said)],
            )
            for said in (response, typed)
        )
        if typed is not response:
            form = form.as_first_typed(at_first, "response[1].response")
        planned = start + timedelta(days=first + (number - 1) * every)
        scans.append(Scan(number, day, planned, response, form))
        if response is Response.PD:
            break
    return scans


def _derived(course: VirtualTumor, protocol: Protocol) -> list[Response]:
    """What the lesions say, by the very function that the analysis uses."""
    seen = Lesions(course.length, course.node, course.nontarget, course.new)
    policy = recist_policy(protocol.assessment)
    results = assess_visits(course.days, seen, NEVER, policy)
    return [Response(int(code)) for code in results.response]


def _reading(
    rng: np.random.Generator, derived: Response, has_new: bool, p: Parameters
) -> tuple[Response, Response]:
    """The reading that stands, and the one typed first: who differs may correct it after a
    query.
    """
    differs = rng.random() < p["reader_differs"]
    corrects = rng.random() < p["reader_corrects"]
    if not differs or has_new or derived not in _NEAR:
        return derived, derived
    near = _NEAR[derived]
    return (derived, near) if corrects else (near, near)


def _scan_records(course: VirtualTumor, v: int, site: Site) -> list[TU | TR | RS]:
    """What is seen at a visit after baseline, without the response."""
    seen: list[TU | TR | RS] = list(_measurements(course, v, site))
    if course.new[v] != NO_NEW_LESION and not course.new[:v].any():
        seen.append(TU(link="N1", role=LesionRole.NEW.value, location="LIVER", method=_METHOD))
    return seen


def _form(visit: str, day: date, protocol: Protocol, records: Iterable[TU | TR | RS]) -> Filled:
    """The form of one reading: day and reader hold for all of it."""
    reader = protocol.assessment.reader
    read = [replace(record, date=exact(day), evaluator=reader) for record in records]
    return filled(protocol, FORM, visit, read)


def _read_as(protocol: Protocol, response: Response) -> RS:
    blinded = YesNo.YES if protocol.assessment.blinded else YesNo.NO
    return RS(test=ResponseTest.OVERALL.value, original=response.cdisc, blinded=blinded.value)


def _measurements(course: VirtualTumor, v: int, site: Site) -> list[TR]:
    rows = [
        _measured(f"T{i + 1}", int(length), bool(course.node[i]), site)
        for i, length in enumerate(course.length[v])
    ]
    if (state := int(course.nontarget[v])) != NO_NON_TARGET:
        rows.append(_state("NT1", _NON_TARGET[state]))
    if (new := int(course.new[v])) != NO_NEW_LESION:
        rows.append(_state("N1", "EQUIVOCAL" if new == EQUIVOCAL_LESION else "UNEQUIVOCAL"))
    return rows


def _state(lesion: str, state: str) -> TR:
    return TR(link=lesion, test=LesionTest.STATE.value, original=state)


def _measured(lesion: str, length: int, node: bool, site: Site) -> TR:
    if length in (GONE, TOO_SMALL):
        return _state(lesion, "ABSENT" if length == GONE else "TOO SMALL TO MEASURE")
    test = LesionTest.SHORT_AXIS if node else LesionTest.LONGEST_DIAMETER
    if length == NOT_EVALUATED:
        done = CompletionStatus.NOT_DONE.value
        return TR(link=lesion, test=test.value, status=done, reason_not_done="NOT EVALUATED")
    unit = 10_000 if site.length == "cm" else 1_000
    written = f"{Decimal(length) / unit:f}"
    return TR(link=lesion, test=test.value, original=written, original_unit=site.length)
