"""Which series of responses does a subject have? One for each reader and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from equipoise.endpoints.course import Course, Reading, progression_after_cr
from equipoise.endpoints.policies import MEASUREMENTS, REPORTED, DerivationPolicy
from equipoise.endpoints.source_records import deciding_sources
from equipoise.exchange.cdisc.persons import PackageSubject
from equipoise.exchange.cdisc.readers import Reader
from equipoise.exchange.cdisc.sdtm_in import Package
from equipoise.subject.records import RS, TR, Source

PARCAT1 = {MEASUREMENTS: "DERIVED FROM TU AND TR", REPORTED: "REPORTED IN RS"}

Row = dict[str, Any]
"""Variable -> value, of a table."""


@dataclass(frozen=True, slots=True)
class Series:
    """One subject by one reader and one source of responses; visits and sources one for each
    response.
    """

    person: PackageSubject
    course: Course
    reading: Reading
    visits: tuple[str, ...]
    sources: tuple[Source | None, ...]
    keys: Row


def keys_of(person: PackageSubject, reader: Reader) -> Row:
    """The variables that say whose row it is, and by which reader."""
    return {
        "STUDYID": person.study,
        "USUBJID": person.subject.id,
        "RSEVAL": reader[0],
        "RSEVALID": reader[1],
    }


def series_of(
    person: PackageSubject,
    course: Course,
    reader: Reader,
    package: Package,
    policy: DerivationPolicy,
) -> Iterator[Series]:
    """The sources of responses that this reader has. Lesions that cannot be assessed give no
    endpoint at all: without them the subject would look like one who was never scanned.
    """
    refused = course.lesions is None and bool(course.subject.records(TR))
    keys = {
        **keys_of(person, reader),
        "ARM": course.subject.randomized.arm if course.subject.randomized else "",
    }
    if reader in package.readers.get(MEASUREMENTS, ()) and not refused:
        rows = (
            []
            if course.lesions is None
            else [
                v
                for v, day in enumerate(course.lesions.day.tolist())
                if v > 0 and 0 < day <= course.cutoff
            ]
        )
        names = course.lesions.visits if course.lesions else ()
        deciding = deciding_sources(course)
        yield Series(
            person,
            course,
            course.derived,
            tuple(names[v] for v in rows),
            tuple(deciding[v] for v in rows),
            keys | {"PARCAT1": PARCAT1[MEASUREMENTS]},
        )
    if reader in package.readers.get(REPORTED, ()):
        visits = {rs.source: rs.visit for rs in course.subject.records(RS)}
        sources = tuple(some[0] for some in course.read.sources)
        if (
            reader not in package.measuring
        ):  # nothing tells of baseline scans, so nothing is censored for them
            course = replace(course, has_baseline=True)
        reading = progression_after_cr(course.read, policy.response)
        yield Series(
            person,
            course,
            reading,
            tuple(visits.get(one, "") for one in sources),
            sources,
            keys | {"PARCAT1": PARCAT1[REPORTED]},
        )


def source_row(source: Source | None, variables: dict[str, str], of_dm: str = "") -> Row:
    """The variables that name the record behind a value."""
    if not isinstance(source, tuple):
        return {"SRCDOM": "", "SRCVAR": "", "SRCSEQ": None}
    _, domain, sequence = source
    return {"SRCDOM": domain, "SRCVAR": variables.get(domain, of_dm), "SRCSEQ": sequence or None}
