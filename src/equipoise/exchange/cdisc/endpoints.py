"""What became of the subjects of a package? Their courses by each reader, as rows of ADRS and
ADTTE.

Each row says from which record it comes (SRCDOM, SRCVAR, SRCSEQ). Nothing is decided here: the
rules are those of `endpoints` and `assessments`, which analyze the trials of this house.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from equipoise.arrays import NEVER
from equipoise.endpoints import event_dates
from equipoise.endpoints.best_response import first_progression, first_response
from equipoise.endpoints.catalogue import (
    DURATION_OF_RESPONSE,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
    RULE_SETS,
    TimeEndpoint,
)
from equipoise.endpoints.course import Course, Reading, course_by, progression_after_cr
from equipoise.endpoints.discrepancies import Discrepancy, find_discrepancies
from equipoise.endpoints.policies import MEASUREMENTS, REPORTED, DerivationPolicy
from equipoise.endpoints.response_parameters import PARAMETERS, derive_response_parameters
from equipoise.endpoints.response_rules import last_counted
from equipoise.endpoints.source_records import deciding_sources
from equipoise.endpoints.time_to_event import FollowUp, TimeToEvent, derive_os
from equipoise.exchange.cdisc.problems import NOT_USED, TO_ASK, Problem
from equipoise.exchange.cdisc.sdtm_in import Package, Person, Reader, reader_of
from equipoise.subject.records import RS, TR, TU, Source
from equipoise.terms.dates import study_day
from equipoise.terms.response import Response

PARCAT1 = {MEASUREMENTS: "DERIVED FROM TU AND TR", REPORTED: "REPORTED IN RS"}
AVAL = {"CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "Y": 1, "N": 0}
VALUE_OF = {"RS": "RSSTRESC", "TR": "TRSTRESC", "TU": "TUSTRESC"}
DAY_OF = {
    "RS": "RSDTC",
    "TR": "TRDTC",
    "TU": "TUDTC",
    "DS": "DSSTDTC",
    "CM": "CMSTDTC",
    "PR": "PRSTDTC",
    "EX": "EXSTDTC",
    "AE": "AESTDTC",
    "SS": "SSDTC",
}
"""Domain -> SRCVAR of a value, and of a day; of DM it depends on what is event_dates."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Rows of the tables, and where derived and reported responses differ."""

    adrs: tuple[Row, ...]
    adtte: tuple[Row, ...]
    discrepancies: tuple[tuple[Row, Discrepancy], ...]  # with STUDYID, USUBJID, RSEVAL and RSEVALID


@dataclass(frozen=True, slots=True)
class Series:
    """One subject by one reader and one source of responses; visits and sources one for each
    response.
    """

    person: Person
    course: Course
    reading: Reading
    visits: tuple[str, ...]
    sources: tuple[Source | None, ...]
    keys: Row


def derive_endpoints(package: Package, policy: DerivationPolicy, cutoff: date) -> Endpoints:
    """All endpoints of all subjects who started by the cutoff; what cannot be derived is added to
    the problems.
    """
    adrs: list[Row] = []
    adtte: list[Row] = []
    differences: list[tuple[Row, Discrepancy]] = []
    readers = sorted({one for some in package.readers.values() for one in some})
    for person in package.persons.values():
        if _started(person) > cutoff:
            reason = f"started on {_started(person)}, after the cutoff {cutoff}: left out"
            package.problems.add(
                Problem(kind=TO_ASK, file="", subject=person.subject.id, reason=reason)
            )
            continue
        if not person.deceased_undated:
            adtte.append(_survival(person, cutoff))
        for reader in readers:
            course = course_by(_of_reader(person, reader), policy.choices(), cutoff)
            _tell(course, package)
            for series in _series(person, course, reader, package, policy):
                adrs += _responses(series, policy)
                if not person.deceased_undated:
                    adtte += _times(series, policy)
            if set(package.readers) == {MEASUREMENTS, REPORTED}:
                keys = _keys(person, reader)
                differences += [(keys, one) for one in find_discrepancies(course, policy.recist)]
    return Endpoints(tuple(adrs), tuple(adtte), tuple(differences))


def _started(person: Person) -> date:
    assert person.subject.randomized is not None
    return person.subject.randomized.on


def _keys(person: Person, reader: Reader) -> Row:
    return {
        "STUDYID": person.study,
        "USUBJID": person.subject.id,
        "RSEVAL": reader[0],
        "RSEVALID": reader[1],
    }


def _of_reader(person: Person, reader: Reader) -> Any:
    """The subject with the tumor records of one reader only."""
    by_domain = dict(person.subject.by_domain)
    for domain in (TU, TR, RS):
        by_domain[domain] = tuple(
            one for one in by_domain.get(domain, ()) if reader_of(one) == reader
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
        said = f"the lesions cannot be assessed: {reason}" if kind == NOT_USED else reason
        package.problems.add(Problem(kind=kind, file="", subject=course.subject.id, reason=said))


def _series(
    person: Person, course: Course, reader: Reader, package: Package, policy: DerivationPolicy
) -> Iterator[Series]:
    """The sources of responses that this reader has. Lesions that cannot be assessed give no
    endpoint at all: without them the subject would look like one who was never scanned.
    """
    refused = course.lesions is None and bool(course.subject.records(TR))
    keys = {
        **_keys(person, reader),
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


# ------------------------------------------------------------------ ADRS


def _responses(series: Series, policy: DerivationPolicy) -> Iterator[Row]:
    """The response of each visit, then the parameters."""
    course, reading = series.course, series.reading
    as_seen = (
        course.read.responses if series.keys["PARCAT1"] == PARCAT1[REPORTED] else reading.responses
    )
    counted = _counted(reading, course.new_therapy, policy)
    for i, (day, code) in enumerate(zip(reading.days, as_seen, strict=True)):
        flag = "Y" if i < counted else ""
        yield _response(
            series, "OVR", "Overall Response by Visit", Response(code).cdisc, i, flag, day
        )
    found = derive_response_parameters(
        reading.days,
        as_seen,
        policy.response,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    for one in found:
        day = reading.days[one.index] if one.index >= 0 else -1
        yield _response(series, one.code, PARAMETERS[one.code], one.value, one.index, "Y", day)


def _counted(reading: Reading, therapy: int, policy: DerivationPolicy) -> int:
    """How many assessments the parameters look at: up to progression, and to new therapy where that
    ends it.
    """
    end = int(last_counted(np.array(reading.days, np.int32), therapy, policy.response))
    progressed = first_progression(
        reading.days, reading.responses, policy.response, therapy_day=therapy
    )
    return min(end, progressed + 1) if progressed >= 0 else end


def _response(
    series: Series, code: str, label: str, value: str, index: int, flag: str, day: int
) -> Row:
    start = series.course.start
    when = start + timedelta(day) if day >= 0 else None
    source = series.sources[index] if index >= 0 else None
    return series.keys | {
        "PARAMCD": code,
        "PARAM": label,
        "AVAL": AVAL[value],
        "AVALC": value,
        "ADT": when,
        "ADY": study_day(when, start) if when else None,
        "AVISIT": series.visits[index] if index >= 0 else "",
        "ANL01FL": flag,
        **_source(source, VALUE_OF),
    }


def _source(source: Source | None, variables: dict[str, str], of_dm: str = "") -> Row:
    if not isinstance(source, tuple):
        return {"SRCDOM": "", "SRCVAR": "", "SRCSEQ": None}
    _, domain, sequence = source
    return {"SRCDOM": domain, "SRCVAR": variables.get(domain, of_dm), "SRCSEQ": sequence or None}


# ------------------------------------------------------------------ ADTTE


def _times(series: Series, policy: DerivationPolicy) -> Iterator[Row]:
    """PFS, and duration of response for those who responded, under every declared rule set."""
    course, reading = series.course, series.reading
    known = course.follow_up(reading)
    i = first_response(
        reading.days,
        reading.responses,
        policy.response,
        confirm=False,
        pd_day=reading.pd_days,
        therapy_day=course.new_therapy,
    )
    responded = reading.days[i] if i >= 0 else NEVER
    for name in policy.censoring:
        for endpoint in (PROGRESSION_FREE_SURVIVAL, DURATION_OF_RESPONSE):
            end = endpoint.derive(known, responded, policy.rules(name))
            if end is not None:
                began = responded if endpoint.of_responders else 0
                yield _timed(series, endpoint, name, end, series.course.start + timedelta(began))


def _timed(
    series: Series, endpoint: TimeEndpoint, rule_set: str, end: TimeToEvent, start: date
) -> Row:
    code = f"{endpoint.code}{RULE_SETS[rule_set].suffix}"
    label = f"{endpoint.title}, {rule_set} (days)"
    source = _source(_decided(series, end), DAY_OF, _dm_variable(end))
    return series.keys | _time(code, label, end, start) | source


def _decided(series: Series, end: TimeToEvent) -> Source | None:
    if end.source_index >= 0:
        return series.sources[end.source_index]
    return next(iter(series.course.sources.get(end.source_kind, ())), None)


def _dm_variable(end: TimeToEvent) -> str:
    return "DTHDTC" if end.source_kind == "death" else "RFSTDTC"


def _time(code: str, label: str, end: TimeToEvent, start: date) -> Row:
    """EVNTDESC says what happened, CNSDTDSC where the time of a censored subject ends."""
    what, _, where = end.why.partition(": censored ")
    return {
        "PARAMCD": code,
        "PARAM": label,
        "STARTDT": start,
        "ADT": start + timedelta(end.days - 1),
        "AVAL": end.days,
        "CNSR": 0 if end.event else 1,
        "EVNTDESC": what.upper(),
        "CNSDTDSC": where.upper(),
    }


def _survival(person: Person, cutoff: date) -> Row:
    """Overall survival, which has no reader."""
    start, subject = _started(person), person.subject
    death, alive = event_dates.death(subject, start), event_dates.last_known_alive(subject, start)
    known = FollowUp(
        scan_days=(),
        responses=(),
        cutoff=(cutoff - start).days,
        death=death.day,
        last_known_alive=alive.day,
    )
    end = derive_os(known)
    by_kind = {"death": death.source, "last_known_alive": alive.source}
    sources: Sequence[Source] = by_kind.get(
        end.source_kind, (subject.randomized.source,) if subject.randomized else ()
    )
    source = None if end.why.endswith("cutoff") else next(iter(sources), None)
    keys = _keys(person, ("", "")) | {
        "ARM": subject.randomized.arm if subject.randomized else "",
        "PARCAT1": "",
    }
    return (
        keys
        | _time(OVERALL_SURVIVAL.code, f"{OVERALL_SURVIVAL.title} (days)", end, start)
        | _source(source, DAY_OF, _dm_variable(end))
    )
