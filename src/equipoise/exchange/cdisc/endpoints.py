"""What became of the subjects of a package? Their courses by each reader, as rows of ADRS and
ADTTE.

Each row says from which record it comes (SRCDOM, SRCVAR, SRCSEQ). Nothing is decided here: the
rules are those of `endpoints` and `assessments`, which analyze the trials of this house.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from equipoise.endpoints.course import Course, course_by
from equipoise.endpoints.discrepancies import Discrepancy, find_discrepancies
from equipoise.endpoints.policies import MEASUREMENTS, REPORTED, DerivationPolicy
from equipoise.exchange.cdisc.persons import PackageSubject
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem
from equipoise.exchange.cdisc.readers import Reader, reader_of
from equipoise.exchange.cdisc.response_rows import response_rows
from equipoise.exchange.cdisc.sdtm_in import Package
from equipoise.exchange.cdisc.series import Row, keys_of, series_of
from equipoise.exchange.cdisc.time_rows import survival_row, time_rows
from equipoise.subject.records import RS, TR, TU


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Rows of the tables, and where derived and reported responses differ."""

    adrs: tuple[Row, ...]
    adtte: tuple[Row, ...]
    discrepancies: tuple[tuple[Row, Discrepancy], ...]  # with STUDYID, USUBJID, RSEVAL and RSEVALID


def derive_endpoints(
    package: Package,
    policy: DerivationPolicy,
    cutoff: date,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Endpoints:
    """All endpoints of all subjects who started by the cutoff; what cannot be derived is added to
    the problems. `progress` is called with (subjects done, subjects).
    """
    adrs: list[Row] = []
    adtte: list[Row] = []
    differences: list[tuple[Row, Discrepancy]] = []
    readers = sorted({reader for some in package.readers.values() for reader in some})
    for done, person in enumerate(package.persons.values()):
        if progress:
            progress(done, len(package.persons))
        if _started(person) > cutoff:
            reason = f"started on {_started(person)}, after the cutoff {cutoff}: left out"
            package.problems.add(
                Problem(kind=TO_ASK, file="", subject=person.subject.id, reason=reason)
            )
            continue
        if not person.deceased_undated:
            adtte.append(survival_row(person, cutoff))
        for reader in readers:
            course = course_by(_of_reader(person, reader), policy.choices(), cutoff)
            _tell(course, package)
            for series in series_of(person, course, reader, package, policy):
                adrs += response_rows(series, policy)
                if not person.deceased_undated:
                    adtte += time_rows(series, policy)
            if set(package.readers) == {MEASUREMENTS, REPORTED}:
                keys = keys_of(person, reader)
                differences += [(keys, told) for told in find_discrepancies(course, policy.recist)]
    return Endpoints(tuple(adrs), tuple(adtte), tuple(differences))


def _started(person: PackageSubject) -> date:
    assert person.subject.randomized is not None
    return person.subject.randomized.on


def _of_reader(person: PackageSubject, reader: Reader) -> Any:
    """The subject with the tumor records of one reader only."""
    by_domain = dict(person.subject.by_domain)
    for domain in (TU, TR, RS):
        by_domain[domain] = tuple(
            record for record in by_domain.get(domain, ()) if reader_of(record) == reader
        )
    return replace(person.subject, by_domain=by_domain)


def _tell(course: Course, package: Package) -> None:
    """What the course's rules found worth asking, and lesions that they refused."""
    refused = course.lesions is None and bool(course.subject.records(TR))
    for i, reason in enumerate(course.problems):
        last = i == len(course.problems) - 1
        if course.lesions is None and last and not refused:
            continue  # no lesions at all is no problem of a reader who measured none
        kind = NOT_USED if refused and last else TO_ASK
        told = f"the lesions cannot be assessed: {reason}" if kind == NOT_USED else reason
        package.problems.add(Problem(kind=kind, file="", subject=course.subject.id, reason=told))
