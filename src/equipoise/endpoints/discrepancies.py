"""Where does the response that the measurements give differ from the one that was reported, and by
which clause?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from equipoise.assessments.recist.clauses import CLAUSES, Clause
from equipoise.assessments.recist.policy import RecistPolicy
from equipoise.assessments.recist.rules import VisitResults
from equipoise.assessments.recist.series import LesionSeries, assess_series
from equipoise.assessments.recist.target_clause import NON_TARGET_CLAUSE, target_clause
from equipoise.assessments.recist.target_rules import NO_TARGETS
from equipoise.endpoints.course import Course
from equipoise.subject.records import RS, Source
from equipoise.terms.response import NonTarget, Response

DIFFERS, NOT_MEASURED, NOT_REPORTED = "DIFFERS", "NOT MEASURED", "NOT REPORTED"
AGAINST_BASELINE = "as judged against baseline alone, not the smallest sum"
_BY_VISIT = ("day", "last_day", "new_day", "length", "nontarget", "new")
PARAMETERS = {
    "TRGRESP": "target response",
    "NTRGRESP": "non-target response",
    "OVRLRESP": "overall response",
}
"""RSTESTCD that are compared."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One response of one visit: as reported, as derived, the clause that gave it and the numbers
    it rests on (mm).
    """

    kind: str
    visit: str
    date: date | None
    parameter: str
    reported: str
    derived: str
    reference: str
    sentence: str
    sum: Decimal | None
    baseline: Decimal | None
    nadir: Decimal | None
    reported_source: Source | None
    derived_sources: tuple[Source, ...]
    remark: str


def find_discrepancies(course: Course, policy: RecistPolicy) -> Iterator[Discrepancy]:
    """Every response of one reader's course that is reported otherwise than derived, or only one of
    the two.

    A reported response belongs to the visit of its name, else of its day. Visits after the cutoff
    are not looked at.
    """
    lesions, assessed = course.lesions, course.assessed
    if lesions is None or assessed is None:
        return
    rows = [rs for rs in course.subject.records(RS) if rs.test in PARAMETERS and _by(rs, course)]
    matched = [(rs, _visit(rs, lesions)) for rs in rows]
    for rs, visit in matched:
        if visit is None:
            if rs.test == "OVRLRESP":
                yield _not_measured(rs)
            continue
        derived = _derived(rs.test, lesions, assessed, visit)
        if rs.original != derived:
            why = (
                AGAINST_BASELINE
                if rs.original == _against_baseline(rs.test, lesions, visit, policy)
                else ""
            )
            yield _told(DIFFERS, rs.test, rs, course, visit, policy, why)
    reported = {visit for rs, visit in matched if rs.test == "OVRLRESP"}
    if not rows:
        return  # this reader reported nothing at all: there is nothing to compare
    for visit in range(1, len(lesions.visits)):
        if visit not in reported and 0 < int(lesions.day[visit]) <= course.cutoff:
            yield _told(NOT_REPORTED, "OVRLRESP", None, course, visit, policy, "")


def _against_baseline(test: str, lesions: LesionSeries, visit: int, policy: RecistPolicy) -> str:
    """What the visit would be if it were judged against baseline alone, as if nothing had come
    between.
    """
    at = [0, visit]
    alone = replace(
        lesions,
        visits=tuple(lesions.visits[v] for v in at),
        **{name: getattr(lesions, name)[at] for name in _BY_VISIT},
    )
    assessed = assess_series(
        alone, policy._replace(pd_against_baseline=True, new_lesion_dated_at_first_sight=False)
    )
    return _derived(test, alone, assessed, 1)


def _by(rs: RS, course: Course) -> bool:
    when = rs.date.exact if rs.date else None
    return when is not None and 0 < (when - course.start).days <= course.cutoff


def _visit(rs: RS, lesions: LesionSeries) -> int | None:
    """By name, when the day is not far from it; else by day."""
    when = rs.date.exact if rs.date else None
    assert when is not None
    origin = lesions.dates[0]
    day = int(lesions.day[0]) + (when - origin).days
    for v in range(1, len(lesions.visits)):
        if int(lesions.day[v]) <= day <= int(lesions.last_day[v]):
            return v
    named = [v for v in range(1, len(lesions.visits)) if rs.visit and lesions.visits[v] == rs.visit]
    return named[0] if named else None


def _derived(test: str, lesions: LesionSeries, assessed: VisitResults, visit: int) -> str:
    """Spelled as RS does; empty where there was no such disease at baseline."""
    if test == "NTRGRESP":
        code = NonTarget(int(lesions.nontarget[visit]))
        return "" if code is NonTarget.NONE else code.cdisc
    if test == "TRGRESP":
        target = int(assessed.target[visit])
        return "" if target == NO_TARGETS else Response(target).cdisc
    return Response(int(assessed.response[visit])).cdisc


def _clause(
    test: str, lesions: LesionSeries, assessed: VisitResults, visit: int, policy: RecistPolicy
) -> Clause:
    if test == "NTRGRESP":
        return NON_TARGET_CLAUSE[NonTarget(int(lesions.nontarget[visit]))]
    if test == "TRGRESP" and int(assessed.target[visit]) != NO_TARGETS:
        return target_clause(assessed, visit, policy)
    return CLAUSES[int(assessed.clause[visit])]


def _told(
    kind: str,
    test: str,
    rs: RS | None,
    course: Course,
    visit: int,
    policy: RecistPolicy,
    remark: str,
) -> Discrepancy:
    lesions, assessed = course.lesions, course.assessed
    assert lesions is not None
    assert assessed is not None
    clause = _clause(test, lesions, assessed, visit, policy)
    return Discrepancy(
        kind=kind,
        visit=lesions.visits[visit],
        date=lesions.dates[visit],
        parameter=test,
        reported=rs.original if rs else "",
        derived=_derived(test, lesions, assessed, visit),
        reference=clause.reference,
        sentence=clause.sentence,
        sum=_millimeters(int(assessed.sum[visit])),
        baseline=_millimeters(int(assessed.sum[0])),
        nadir=_millimeters(int(assessed.nadir_before[visit])),
        reported_source=rs.source if rs else None,
        derived_sources=tuple(dict.fromkeys(lesions.sources[visit])),
        remark=remark,
    )


def _not_measured(rs: RS) -> Discrepancy:
    return Discrepancy(
        kind=NOT_MEASURED,
        visit=rs.visit,
        date=rs.date.exact if rs.date else None,
        parameter=rs.test,
        reported=rs.original,
        derived="",
        reference="",
        sentence="no TU or TR record of this visit",
        sum=None,
        baseline=None,
        nadir=None,
        reported_source=rs.source,
        derived_sources=(),
        remark="",
    )


def _millimeters(length: int) -> Decimal | None:
    return None if length < 0 else Decimal(length) / 1000
