"""How does a site record the scans of a virtual tumor, and how does its MDT read them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from equipoise.arrays import NEVER
from equipoise.assessments.recist.rules import Lesions, assess_visits
from equipoise.endpoints.choices import recist_policy
from equipoise.protocol.model import Protocol
from equipoise.rehearsal.filled import Filled, Row
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
    lesions: list[Row] = [
        {
            "lesion": f"T{i + 1}",
            "role": "TARGET",
            "location": _PLACES[int(organ)],
            "method": "CT SCAN",
        }
        for i, organ in enumerate(course.organ)
    ]
    if course.nontarget[0] != NO_NON_TARGET:
        lesions.append(
            {"lesion": "NT1", "role": "NON-TARGET", "location": "LUNG", "method": "CT SCAN"}
        )
    measured = _measurements(course, 0, site)
    return _form("SCREENING", day, protocol, {"lesion": lesions, "measurement": measured})


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
        form = _scan_form(
            course, v, visit.name(number), start + timedelta(days=after), protocol, site
        )
        planned = start + timedelta(days=first + (number - 1) * every)
        scans.append(
            Scan(
                number,
                start + timedelta(days=after),
                planned,
                response,
                _with_response(form, response, typed),
            )
        )
        if response is Response.PD:
            break
    return scans


def _derived(course: VirtualTumor, protocol: Protocol) -> list[Response]:
    """What the lesions say, by the very function that the analysis uses."""
    seen = Lesions(course.tenths, course.node, course.nontarget, course.new)
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


def _scan_form(
    course: VirtualTumor, v: int, visit: str, day: date, protocol: Protocol, site: Site
) -> Filled:
    groups: dict[str, list[Row]] = {"measurement": _measurements(course, v, site)}
    if course.new[v] != NO_NEW_LESION and not course.new[:v].any():
        groups["lesion"] = [
            {"lesion": "N1", "role": "NEW", "location": "LIVER", "method": "CT SCAN"}
        ]
    return _form(visit, day, protocol, groups)


def _form(visit: str, day: date, protocol: Protocol, groups: Mapping[str, list[Row]]) -> Filled:
    values = {"date": day.isoformat(), "evaluator": protocol.assessment.reader}
    return Filled(form=FORM, visit=visit, values=values, groups=groups)


def _with_response(form: Filled, response: Response, typed: Response) -> Filled:
    def saying(what: Response) -> dict[str, list[Row]]:
        return {**form.groups, "response": [{"response": what.cdisc, "blinded": "N"}]}

    if typed is response:
        return replace(form, groups=saying(response))
    return replace(
        form, groups=saying(response), typed=saying(typed), slipped="response[1].response"
    )


def _measurements(course: VirtualTumor, v: int, site: Site) -> list[Row]:
    rows = [
        _measured(f"T{i + 1}", int(tenths), bool(course.node[i]), site)
        for i, tenths in enumerate(course.tenths[v])
    ]
    if (state := int(course.nontarget[v])) != NO_NON_TARGET:
        rows.append({"lesion": "NT1", "test": "TUMSTATE", "value": _NON_TARGET[state]})
    if (new := int(course.new[v])) != NO_NEW_LESION:
        clarity = "EQUIVOCAL" if new == EQUIVOCAL_LESION else "UNEQUIVOCAL"
        rows.append({"lesion": "N1", "test": "TUMSTATE", "value": clarity})
    return rows


def _measured(lesion: str, tenths: int, node: bool, site: Site) -> Row:
    row: dict[str, Any] = {"lesion": lesion, "test": "SAXIS" if node else "LDIAM"}
    if tenths == NOT_EVALUATED:
        return row | {"value": {"missing": "NOT EVALUATED"}}
    if tenths in (GONE, TOO_SMALL):
        return row | {
            "test": "TUMSTATE",
            "value": "ABSENT" if tenths == GONE else "TOO SMALL TO MEASURE",
        }
    if site.length == "cm":
        return row | {"value": f"{tenths / 100:.2f}", "unit": "cm"}
    return row | {"value": f"{tenths / 10:.1f}", "unit": "mm"}
